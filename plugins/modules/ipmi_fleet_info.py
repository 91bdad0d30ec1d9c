#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_fleet_info
short_description: Read the sensors, event logs and clocks of many BMCs in one task
version_added: 0.7.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Reads what M(baremetal.ipmi.ipmi_sensor_facts) and M(baremetal.ipmi.ipmi_sel_info) read, of a whole fleet in one
    task and at a fraction of the cost. Nothing is changed.
  - All BMCs are asked at the same time, in one event loop a core, each of them one request after another. One that is
    dead, slow, or sends garbage delays and harms none of the others.
  - A BMC that cannot be read is told in RV(failed_targets) and does not fail the task. What the others say is returned.
  - The result is for the variable that it is registered in. No callback shows it, as if the task had C(no_log).
  - Use C(run_once) and C(delegate_to), or a play on C(localhost) with O(hosts).
options:
  targets:
    description:
      - The BMCs to read. Each has a O(targets[].name), a O(targets[].host), and whatever differs from the task's own
        options, which count for all.
      - Without it each of O(hosts) is a target, by its variables.
    type: list
    elements: dict
    suboptions:
      name:
        description: What the target is called in the result.
        type: str
        required: true
      host:
        description: Address or name of the BMC.
        type: str
      port:
        description: As O(port).
        type: int
      username:
        description: As O(username).
        type: str
      password:
        description: As O(password).
        type: str
      kg:
        description: As O(kg).
        type: str
      privilege:
        description: As O(privilege).
        type: str
        choices: [callback, user, operator, administrator]
      timeout_s:
        description: As O(timeout_s).
        type: float
      request_timeout_s:
        description: As O(request_timeout_s).
        type: float
      retries:
        description: As O(retries).
        type: int
      min_command_interval_s:
        description: As O(min_command_interval_s).
        type: float
      transport:
        description: As O(transport).
        type: str
        choices: [native, pyghmi]
      cipher_suite:
        description: As O(cipher_suite).
        type: int
        choices: [3, 8, 17]
      outstanding:
        description: As O(outstanding).
        type: int
      sensors:
        description: As O(sensors).
        type: list
        elements: str
      ignore_selected:
        description: As O(ignore_selected).
        type: bool
      types:
        description: As O(types).
        type: list
        elements: str
      thresholds:
        description: As O(thresholds).
        type: str
        choices: [bmc, sdr, none]
      query:
        description: As O(query).
        type: str
      health_rules:
        description: As O(health_rules).
        type: list
        elements: dict
        suboptions:
          name:
            description: As O(health_rules[].name).
            type: str
          sensor:
            description: As O(health_rules[].sensor).
            type: str
          type:
            description: As O(health_rules[].type).
            type: str
          entity:
            description: As O(health_rules[].entity).
            type: str
          state:
            description: As O(health_rules[].state).
            type: str
          above:
            description: As O(health_rules[].above).
            type: float
          below:
            description: As O(health_rules[].below).
            type: float
          health:
            description: As O(health_rules[].health).
            type: str
            choices: [nominal, warning, critical, unknown]
            required: true
      sdr_cache:
        description: As O(sdr_cache).
        type: bool
      sdr_cache_dir:
        description: As O(sdr_cache_dir).
        type: path
      log:
        description: As O(log).
        type: dict
        suboptions:
          since:
            description: As O(log.since).
            type: str
          severity:
            description: As O(log.severity).
            type: list
            elements: str
            choices: [nominal, warning, critical, unknown]
          sensors:
            description: As O(log.sensors).
            type: list
            elements: str
          directions:
            description: As O(log.directions).
            type: list
            elements: str
            choices: [asserted, deasserted]
          live:
            description: As O(log.live).
            type: bool
          health_rules:
            description: As O(log.health_rules).
            type: list
            elements: dict
  hosts:
    description:
      - Hosts of the inventory whose BMCs are read where O(targets) is not set. By default those of the play, with
        C(serial) those of the batch.
    type: list
    elements: str
  variables:
    description:
      - Which variable of a host sets which of the options of its target, where O(targets) is not set. Each counts as a
        task on that host would see it, with the play's variables and a role's defaults. A host without the variable
        has the task's own option. The empty text is no value for an option that is no text.
      - C(host), C(port), C(username), C(password), C(kg) and C(privilege) are C(bmc_host), C(bmc_port) and so on, where
        nothing else is said.
      - C(delegate_to) names the variable that says from which host a BMC is asked. A host with another one than the
        task's C(delegate_to) is not asked, and told in RV(failed_targets), since its address may be another BMC's
        there.
      - A host whose variables cannot be used is told in RV(failed_targets).
    type: dict
    default: {}
  collect:
    description: What to read of each BMC. V(sel) brings the clock, too.
    type: list
    elements: str
    choices: [sensors, sel, clock]
    default: [sensors]
  sensors:
    description: As in M(baremetal.ipmi.ipmi_sensor_facts).
    type: list
    elements: str
    default: []
  ignore_selected:
    description: Turns O(sensors) around.
    type: bool
    default: false
  types:
    description: Types of sensors to read.
    type: list
    elements: str
    default: []
  thresholds:
    description: Where thresholds are taken from, as in M(baremetal.ipmi.ipmi_sensor_facts).
    type: str
    choices: [bmc, sdr, none]
    default: bmc
  query:
    description:
      - A JMESPath expression on C({ipmi_sensors, ipmi_health, ipmi_bmc}) of each BMC. Its result is returned beside
        them.
      - Needs the Python library jmespath where the plugin runs.
    type: str
  log:
    description: Which records of the event logs are returned.
    type: dict
    suboptions:
      since:
        description: Where to begin, as in M(baremetal.ipmi.ipmi_sel_info).
        type: str
      severity:
        description: Severities to return. All of them by default.
        type: list
        elements: str
        choices: [nominal, warning, critical, unknown]
        default: []
      sensors:
        description: Names of sensors, or regular expressions between slashes.
        type: list
        elements: str
        default: []
      directions:
        description: Directions to return.
        type: list
        elements: str
        choices: [asserted, deasserted]
        default: []
      live:
        description: Ask each sensor that the records name what it says now.
        type: bool
        default: false
      health_rules:
        description: Rules for the records, as O(health_rules), which they go by where this is not set.
        type: list
        elements: dict
  omit:
    description: Keys to leave out of what is returned of each BMC, so that they need no memory.
    type: list
    elements: str
    choices: [ipmi_sensors, ipmi_health, ipmi_bmc, sel, sel_info, sel_clock]
    default: []
  concurrency:
    description: How many BMCs are asked at the same time. One that lets us wait does not count.
    type: int
    default: 256
  processes:
    description: Processes to share the work among. V(0) is one for each processor.
    type: int
    default: 0
