#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_sensor_facts
short_description: Gather every sensor of a BMC, rated, as facts
version_added: 0.1.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Reads the sensor data records and all sensors of a BMC, over LAN or from inside the server, and returns them as
    facts, with reading, unit, thresholds, states and a health.
  - One sensor that refuses, stays silent or is broken costs nothing but itself.
  - Sensors that other management controllers own, such as a Node Manager, are read through the BMC's bridge.
options:
  sensors:
    description:
      - Names of sensors, or regular expressions between slashes (V(/^Fan/)), as in the option C(Sensor) of collectd's
        ipmi plugin. They are matched against the sensor's name and against the name that collectd has for it.
      - Only what is selected is read from the BMC. Without any, every sensor is.
    type: list
    elements: str
    default: []
  ignore_selected:
    description: Turns O(sensors) around, so that everything else is read.
    type: bool
    default: false
  types:
    description: Types of sensors to read, as they are written in the facts, such as V(Temperature), V(Fan), V(Power
      Supply).
    type: list
    elements: str
    default: []
  thresholds:
    description:
      - Where thresholds are taken from.
      - V(bmc) asks the BMC, at one request for each threshold sensor, and takes them from the sensor data record where
        the BMC does not tell.
      - V(sdr) takes them from the record, V(none) leaves them out.
    type: str
    choices: [bmc, sdr, none]
    default: bmc
  query:
    description:
      - A JMESPath expression on C({ipmi_sensors, ipmi_health, ipmi_bmc}). Its result is returned beside the facts.
      - Needs the Python library jmespath where the plugin runs.
    type: str
extends_documentation_fragment:
  - baremetal.ipmi.bmc
  - baremetal.ipmi.bmc.session
  - baremetal.ipmi.bmc.reading
  - baremetal.ipmi.bmc.health_rules
  - baremetal.ipmi.bmc.sdr_cache
  - baremetal.ipmi.bmc.of_a_fleet
  - baremetal.ipmi.bmc.read_only
  - baremetal.ipmi.bmc.facts
"""

EXAMPLES = r"""
- name: Read all sensors of a server's BMC
  baremetal.ipmi.ipmi_sensor_facts:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
  delegate_to: localhost

- name: Stop when the hardware is in a critical state
  ansible.builtin.assert:
    that: ansible_facts.ipmi_health.status != 'critical'
    fail_msg: "{{ ansible_facts.ipmi_health.findings | map(attribute='message') | join('; ') }}"

- name: Read fans and temperatures only, and keep the hottest
  baremetal.ipmi.ipmi_sensor_facts:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    types: [Fan, Temperature]
    thresholds: sdr
    query: "max_by(ipmi_sensors[?unit == 'degrees C' && reading != null], &reading).{name: name, reading: reading}"
  delegate_to: localhost

- name: Read everything but the drive slots, from a slow BMC, within a minute
  baremetal.ipmi.ipmi_sensor_facts:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    sensors: ["/^(Drive|HDD)/"]
    ignore_selected: true
    timeout_s: 60
    request_timeout_s: 5
  delegate_to: localhost

- name: Rate a server as its owner sees it
  baremetal.ipmi.ipmi_sensor_facts:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    health_rules:
      - name: case that is always open
        sensor: Intrusion
        health: nominal
      - name: inlet above 30 degrees
        sensor: /Inlet/
        type: Temperature
        above: 30
        health: warning
  delegate_to: localhost
