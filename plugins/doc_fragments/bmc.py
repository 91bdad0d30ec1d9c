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
      - Without either, the BMC of the machine itself is asked, the one on which the task runs, through the device of
        Linux' OpenIPMI driver (C(/dev/ipmi0)). That needs no library, and no name or password; the user has to be let
        at the device (C(become)).
    type: str
notes:
  - Set the connection options once for all tasks with C(module_defaults) and the group C(group/baremetal.ipmi.bmc).
"""

    SESSION = r"""
options:
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
  timeout_s:
    description:
      - Seconds after which the conversation with one BMC ends, whatever it has brought until then.
      - There are BMCs that need nearly two minutes for all their sensors.
    type: float
    default: 180
  request_timeout_s:
    description:
      - Seconds to wait at the most for the answer to one request, before it is sent again.
      - A BMC that usually answers sooner is asked again sooner with O(transport=native).
    type: float
    default: 2
  retries:
    description:
      - For how many times O(request_timeout_s) more an answer is waited for, and the request sent again.
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
  transport:
    description:
      - Who speaks IPMI over LAN. V(native) is the collection's own RMCP+; a BMC that offers IPMI 1.5 only is asked
        through pyghmi all the same. V(pyghmi) asks every BMC through that library.
    type: str
    choices: [native, pyghmi]
    default: native
  cipher_suite:
    description:
      - The cipher suite of the session. By default 17, and 3 for a BMC that has no 17. Suites without authentication,
        integrity or confidentiality are never used.
      - With O(transport=pyghmi) nobody can choose.
    type: int
    choices: [3, 8, 17]
  outstanding:
    description:
      - How many requests may be on their way to one BMC at the same time, while its sensors are read. Weak BMCs choke
        on more than one.
      - With O(transport=pyghmi) it always is one.
    type: int
    default: 1
requirements:
  - cryptography in the Python that runs the plugin, for BMCs over LAN
  - pyghmi >= 1.5.61, which brings it, for O(transport=pyghmi) and for BMCs that offer IPMI 1.5 only
notes:
  - Over LAN the plugin runs in the controller's process when the task's connection is local (C(delegate_to=localhost)
    for servers that are reached otherwise), at a fraction of a module's cost. With any other connection, and with
    C(async), it runs as a module on the task's host.
  - When it runs as a module, Ansible hands the options over in a temporary file on that host that only the user can
    read, unless C(pipelining) is on. With C(async) there always is one, and it stays until the job has ended.
"""

    READING = r"""
options:
  privilege:
    description: Privilege level of the session. V(user) suffices for everything that only reads.
    type: str
    choices: [callback, user, operator, administrator]
    default: user
"""

    HEALTH_RULES = r"""
options:
  health_rules:
    description:
      - Rules of your own, which come before the collection's. For each state that a sensor is in, the first rule that
        fits decides. The key C(rule) of a finding, or of a record of the event log, tells which rule rated it.
      - A rule fits where everything fits that it names.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the rule is called in the findings. By default its place in the list, as C(health_rules[1]).
        type: str
      sensor:
        description: Name of the sensor, or a regular expression between slashes.
        type: str
      type:
        description: Type of the sensor, as it is written in the facts.
        type: str
      entity:
        description: Entity of the sensor. Id and instance (V(10.2), in quotes), id (V(10)) or name (V(Power Supply)).
        type: str
      state:
        description:
          - The state that the rule is about, as its text or its number in the facts, or a threshold sensor's status
            (V(non_critical), V(critical), V(non_recoverable)).
          - V(unavailable) is the state of a sensor that has no reading.
          - Without it the rule is about the sensor, whatever it says, as long as it has a reading.
        type: str
      above:
        description: The rule is about readings above this value, in the sensor's unit.
        type: float
      below:
        description: The rule is about readings below this value, in the sensor's unit.
        type: float
      health:
        description: What to think of it.
        type: str
        choices: [nominal, warning, critical, unknown]
        required: true
"""

    SDR_CACHE = r"""
options:
  sdr_cache:
    description:
      - Keep the sensor data records of each BMC on disk, where the plugin runs, and read them anew only when the BMC
        says that they have changed.
      - Only a BMC that tells when its records were last changed is believed; those of others are read every time.
      - Readings and thresholds are never kept.
    type: bool
    default: true
  sdr_cache_dir:
    description:
      - Folder for O(sdr_cache). It has to be the user's own and closed to others, and is made with mode 0700.
      - By default C(baremetal.ipmi/sdr) below E(XDG_CACHE_HOME) or C(~/.cache).
    type: path
"""

    OF_A_FLEET = r"""
options:
  fleet:
    description:
      - Name of a variable. Where the result of M(baremetal.ipmi.ipmi_fleet_info) is registered in it, this host's
        share of it is returned and no BMC is asked. A failure there is this task's failure, too.
      - Where that task was skipped, the BMC is asked. So one play can do it either way.
    type: str
    version_added: 0.7.0
  variables:
    description:
      - Which variable of the host sets which of the other options, as in M(baremetal.ipmi.ipmi_fleet_info). An option
        of the task comes first. One whose variable there is not has its default, and so has one that is no text and
        whose variable is the empty text.
      - Many templates take longer than the BMC does, also where O(fleet) has the answer. Names take no time.
    type: dict
    version_added: 0.7.0
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

    ON_CONTROLLER = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode.
    support: none
  action:
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the
      controller.
    support: full
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: posix
"""

    FACTS = r"""
attributes:
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
    support: full
"""

    CHANGES = r"""
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
    details: Unless the BMC logs an event in between, or its clock drifts away.
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
