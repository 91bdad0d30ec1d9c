#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_sel_report
short_description: Show and judge the event logs of a fleet, and tell which ones are to be cleared
version_added: 0.2.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Takes the registered results of M(baremetal.ipmi.ipmi_sel_info) of many hosts, prints the events of all of them by
    severity and sensor and then one line a host, worst first, and names the hosts whose state should end the play.
  - An event that is over stays in the log. Therefore each critical, warning or unknown event has a state. V(active)
    holds now, V(recovered) is over, and of V(unknown) nobody knows.
  - What the sensor says now decides, which RV(baremetal.ipmi.ipmi_sel_info#module:sel[].live_state) tells. Where it
    says nothing, an event is over when its end is in the log behind it.
  - Critical and warning events make a host critical or warning unless they are V(recovered). Of one kind and state
    those of the whole fleet are one line, what is V(active) first, what is V(recovered) behind it all.
  - It is one task for the whole fleet, runs on the controller only and changes nothing. Use it with C(run_once).
options:
  hosts:
    description: Inventory names of the hosts to report on.
    type: list
    elements: str
    required: true
  variable:
    description:
      - Name of the variable in which each host registered its result.
      - Read the whole log, or what is new by O(baremetal.ipmi.ipmi_sel_info#module:since). Records that other options
        leave out, such as the end of an event, are missed here.
    type: str
    required: true
  severity:
    description: Severities of the events to show and to return as RV(events). The empty list is all of them.
    type: list
    elements: str
    choices: [nominal, warning, critical, unknown]
    default: [critical, warning, unknown]
  fail_on:
    description:
      - The status with which a host is among RV(failing).
      - V(warning) includes critical. With both, a BMC that is unreachable is among them too.
    type: str
    choices: [never, critical, warning]
    default: never
  unreachable:
    description:
      - V(warn) keeps BMCs that are unreachable out of RV(failing).
      - BMCs that refuse to be read, because of a wrong password for instance, stay among them.
    type: str
    choices: [fail, warn]
    default: fail
  clear_variable:
    description:
      - Name of the variable in which each host has a dictionary that says what of its log is to be cleared.
      - C(clear) is V(never), V(over_percent) or V(always), and C(over_percent) the percentage over which a log is too
        full. A log whose size the BMC does not tell is too full when events were lost.
      - A host without the variable has nothing to be cleared, nor has one whose log is empty, or holds nothing but the
        entry that says that it was cleared.
    type: str
    default: ''
  clear_hosts:
    description:
      - Inventory names of all hosts whose logs may be cleared in this play, in batches to come too. By default
        O(hosts).
      - They are counted for O(confirm_hosts), and one that has not been read yet counts as to be cleared.
    type: list
    elements: str
    default: []
  confirm_hosts:
    description: The number of logs that may be cleared. When there are more, RV(refusal) says so.
    type: int
    default: 1
extends_documentation_fragment:
  - baremetal.ipmi.bmc.on_controller
attributes:
  check_mode:
    details: It changes nothing, so check mode makes no difference.
seealso:
  - module: baremetal.ipmi.ipmi_sel_info
  - module: baremetal.ipmi.ipmi_sel
"""

EXAMPLES = r"""
- name: Read the event log
  baremetal.ipmi.ipmi_sel_info:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    live: true
  delegate_to: localhost
  register: log_read
  failed_when: false

- name: Show the fleet, worst first
  baremetal.ipmi.ipmi_sel_report:
    hosts: "{{ ansible_play_hosts_all }}"
    variable: log_read
    fail_on: critical
  run_once: true
  register: fleet

- name: Fail the hosts that are critical
  ansible.builtin.fail:
    msg: "{{ fleet.failing[inventory_hostname] }}"
  when: inventory_hostname in fleet.failing
"""

RETURN = r"""
summary:
  description: One entry a host, worst first.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host.
      type: str
      sample: db01
    status:
      description: V(critical), V(warning), V(nominal), or V(unknown) for a host that could not be read.
      type: str
      sample: critical
    counts:
      description: Events that are not over by their severity, and those that are V(recovered). V(null) for a host that
        could not be read.
      type: dict
      sample: {critical: 1, warning: 1, unknown: 0, recovered: 2, nominal: 3}
    entries:
      description: Number of entries in the log.
      type: int
      sample: 7
    used_percent:
      description: How full the log is, V(null) where the BMC does not tell.
      type: float
      sample: 1.4
    overflow:
      description: Whether events were lost since the log was full.
      type: bool
      sample: false
    drift_s:
      description: Seconds by which the log's clock is ahead, V(null) where it was not set or the BMC does not tell.
      type: float
      sample: -0.4
    remark:
      description: The newest of the worst events, or why the host could not be read.
      type: str
      sample: "Fan2A: lower critical going low, active, 2026-01-11T22:40:03Z"
events:
  description: The events of the fleet, those of one severity, state, sensor and kind together, worst first.
  returned: success
  type: list
  elements: dict
  contains:
    severity:
      description: How bad it is.
      type: str
      sample: critical
    state:
      description: V(active), V(unknown) or V(recovered). V(null) for nominal events.
      type: str
      sample: active
    sensor:
      description: The sensor's name, or its type and number where it has none.
      type: str
      sample: Fan2A
    event:
      description: What happened.
      type: str
      sample: lower critical going low
    count:
      description: Number of entries.
      type: int
      sample: 1
    hosts:
      description: The hosts that have them.
      type: list
      elements: str
      sample: [db01]
    last:
      description: Time of the newest in UTC, V(null) where none has a time of day.
      type: str
      sample: "2026-01-11T22:40:03Z"
needs_attention:
  description: The hosts whose status is not nominal, worst first.
  returned: success
  type: list
  elements: str
  sample: [db01, dead01]
failing:
  description: The hosts that O(fail_on) and O(unreachable) single out, each with its status and worst event.
  returned: success
  type: dict
  sample:
    db01: "critical: Fan2A: lower critical going low, active, 2026-01-11T22:40:03Z"
clearing:
  description: Those of O(hosts) whose logs are to be cleared, each with the reason.
  returned: success
  type: dict
  sample: {web01: 97.9 percent used}
archiving:
  description:
    - Those of O(hosts) whose logs stay and can be archived.
    - Not among them are hosts that have something to be cleared and nothing in their logs but, maybe, the entry that
      says that they were cleared. It is archived with what comes after it.
  returned: success
  type: list
  elements: str
  sample: [db01]
clear_count:
  description: Number of logs of O(clear_hosts) that are to be cleared, those that are not read yet among them.
  returned: success
  type: int
  sample: 1
refusal:
  description: Why nothing may be cleared before O(confirm_hosts) is raised, to RV(clear_count) at least. Empty where it
    may.
  returned: success
  type: str
  sample: ''
"""

from ..module_utils._ansible.on_controller import refuse
from ..module_utils._ansible.sel_report import ARGUMENT_SPEC


def main() -> None:
    refuse("ipmi_sel_report", ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
