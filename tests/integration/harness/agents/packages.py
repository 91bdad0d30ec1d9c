# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages with the names, units, programs and rules of the vendors' agents.

Sources of the names: public notes on dcism 5.4.2 and 6.1.0.0 on Debian 13 (rule 95-iSM-usbnic.rules, which lies in
/etc/udev/rules.d and calls /etc/init.d/dcismeng; daemon dsm_ism_srvmgrd) and a list of the files of HPE's amsd
(amsd.service requires smad.service; both daemons stay in the foreground). Whether the real dcism lists its rule as a
configuration file, and what its maintainer's scripts do, is not known: here it does not, and they start the daemon.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.node import Node

ARCHITECTURE = "amd64"
FOREVER = "infinity"
ISM_DAEMON = "/opt/dell/srvadmin/iSM/sbin/dsm_ism_srvmgrd"
ISM_SCRIPT = "/etc/init.d/dcismeng"
ISM_RULES = "/etc/udev/rules.d/95-iSM-usbnic.rules"
_ISM_MATCH = 'SUBSYSTEM=="usb", ATTR{idVendor}=="413c", ATTR{idProduct}=="a102", ACTION=="add"'
# It blocks the worker of udev until the script has ended: the boot's network waits for it.
_ISM_RULE = f'{_ISM_MATCH}, RUN+="{ISM_SCRIPT} start &"\n'
_ISM_START = f"""\
#!/bin/sh
### BEGIN INIT INFO
# Provides: dcismeng
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
# Short-Description: stand-in for dcismeng
### END INIT INFO
case "$1" in
    start) {ISM_DAEMON} {FOREVER} & ;;
    *) exit 3 ;;
esac
"""
_UNIT = """\
[Unit]
Description=Stand-in for {unit}
{more}
[Service]
ExecStart={program} {seconds}
[Install]
WantedBy=multi-user.target
"""
# The program is made on the node: one from here might want a newer C library.
_POSTINST = """\
#!/bin/sh
set -e
test "$1" = configure || exit 0
for program in {programs}; do
    cp --remove-destination /bin/sleep "$program"
done
systemctl daemon-reload
{start}
"""
_PRERM = """\
#!/bin/sh
set -e
systemctl stop {units}
test "$1" = remove || exit 0
systemctl disable --quiet {units}
rm -f {programs}
"""
_POSTRM = """\
#!/bin/sh
set -e
systemctl daemon-reload
test "$1" = purge || exit 0
for name in {names}; do
    update-rc.d "$name" remove
done
"""


@dataclass(frozen=True)
class Daemon:
    """A unit with its program; ``requires`` names another unit."""

    unit: str
    program: str
    requires: str = ""


@dataclass(frozen=True)
class Package:
    """``files``: path and text of each; ``starts``: its installation enables and starts the units; ``dies_after_s``:
    when the daemons end, by themselves and without an error (never where null)."""

    name: str
    version: str
    depends: str = ""
    daemons: tuple[Daemon, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    starts: bool = False
    dies_after_s: int | None = None

    @property
    def path(self) -> str:
        """Where it lies in a repository."""
        return f"pool/main/{self.name[0]}/{self.name}/{self.name}_{self.version}_{ARCHITECTURE}.deb"

    @property
    def control(self) -> str:
        """Its control file, without the last newline."""
        fields = {
            "Package": self.name,
            "Version": self.version,
            "Architecture": ARCHITECTURE,
            "Maintainer": "Nobody <nobody@example.org>",
            **({"Depends": self.depends} if self.depends else {}),
            "Description": f"stand-in for {self.name}, for tests",
        }
        return "\n".join(f"{name}: {value}" for name, value in fields.items())

    def build(self) -> bytes:
        """The package's file."""
        with tempfile.TemporaryDirectory() as name:
            folder, built = Path(name, "content"), Path(name, "built.deb")
            for path, text, mode in (*self._contents(), *self._scripts()):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)
                (folder / path).chmod(mode)
            for daemon in self.daemons:
                (folder / daemon.program.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            (folder / "DEBIAN").chmod(0o755)
            command = ["dpkg-deb", "--root-owner-group", "--build", str(folder), str(built)]
            subprocess.run(command, check=True, capture_output=True)
            return built.read_bytes()

    def _contents(self) -> Iterator[tuple[str, str, int]]:
        for path, text in self.files:
            yield path.lstrip("/"), text, 0o755 if text.startswith("#!") else 0o644
        for daemon in self.daemons:
            more = f"Requires={daemon.requires}\nAfter={daemon.requires}\n" if daemon.requires else ""
            seconds = FOREVER if self.dies_after_s is None else self.dies_after_s
            text = _UNIT.format(unit=daemon.unit, program=daemon.program, seconds=seconds, more=more)
            yield f"usr/lib/systemd/system/{daemon.unit}", text, 0o644

    def _scripts(self) -> Iterator[tuple[str, str, int]]:
        yield "DEBIAN/control", self.control + "\n", 0o644
        if self.daemons:
            units = " ".join(daemon.unit for daemon in self.daemons)
            programs = " ".join(daemon.program for daemon in self.daemons)
            start = f"systemctl enable --quiet {units}\nsystemctl restart {units}" if self.starts else ""
            yield "DEBIAN/postinst", _POSTINST.format(programs=programs, start=start), 0o755
            yield "DEBIAN/prerm", _PRERM.format(units=units, programs=programs), 0o755
            names = units.replace(".service", "")
            yield "DEBIAN/postrm", _POSTRM.format(names=names), 0o755


def dcism(version: str, dies_after_s: int | None = None, rules: str = ISM_RULES) -> Package:
    """Dell's iDRAC Service Module, which starts by itself when it is installed; ``rules``: where its udev rule lies."""
    return Package(
        "dcism",
        version,
        depends="dcism-osc",
        daemons=(Daemon("dcismeng.service", ISM_DAEMON),),
        files=((rules, _ISM_RULE), (ISM_SCRIPT, _ISM_START)),
        starts=True,
        dies_after_s=dies_after_s,
    )


def dcism_osc(version: str = "7.4.0.0") -> Package:
    """The part of dcism that collects what runs, which has no daemon."""
    return Package("dcism-osc", version, files=(("/opt/dell/srvadmin/iSM/lib/dcism-osc", "nothing\n"),))


def amsd(version: str) -> Package:
    """HPE's Agentless Management Service, whose two daemons have to be started."""
    daemons = (Daemon("amsd.service", "/usr/sbin/amsd", "smad.service"), Daemon("smad.service", "/usr/sbin/smad"))
    return Package("amsd", version, daemons=daemons)


@contextmanager
def second_daemon(machine: Node) -> Iterator[None]:
    """A second daemon of dcism for a while, as its udev rule starts it: beside the service's, unseen by its unit."""
    unit = "hotplug.service"
    machine.must(f"systemd-run --quiet --unit={unit} --property=RemainAfterExit=yes {ISM_SCRIPT} start")
    try:
        yield
    finally:
        machine.must(f"systemctl stop {unit}")
