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
    and in C(/etc/modprobe.d/baremetal-ipmi.conf) for every start. Whatever else is in that file stays. Nothing is
    changed before all of it is known to be possible, and a failure takes back what was set.
  - On Windows these are values of the registry key C(HKLM\SYSTEM\CurrentControlSet\Control\IPMI), which the driver
    IPMIDRV reads when the server starts. They are read once, and each that differs is written once, as a DWORD.
    Nothing else under the key is touched. A write that fails ends it, and the message tells value by value what is
    changed and what is not. The server is never restarted.
  - Windows hosts are asked through the modules C(win_reg_stat) and C(win_regedit) of the collection
    C(ansible.windows), which has to be installed on the controller for them. This was tested with these modules and
    a stand-in for the host; no Windows took part.
  - With both O(linux) and O(windows), each host takes the one for its system.
options:
  linux:
    description:
      - The time-outs on Linux. What is not named is not touched. Without any, they are read only.
      - V(default) is the driver's own value. Its line in the file is removed.
    type: dict
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
  windows:
    description:
      - The values of the driver on Windows. What is not named is not touched. Without any, they are read only.
      - Each is a number from 0 to 4294967295, or V(default), which takes the value out of the registry. Their units,
        and what the driver does without them, are documented nowhere that could be found. Where the driver does not
        accept one, it logs event 1002 at the next start and uses its own, see
        M(baremetal.ipmi.ipmidrv_events_info).
    type: dict
    version_added: 0.5.0
    suboptions:
      preset:
        description:
          - Values to start from. Those that are named beside it go before.
          - V(ibm_blade) is O(windows.busy_wait_period) 60, and 9000000 for O(windows.busy_wait_timeout_period),
            O(windows.ipmb_wait_timeout_period) and O(windows.command_wait_timeout_period). One administrator reports
            that this ended event 1004 on IBM blades. It is no recommendation of a manufacturer.
        type: str
        choices: [ibm_blade]
      busy_wait_timeout_period:
        description: The value BusyWaitTimeoutPeriod.
        type: str
      busy_wait_period:
        description: The value BusyWaitPeriod.
        type: str
      ipmb_wait_timeout_period:
        description: The value IpmbWaitTimeoutPeriod.
        type: str
      command_wait_timeout_period:
        description: The value CommandWaitTimeoutPeriod.
        type: str
      slave_address_detection_method:
        description: The value SlaveAddressDetectionMethod.
        type: str
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
  async:
    description: Supports being used with the C(async) keyword.
    support: partial
    details: Not on Windows.
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: linux, windows
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

- name: Take the values on Windows that are reported to work on IBM blades, but another one
  baremetal.ipmi.ipmi_timeouts:
    windows:
      preset: ibm_blade
      busy_wait_period: 120
  register: timeouts

- name: Read what is set
  baremetal.ipmi.ipmi_timeouts:
    linux: {}
    windows: {}
"""

RETURN = r"""
before:
  description:
    - On Linux the values as they were found, in the running kernel and in the file. V(null) for what the file does not
      set, empty for what was never set in the kernel.
    - On Windows the five values, V(null) for what is not in the registry, and a text with the type for what is no
      DWORD.
  returned: success, and on Windows when a write failed
  type: dict
  sample: {runtime: {default_retry_ms: "2000"}, persistent: {default_retry_ms: null}}
after:
  description: The values after that, or as they would be. V(null) where the host went away in the middle.
  returned: success, and on Windows when a write failed
  type: dict
  sample: {runtime: {default_retry_ms: "5000"}, persistent: {default_retry_ms: "5000"}}
file:
  description: The file in modprobe.d.
  returned: on Linux
  type: str
  sample: /etc/modprobe.d/baremetal-ipmi.conf
key:
  description: The key of the registry.
  returned: on Windows
  type: str
  sample: HKLM:\SYSTEM\CurrentControlSet\Control\IPMI
reboot_required:
  description: Whether what this run changed counts only after a restart. A run that finds nothing to change does not
    know whether the host was restarted since.
  returned: success, and on Windows when a write failed
  type: bool
  sample: false
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
