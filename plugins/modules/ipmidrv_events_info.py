#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ipmidrv_events_info
short_description: Tell how often the operating system's IPMI driver ran into time-outs
version_added: 0.5.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Counts what the IPMI driver wrote to the operating system's log within a window of time, and tells how bad it is.
  - On Windows these are the events 1000 to 1004 of C(IPMIDRV) in the System log, above all 1004, a time-out in normal
    operation. They are read with C(wevtutil) through M(ansible.windows.win_command). Only numbers and times of the
    events are used, so that the language of Windows makes no difference.
  - On Linux these are messages of C(ipmi_si), C(ipmi_msghandler), C(ipmi_ssif) and C(ipmi_watchdog) in the kernel's
    log. They are read from the journal, with those of earlier boots. Where the journal has no messages of the kernel,
    or there is none, C(/dev/kmsg) is read, which knows the present boot alone; you are warned of that.
  - All times are UTC and the host's own, so neither a restart nor a time zone moves them.
options:
  hours:
    description: Length of the window in hours, which ends now. Above 0, up to 8784, which is 366 days.
    type: float
    default: 24
  since:
    description:
      - Start of the window, in ISO 8601, in place of O(hours).
      - Every time that is given to this module may have a time zone; without one it is taken as UTC.
    type: str
  max_events:
    description:
      - How many events are read at most, the newest ones. 1 to 10000.
      - Where there were more, RV(truncated) is true, and the rate is that of the time from the oldest of them on.
    type: int
    default: 1000
  maintenance:
    description:
      - Times at which the BMC's firmware was flashed. A driver runs into time-outs then, which tells nothing.
      - Events of these times count as RV(in_maintenance) alone.
    type: list
    elements: dict
    default: []
    suboptions:
      start:
        description: Start, in ISO 8601.
        type: str
        required: true
      end:
        description: End, in ISO 8601.
        type: str
        required: true
  changed_at:
    description:
      - When the driver's time-outs were changed, in ISO 8601. An event 1002 since then, by which C(IPMIDRV) says that
        it uses a default in place of a setting, is the finding V(rejected_setting).
      - It tells nothing on Linux.
    type: str
  neighbours:
    description:
      - Count other hardware's errors of the same window as well, by who reports them.
      - On Windows these are the newest 1000 critical and error events of the System log. On Linux these are the
        kernel's messages of priority err and worse, and links that went down.
    type: bool
    default: false
requirements:
  - the collection C(ansible.windows) on the controller, for Windows hosts
notes:
  - It was tested against a stand-in for Windows, which answers what C(ansible.windows) sends; no Windows took part.
  - The user needs the right to read the System log, or on Linux the kernel's log (C(become)).
  - KCS is the interface of most servers, and Linux writes its time-outs to the log only with C(ipmi_si)'s parameter
    C(kcs_debug) set to 1. Without it there is what they lead to, such as V(incorrect_response) and V(error_state).
  - Newer kernels (6.17, and stable ones with the same change) write repeated messages only now and then, so that there
    were more than are counted.
extends_documentation_fragment:
  - baremetal.ipmi.bmc.read_only
attributes:
  async:
    support: partial
    details: Not on Windows.
  platform:
    platforms: windows, linux
seealso:
  - module: baremetal.ipmi.ipmi_timeouts
  - module: ansible.windows.win_command
"""

EXAMPLES = r"""
- name: Ask a Linux host how often its driver ran into time-outs in the last week
  baremetal.ipmi.ipmidrv_events_info:
    hours: 168
  become: true
  register: ipmidrv

- name: Ask a Windows host since its time-outs were changed, without the night in which its BMC got new firmware
  baremetal.ipmi.ipmidrv_events_info:
    since: "2026-01-30T08:00:00Z"
    changed_at: "2026-01-30T08:00:00Z"
    maintenance:
      - start: "2026-01-30T23:00:00+01:00"
        end: "2026-01-31T01:30:00+01:00"
    neighbours: true
  register: ipmidrv

- name: Stop here if it is bad
  ansible.builtin.fail:
    msg: "{{ ipmidrv['count'] }} time-outs, {{ ipmidrv.rate_per_day }} a day"
  when: ipmidrv['class'] == 'high'
"""

RETURN = r"""
system:
  description: Whose log it is, V(windows) or V(linux).
  returned: success
  type: str
  sample: windows
window:
  description: The window of time.
  returned: success
  type: dict
  contains:
    start:
      description: Its start.
      type: str
      sample: "2026-01-30T12:00:00Z"
    end:
      description: Its end, which is now by the host's clock.
      type: str
      sample: "2026-01-31T12:00:00Z"
    hours:
      description: Its length in hours.
      type: float
      sample: 24.0
