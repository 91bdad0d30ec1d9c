#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: collectd_ipmi_report
short_description: Show what became of collectd's ipmi plugin on a fleet
version_added: 0.4.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Takes the registered results of M(baremetal.ipmi.collectd_ipmi) of many hosts and prints one line a host, those that
    failed first.
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
extends_documentation_fragment:
  - baremetal.ipmi.bmc.on_controller
attributes:
  check_mode:
    details: Drift is told as what would be mended.
"""

EXAMPLES = r"""
- name: Show what became of the fleet's collectd
  baremetal.ipmi.collectd_ipmi_report:
    hosts: "{{ ansible_play_hosts_all }}"
    variable: collectd_result
  run_once: true
"""

RETURN = r"""
summary:
  description: One entry a host, those that failed first.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: Inventory name.
      type: str
      sample: db01
    status:
      description: V(critical) where it failed, V(unknown) where the host never came to it, V(warning) for drift that a
        check found, else V(nominal).
      type: str
      sample: nominal
    version:
      description: The version of collectd, empty where it is not known.
      type: str
      sample: 5.12.0
    instances:
      description: How many BMCs it reads.
      type: int
      sample: 1
    sensors:
      description: How many sensors have values, V(null) where that is not known.
      type: int
      sample: 21
    drift:
      description: How many things were not as they should be.
      type: int
      sample: 0
    remark:
      description: What is to be known.
      type: str
      sample: ''
"""

from ..module_utils._ansible.collectd_spec import REPORT_SPEC
from ..module_utils._ansible.on_controller import refuse


def main() -> None:
    refuse("collectd_ipmi_report", REPORT_SPEC)


if __name__ == "__main__":
    main()
