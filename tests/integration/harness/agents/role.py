# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node for role vendor_agent, and what plays the role there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.node import Node, image_or_skip, node
from harness.playing import Played, Player, tell

from .packages import amsd, dcism, dcism_osc
from .racadm import NodeRacadm
from .repository import Repository

OLD, NEW = "5.4.0.0-3646", "5.4.2.0-4048"
DELL = {"system_vendor": "Dell Inc.", "product_name": "PowerEdge R740"}
HPE = {"system_vendor": "HPE", "product_name": "ProLiant DL380 Gen10"}
PACKAGES = "dcism dcism-osc amsd"
# Of apt, which would wait between its tries: 1, 2 and 4 seconds.
NO_TRIES = 'Acquire::Retries "0";\n'
# All that a role could leave, but what ldconfig and Python write for themselves.
STATE = """\
find /etc /opt /usr /var/lib/systemd -xdev ! -type d ! -name ld.so.cache ! -name '*.pyc' -printf '%p %l %s %m\\n' | sort
dpkg-query --show --showformat '${Package} ${Version} ${db:Status-Abbrev}\\n'
dpkg --audit
dpkg-divert --list
"""
# What udev would read: of rules with one name the first folder's, as udev(7) has it.
RULES = """\
set -- /etc/udev/rules.d /run/udev/rules.d /usr/local/lib/udev/rules.d /usr/lib/udev/rules.d
for name in $(find $@ -name '*.rules' -printf '%f\\n' 2> /dev/null | sort -u); do
    for folder; do
        test -e $folder/$name && cat $folder/$name && break
    done
done
"""


@dataclass
class Machine:
    """A node with what the role meets there."""

    node: Node
    repository: Repository
    racadm: NodeRacadm

    def version(self, package: str = "dcism") -> str:
        """Of an installed package; empty where it is not, or not wholly, installed."""
        asked = self.node.ssh(f"dpkg-query --show --showformat '${{db:Status-Abbrev}}${{Version}}' {package}")
        state, _blank, version = asked.stdout.partition(" ")
        return version if state == "ii" else ""

    def state(self) -> set[str]:
        return set(self.node.must(STATE).splitlines())

    def begin(self) -> None:
        """As if the role had never been here, and with an iDRAC that hears of the agent."""
        self.node.must(f"dpkg --purge {PACKAGES} && apt-get clean")
        self.node.must("rm -f /etc/apt/sources.list.d/* /usr/share/keyrings/baremetal* /etc/udev/rules.d/*")
        self.node.must("apt-get update -qq")
        self.repository.offer(dcism(OLD), dcism_osc())
        self.repository.asked.clear()
        self.racadm.see()

    def install(self) -> None:
        """What is offered, without the role's help."""
        for package in (dcism_osc(), dcism(OLD)):
            self.node.must(f"cat > /root/{package.name}.deb", stdin=package.build())
            self.node.must(f"dpkg --install /root/{package.name}.deb && rm /root/{package.name}.deb")

    def know_packages(self, suite: str) -> None:
        """Apt has read the repository before, with the right key, and has it no more among its sources."""
        key, sources = "/usr/share/keyrings/baremetal-once.asc", "/etc/apt/sources.list.d/once.list"
        self.node.must(f"cat > {key}", stdin=self.repository.key.read_bytes())
        line = f"deb [signed-by={key}] {self.repository.url} {suite} main\n"
        self.node.must(f"cat > {sources} && apt-get update -qq && rm {sources} {key}", stdin=line.encode())


@contextmanager
def machine_for_role(release: str, folder: Path) -> Iterator[Machine]:
    """A node of this release, with all that; skips the test where there is none."""
    image_or_skip(release)
    with Repository() as repository, node(release) as running:
        running.must("cat > /etc/apt/apt.conf.d/tries", stdin=NO_TRIES.encode())
        running.must("apt-get update -qq")
        repository.offer(dcism(OLD), dcism_osc(), amsd(NEW))
        yield Machine(running, repository, NodeRacadm(running, folder))


class Role:
    """Plays the role on a machine."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._player = Player(folder, env)

    def play(self, machine: Machine, *arguments: str, **variables: Any) -> Played:
        """``variables``: the role's, without its name before them."""
        quick = {"settle_s": 2, "controller_wait_s": 0}
        told = {"facts": DELL, "repository_url": machine.repository.url, **quick, **variables}
        told.setdefault("repository_key", str(machine.repository.key))
        self._player.hosts["server"] = machine.node.inventory(ansible_ssh_pipelining=True)
        look = tell("{'plan': __vendor_agent.plan | default({}), 'verified': __vendor_agent_verified | default({})}")
        role = {"name": "baremetal.ipmi.vendor_agent"}
        play = {
            "hosts": "servers",
            "gather_facts": False,
            "vars": {f"vendor_agent_{name}": value for name, value in told.items()},
            "tasks": [{"block": [{"ansible.builtin.include_role": role}], "always": [{**look, "changed_when": False}]}],
        }
        return self._player.run([play], *arguments)

    def must(self, machine: Machine, *arguments: str, **variables: Any) -> Played:
        played = self.play(machine, *arguments, **variables)
        assert played.status == 0, played.output
        return played

    def fails(self, machine: Machine, **variables: Any) -> str:
        """The output of a run that has to fail, its lines put together."""
        played = self.play(machine, **variables)
        assert played.status == 2, played.output
        return re.sub(r"\s+", " ", played.output)

    @property
    def verified(self) -> dict[str, Any]:
        """What the last run's verification returned."""
        return dict(self._player.told()["verified"])

    @property
    def plan(self) -> dict[str, Any]:
        return dict(self._player.told()["plan"])


def changed(played: Played) -> int:
    (count,) = re.findall(r"changed=(\d+)", played.output)
    return int(count)