truncated:
  description: Whether there were more events than O(max_events), or more of a journal than could be read.
  returned: success
  type: bool
  sample: false
count:
  description: How many time-outs there were outside of O(maintenance). On Windows event 1004, on Linux V(timeout).
  returned: success
  type: int
  sample: 37
counts:
  description:
    - How many events of each kind there were outside of O(maintenance).
    - On Windows by number. V(1000), the BMC is in an error state. V(1001), the firmware's tables name no BMC. V(1002),
      a setting is invalid and the default is used. V(1003), a time-out at the driver's start. V(1004), a time-out in
      normal operation.
    - On Linux by kind. V(timeout). V(incorrect_response), the answer to another command or half of one. V(queue_full),
      events that nobody fetches are thrown away. V(error_state), the BMC is busy, stuck or given up. V(no_bmc), nothing
      answers at the driver's start. V(bmc_reset), the BMC has lost the watchdog's settings.
  returned: success
  type: dict
  sample: {"1000": 0, "1001": 0, "1002": 0, "1003": 1, "1004": 37}
rate_per_day:
  description: The time-outs as so many a day, over the window, or over that part of it that was read.
  returned: success
  type: float
  sample: 37.0
first:
  description: The first time-out, V(null) where there is none.
  returned: success
  type: str
  sample: "2026-01-30T14:03:11Z"
last:
  description: The last time-out, V(null) where there is none.
  returned: success
  type: str
  sample: "2026-01-31T11:51:40Z"
bursts:
  description: Runs of at least 10 time-outs, each at most 60 seconds after the one before. The newest 20, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    start:
      description: The first of them.
      type: str
      sample: "2026-01-31T02:10:00Z"
    end:
      description: The last of them.
      type: str
      sample: "2026-01-31T02:21:30Z"
    count:
      description: How many there were.
      type: int
      sample: 24
class:
  description:
    - How bad it is. V(none), no time-out. V(low), up to 10 a day. V(elevated), more than that. V(high), one a minute
      over ten minutes, which is any 10 within less than 600 seconds.
  returned: success
  type: str
  sample: high
findings:
  description: V(flash_window) for time-outs within O(maintenance), V(rejected_setting) for a setting that the driver
    has not taken since O(changed_at).
  returned: success
  type: list
  elements: str
  sample: [flash_window]
in_maintenance:
  description: How many events, of any kind, lie within O(maintenance).
  returned: success
  type: int
  sample: 112
events:
  description: The events, newest first, with those within O(maintenance).
  returned: success
  type: list
  elements: dict
  contains:
    time:
      description: When it was logged.
      type: str
      sample: "2026-01-31T11:51:40Z"
    id:
      description: Number of the event, on Windows.
      type: int
      sample: 1004
    kind:
      description: Kind of the message, on Linux.
      type: str
      sample: incorrect_response
    message:
      description: The kernel's message, on Linux, cut to 300 characters.
      type: str
      sample: "ipmi_ssif 0-000e: IPMI message handler: BMC returned incorrect response, expected netfn 7 cmd 42, got
        netfn 7 cmd 1"
other_errors:
  description: Errors of other hardware in the window, storage and network first, then the most frequent. 100 sources at
    most.
  returned: when O(neighbours=true)
  type: list
  elements: dict
  contains:
    source:
      description: The event's provider on Windows, the driver on Linux.
      type: str
      sample: percsas2i
    kind:
      description: V(storage) or V(network) for known drivers, else V(other).
      type: str
      sample: storage
    count:
      description: How many there were.
      type: int
      sample: 4
    first:
      description: The first of them.
      type: str
      sample: "2026-01-31T02:09:12Z"
    last:
      description: The last of them.
      type: str
      sample: "2026-01-31T02:20:47Z"
error:
  description: What went wrong, for playbooks that tell one failure from another.
  returned: failure
  type: dict
  contains:
    message:
      description: What happened, without the next step.
      type: str
      sample: "wevtutil cannot read the System log (exit status 5): Failed to read events. Access is denied"
    kind:
      description: V(driver_error) or V(option_error).
      type: str
      sample: driver_error
    host:
      description: Always V(null), it is the task's host.
      type: str
      sample: null
    next_step:
      description: What to do about it.
      type: str
      sample: "Let the task's user read the System log: as an administrator, or by the group Event Log Readers."
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.driver_events import EVENTS_SPEC, linux_events
from ..module_utils._ansible.driver_events_linux import LinuxKernelLog
from ..module_utils._ansible.failure import failure
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=EVENTS_SPEC, supports_check_mode=True)
    try:
        result, warnings = linux_events(module.params, LinuxKernelLog())
    except IpmiError as error:
        module.fail_json(**failure(error))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
