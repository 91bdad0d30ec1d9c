#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vendor_agent_report
short_description: Show what became of the vendors' agents on a fleet
version_added: 0.6.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Takes the registered results of M(baremetal.ipmi.vendor_agent_plan) and M(baremetal.ipmi.vendor_agent_verify) of
    many hosts and prints one line a host, worst first. It names the hosts whose verdict should end the play.
  - It is one task for the whole fleet and runs on the controller only. Use it with C(run_once).
options:
  hosts:
    description: Inventory names of the hosts to report on.
    type: list
    elements: str
    required: true
  plan_variable:
    description: Name of the variable in which each host registered its result of M(baremetal.ipmi.vendor_agent_plan).
    type: str
    required: true
  variable:
    description: Name of the variable in which each host registered its result of M(baremetal.ipmi.vendor_agent_verify).
    type: str
    required: true
  fail_on:
    description: The verdicts with which a host is among RV(failing). The empty list names none.
    type: list
    elements: str
    choices: [failed, unknown, unverified]
    default: [failed]
extends_documentation_fragment:
  - baremetal.ipmi.bmc.on_controller
attributes:
  check_mode:
    details: It only reads, so check mode makes no difference.
  platform:
    platforms: posix, windows
seealso:
  - module: baremetal.ipmi.vendor_agent_plan
  - module: baremetal.ipmi.vendor_agent_verify
"""

EXAMPLES = r"""
- name: Show what became of the fleet's agents
  baremetal.ipmi.vendor_agent_report:
    hosts: "{{ ansible_play_hosts_all }}"
    plan_variable: agent_plan
    variable: agent_verified
    fail_on: [failed, unverified]
  run_once: true
  register: agents

- name: Stop where an agent does not do its work
  ansible.builtin.fail:
    msg: "{{ agents.failing[inventory_hostname] }}"
  when: inventory_hostname in agents.failing
"""

RETURN = r"""
summary:
  description: One entry a host, worst first.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: Inventory name.
      type: str
      sample: db01
    vendor:
      description: The server's vendor, empty where it is not known.
      type: str
      sample: dell
    generation:
      description: The server's generation, empty where it is not known.
      type: str
      sample: 14G
    agent:
      description: Id of the agent, empty where there is none.
      type: str
      sample: idrac_service_module
    version:
      description: The pinned version, or the release of the matrix; empty where it is whatever the repository has.
      type: str
      sample: '5400'
    verdict:
      description: V(failed), V(unknown) where the host never came to it, V(unverified), V(ok), or V(no_agent) where
        none is known for its vendor.
      type: str
      sample: unverified
    remark:
      description: What is to be known, failures first.
      type: str
      sample: racadm finds no controller in this machine
table:
  description: The lines that are shown.
  returned: success
  type: list
  elements: str
  sample:
    - host  vendor  generation  agent                 version  verdict  remark
    - db01  dell    14G         idrac_service_module  5400     ok
failing:
  description: The hosts with one of the verdicts of O(fail_on), and why.
  returned: success
  type: dict
  sample: {}
"""

from ..module_utils._ansible.agents import REPORT_SPEC
from ..module_utils._ansible.on_controller import refuse


def main() -> None:
    refuse("vendor_agent_report", REPORT_SPEC)


if __name__ == "__main__":
    main()
