#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_sel_clock
short_description: Set the clock of a BMC's System Event Log
version_added: 0.2.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Sets the clock by which a BMC stamps its events, where it is not set or has drifted away from the clock of the
    machine on which the plugin runs. Have that one synchronised.
  - A BMC that has a UTC offset gets local time.
options:
  tolerance_s:
    description: Seconds by which the clock may be wrong, in either direction.
    type: float
    default: 60
  privilege:
    description: Privilege level of the session. BMCs want V(operator) to set the clock.
    type: str
    choices: [callback, user, operator, administrator]
    default: operator
extends_documentation_fragment:
  - baremetal.ipmi.bmc
  - baremetal.ipmi.bmc.session
  - baremetal.ipmi.bmc.changes
seealso:
  - module: baremetal.ipmi.ipmi_sel_info
  - module: baremetal.ipmi.ipmi_sel
"""

EXAMPLES = r"""
- name: Set the clock of the event log
  baremetal.ipmi.ipmi_sel_clock:
    host: "{{ bmc_host }}"
    port: "{{ bmc_port | default(623) }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    tolerance_s: 30
  delegate_to: localhost
"""

RETURN = r"""
before:
  description: The clock as it was found, as RV(baremetal.ipmi.ipmi_sel_info#module:sel_clock).
  returned: success
  type: dict
  sample: {time: null, time_kind: pre_init, timecode: 86400, drift_s: null, utc_offset_minutes: null}
after:
  description: The clock after that, or as it would be.
  returned: success
  type: dict
  sample: {time: "2026-01-31T12:00:00Z", time_kind: set, timecode: 1769860800, drift_s: -0.3, utc_offset_minutes: null}
drift_s:
  description: By how many seconds the clock was ahead, V(null) for a clock that was not set.
  returned: success
  type: float
  sample: null
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
        V(sel_error), V(insufficient_privilege),
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
from ..module_utils._ansible.sel_clock import CLOCK_SPEC, set_sel_clock
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=CLOCK_SPEC, supports_check_mode=True)
    try:
        result = set_sel_clock(module.params, module.check_mode, module._diff)
    except IpmiError as error:
        module.fail_json(**failure(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
