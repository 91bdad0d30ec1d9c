#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_doctor
short_description: Tell why servers time out on their BMCs, and what to do about it
version_added: 0.5.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Takes the evidence that was gathered of many hosts and gives one verdict a host, with the evidence and the next
    steps. It prints one line a host, worst first, and names the hosts whose verdict should end the play.
  - A verdict is V(controller_sick), V(install_vendor_agent), V(competing_agents), V(raise_timeouts), V(look_further) or
    V(healthy). Signs and rules are listed in the collection's guide to the doctor (C(docs/doctor.md)).
  - Nothing is asked and nothing is changed. What is not in the evidence is unknown, and never taken for good.
  - It is one task for the whole fleet and runs on the controller only. Use it with C(run_once). Role
    C(baremetal.ipmi.ipmi_doctor) gathers the evidence.
options:
  hosts:
    description: Inventory names of the hosts to judge. They are each other's peers, so name the whole fleet.
    type: list
    elements: str
    required: true
  variable:
    description:
      - Name of the variable that holds each host's evidence, a dictionary of raw results. Every key may be missing. A
        result that failed counts as asked in vain.
      - C(events) is the result of M(baremetal.ipmi.ipmidrv_events_info); C(system) has C(vendor), C(model),
        C(form_factor), C(chassis) and C(host_os); C(bmc) is the result of M(baremetal.ipmi.ipmi_sensor_facts); C(log)
        that of M(baremetal.ipmi.ipmi_sel_info); C(services) lists the names of running services; C(timeouts) is the
        result of M(baremetal.ipmi.ipmi_timeouts); C(memory) has C(non_paged_pool_bytes) and C(read_at); C(racadm) has
        C(verdict), which is V(healthy) (or V(ok)), V(stuck) (or V(degraded)) or V(failed) (or V(timeout));
        C(better_after_reseat) is what the administrator saw.
    type: str
    default: ipmi_doctor_evidence
  rules:
    description:
      - Rules of your own for all hosts. They come before the built-in ones, and the first that holds decides.
      - Each has C(name), C(when) (sign -> value, list of values, or for a number a comparison such as V(>= 2)),
        C(verdict), C(because) and C(next_steps). C(when) and C(verdict) are required.
    type: list
    elements: dict
    default: []
  rules_variable:
    description:
      - Name of a variable with more such rules, which a host or a group may have. They come before O(rules).
      - It is taken as it stands. Templates in it are not evaluated.
    type: str
    default: ''
  directory:
    description:
      - Folder on the controller for a file C(<host>.json) for each host, relative to the current folder, with what was
        found. The next run compares with it, the rate of time-outs and Windows' memory. It is made when it is missing.
        Files have mode 0600 and are replaced in one step.
      - The empty text compares with nothing and writes nothing. Check mode compares, and writes nothing.
    type: str
    default: ''
  fail_on:
    description: The verdicts with which a host is among RV(failing). The empty list names none.
    type: list
    elements: str
    choices: [controller_sick, install_vendor_agent, competing_agents, raise_timeouts, look_further, healthy]
    default: [controller_sick]
extends_documentation_fragment:
  - baremetal.ipmi.bmc.on_controller
attributes:
  check_mode:
    details: No file is written.
seealso:
  - module: baremetal.ipmi.ipmidrv_events_info
  - module: baremetal.ipmi.ipmi_sensor_facts
  - module: baremetal.ipmi.ipmi_sel_info
  - module: baremetal.ipmi.ipmi_timeouts
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

- name: Put the evidence together
  ansible.builtin.set_fact:
    ipmi_doctor_evidence:
      bmc: "{{ sensors_read }}"
      system:
        vendor: Dell Inc.
        model: PowerEdge M620
        chassis: M1000e-1
      better_after_reseat: false

- name: Judge the fleet, worst first
  baremetal.ipmi.ipmi_doctor:
    hosts: "{{ ansible_play_hosts_all }}"
    directory: ipmi_doctor
    rules:
      - name: our old blades
        when:
          timeouts: [low, elevated]
          blade: true
          idrac: false
        verdict: healthy
        because: They are replaced in spring.
    fail_on: [controller_sick, look_further]
  run_once: true
  register: doctor

- name: Show what is to be done here
  ansible.builtin.debug:
    msg: "{{ doctor.hosts[inventory_hostname].next_steps }}"
"""

RETURN = r"""
hosts:
  description: The diagnoses by host, worst first.
  returned: success
  type: dict
  contains:
    verdict:
      description: V(controller_sick), V(install_vendor_agent), V(competing_agents), V(raise_timeouts), V(look_further)
        or V(healthy).
      type: str
      sample: install_vendor_agent
    rule:
      description: Name of the rule that decided.
      type: str
      sample: service_module_missing
    because:
      description: Its reason.
      type: str
      sample: An iDRAC from firmware 2.0 waits for its service module in the operating system, which does not run here.
    evidence:
      description: Sentences that show what is known, and what could not be had.
      type: list
      elements: str
      sample:
        - "1004: 40 in 24 h (elevated, 40 a day), last 2026-01-31T11:58:00Z"
        - "server: Dell Inc. PowerEdge M620 in chassis M1000e-1"
        - "iDRAC7: firmware 2.30"
        - "iDRAC Service Module: not running"
        - "peers: 9 of 9 others of PowerEdge M620, firmware 2.30, in other chassis have time-outs"
    signs:
      description: All signs with their values, V(unknown) for what is not known.
      type: dict
      sample: {timeouts: elevated, vendor: dell, blade: true, idrac: true, service_module: missing, pollers: 0}
    next_steps:
      description: What to do, in this order.
      type: list
      elements: str
      sample: ["Run the doctor again a day later: the time-outs should be gone."]
    also:
      description: The other rules that hold, each with RV(hosts.rule), RV(hosts.verdict) and RV(hosts.because).
      type: list
      elements: dict
      sample:
        - rule: driver_impatient
          verdict: raise_timeouts
          because: The BMC lives and is slow, and the driver has no more patience than by default.
table:
  description: The lines that were shown.
  returned: success
  type: list
  elements: str
  sample:
    - host     verdict               1004/day  model           firmware  reason
    - blade07  install_vendor_agent        40  PowerEdge M620  2.30      An iDRAC from firmware 2.0 waits for its ...
failing:
  description: The hosts that O(fail_on) singles out, each with its verdict and reason.
  returned: success
  type: dict
  sample:
    blade12: "controller_sick: It fails from the inside, by the driver, and from the outside, by IPMI."
directory:
  description: The folder to which the files were written, as an absolute path.
  returned: when O(directory) is set, and not in check mode
  type: str
  sample: /home/ops/ipmi_doctor
"""

from ..module_utils._ansible.doctor import DOCTOR_SPEC
from ..module_utils._ansible.on_controller import refuse


def main() -> None:
    refuse("ipmi_doctor", DOCTOR_SPEC)


if __name__ == "__main__":
    main()
