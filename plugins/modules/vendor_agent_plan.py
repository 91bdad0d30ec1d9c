#!/usr/bin/python
# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vendor_agent_plan
short_description: Choose the agent that a server's BMC waits for in its operating system
version_added: 0.6.0
author:
  - baremetal.ipmi contributors (@baremetal-ipmi)
description:
  - Finds vendor and generation of a server by its facts, or by its BMC and FRU inventory, and takes the first row of
    the matrix that fits them and the operating system. The row says which agent it is, where its packages are, and how
    it is verified.
  - The matrix is data of role C(baremetal.ipmi.vendor_agent), in C(vars/matrix.yml). Users put rows of their own before
    it. The guide (C(docs/vendor-agents.md)) tells how.
  - A server whose vendor has rows, none of which fits, fails by name with the beginning of a row to add. So does one
    that a row calls unsupported. A server whose vendor has no row at all has no agent, and that is no failure.
  - Nothing is asked and nothing is changed. It runs on the controller only.
options:
  facts:
    description:
      - The host's facts as Ansible names them, without C(ansible_). Those used are C(system_vendor), C(product_name),
        C(os_family), C(distribution), C(distribution_major_version), C(distribution_release) and C(architecture). Any
        of them may be missing.
      - The generation is told by C(product_name), such as V(PowerEdge R740) (14G) or V(ProLiant DL360 Gen10).
    type: dict
    required: true
  bmc:
    description: The fact C(ipmi_bmc) of M(baremetal.ipmi.ipmi_sensor_facts). Its manufacturer is used where
      C(system_vendor) tells none, or one that is not known.
    type: dict
    default: {}
  fru:
    description: RV(baremetal.ipmi.ipmi_fru_info#module:fru) of M(baremetal.ipmi.ipmi_fru_info). The product's, or else
      the board's, manufacturer and name are used where C(system_vendor) and C(product_name) tell none.
    type: dict
    default: {}
  rows:
    description:
      - The matrix, a list of rows. The first row that fits counts.
      - Each has C(vendor), C(generations), C(systems), C(agent), C(status) and C(source). But for C(status=unsupported)
        it has C(title), C(packages), C(services) and C(controller), too, and may have C(version), C(processes),
        C(repository) and C(udev_rules).
    type: list
    elements: dict
    required: true
  extra_rows:
    description: The user's rows, which go before O(rows).
    type: list
    elements: dict
    default: []
  agent:
    description:
      - Name an agent by id, such as V(idrac_service_module), in place of finding it. Its rows are taken for servers of
        another vendor, and for such as do not tell their generation, as well.
      - The empty text finds it.
    type: str
    default: ''
  repository_url:
    description:
      - A mirror, which goes in place of the row's C(repository.url), whole. It may name C({release}), C({major}) and
        C({architecture}) of the system.
      - It makes no repository for a row without one. Empty for the row's.
    type: str
    default: ''
  version:
    description: A version of the agent's package, as the package manager writes it, in place of the row's release.
    type: str
    default: ''
extends_documentation_fragment:
  - baremetal.ipmi.bmc.on_controller
attributes:
  check_mode:
    details: It changes nothing, so check mode makes no difference.
  platform:
    platforms: posix, windows
seealso:
  - module: baremetal.ipmi.ipmi_fru_info
  - module: baremetal.ipmi.vendor_agent_verify
  - module: baremetal.ipmi.vendor_agent_report
"""

EXAMPLES = r"""
- name: Choose the agent for a server
  baremetal.ipmi.vendor_agent_plan:
    facts:
      system_vendor: Dell Inc.
      product_name: PowerEdge R740
      os_family: Debian
      distribution: Debian
      distribution_major_version: "13"
      distribution_release: trixie
      architecture: x86_64
    rows:
      - vendor: dell
        generations: [14G]
        systems: [Debian_13]
        agent: idrac_service_module
        title: Dell iDRAC Service Module
        version: "5400"
        status: reported
        source: our own notes
        packages: [dcism, dcism-osc]
        services: [dcismeng.service]
        processes: [dsm_ism_srvmgrd]
        udev_rules: [95-iSM-usbnic.rules]
        repository:
          type: apt
          url: https://linux.dell.com/repo/community/openmanage/iSM/5400/noble
          suites: [noble]
          components: [main]
          key_url: https://linux.dell.com/repo/pgp_pubkeys/0x1285491434D8786F.asc
        controller: racadm
  register: chosen

- name: Show it
  ansible.builtin.debug:
    msg: "{{ chosen.plan.title }} {{ chosen.plan.version }} for {{ chosen.plan.generation }}, {{ chosen.plan.status }}"
  when: chosen.plan.agent is not none
"""

RETURN = r"""
plan:
  description: The server, and the row that was chosen. Without an agent all of the row is null or empty.
  returned: success
  type: dict
  contains:
    vendor:
      description: V(dell), V(hpe), or another vendor's name in lower case. V(null) where nobody tells.
      type: str
      sample: dell
    model:
      description: The model by the firmware's tables, or by O(fru), "" where neither tells.
      type: str
      sample: PowerEdge R740
    generation:
      description: The generation, such as V(14G) or V(Gen10). V(null) where the model does not tell.
      type: str
      sample: 14G
    system:
      description: The operating system as rows name it. Rebuilds of Red Hat Enterprise Linux are V(RedHat).
      type: str
      sample: Debian_13
    reason:
      description: Why there is no agent, else empty.
      type: str
      sample: ''
    agent:
      description: Id of the agent, V(null) where the vendor has none that is known.
      type: str
      sample: idrac_service_module
    title:
      description: Its name for people.
      type: str
      sample: Dell iDRAC Service Module
    version:
      description: O(version), else the release that the row is of, V("") where that is whatever the repository has.
      type: str
      sample: '5400'
    status:
      description: V(tested) or V(reported).
      type: str
      sample: reported
    source:
      description: Where the row is from.
      type: str
      sample: our own notes
    packages:
      description: The packages, the agent's own first. On Windows the name in the list of programs.
      type: list
      elements: str
      sample: [dcism, dcism-osc]
    services:
      description: Units of systemd, or services of Windows, in the order in which they are started.
      type: list
      elements: str
      sample: [dcismeng.service]
    processes:
      description: Programs of which exactly one each may run.
      type: list
      elements: str
      sample: [dsm_ism_srvmgrd]
    udev_rules:
      description: Rules of udev that the packages bring and that harm this system.
      type: list
      elements: str
      sample: [95-iSM-usbnic.rules]
    repository:
      description: Where the packages are, V(null) where users bring package files.
      type: dict
      contains:
        type:
          description: V(apt), V(dnf) or V(zypper).
          type: str
          sample: apt
        url:
          description: Its address.
          type: str
          sample: https://linux.dell.com/repo/community/openmanage/iSM/5400/noble
        suites:
          description: Suites, for apt.
          type: list
          elements: str
          sample: [noble]
        components:
          description: Components, for apt.
          type: list
          elements: str
          sample: [main]
        key_url:
          description: Where the public key is that signs it.
          type: str
          sample: https://linux.dell.com/repo/pgp_pubkeys/0x1285491434D8786F.asc
    controller:
      description: How the BMC is asked what it knows of the agent, V(racadm) or V(none).
      type: str
      sample: racadm
error:
  description: What went wrong, for playbooks that tell one failure from another.
  returned: failure
  type: dict
  contains:
    message:
      description: What happened, without the next step.
      type: str
      sample: no row of the matrix fits dell 14G (PowerEdge R740) on Debian_10
    kind:
      description: Always V(agent_error).
      type: str
      sample: agent_error
    host:
      description: Always V(null).
      type: str
      sample: null
    next_step:
      description: What to do about it.
      type: str
      sample: "Add a row for it: vendor_agent_rows: [{vendor: dell, generations: [14G], systems: [Debian_10], agent:
        idrac_service_module, ...}]. See the guide to vendors' agents (docs/vendor-agents.md)."
"""

from ..module_utils._ansible.agents import PLAN_SPEC
from ..module_utils._ansible.on_controller import refuse


def main() -> None:
    refuse("vendor_agent_plan", PLAN_SPEC)


if __name__ == "__main__":
    main()
