#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmi_timeouts
short_description: Set the time-outs of the IPMI driver
version_added: 0.3.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Sets how long, and how often, the operating system's IPMI driver waits for the server's BMC, for BMCs that are slow.
  - On Linux these are parameters of the modules C(ipmi_msghandler) and C(ipmi_si). They are set in the running kernel,
    and in C(/etc/modprobe.d/baremetal-ipmi.conf) for every start. Whatever else is in that file stays.
  - Nothing is changed before all of it is known to be possible, and a failure takes back what was set.
options:
  linux:
    description:
      - The time-outs on Linux. What is not named is not touched.
      - V(default) is the driver's own value. Its line in the file is removed.
    type: dict
    required: true
    suboptions:
      default_retry_ms:
        description: Milliseconds after which a message to another controller is sent again. 1 to 600000, the driver's
          own is 2000.
        type: str
      default_max_retries:
        description: How often it is sent again. 0 to 100, the driver's own is 4.
        type: str
      default_maintenance_retry_ms:
        description: Milliseconds after which it is sent again while the BMC is in maintenance mode. 1 to 600000, the
          driver's own is 3000.
        type: str
      maintenance_mode_timeout_ms:
        description: Milliseconds for which maintenance mode lasts after a reset or a firmware command. 1 to 3600000,
          the driver's own is 30000.
        type: str
      kipmid_max_busy_us:
        description: Microseconds for which the driver's thread polls a BMC without interrupts before it sleeps. 0 to
          1000000, where 0, the driver's own, does not limit it. Of several interfaces this is the first one's.
        type: str
      runtime:
        description: Set them in the running kernel.
        type: bool
        default: true
      persistent:
        description:
          - Set them in C(/etc/modprobe.d/baremetal-ipmi.conf).
          - A driver that is built into the kernel does not read it, which you are warned of. Where the initial RAM disk
            holds the driver, rebuild it.
        type: bool
        default: true
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode.
    support: full
  idempotent:
    description: When run twice in a row outside of check mode, with the same arguments, the second invocation
      indicates no change.
    support: full
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: linux
"""

EXAMPLES = r"""
- name: Be patient with a slow BMC
  baremetal.ipmi.ipmi_timeouts:
    linux:
      default_retry_ms: 5000
      default_max_retries: 6
      kipmid_max_busy_us: 500
  become: true

- name: Go back to what the driver has by itself
  baremetal.ipmi.ipmi_timeouts:
    linux:
      default_retry_ms: default
      default_max_retries: default
  become: true
"""

RETURN = r"""
before:
  description: The values as they were found, in the running kernel and in the file. V(null) for what the file does not
    set, empty for what was never set in the kernel.
  returned: success
  type: dict
  sample: {runtime: {default_retry_ms: "2000"}, persistent: {default_retry_ms: null}}
after:
  description: The values after that, or as they would be.
  returned: success
  type: dict
  sample: {runtime: {default_retry_ms: "5000"}, persistent: {default_retry_ms: "5000"}}
file:
  description: The file in modprobe.d.
  returned: success
  type: str
  sample: /etc/modprobe.d/baremetal-ipmi.conf
error:
  description: What went wrong, for playbooks that tell one failure from another.
  returned: failure
  type: dict
  contains:
    message:
      description: What happened, without the next step.
      type: str
      sample: "default_retry_ms: 0 is not between 1 and 600000"
    kind:
      description: V(driver_error) or V(option_error).
      type: str
      sample: option_error
    host:
      description: Always V(null), it is the task's host.
      type: str
      sample: null
    next_step:
      description: What to do about it.
      type: str
      sample: Give a number in that range, or default for the driver's own, 2000.
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.failure import failure
from ..module_utils._ansible.linux_driver import LinuxMachine
from ..module_utils._ansible.timeouts import TIMEOUTS_SPEC, set_timeouts
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=TIMEOUTS_SPEC, supports_check_mode=True)
    try:
        result, warnings = set_timeouts(module.params, module.check_mode, module._diff, LinuxMachine())
    except IpmiError as error:
        module.fail_json(**failure(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
