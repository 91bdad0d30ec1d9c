# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sel killed at every step, of its conversation and of its files: no file is torn, no event is lost or archived
twice, and the next run completes."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.killed import HALF, Children
from harness.sel import CLEAR, EVENT, INITIATE, Host, at_step, parameters, source

STEPS = 27
HOUR_S = 3600
pytestmark = pytest.mark.usefixtures("short_pauses")


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    with Children() as started:
        yield started


def fresh(stack: ExitStack, folder: Path) -> Host:
    """A log that was never archived."""
    return Host(stack.enter_context(running(source(log_clear=True, restart_ids=True)))["a"], folder / "new")


def known(stack: ExitStack, folder: Path) -> Host:
    """A log that was cleared an hour ago, with some of its events archived since, and others not."""
    host = fresh(stack, folder)
    now = int(time.time())
    host.bmc.set_clock(now - HOUR_S)
    host.change(archive_format="ipmitool")
    host.bmc.event(**EVENT)
    host.change("archived", archive_format="ipmitool")
    host.bmc.event(**EVENT)
    host.bmc.set_clock(now)
    return host


def stopped(stack: ExitStack, folder: Path) -> Host:
    """A log whose entries are no older than the deletion of some: its clock was never set, and stands."""
    host = fresh(stack, folder)
    host.change()
    host.bmc.set_clock(100, stands=True)
    for _time in range(4):
        host.bmc.event(**EVENT)
    host.change("archived")
    host.bmc.event(**EVENT)
    return host


RECORDS = {"records": [1, 3]}


def judge(host: Host, half: bool, options: dict[str, Any]) -> None:
    """By what a killed run has left, and after the next run, and after a clear."""
    if host.path.exists():
        whole, _newline, torn = host.path.read_bytes().rpartition(b"\n")
        assert half or not torn
        for line in whole.splitlines():
            assert bytes.fromhex(json.loads(line)["raw"])
    for path in host.folder.glob(".*.state"):
        json.loads(path.read_text())
    told = host.change(**{"archive_format": "ipmitool", **options})
    host.judge(told)
    assert (host.folder / "host.sel").read_bytes().hex() == "".join(host.raw())
    assert not host.change(**{"archive_format": "ipmitool", **options})["changed"]
    host.bmc.event(**EVENT)
    host.change()
    host.judge(told, settled=True)


@pytest.mark.parametrize(
    ("make", "options", "when"),
    [
        (fresh, {}, "before"),
        (known, {}, "before"),
        (known, {}, "after"),
        (known, RECORDS, "after"),
        (stopped, RECORDS, "after"),
    ],
)
def test_killed_at_each_request(tmp_path: Path, children: Children, make: Any, options: Any, when: str) -> None:
    ends = []
    for step in range(STEPS):
        with ExitStack() as stack:
            host = make(stack, tmp_path / str(step))
            params = parameters(host.bmc, host.folder, archive_format="ipmitool", **options)

            def born(pid: int, host: Host = host, step: int = step) -> None:
                host.bmc.on_request(at_step(step, when, lambda: os.kill(pid, signal.SIGKILL)))

            killed, _calls = children.run(params, born=born)
            host.bmc.on_request(None)
            ends.append(killed)
            judge(host, False, options)
    assert ends == sorted(ends, reverse=True)  # killed, until there are no more steps
    assert sum(ends) > 12


@pytest.mark.parametrize(
    ("make", "options", "when"),
    [
        (fresh, {}, "before"),
        (fresh, {}, HALF),
        (known, {}, "before"),
        (known, {}, HALF),
        (known, {}, "after"),
        (known, RECORDS, "after"),
    ],
)
def test_killed_at_each_call_of_the_file_system(
    tmp_path: Path, children: Children, make: Any, options: Any, when: str
) -> None:
    seen: list[str] = []
    for number in range(100):
        with ExitStack() as stack:
            host = make(stack, tmp_path / str(number))
            params = parameters(host.bmc, host.folder, archive_format="ipmitool", **options)
            killed, calls = children.run(params, (number, when))
            judge(host, half=when == HALF, options=options)
            if not killed:
                seen = calls
                break
    assert number == len(seen) > 8


def test_what_is_erased_is_on_the_disk_with_the_names_of_file_and_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash of the machine, and also where a run before was killed between writing and waiting for the disk."""
    synced: set[str] = set()
    at_clear: list[set[str]] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        fsync(descriptor)
        synced.add(os.readlink(f"/proc/self/fd/{descriptor}"))

    with ExitStack() as stack:
        host = fresh(stack, tmp_path / "one" / "two")

        def clears(when: str, request: Any) -> None:
            if when == "before" and request.cmd == CLEAR and request.data[5] == INITIATE:
                at_clear.append(set(synced))

        host.bmc.on_request(clears)
        monkeypatch.setattr(os, "fsync", note)
        host.change()
        folders = (host.folder, host.folder.parent, host.folder.parent.parent)
        assert {str(path) for path in (host.path, *folders)} <= at_clear[0]

        host.bmc.event(**EVENT)
        host.change("archived")
        synced.clear()
        host.change()
        assert str(host.path) in at_clear[1]
