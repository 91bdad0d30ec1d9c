#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: hardware_health_report
short_description: Give one health verdict for each server of a fleet, for people and for CI
version_added: 0.6.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Takes the evidence that was gathered of many hosts and gives one verdict a host, V(healthy), V(attention),
    V(critical) or V(unknown), with the evidence and the next step of each finding. It prints one line a host, worst
    first, and names the hosts that should end the play.
  - The checks are C(reachability), C(sensors), C(event_log), C(log_space), C(clock), C(racadm), C(vendor_agent),
    C(driver), C(collectd_flow) and C(baseline), and C(evidence), which says whether there was any. The worst of them is
    the verdict, in the order critical, attention, unknown, healthy. What they go by is in the collection's guide to the
    health of a fleet (C(docs/hardware-health.md)).
  - Nothing is asked and nothing is changed on the hosts. What was asked in vain is unknown, and so is a host of which
    nothing was asked. An empty list of hosts is an error.
  - It is one task for the whole fleet and runs on the controller only. Use it with C(run_once). Role
    C(baremetal.ipmi.hardware_health) gathers the evidence.
options:
  hosts:
    description: Inventory names of the hosts to judge. The empty list is an error, since nothing was checked then.
    type: list
    elements: str
    required: true
  variable:
    description:
      - Name of the variable that holds each host's evidence, a dictionary of raw results. Every key may be missing. A
        result that failed, or has none of its facts, counts as asked in vain, and one that was skipped as not asked.
      - C(sensors) is the result of M(baremetal.ipmi.ipmi_sensor_facts); C(log) that of M(baremetal.ipmi.ipmi_sel_info)
        with C(live); C(racadm) the fact C(racadm) of M(baremetal.ipmi.racadm_facts); C(identity) any result with the
        BMC's device id; C(agent) and C(plan) are the results of C(vendor_agent_verify) and C(vendor_agent_plan);
        C(events) is that of M(baremetal.ipmi.ipmidrv_events_info); C(collectd) that of M(baremetal.ipmi.collectd_ipmi)
        in check mode or of M(baremetal.ipmi.collectd_ipmi_report); C(reachable) says whether the server itself answers.
      - C(expected) lists the checks that this host should have. One that could not be made is unknown then.
      - It is taken as it stands. Templates in it are not evaluated.
    type: str
    default: hardware_health_evidence
  exceptions:
    description:
      - Findings that are known and that nobody wants to see until a date. They are told beside the verdict, and decide
        nothing. One whose date has passed is void, and is a finding itself where it would have hidden something.
      - Each has C(host) (name or pattern, required), C(check), C(sensor) (name or pattern of what the finding is
        about), C(until) (the last day in UTC by ISO 8601, required) and C(reason). One of C(check) and C(sensor) is
        required.
    type: list
    elements: dict
    default: []
  baseline_dir:
    description:
      - Folder on the controller, relative to the current folder, with a file C(<host>.json) for each host. It names the
        sensors of power supplies, fans and memory modules that were there. One that has vanished since is a finding.
        The first run begins it. Keep it between the runs.
      - The empty text compares with nothing and writes nothing. Check mode compares, and writes nothing.
    type: str
    default: ''
  accept_baseline:
    description: Whether what is there now becomes the baseline. A host whose sensors were not all read keeps its own.
    type: bool
    default: false
  fail_on:
    description:
      - The states with which a check puts its host among RV(failing). Checks count and not the verdict alone, so that
        an V(unknown) check is not covered up by one that wants V(attention). The empty list names none.
    type: list
    elements: str
    choices: [critical, attention, unknown]
    default: [critical, unknown]
  junit:
    description:
      - File on the controller for JUnit XML, with a suite for each host and a case for each check. V(critical) and
        V(attention) are failures, V(unknown) is an error. Its folder is made when it is missing.
      - This file and those of O(json) and O(prometheus) are replaced in one step. Check mode writes none.
    type: str
    default: ''
  json:
    description: File on the controller for JSON, by the schema C(docs/schemas/hardware_health.schema.json).
    type: str
    default: ''
  prometheus:
    description:
      - File on the controller for gauges in Prometheus' text format, for node_exporter's textfile collector. It has to
        end with C(.prom) there.
      - Everybody may read it. The other two have mode 0600.
    type: str
    default: ''