notes:
  - With C(run_once) the task's own options are made out with the variables of the first host, and count for every
    target that has no value of its own. What differs from host to host, passwords above all, belongs in variables that
    O(variables) names.
extends_documentation_fragment:
  - baremetal.ipmi.bmc.session
  - baremetal.ipmi.bmc.reading
  - baremetal.ipmi.bmc.health_rules
  - baremetal.ipmi.bmc.sdr_cache
  - baremetal.ipmi.bmc.read_only
seealso:
  - module: baremetal.ipmi.ipmi_fleet_facts
  - module: baremetal.ipmi.ipmi_sensor_facts
  - module: baremetal.ipmi.ipmi_sel_info
"""

EXAMPLES = r"""
- name: Read the sensors of all BMCs of the play, by the hosts' variables bmc_host, bmc_username and bmc_password
  baremetal.ipmi.ipmi_fleet_info:
    thresholds: sdr
  run_once: true
  delegate_to: localhost
  register: ipmi

- name: Tell which of them are critical
  ansible.builtin.debug:
    msg: "{{ ipmi.fleet | dict2items | selectattr('value.ipmi_health.status', 'equalto', 'critical')
      | map(attribute='key') }}"
  run_once: true

- name: Fail where a BMC could not be read
  ansible.builtin.assert:
    that: not ipmi.failed_targets
    fail_msg: "{{ ipmi.failed_targets.values() | join(' ') }}"
  run_once: true

- name: Read the sensors and the day's records of two BMCs that are in no inventory
  baremetal.ipmi.ipmi_fleet_info:
    targets:
      - name: rack1-left
        host: 192.0.2.10
      - name: rack1-right
        host: 192.0.2.11
        username: admin
        timeout_s: 60
    username: monitor
    password: "{{ bmc_password }}"
    collect: [sensors, sel]
    log:
      since: 24h
      severity: [warning, critical]
  delegate_to: localhost
  register: racks

