#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_sel
short_description: Archive and clear the System Event Log of a BMC without losing an event
version_added: 0.2.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Writes the records of a BMC's System Event Log to an archive, and erases them after that where it is asked to.
  - Nothing is erased that is not on the disk. The log is erased under a reservation, which an event that comes
    meanwhile cancels; then the event is archived, too, and the erasure starts over.
  - A record is archived once, even where two runs read it, and identical events of different times are two records.
options:
  state:
    description:
      - V(archived) writes to the archive what it does not have yet.
      - V(cleared) does so, and then clears the log. A lone entry that says that the log was cleared, as many BMCs add
        it, counts as cleared.
    type: str
    choices: [archived, cleared]
    required: true
  records:
    description: Ids of the records to delete with O(state=cleared), instead of all. What is not there is passed over.
    type: list
    elements: int
  archive_path:
    description:
      - Folder of the archive, made with mode 0700 where it is missing. A host's records are in
        C(<inventory name>.jsonl), mode 0600, a JSON object a line with the keys of
        RV(baremetal.ipmi.ipmi_sel_info#module:sel),
        and with C(bmc), C(generation), C(position), C(archived_at) and C(log_erased).
      - C(generation) counts how often the log was cleared, by anybody, and C(position) the records since.
      - Hidden files beside it keep the archive from being written to by two processes at once, and remember clears.
    type: path
    required: true
  archive_format:
    description: V(ipmitool) writes, beside the JSON lines, C(<inventory name>.sel), which C(ipmitool sel readraw)
      reads.
    type: str
    choices: [jsonl, ipmitool]
    default: jsonl
  archive_on:
    description:
      - Where the archive is when the task does not run in the controller's process.
      - V(controller) reads the log on the task's host, archives on the controller, and goes back to erase what is
        archived. It cannot be used with C(async).
      - V(target) does everything on the task's host.
    type: str
    choices: [controller, target]
    default: controller
  privilege:
    description: Privilege level of the session. By default V(operator) for O(state=cleared), for which BMCs want it,
      and V(user) for O(state=archived).
    type: str
    choices: [callback, user, operator, administrator]
  _name:
    description: Set by the action plugin. The name of the archive on the task's host.
    type: str
  _part:
    description: Set by the action plugin. The part of the work that falls to the task's host while the archive is on
      the controller.
    type: dict
extends_documentation_fragment:
  - baremetal.ipmi.bmc
  - baremetal.ipmi.bmc.session
  - baremetal.ipmi.bmc.health_rules
  - baremetal.ipmi.bmc.sdr_cache
  - baremetal.ipmi.bmc.changes
notes:
  - A BMC that does not cancel reservations when it logs an event, against the specification, loses the events that
    arrive in the very moment of the clear. No program can prevent that.
  - Do not move the archive away between two runs without clearing the log, or what is in the log is archived again.
seealso:
  - module: baremetal.ipmi.ipmi_sel_info
  - module: baremetal.ipmi.ipmi_sel_clock
"""

EXAMPLES = r"""
- name: Archive the event log
  baremetal.ipmi.ipmi_sel:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    state: archived
    archive_path: "{{ sel_folder | default('sel') }}"
  delegate_to: localhost

- name: Archive and clear it
  baremetal.ipmi.ipmi_sel:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    state: cleared
    archive_path: "{{ sel_folder | default('sel') }}"
    archive_format: ipmitool
  delegate_to: localhost
"""

RETURN = r"""
archived:
  description: Number of records that were added to the archive, or would be.
  returned: success
  type: int
  sample: 5
erased:
  description: Number of records that were erased, or would be.
  returned: success
  type: int
  sample: 5
attempts:
  description: How often it was tried to erase, 0 where there was nothing to erase.
  returned: success
  type: int
  sample: 1
archive_file:
  description: The archive of this host.
  returned: success
  type: str
  sample: /var/lib/sel/web01.jsonl
sel_info:
  description: The state of the log after that, as RV(baremetal.ipmi.ipmi_sel_info#module:sel_info).
  returned: success
  type: dict
  sample:
    version: "1.5"
    entries: 1
    free_bytes: 8176
    used_percent: 0.2
    last_add: "2026-01-31T12:00:00Z"
    last_add_kind: set
    last_erase: "2026-01-31T12:00:00Z"
    last_erase_kind: set
    overflow: false
    operations: [delete, reserve, allocation_info]
    problem: null
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
        V(sel_error), V(archive_error), V(insufficient_privilege),
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
from ..module_utils._ansible.sel_change import CHANGE_SPEC, change_here, part
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=CHANGE_SPEC, supports_check_mode=True)
    try:
        if module.params["_part"]:
            module.exit_json(changed=False, part=part(module.params))
        name = module.params["_name"] or module.params["host"]
        result, warnings = change_here(module.params, name, module.check_mode, module._diff)
    except IpmiError as error:
        module.fail_json(**failure(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
