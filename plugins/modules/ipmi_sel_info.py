#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_sel_info
short_description: Read the System Event Log of a BMC
version_added: 0.2.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Reads the System Event Log of a BMC, over LAN or from inside the server, and returns its records, decoded and rated,
    with the state of the log and of its clock. Nothing is changed.
  - A record that is garbage is returned and marked. A log reads without any sensor data records, too.
  - Times are never guessed. A BMC whose clock was not set counts seconds since it started, and RV(sel[].timestamp) is
    V(null) then.
options:
  since:
    description:
      - Where to begin. A time (ISO 8601, UTC where it names no zone), an age such as V(24h) or V(7d), or the id of a
        record, behind which to begin in the log's own order.
      - A record without a time of day is as old as the next one that has one.
    type: str
  severity:
    description: Severities to return. All of them by default.
    type: list
    elements: str
    choices: [nominal, warning, critical, unknown]
    default: []
  sensors:
    description: Names of sensors, or regular expressions between slashes (V(/^Fan/)). Records of all by default.
    type: list
    elements: str
    default: []
  directions:
    description: Directions to return. Both, and records without one, by default.
    type: list
    elements: str
    choices: [asserted, deasserted]
    default: []
  query:
    description:
      - A JMESPath expression on C({sel, sel_info, sel_clock, bmc}). Its result is returned as RV(query_result).
      - Needs the Python library jmespath where the plugin runs.
    type: str
  archive:
    description:
      - An archive that M(baremetal.ipmi.ipmi_sel) has written. It is read instead of a BMC, on the controller (with
        C(async) on the task's host).
    type: path
  live:
    description: Ask each sensor that the records name what it says now, and add RV(sel[].live_state).
    type: bool
    default: false
extends_documentation_fragment:
  - baremetal.ipmi.bmc
  - baremetal.ipmi.bmc.session
  - baremetal.ipmi.bmc.reading
  - baremetal.ipmi.bmc.health_rules
  - baremetal.ipmi.bmc.sdr_cache
  - baremetal.ipmi.bmc.of_a_fleet
  - baremetal.ipmi.bmc.read_only
seealso:
  - module: baremetal.ipmi.ipmi_sel
  - module: baremetal.ipmi.ipmi_sel_clock
"""

EXAMPLES = r"""
- name: Read what is wrong since yesterday
  baremetal.ipmi.ipmi_sel_info:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    since: 24h
    severity: [critical, warning]
    live: true
  delegate_to: localhost
  register: log

- name: Stop where something is still wrong
  ansible.builtin.assert:
    that: "'active' not in log.sel | map(attribute='live_state')"

- name: Read how full the log is
  baremetal.ipmi.ipmi_sel_info:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    query: "sel_info.used_percent"
  delegate_to: localhost
"""

RETURN = r"""
sel:
  description: The records, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    record_id:
      description: Number of the record. BMCs begin anew with it after a clear, or wrap around.
      type: int
      sample: 2
    record_type:
      description: V(2) for a system event, 192 to 223 for a vendor's with a time, 224 to 255 for one without.
      type: int
      sample: 2
    timecode:
      description: Seconds as the BMC's clock had them. V(null) for a type without a time.
      type: int
      sample: 1735689600
    timestamp:
      description: The time in UTC, V(null) where the BMC's clock was not set.
      type: str
      sample: "2025-01-01T00:00:00Z"
    timestamp_kind:
      description: V(set), V(pre_init) (the RV(sel[].timecode) counts seconds since the BMC started) or
        V(unspecified).
      type: str
      sample: set
    sensor_name:
      description: The sensor's name. V(null) where the sensor data records know none.
      type: str
      sample: Fan1A
    sensor_number:
      description: The sensor's number.
      type: int
      sample: 6
    sensor_type:
      description: The sensor's type. V(null) for a vendor's record.
      type: str
      sample: Fan
    entity:
      description: Entity id and instance.
      type: str
      sample: "29.1"
    entity_name:
      description: Name of the entity.
      type: str
      sample: Fan Device
    event:
      description: What happened.
      type: str
      sample: lower critical going low
    event_detail:
      description: What else the event data say, such as the number of a memory module.
      type: str
      sample: null
    direction:
      description: V(asserted), V(deasserted), or V(null) for a vendor's record.
      type: str
      sample: asserted
    reading:
      description: The reading at that moment, in RV(sel[].unit).
      type: float
      sample: 420.0
    threshold:
      description: The threshold that was passed, in RV(sel[].unit).
      type: float
      sample: 480.0
    unit:
      description: The sensor's unit, where there is a reading or a threshold.
      type: str
      sample: RPM
    severity:
      description: V(nominal), V(warning), V(critical), or V(unknown) for what cannot be known, such as a vendor's
        record. The end of a state is nominal.
      type: str
      sample: critical
    rule:
      description: Name of the rule that gave the severity, V(null) where none did.
      type: str
      sample: threshold.critical
    generator:
      description: Who reported it.
      type: str
      sample: BMC
    raw:
      description: The record's sixteen bytes as 32 hex digits.
      type: str
      sample: 02000280857467200004040601520708
    problem:
      description: Why the record cannot be trusted. V(null) for a good one.
      type: str
      sample: null
    live_state:
      description: What the sensor says now of the record's state, V(active), V(recovered) or V(unknown).
      returned: when O(live=true)
      type: str
      sample: recovered
sel_info:
  description: The state of the log. V(null) with O(archive).
  returned: success
  type: dict
  contains:
    version:
      description: Version of the log's commands.
      type: str
      sample: "1.5"
    entries:
      description: Number of entries.
      type: int
      sample: 5
    free_bytes:
      description: Free space, V(null) where the BMC does not tell. An entry takes 16 bytes.
      type: int
      sample: 8112
    used_percent:
      description: How full the log is, V(null) where the BMC does not tell.
      type: float
      sample: 1.0
    last_add:
      description: Time of the last addition in UTC. V(null) where RV(sel_info.last_add_kind) is not V(set).
      type: str
      sample: "2025-01-01T01:05:00Z"
    last_add_kind:
      description: Kind of that time, as in RV(sel[].timestamp_kind).
      type: str
      sample: set
    last_erase:
      description: Time of the last erase in UTC.
      type: str
      sample: null
    last_erase_kind:
      description: Kind of that time.
      type: str
      sample: unspecified
    overflow:
      description: Whether events were lost since the log was full.
      type: bool
      sample: false
    operations:
      description: What the log supports, of V(delete), V(partial_add), V(reserve) and V(allocation_info).
      type: list
      elements: str
      sample: [delete, reserve, allocation_info]
    problem:
      description: Why the log could not be read to its end, V(null) where it could.
      type: str
      sample: null
sel_clock:
  description: The clock of the log. V(null) with O(archive), and where the BMC does not tell.
  returned: success
  type: dict
  contains:
    time:
      description: What it shows, in UTC. V(null) where it was not set.
      type: str
      sample: "2026-01-31T12:00:00Z"
    time_kind:
      description: Kind of that time, as in RV(sel[].timestamp_kind).
      type: str
      sample: set
    timecode:
      description: What it shows, in seconds.
      type: int
      sample: 1769860800
    drift_s:
      description: By how many seconds it is ahead of the clock of the machine on which the plugin runs.
      type: float
      sample: -0.8
    utc_offset_minutes:
      description: Minutes by which it is ahead of UTC, V(null) where the BMC does not tell.
      type: int
      sample: null
bmc:
  description: Who answered, as C(ipmi_bmc) of M(baremetal.ipmi.ipmi_sensor_facts). V(null) with O(archive).
  returned: success
  type: dict
  sample:
    device_id: 32
    device_revision: 1
    firmware_version: "2.30"
    ipmi_version: "2.0"
    manufacturer_id: 674
    manufacturer_name: Dell Inc.
    product_id: 256
    guid: 44454c4c310010358052b4c04f595931
query_result:
  description: The result of O(query).
  returned: when O(query) is set
  type: raw
  sample: 1.0
error:
  description: What went wrong, for playbooks that tell one failure from another.
  returned: failure
  type: dict
  contains:
    message:
      description: What happened, without host and next step.
      type: str
      sample: wrong password for user 'monitor'
    kind:
      description: V(unknown_host), V(unreachable), V(wrong_password), V(unknown_user), V(privilege_refused),
        V(wrong_kg), V(login_refused), V(login_unfinished), V(password_too_long), V(no_reply), V(occupied),
        V(session_lost), V(deadline_exceeded), V(no_bmc), V(no_driver), V(device_refused), V(device_busy),
        V(sel_error), V(archive_error),
        V(command_error), V(decode_error) or V(option_error).
      type: str
      sample: wrong_password
    host:
      description: The BMC.
      type: str
      sample: 192.0.2.10
    next_step:
      description: What to do about it.
      type: str
      sample: Check the password of this user on the BMC.
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.failure import failure
from ..module_utils._ansible.sel import INFO_SPEC, gather_log
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=INFO_SPEC, supports_check_mode=True)
    try:
        result, warnings = gather_log(module.params)
    except IpmiError as error:
        module.fail_json(**failure(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