- name: Keep nothing but the verdicts of a large fleet
  baremetal.ipmi.ipmi_fleet_info:
    omit: [ipmi_sensors]
  run_once: true
  delegate_to: localhost
  register: verdicts
"""

RETURN = r"""
fleet:
  description: What each BMC says that was read, or a part of it, by the target's name.
  returned: success
  type: dict
  contains:
    ipmi_sensors:
      description: The sensors, as in M(baremetal.ipmi.ipmi_sensor_facts).
      returned: with V(sensors) in O(collect)
      type: list
      elements: dict
      sample: []
    ipmi_health:
      description: The verdict, as in M(baremetal.ipmi.ipmi_sensor_facts).
      returned: with V(sensors) in O(collect)
      type: dict
      sample: {status: nominal, complete: true, counts: {nominal: 30, warning: 0, critical: 0, unknown: 0}}
    ipmi_bmc:
      description: Who answered, as in M(baremetal.ipmi.ipmi_sensor_facts).
      returned: with V(sensors) or V(sel) in O(collect)
      type: dict
      sample: {device_id: 32, firmware_version: "2.30", manufacturer_name: Dell Inc.}
    ipmi_query_result:
      description: The result of O(query).
      returned: when O(query) is set
      type: raw
      sample: [47.0]
    sel:
      description: The records of the event log, as in M(baremetal.ipmi.ipmi_sel_info).
      returned: with V(sel) in O(collect)
      type: list
      elements: dict
      sample: []
    sel_info:
      description: The state of the event log, as in M(baremetal.ipmi.ipmi_sel_info).
      returned: with V(sel) in O(collect)
      type: dict
      sample: {entries: 12, overflow: false}
    sel_clock:
      description: The clock of the event log, as in M(baremetal.ipmi.ipmi_sel_info).
      returned: with V(sel) or V(clock) in O(collect)
      type: dict
      sample: {time: "2026-01-30T14:03:11Z", time_kind: utc, drift_s: 0.4}
failed_targets:
  description:
    - Why a BMC was not read, with the next step, by the target's name.
    - One of which a part was read, the sensors but not the event log, is here and in RV(fleet).
  returned: success
  type: dict
  sample:
    db07: "192.0.2.17: wrong password for user 'monitor'. Check the password of this user on the BMC."
errors:
  description:
    - The same for playbooks, as RV(ignore:error) of the other modules, by the target's name.
    - C(part) names the first part of O(collect) that could not be read, where the BMC was reached.
  returned: success
  type: dict
  sample:
    db07: {kind: wrong_password, message: wrong password for user 'monitor', host: 192.0.2.17,
      next_step: Check the password of this user on the BMC.}
target_warnings:
  description: What is odd about a BMC that was read, by the target's name.
  returned: success
  type: dict
  sample:
    db03: ["192.0.2.13: sensor data records: record 0021h has a length of 3 bytes"]
summary:
  description: How many targets there are, how many of them were read to the last part and not, how many reads of
    sensors are incomplete, and how many BMCs have which status.
  returned: success
  type: dict
  sample: {targets: 200, read: 199, unread: 1, incomplete: 0,
    statuses: {critical: 1, warning: 3, unknown: 0, nominal: 195}}
error:
  description: What is wrong with the options, for playbooks that tell one failure from another.
  returned: failure
  type: dict
  contains:
    message:
      description: What happened, without the next step.
      type: str
      sample: two targets are called 'db07'
    kind:
      description: Always V(option_error).
      type: str
      sample: option_error
    host:
      description: Always V(null).
      type: str
      sample: null
    next_step:
      description: What to do about it.
      type: str
      sample: Give each target a name of its own.
"""

from ..module_utils._ansible.failure import failure
from ..module_utils._ansible.fleet import FLEET_SPEC, gather_fleet
from ..module_utils._ansible.quiet import QuietModule
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = QuietModule(argument_spec=FLEET_SPEC, supports_check_mode=True)
    try:
        result, warnings = gather_fleet(module.params)
    except IpmiError as error:
        module.fail_json(**failure(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
