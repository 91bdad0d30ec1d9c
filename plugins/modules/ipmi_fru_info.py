#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_fru_info
short_description: Read who made a server, from the FRU inventory of its BMC
version_added: 0.6.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Reads the inventory data of a FRU device (field replaceable unit) of a BMC, over LAN or from inside the server, and
    returns manufacturer, model, part and serial numbers of the product, its board and its chassis. Nothing is changed.
  - It asks for the areas that are there, and for nothing else. Other records in the device (the internal use area and
    the multi-record area) are not read.
  - What cannot be read, such as an area with a wrong checksum, is told in RV(fru.problems), and is no failure. So is a
    FRU device that is not there.
options:
  device:
    description: Id of the FRU device, from V(0) to V(254). V(0) is the server itself.
    type: int
    default: 0
extends_documentation_fragment:
  - baremetal.ipmi.bmc
  - baremetal.ipmi.bmc.session
  - baremetal.ipmi.bmc.reading
  - baremetal.ipmi.bmc.read_only
seealso:
  - module: baremetal.ipmi.ipmi_sensor_facts
  - module: baremetal.ipmi.vendor_agent_plan
"""

EXAMPLES = r"""
- name: Read who made the server
  baremetal.ipmi.ipmi_fru_info:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
  delegate_to: localhost
  register: inventory

- name: Show model and serial number
  ansible.builtin.debug:
    msg: "{{ inventory.fru.product.name }}, {{ inventory.fru.product.serial_number }}"

- name: Read the first power supply's, where the BMC keeps it as device 1
  baremetal.ipmi.ipmi_fru_info:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    device: 1
  delegate_to: localhost
"""

RETURN = r"""
fru:
  description: The inventory. V(null) for every field that is empty, or in an area that is not there.
  returned: success
  type: dict
  contains:
    product:
      description: The product as it is sold.
      type: dict
      contains:
        manufacturer:
          description: Its manufacturer.
          type: str
          sample: DELL
        name:
          description: Its name.
          type: str
          sample: PowerEdge R640
        part_number:
          description: Part or model number.
          type: str
          sample: null
        version:
          description: Version.
          type: str
          sample: "01"
        serial_number:
          description: Serial number, Dell's service tag.
          type: str
          sample: 1DJDLN2
        asset_tag:
          description: The owner's mark.
          type: str
          sample: null
        custom:
          description: The manufacturer's own fields, without empty ones. Those that are no text are hex digits.
          type: list
          elements: str
          sample: []
    board:
      description: The main board, or what else the device is on.
      type: dict
      contains:
        manufacturer:
          description: Its manufacturer.
          type: str
          sample: DELL
        name:
          description: Its name.
          type: str
          sample: PowerEdge R640
        serial_number:
          description: Serial number.
          type: str
          sample: CNIVC007CT0227
        part_number:
          description: Part number.
          type: str
          sample: 0W23H8A00
        manufactured_at:
          description: When it was made, in UTC.
          type: str
          sample: "2017-12-31T10:34:00Z"
    chassis:
      description: The chassis.
      type: dict
      contains:
        type:
          description: Its type, by SMBIOS' names.
          type: str
          sample: Rack Mount Chassis
        part_number:
          description: Part number.
          type: str
          sample: null
        serial_number:
          description: Serial number.
          type: str
          sample: QTFCJ052806D1
        custom:
          description: The manufacturer's own fields, as RV(fru.product.custom).
          type: list
          elements: str
          sample: []
    problems:
      description: A sentence for everything that cannot be read.
      type: list
      elements: str
      sample: ["the board area is passed over: its checksum is wrong"]
bmc:
  description: Who answered, as C(ipmi_bmc) of M(baremetal.ipmi.ipmi_sensor_facts).
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
from ..module_utils._ansible.fru import FRU_SPEC, gather_fru
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=FRU_SPEC, supports_check_mode=True)
    try:
        result, warnings = gather_fru(module.params)
    except IpmiError as error:
        module.fail_json(**failure(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
