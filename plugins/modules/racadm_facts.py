#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: racadm_facts
short_description: Ask Dell's racadm how a server's iDRAC is, as a fact
version_added: 0.5.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Runs C(racadm getsysinfo), in-band, remotely or over SSH on the iDRAC, and returns all that it prints, and a verdict
    on the controller, from DRAC5 to iDRAC10.
  - The task succeeds whatever the verdict is. It fails only where options cannot be done as written.
  - An iDRAC that hangs makes racadm hang. After O(timeout_s) it is killed with all that it started.
  - A verdict of V(failed) is not yet a sick controller, since a racadm without its parts says the same. Ask the
    controller in another way, such as M(baremetal.ipmi.ipmi_sensor_facts), before you believe it.
  - The exit codes of racadm are documented nowhere. The text decides; an exit status of 0 makes nothing V(ok).
  - This was tested with outputs that administrators have published, and a stand-in for racadm. No Dell hardware took
    part.
options:
  transport:
    description:
      - How the iDRAC is asked.
      - V(local) runs racadm on the task's host, which is the server itself. It needs root.
      - V(remote) runs racadm on the task's host, which asks the iDRAC O(host) over HTTPS.
      - V(ssh) runs the ssh program on the task's host, which logs in to the iDRAC O(host). The user's key or agent has
        to do; host keys are the business of ssh's own configuration.
      - Without it V(remote) if there is a O(host), else V(local).
    type: str
    choices: [local, remote, ssh]
  host:
    description: Name or address of the iDRAC, for V(remote) and V(ssh).
    type: str
  port:
    description: Its port, for V(remote) and V(ssh). By default racadm's and ssh's own, 443 and 22.
    type: int
  username:
    description: User of the iDRAC. Needed for V(remote); without it ssh's own configuration decides.
    type: str
  password:
    description:
      - The user's password, for V(remote).
      - Racadm is made to ask for it. It never appears in the arguments of a process, the environment, or a log.
      - It is not used over SSH.
    type: str
  executable:
    description:
      - Path or name of racadm, or of the ssh program where O(transport=ssh).
      - By default C(racadm) or C(idracadm7) in the path, then C(/opt/dell/srvadmin/sbin/racadm), C(idracadm7),
        C(idracadm8) and C(idracadm) in C(/opt/dell/srvadmin/bin); C(ssh) in the path.
    type: str
  validate_certs:
    description:
      - Whether remote racadm stops at a certificate that it does not trust (its option C(-S)), before it hands over the
        password. Such an iDRAC is V(unreachable).
      - Set to V(false) for iDRACs with the certificate that they come with, in a network that you trust
        (C(--nocertwarn)).
    type: bool
    default: true
  timeout_s:
    description: Seconds for all of it, more than 0 and at most 3600.
    type: float
    default: 60.0
notes:
  - "For Windows hosts use V(remote) or V(ssh) with C(delegate_to: localhost)."
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
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: linux
seealso:
  - module: baremetal.ipmi.ipmi_sensor_facts
"""

EXAMPLES = r"""
- name: Ask in-band
  baremetal.ipmi.racadm_facts:
  become: true

- name: Tell of controllers that are not well
  ansible.builtin.debug:
    msg: "{{ ansible_facts.racadm.verdict }}: {{ ansible_facts.racadm.reason }}. {{ ansible_facts.racadm.next_step }}"
  when: ansible_facts.racadm.verdict != 'ok'

- name: Ask remotely, from the controller
  baremetal.ipmi.racadm_facts:
    host: "{{ bmc_host }}"
    username: "{{ bmc_username }}"
    password: "{{ bmc_password }}"
    validate_certs: false
  delegate_to: localhost

- name: Show firmware and service tag, where they are told
  vars:
    controller: "{{ ansible_facts.racadm.sections['RAC Information'] | default({}) }}"
    system: "{{ ansible_facts.racadm.sections['System Information'] | default({}) }}"
  ansible.builtin.debug:
    msg:
      - "{{ controller['Firmware Version'] | default('unknown') }}"
      - "{{ system['Service Tag'] | default('unknown') }}"

- name: Ask over SSH, with the key of the user who runs Ansible, a slow controller
  baremetal.ipmi.racadm_facts:
    transport: ssh
    host: "{{ bmc_host }}"
    username: "{{ bmc_username }}"
    timeout_s: 120
  delegate_to: localhost
