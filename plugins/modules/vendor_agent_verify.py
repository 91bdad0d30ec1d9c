#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vendor_agent_verify
short_description: Prove that a vendor's agent runs, and that the server's controller hears it
version_added: 0.6.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Looks at both sides of an agent such as Dell's iDRAC Service Module. Its services are active, and still are after
    O(settle_s) without a restart; exactly one of each of its daemons runs; and the controller knows what only the agent
    can have told it.
  - An active service with a controller that hears nothing is V(failed). A controller that cannot be asked makes it
    V(unverified), never V(ok).
  - The task succeeds whatever the verdict is. It fails only where the host cannot be looked at.
  - Nothing is changed, but OS-to-iDRAC pass-through with O(pass_through=enable).
  - This was tested with stand-ins for the agents, for racadm and for Windows. Neither Dell's hardware nor its packages
    took part.
options:
  services:
    description: Units of systemd; on Windows names, or displayed names, of services.
    type: list
    elements: str
    required: true
  processes:
    description:
      - Programs of which exactly one each may run, by the name of the file; on Windows with C(.exe). A child of a
        program of the same name does not count.
      - A unit that systemd made of an init script stays active when its daemon has died, so name the daemon.
    type: list
    elements: str
    default: []
  settle_s:
    description: Seconds for which the services have to stay up, 0 to 600.
    type: float
    default: 15.0
  controller:
    description:
      - How the controller is asked.
      - V(racadm) runs racadm on the host. It asks for C(getsysinfo), whose Host Name and OS Name have to be filled in,
        C(gethostnetworkinterfaces), which has to answer, C(iDRAC.ServiceModule), which has to be enabled, and as
        O(pass_through) says for C(iDRAC.OS-BMC.AdminState).
      - V(none) is for controllers that no way is known to ask. The verdict is V(unverified) at best.
    type: str
    choices: [racadm, none]
    default: racadm
  controller_wait_s:
    description:
      - Seconds for which a controller that hears nothing of an agent that is up is asked again, every ten seconds, 0 to
        3600. An agent that was only just started needs a while to reach it; Dell's own set-up waits for two minutes.
      - In check mode it is asked once.
    type: float
    default: 120.0
  racadm:
    description:
      - Path or name of racadm. Empty for the first one in the path and in the usual places, which
        M(baremetal.ipmi.racadm_facts) lists; on Windows for the one in the path.
    type: str
    default: ''
  racadm_timeout_s:
    description: Seconds for each call of racadm, more than 0 and at most 3600. It has no effect on Windows, where the
      task's C(timeout) is the bound.
    type: float
    default: 60.0
  host_name:
    description: What the controller should show as the host's name; only the part before the first dot is compared. A
      controller that shows another one has kept it from an earlier system. Empty for any name.
    type: str
    default: ''
  pass_through:
    description:
      - OS-to-iDRAC pass-through, without which the agent does not reach its controller.
      - V(check) fails the verdict where it is off. V(enable) turns it on, before anything is looked at. V(ignore) does
        not look.
    type: str
    choices: [check, enable, ignore]
    default: check
requirements:
  - the collection C(ansible.windows) on the controller, for Windows hosts
notes:
  - It needs root (C(become)), or an administrator on Windows.
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
  async:
    description: Supports being used with the C(async) keyword.
    support: partial
    details: Not on Windows.
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: linux, windows
seealso:
  - module: baremetal.ipmi.vendor_agent_plan
  - module: baremetal.ipmi.vendor_agent_report
  - module: baremetal.ipmi.racadm_facts
"""

EXAMPLES = r"""
- name: Verify the iDRAC Service Module
  baremetal.ipmi.vendor_agent_verify:
    services: [dcismeng.service]
    processes: [dsm_ism_srvmgrd]
    host_name: "{{ ansible_facts.hostname }}"
  become: true
  register: verified

- name: Tell what is the matter
  ansible.builtin.debug:
    msg: "{{ verified.verdict }}: {{ verified.checks | rejectattr('state', 'equalto', 'passed')
      | map(attribute='detail') | join('; ') }}. {{ verified.next_steps | join(' ') }}"
  when: verified.verdict != 'ok'

- name: Verify it on Windows, and open the way from the operating system to the iDRAC
  baremetal.ipmi.vendor_agent_verify:
    services: [iDRAC Service Module]
    processes: [dsm_ism_srvmgr.exe]
    pass_through: enable
"""

RETURN = r"""
verdict:
  description: V(failed) where a check failed, V(unverified) where none did and not all are known, else V(ok).
  returned: success
  type: str
  sample: failed
checks:
  description: What was looked at.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: V(service:...) and V(process:...) with the name; V(controller), V(pass_through), V(service_module),
        V(host_name) and V(host_interfaces).
      type: str
      sample: host_interfaces
    state:
      description: V(passed), V(failed) or V(unknown).
      type: str
      sample: failed
    detail:
      description: What was found.
      type: str
      sample: "the controller does not list the host's network interfaces: ERROR: Unable to perform requested
        operation."
next_steps:
  description: What to do about checks that did not pass.
  returned: success
  type: list
  elements: str
  sample:
    - Restart the agent's service, see that OS-to-iDRAC pass-through is on, and where that does not help restart the
      iDRAC (racadm racreset).
error:
  description: What went wrong, for playbooks that tell one failure from another.
  returned: failure
  type: dict
  contains:
    message:
      description: What happened, without the next step.
      type: str
      sample: "systemctl cannot be asked: [Errno 2] No such file or directory: 'systemctl'"
    kind:
      description: V(agent_error) where the host cannot be looked at, V(option_error), or V(driver_error) where
        C(ansible.windows) is missing.
      type: str
      sample: agent_error
    host:
      description: Always V(null), it is the task's host.
      type: str
      sample: null
    next_step:
      description: What to do about it.
      type: str
      sample: This needs a system that systemd runs, and one that answers.
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.agents import VERIFY_SPEC, verify
from ..module_utils._ansible.agents_machine import AgentMachine
from ..module_utils._ansible.failure import failure
from ..module_utils._ansible.racadm_runner import ProgramRunner
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=VERIFY_SPEC, supports_check_mode=True)
    options = module.params
    machine = AgentMachine(ProgramRunner(), options["racadm"] or None, options["racadm_timeout_s"])
    try:
        told = verify(options, machine, module.check_mode)
    except IpmiError as error:
        module.fail_json(**failure(error))
    module.exit_json(**told)


if __name__ == "__main__":
    main()
