# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one vocabulary of options with which a BMC is reached, and of what the plugins promise."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  host:
    description:
      - Address or name of the BMC.
      - Where it is not set, the environment variable E(IPMI_HOST) is used, on the machine on which the plugin runs.
    type: str
  port:
    description: UDP port of the BMC.
    type: int
    default: 623
  username:
    description:
      - User on the BMC, of 16 bytes at most. The empty name is a user too, the anonymous one.
      - Where it is not set, the environment variable E(IPMI_USERNAME) is used.
    type: str
  password:
    description:
      - Password of the user. IPMI 2.0 carries 20 bytes, BMCs made for IPMI 1.5 keep 16.
      - Where it is not set, the environment variable E(IPMI_PASSWORD) is used.
    type: str
  kg:
    description: The BMC key, for BMCs that have one. Text of 20 bytes at most, or hex digits behind C(0x).
    type: str
  privilege:
    description: Privilege level of the session. V(user) suffices for everything that only reads.
    type: str
    choices: [callback, user, operator, administrator]
    default: user
  timeout_s:
    description:
      - Seconds after which the conversation with one BMC ends, whatever it has brought until then.
      - There are BMCs that need nearly two minutes for all their sensors.
    type: float
    default: 180
  request_timeout_s:
    description: Seconds to wait for the answer to one request, before it is sent again.
    type: float
    default: 2
  retries:
    description:
      - How often a request that stays without an answer is sent again.
      - A BMC that is not there is given up after (O(retries) + 1) times O(request_timeout_s), which is 8 seconds by
        default.
    type: int
    default: 3
  min_command_interval_s:
    description:
      - Seconds between two packets to the BMC, for BMCs that choke on more.
      - A pause that can never meet O(timeout_s) is refused, with the arithmetic.
      - In any case one BMC is asked by one process of a user at a time; the others wait for their turn.
    type: float
    default: 0
requirements:
  - pyghmi >= 1.5.61 in the Python that runs the plugin
notes:
  - Over LAN the plugin runs in the controller's process when the task's connection is local (C(delegate_to=localhost)
    for servers that are reached otherwise), at a fraction of a module's cost. With any other connection, and with
    C(async), it runs as a module on the task's host.
  - Set the connection options once for all tasks with C(module_defaults) and the group C(group/baremetal.ipmi.bmc).
  - When it runs as a module, Ansible hands the options over in a temporary file on that host that only the user can
    read, unless C(pipelining) is on. With C(async) there always is one, and it stays until the job has ended.
"""

    READ_ONLY = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: It only reads, so check mode makes no difference.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode.
    support: none
    details: It only reads, so there is never a difference.
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
    support: full
  action:
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the
      controller.
    support: full
  async:
    description: Supports being used with the C(async) keyword.
    support: full
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: posix
"""