"""

RETURN = r"""
ansible_facts:
  description: The fact. It is set on the task's host, or with C(delegate_facts) on the one that it is delegated to.
  returned: success
  type: complex
  contains:
    racadm:
      description: What racadm says.
      type: dict
      contains:
        verdict:
          description:
            - V(ok) where firmware, model and service tag are told, racadm calls nothing an error, and its exit status
              is 0.
            - V(degraded) where one of them is empty or missing, as of a stuck controller, or the rest does not hold.
            - V(failed) where racadm is "unable to perform the requested operation".
            - V(broken_tool) where racadm is not there, or lacks a library or another part.
            - V(unreachable) where the controller does not answer racadm or ssh, or refuses the log-in.
            - V(timeout) where racadm did not end in time.
            - V(unparsable) for everything else, such as nothing at all, or more than 1 MiB.
          type: str
          sample: ok
        reason:
          description: Why, in one sentence.
          type: str
          sample: the controller of the PowerEdge R740 with service tag C9J69R2 answers, with firmware 3.00.00.00
        next_step:
          description: What to do about it, empty where there is nothing to do.
          type: str
          sample: ""
        sections:
          description:
            - What racadm printed, by section and key, as text. Complete or not, it is there with every verdict.
            - The further addresses of a network card, which are printed indented, have the card's name in front. A key
              that a section has twice is numbered.
          type: dict
          sample:
            RAC Information:
              RAC Date/Time: Fri May 5 10:56:23 2017
              Firmware Version: 3.00.00.00
              Firmware Build: "62"
              Last Firmware Update: 05/02/2017 06:49:43
              Hardware Version: "0.01"
              MAC Address: "84:7b:eb:d5:03:e0"
              SVC Tag: BDC14GH
            System Information:
              System Model: PowerEdge R740
              System Revision: I
              System BIOS Version: 2.3.10
              Service Tag: C9J69R2
              Express Svc Code: "26697788894"
              Host Name: WIN-NIO9S113L98
              OS Name: Windows Server 2019
              OS Version: "10.0"
              Power Status: "ON"
              Fresh Air Capable: "No"
              RollupStatus: Ok
            Embedded NIC MAC Addresses:
              NIC1 Ethernet: "d4:ae:52:12:34:01"
              NIC1 iSCSI: "d4:ae:52:12:34:02"
        generation:
          description: C(DRAC5), C(iDRAC6) to C(iDRAC10), by model and firmware; V(null) where they do not tell.
          type: str
          sample: iDRAC9
        hints:
          description: V(service_module_silent) where all is well but host name and OS name, which Dell's iDRAC Service
            Module tells the controller.
          type: list
          elements: str
          sample: []
        missing:
          description: The fields without a value, of those that a controller which is well always fills, where the
            verdict is V(degraded). An empty list there means that racadm complained beside a complete answer.
          type: list
          elements: str
          sample: []
        skipped:
          description: How many lines or fields were damaged, too long or too many.
          type: int
          sample: 0
        transport:
          description: How the controller was asked.
          type: str
          sample: local
        host:
          description: The iDRAC that was asked, V(null) in-band.
          type: str
          sample: null
        executable:
          description: What was run, V(null) where it is not there.
          type: str
          sample: /opt/dell/srvadmin/sbin/racadm
        exit_status:
          description: Its exit status, below 0 by a signal; V(null) where it did not end by itself.
          type: int
          sample: 0
        duration_s:
          description: Seconds that it took.
          type: float
          sample: 4.218
error:
  description: What is wrong with the options.
  returned: failure
  type: dict
  contains:
    message:
      description: What happened, without the next step.
      type: str
      sample: password is given, and is not used over SSH
    kind:
      description: Always V(option_error).
      type: str
      sample: option_error
    host:
      description: Always V(null).
      type: str
      sample: null
    next_step:
      description: What to do about it.
      type: str
      sample: Leave it out, and give the iDRAC the public key of the task's user (racadm sshpkauth), or set transport to
        remote.
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.failure import failure
from ..module_utils._ansible.racadm import RACADM_SPEC, racadm_facts
from ..module_utils._ansible.racadm_runner import ProgramRunner
from ..module_utils._core.errors import IpmiError


def main() -> None:
    module = AnsibleModule(argument_spec=RACADM_SPEC, supports_check_mode=True)
    try:
        facts = racadm_facts(module.params, ProgramRunner())
    except IpmiError as error:
        module.fail_json(**failure(error))
    module.exit_json(changed=False, ansible_facts=facts)


if __name__ == "__main__":
    main()
