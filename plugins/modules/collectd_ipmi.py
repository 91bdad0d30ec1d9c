#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: collectd_ipmi
short_description: Enforce the configuration of collectd's ipmi plugin, and prove that values flow
version_added: 0.4.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Writes one file into the folder that collectd's configuration includes, C(00-baremetal-ipmi.conf), and a drop-in of
    its systemd unit. The files of others stay as they are.
  - Refuses what collectd would crash on, or would silently do otherwise, before anything is written. C(collectd -t)
    finds none of it.
  - A new configuration is tried first by a second collectd, which reads the BMCs and writes into a temporary folder
    alone. Then the file is replaced, collectd is restarted, and every instance has to deliver new values in two
    intervals. Where one does not, the files of before are brought back, collectd is restarted with them, and the task
    fails with the reason.
  - Where nothing is to be changed, the values still have to be there.
  - Of a machine without a BMC the local instance is left out, and told in RV(left_out).
  - Runs on the machine of collectd, as root (become). The role P(baremetal.ipmi.collectd_ipmi#role) installs collectd,
    and knows the paths of each distribution.
options:
  state:
    description: V(absent) removes what this module wrote, and nothing else.
    type: str
    choices: [present, absent]
    default: present
  interval_s:
    description: Seconds between two reads. At least 1; with less than 10 you are warned.
    type: float
    default: 10
  instances:
    description: The BMCs that are read. One of them may be the machine's own.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the instance, in collectd's log and of a domain in OpenIPMI. At most 30 bytes.
        type: str
        required: true
      address:
        description: Address or name of the BMC, without a port, which is always 623. Without it, the machine's own
          BMC is read.
        type: str
      username:
        description: User on the BMC. Wanted with O(instances[].address).
        type: str
      password:
        description: The user's password, at most 20 bytes, and 16 with V(md5). Wanted with O(instances[].address).
        type: str
      auth_type:
        description: How to log in. By default the strongest way that the BMC offers.
        type: str
        choices: [md5, rmcp+]
      host:
        description: Host that the values are told under. By default collectd's own name for the machine's own BMC, and
          the instance's name for any other.
        type: str
      sensors:
        description:
          - Sensors that are read, all by default.
          - A sensor's C(collectd_name) in the facts of M(baremetal.ipmi.ipmi_sensor_facts), or V(/expression/) for such
            names. With O(sensors_of) also an IPMI name, or a sensor type.
        type: list
        elements: str
        default: []
      ignore_selected:
        description: Read all sensors but those.
        type: bool
        default: false
      notify_sensor_add:
        description: Tell of sensors that appear, after the first minute.
        type: bool
        default: false
      notify_sensor_remove:
        description: Tell of sensors that disappear.
        type: bool
        default: false
      notify_sensor_not_present:
        description: Tell of sensors that stop, or begin, to be present.
        type: bool
        default: false
      notify_ipmi_connection_state:
        description: Tell when the connection to the BMC is lost, and when it is back.
        type: bool
        default: false
      sel_enabled:
        description: Tell of the events in the BMC's log.
        type: bool
        default: false
      sel_sensors:
        description: Sensors whose events are told, all by default. Written as O(instances[].sensors).
        type: list
        elements: str
        default: []
      sel_ignore_selected:
        description: Tell of the events of all sensors but those.
        type: bool
        default: false
      sel_clear_event:
        description: Delete each event from the BMC's log once it is told. It is lost to every other reader of the log.
        type: bool
        default: false
  outputs:
    description: Where the values go, by collectd's plugins, beside what other files of its configuration set up.
    type: dict
    default: {}
    suboptions:
      csv:
        description: Files of lines, one for each sensor and day.
        type: dict
        suboptions:
          data_dir:
            description: Their folder. By default collectd's own.
            type: path
          store_rates:
            description: Rates in place of counters. It makes no difference to sensors.
            type: bool
      rrdtool:
        description: Round robin databases.
        type: dict
        suboptions:
          data_dir:
            description: Their folder. By default collectd's own.
            type: path
          cache_timeout_s:
            description: Seconds for which values are kept in memory before they are written.
            type: int
          cache_flush_s:
            description: Seconds after which values that no longer come are written.
            type: int
      write_prometheus:
        description: A page that Prometheus reads.
        type: dict
        suboptions:
          host:
            description: Address to listen at. By default all. Since collectd 5.9.
            type: str
          port:
            description: TCP port to listen at.
            type: int
            default: 9103
          staleness_delta_s:
            description: Seconds after which a value that is not renewed is left out.
            type: int
      snmp_agent:
        description:
          - A table that SNMP reads, of the MIB C(BAREMETAL-IPMI-MIB), in thousandths of what the sensors measure. An
            agent of Net-SNMP has to run on the same machine, with C(master agentx). Since collectd 5.9.
          - collectd does not start without that MIB. The role P(baremetal.ipmi.collectd_ipmi#role) installs it.
          - Hosts of instances may have 40 bytes with it. It takes about a quarter of a processor.
        type: dict
        suboptions:
          root_oid:
            description: Where the MIB begins. By default in the part of Net-SNMP's tree that is there to play in; use a
              number below your own enterprise's.
            type: str
            default: 1.3.6.1.4.1.8072.9999.9999.623
      network:
        description: collectd's own protocol, to another collectd.
        type: dict
        suboptions:
          servers:
            description: Where to send to.
            type: list
            elements: dict
            required: true
            suboptions:
              host:
                description: Address or name.
                type: str
                required: true
              port:
                description: UDP port.
                type: int
                default: 25826
              security_level:
                description: Whether packets are signed, or encrypted, for which a user and a password are wanted. By
                  default they are neither.
                type: str
                choices: [None, Sign, Encrypt]
              username:
                description: User to sign or encrypt as.
                type: str
              password:
                description: That user's password.
                type: str
      write_http:
        description: HTTP POST.
        type: dict
        suboptions:
          nodes:
            description: Where to post to.
            type: list
            elements: dict
            required: true
            suboptions:
              name:
                description: Name of the destination in collectd's log.
                type: str
                required: true
              url:
                description: Where to post to.
                type: str
                required: true
              username:
                description: User for HTTP's basic authentication.
                type: str
              password:
                description: That user's password.
                type: str
              verify_peer:
                description: Whether the server's certificate has to be valid. By default it has.
                type: bool
              ca_file:
                description: Certificates that it may be signed by.
                type: path
              format:
                description: What is posted. By default collectd's own commands.
                type: str
                choices: [Command, JSON, KAIROSDB]
  notifications:
    description:
      - Has the notifications of collectd's ipmi plugin rated by the health rules, the collection's and those of
        O(health_rules), and handed on. The plugin's own severity misleads, it calls a failed power supply okay.
      - Without it, they go where collectd's other configuration has them go.
      - Which notifications there are is said for each instance. The program is started by collectd's exec plugin.
    type: dict
    suboptions:
      file:
        description: File to which each is appended as a line of JSON. Its folder has to be there, and let
          O(notifications.user) write.
        type: path
      mode:
        description: Mode of that file where it is made.
        type: str
        default: '0640'
      syslog:
        description: Facility of syslog. By default nothing goes there.
        type: str
        choices: [daemon, user, auth, local0, local1, local2, local3, local4, local5, local6, local7]
      user:
        description: User that the program runs as. collectd refuses root; where collectd itself does not run as root,
          its own user.
        type: str
        required: true
  extra_config:
    description: Lines for the end of the file, as they are. They are not checked, and not tried by the second collectd.
    type: str
    default: ''
  archived_bmcs:
    description: Addresses of BMCs whose event logs are archived, and V(local) for the machine's own. With them,
      O(instances[].sel_clear_event) is refused.
    type: list
    elements: str
    default: []
  sensors_of:
    description: The facts C(ipmi_sensors) of instances, by their names, for sensors that are given by IPMI name or
      type.
    type: dict
    default: {}
  timeout_s:
    description: Seconds in which an instance has to deliver its first values, in the trial and after the restart.
    type: float
    default: 90
  program:
    description: collectd itself.
    type: path
    default: /usr/sbin/collectd
  config_file:
    description: collectd's main file.
    type: path
    default: /etc/collectd/collectd.conf
  config_dir:
    description: The folder that it includes.
    type: path
    default: /etc/collectd/collectd.conf.d
  service:
    description: Name of the systemd unit.
    type: str
    default: collectd
  _handler:
    description: For the action plugin, which adds the program for O(notifications).
    type: str
extends_documentation_fragment:
  - baremetal.ipmi.bmc.health_rules
attributes:
  action:
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the
      controller.
    support: full
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode. Passwords are masked.
    support: full
  idempotent:
    description: When run twice in a row outside of check mode, with the same arguments, the second invocation
      indicates no change.
    support: full
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: linux
"""

EXAMPLES = r"""
- name: Read the server's own BMC
  baremetal.ipmi.collectd_ipmi:
    instances:
      - name: main
        notify_ipmi_connection_state: true
    outputs:
      csv: {}

- name: Read the BMCs of others from a central collectd, every minute
  baremetal.ipmi.collectd_ipmi:
    interval_s: 60
    instances:
      - name: db01
        address: 192.0.2.11
        username: monitor
        password: "{{ vault_bmc_password }}"
      - name: db02
        address: 192.0.2.12
        username: monitor
        password: "{{ vault_bmc_password }}"
    outputs:
      write_prometheus:
        port: 9103

- name: Remove it
  baremetal.ipmi.collectd_ipmi:
    state: absent
"""

RETURN = r"""
version:
  description: The version of collectd, V(null) with O(state=absent).
  returned: success
  type: str
  sample: 5.12.0
drift:
  description: What was not as it should be.
  returned: success
  type: list
  elements: str
  sample: [/etc/collectd/collectd.conf.d/00-baremetal-ipmi.conf differs, the service does not run]
instances:
  description: The instances that are read.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the instance.
      type: str
      sample: db01
    host:
      description: Host that its values are told under, V(null) for collectd's own name.
      type: str
      sample: db01
    sensors:
      description: How many of its sensors have values. In check mode those of the last two intervals, and V(null) where
        the service does not run.
      type: int
      sample: 21
left_out:
  description: Instances that are left out, since the machine has no BMC.
  returned: success
  type: list
  elements: str
  sample: []
error:
  description: What went wrong, for playbooks that tell one failure from another.
  returned: failure
  type: dict
  contains:
    message:
      description: What happened, without the next step.
      type: str
      sample: "instance db01: password: it is missing, and collectd would crash on an address without it"
    kind:
      description: V(option_error) for what was refused before anything was written, V(collectd_error), or an error of
        the driver's device such as V(no_driver).
      type: str
      sample: option_error
    host:
      description: V(this machine) for an error of the driver's device, else V(null).
      type: str
      sample: null
    next_step:
      description: What to do about it.
      type: str
      sample: Give username and password with every address.
"""

import signal
from typing import Any

from ..module_utils._ansible.collectd import enforce_collectd
from ..module_utils._ansible.collectd_spec import COLLECTD_SPEC
from ..module_utils._ansible.failure import failure
from ..module_utils._ansible.quiet import QuietModule
from ..module_utils._core.errors import IpmiError


def _stop(number: int, _frame: Any) -> None:
    raise SystemExit(128 + number)


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)  # an exception, so that what was begun is taken back
    module = QuietModule(argument_spec=COLLECTD_SPEC, supports_check_mode=True)
    try:
        result, warnings = enforce_collectd(module.params, module.check_mode, module._diff)
    except IpmiError as error:
        module.fail_json(**failure(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
