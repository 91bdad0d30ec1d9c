#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_sensor_report
short_description: Show, save and judge the sensor facts of a fleet
version_added: 0.1.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Takes the registered results of M(baremetal.ipmi.ipmi_sensor_facts) of many hosts, prints one line a host, worst
    first, writes each host's facts as a JSON file, and names the hosts whose state should end the play.
  - It is one task for the whole fleet and runs on the controller only. Use it with C(run_once).
options:
  hosts:
    description: Inventory names of the hosts to report on.
    type: list
    elements: str
    required: true
  variable:
    description: Name of the variable in which each host registered its result.
    type: str
    required: true
  snapshot_dir:
    description:
      - Folder on the controller for a file C(<host>.json) for each host, relative to the current folder. It is made
        when it is missing. Files have mode 0600 and are replaced in one step.
      - A host that could not be read has a file too, with a status of C(unknown) and the error.
      - The empty text writes none, and neither does check mode.
    type: str
    default: ''
  fail_on:
    description:
      - The health with which a host is among RV(failing).
      - V(warning) includes critical. With both, a BMC that is unreachable, was read incompletely or has no sensor is
        among them too.
    type: str
    choices: [never, critical, warning]
    default: never
  unreachable:
    description:
      - V(warn) keeps BMCs that are unreachable, incomplete or without a sensor out of RV(failing).
      - BMCs that refuse to be read, because of a wrong password for instance, stay among them.
    type: str
    choices: [fail, warn]
    default: fail
extends_documentation_fragment:
  - baremetal.ipmi.bmc.on_controller
attributes:
  check_mode:
    details: No file is written.
"""

EXAMPLES = r"""
- name: Read all sensors
  baremetal.ipmi.ipmi_sensor_facts:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
  delegate_to: localhost
  register: sensors_read
  failed_when: false

- name: Show the fleet, worst first
  baremetal.ipmi.ipmi_sensor_report:
    hosts: "{{ ansible_play_hosts_all }}"
    variable: sensors_read
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
  sample:
    - host: db01
      status: critical
      counts: {nominal: 29, warning: 0, critical: 1, unknown: 0}
      remark: "Fan3 (Fan Device 29.3) reads 240 RPM: at or below lower critical (360)"
failing:
  description: The hosts that O(fail_on) and O(unreachable) single out, each with its status and worst finding.
  returned: success
  type: dict
  sample:
    db01: "critical: Fan3 (Fan Device 29.3) reads 240 RPM: at or below lower critical (360)"
snapshot_dir:
  description: The folder to which the files were written, as an absolute path.
  returned: when O(snapshot_dir) is set, and not in check mode
  type: str
  sample: /home/ops/sensor_facts
"""

from ..module_utils._ansible.on_controller import refuse
from ..module_utils._ansible.report import ARGUMENT_SPEC


def main() -> None:
    refuse("ipmi_sensor_report", ARGUMENT_SPEC)


if __name__ == "__main__":
    main()