"""

RETURN = r"""
ansible_facts:
  description: The facts. They are set on the task's host, or with C(delegate_facts) on the one that it is delegated to.
  returned: success
  type: complex
  contains:
    ipmi_sensors:
      description: All sensors that were selected, in the order of the sensor data records.
      type: list
      elements: dict
      contains:
        name:
          description: Name from the sensor data record. Names are not unique, the entity tells sensors apart.
          type: str
          sample: Inlet Temp
        number:
          description: Sensor number.
          type: int
          sample: 5
        lun:
          description: Logical unit of the owner.
          type: int
          sample: 0
        owner:
          description: Owner id, 32 (20h) for the BMC itself.
          type: int
          sample: 32
        entity:
          description: Entity id and instance.
          type: str
          sample: "7.1"
        entity_id:
          description: Entity id.
          type: int
          sample: 7
        entity_instance:
          description: Entity instance.
          type: int
          sample: 1
        entity_name:
          description: What the entity is.
          type: str
          sample: System Board
        type:
          description: Sensor type.
          type: str
          sample: Temperature
        kind:
          description: V(threshold) or V(discrete).
          type: str
          sample: threshold
        event_only:
          description: Whether the sensor only logs events and never has a reading.
          type: bool
          sample: false
        reading:
          description: The value in RV(ansible_facts.ipmi_sensors[].unit), V(null) where there is none. Zero is a value.
          type: float
          sample: 24.0
        unit:
          description: Unit of reading and thresholds, V(null) for a sensor without a number.
          type: str
          sample: degrees C
        status:
          description: V(ok), V(non_critical), V(critical) or V(non_recoverable), as the BMC says. V(null) for discrete
            sensors.
          type: str
          sample: ok
        states:
          description: Discrete states that are asserted, or thresholds that are passed, as text.
          type: list
          elements: str
          sample: []
        state_bits:
          description: The same as a number. Bit n is state n. The reserved bit is masked.
          type: int
          sample: 0
        thresholds:
          description: The six thresholds in RV(ansible_facts.ipmi_sensors[].unit), V(null) where there is none.
          type: dict
          sample:
            lower_non_recoverable: null
            lower_critical: null
            lower_non_critical: 3.0
            upper_non_critical: 42.0
            upper_critical: 47.0
            upper_non_recoverable: null
        health:
          description: V(nominal), V(warning), V(critical) or V(unknown).
          type: str
          sample: nominal
        available:
          description: Whether the sensor could be read.
          type: bool
          sample: true
        unavailable_reason:
          description: Why the sensor, or its value, could not be had, V(null) if it could. A sensor without a value can
            be available and have a status.
          type: str
          sample: null
        collectd_name:
          description: What collectd's ipmi plugin calls the sensor.
          type: str
          sample: Inlet Temp system_board (7.1)
        collectd_type:
          description: The type as which that plugin reports it, V(null) for a sensor that it leaves out.
          type: str
          sample: temperature
    ipmi_health:
      description: The verdict on this BMC.
      type: dict
      contains:
        status:
          description: The worst health of all sensors, in the order critical, warning, unknown, nominal. Sensors that
            are absent, refused, not scanned or event-only do not count.
          type: str
          sample: critical
        complete:
          description: Whether all that was asked for was read.
          type: bool
          sample: true
        counts:
          description: Number of sensors for each health.
          type: dict
          sample: {nominal: 84, warning: 0, critical: 2, unknown: 134}
        findings:
          description: Every sensor that is not nominal, worst first.
          type: list
          elements: dict
          sample:
            - sensor: Fan3
              number: 50
              entity: "7.1"
              health: critical
              status: critical
              states: [at or below lower non-critical, at or below lower critical]
              reading: 240.0
              unit: RPM
              rule: threshold.critical
              message: "Fan3 (System Board 7.1) reads 240 RPM: at or below lower critical (360)"
    ipmi_bmc:
      description: Who answered. Values are V(null) where the BMC does not tell.
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
    ipmi_query_result:
      description: The result of O(query).
      returned: when O(query) is set
      type: raw
      sample: {name: CPU1 Temp, reading: 47.0}
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
from ..module_utils._ansible.sensors import ARGUMENT_SPEC, gather
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        facts, warnings = gather(module.params)
    except IpmiError as error:
        module.fail_json(**failure(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, ansible_facts=facts)


if __name__ == "__main__":
    main()