extends_documentation_fragment:
  - baremetal.ipmi.bmc.on_controller
attributes:
  check_mode:
    details: No file is written.
seealso:
  - module: baremetal.ipmi.ipmi_sensor_facts
  - module: baremetal.ipmi.ipmi_sel_info
  - module: baremetal.ipmi.racadm_facts
  - module: baremetal.ipmi.ipmidrv_events_info
  - module: baremetal.ipmi.collectd_ipmi
  - module: baremetal.ipmi.ipmi_doctor
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
    hardware_health_evidence:
      sensors: "{{ sensors_read }}"
      reachable: true
      expected: [reachability, sensors]

- name: Judge the fleet, worst first
  baremetal.ipmi.hardware_health_report:
    hosts: "{{ ansible_play_hosts_all }}"
    exceptions:
      - host: web*
        sensor: PSU 2*
        until: "2030-03-31"
        reason: The second feed of this row is built in spring.
    baseline_dir: hardware_health/baseline
    junit: hardware_health/junit.xml
    json: hardware_health/health.json
    prometheus: hardware_health/hardware_health.prom
  run_once: true
  register: health

- name: End the play of a host that needs hands
  ansible.builtin.fail:
    msg: "{{ health.failing[inventory_hostname] }}"
  when: inventory_hostname in health.failing
"""

RETURN = r"""
hosts:
  description: The verdicts by host, worst first.
  returned: success
  type: dict
  contains:
    verdict:
      description: V(critical), V(attention), V(unknown) or V(healthy).
      type: str
      sample: critical
    model:
      description: The server's model, by racadm or the plan of its agent, empty where neither tells.
      type: str
      sample: PowerEdge R740
    firmware:
      description: The BMC's firmware, empty where it is not known.
      type: str
      sample: "3.00"
    checks:
      description: Each check with its C(state), which may also be V(skipped), and what was C(told).
      type: dict
      sample:
        sensors: {state: critical, told: 83 of 84 sensors have a reading}
        racadm: {state: skipped, told: "racadm: not asked"}
    findings:
      description: What is wrong or not known, worst first.
      type: list
      elements: dict
      contains:
        check:
          description: The check.
          type: str
          sample: sensors
        state:
          description: V(critical), V(attention) or V(unknown).
          type: str
          sample: critical
        subject:
          description: The sensor, service or instance, empty where it is about the whole check.
          type: str
          sample: Fan3
        evidence:
          description: What was seen.
          type: str
          sample: "Fan3 (System Board 7.1) reads 240 RPM: at or below lower critical (360)"
        next_step:
          description: What to do about it.
          type: str
          sample: Look whether the fan turns and is plugged in, and replace it.
    hidden:
      description: Findings that exceptions hide, with C(until) and C(reason) of the exception.
      type: list
      elements: dict
      sample:
        - check: sensors
          state: critical
          subject: PSU 2 Status
          evidence: "PSU 2 Status (Power Supply 10.2): power supply input lost (AC/DC)"
          next_step: Look at the power supply's lamp, its cord and its feed, and replace it.
          until: "2030-03-31"
          reason: The second feed of this row is built in spring.
table:
  description: The lines that were shown.
  returned: success
  type: list
  elements: str
  sample:
    - host   verdict   critical  attention  unknown  hidden  model           firmware  worst finding
    - web01  critical         1          0        0       1  PowerEdge R740  3.00      sensors Fan3 (System Board ...
failing:
  description: The hosts that O(fail_on) singles out, each with the worst of what it has.
  returned: success
  type: dict
  sample:
    web01: "critical: sensors: Fan3 (System Board 7.1) reads 240 RPM: at or below lower critical (360)"
files:
  description: The reports that were written, as absolute paths, by option.
  returned: success, and not in check mode
  type: dict
  sample: {junit: /srv/ci/junit.xml}
"""

from ..module_utils._ansible.hardware_health import HEALTH_SPEC
from ..module_utils._ansible.on_controller import refuse


def main() -> None:
    refuse("hardware_health_report", HEALTH_SPEC)


if __name__ == "__main__":
    main()
