#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_fleet_facts
short_description: Hand a host its share of what M(baremetal.ipmi.ipmi_fleet_info) has read
version_added: 0.7.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Returns for one target what M(baremetal.ipmi.ipmi_sensor_facts) or M(baremetal.ipmi.ipmi_sel_info) would have
    returned, facts, warnings and failure alike, out of one task for the whole fleet. No BMC is asked.
  - Where the task for the fleet has failed, each target has its failure.
  - It runs on the controller only, as an action plugin.
options:
  variable:
    description: The variable in which the result of M(baremetal.ipmi.ipmi_fleet_info) is registered.
    type: str
    required: true
  target:
    description: Name of the target. By default the host's name in the inventory.
    type: str
  part:
    description: What to return, as M(baremetal.ipmi.ipmi_sensor_facts) does, or as M(baremetal.ipmi.ipmi_sel_info).
    type: str
    choices: [sensors, sel]
    default: sensors
extends_documentation_fragment:
  - baremetal.ipmi.bmc.on_controller
  - baremetal.ipmi.bmc.facts
seealso:
  - module: baremetal.ipmi.ipmi_fleet_info
"""

EXAMPLES = r"""
- name: Read all BMCs of the play in one task
  baremetal.ipmi.ipmi_fleet_info:
  run_once: true
  delegate_to: localhost
  register: ipmi

- name: Set each host's facts
  baremetal.ipmi.ipmi_fleet_facts:
    variable: ipmi

- name: Fail the hosts that are critical
  ansible.builtin.assert:
    that: ansible_facts.ipmi_health.status != 'critical'
"""

RETURN = r"""
ansible_facts:
  description: The facts of M(baremetal.ipmi.ipmi_sensor_facts).
  returned: when O(part=sensors)
  type: dict
  sample:
    ipmi_health: {status: nominal, complete: true, counts: {nominal: 30, warning: 0, critical: 0, unknown: 0}}
sel:
  description: The records of the event log, as M(baremetal.ipmi.ipmi_sel_info) has them.
  returned: when O(part=sel)
  type: list
  elements: dict
  sample: []
sel_info:
  description: The state of the event log.
  returned: when O(part=sel)
  type: dict
  sample: {entries: 12, overflow: false}
sel_clock:
  description: The clock of the event log.
  returned: when O(part=sel)
  type: dict
  sample: {time: "2026-01-30T14:03:11Z", time_kind: utc, drift_s: 0.4}
bmc:
  description: Who answered.
  returned: when O(part=sel)
  type: dict
  sample: {device_id: 32, firmware_version: "2.30", manufacturer_name: Dell Inc.}
error:
  description: Why this target was not read, as RV(ignore:error) of the module for one BMC.
  returned: failure
  type: dict
  sample: {kind: wrong_password, message: wrong password for user 'monitor', host: 192.0.2.17,
    next_step: Check the password of this user on the BMC.}
"""

from ..module_utils._ansible.fleet_facts import FLEET_FACTS_SPEC
from ..module_utils._ansible.on_controller import refuse


def main() -> None:
    refuse("ipmi_fleet_facts", FLEET_FACTS_SPEC)


if __name__ == "__main__":
    main()
