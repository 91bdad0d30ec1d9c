# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs and archives with which something is wrong: a refusal with its reason, nothing is erased, never a traceback."""

from __future__ import annotations

import fcntl
import os
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    ArchiveError,
    CommandError,
    DeadlineExceeded,
    InsufficientPrivilege,
    IpmiError,
    PrivilegeRefused,
    SelError,
)
from bmcsim import running
from harness.sel import CLEAR, EVENT, GET, OLD, RESERVE, STORAGE, Host, source

pytestmark = pytest.mark.usefixtures("short_pauses")
Serve = Callable[..., Host]
# Records that are none, of an event message of another revision, of odd times and types.
GARBAGE = [bytes(14), b"\xff" * 14, b"\x02" + b"\xff" * 13, b"\x02" + bytes(13), b"\xc0" + b"\xff" * 13, b"\x77" * 14]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A BMC, by the options of its log, and its archive."""
    with ExitStack() as stack:

        def start(**options: Any) -> Host:
            return Host(stack.enter_context(running(source(**options)))["a"], tmp_path / "archive")

        yield start


def refused(host: Host, kind: type[IpmiError], reason: str, **options: Any) -> str:
    """A clear that fails so, and erases nothing."""
    before = host.bmc.sel_records()
    with pytest.raises(kind, match=reason) as caught:
        host.change(**options)
    assert host.bmc.sel_records() == before
    host.judge()
    assert caught.value.sentence().count(". ") >= 1 or kind is CommandError, "no next step"
    return caught.value.sentence()


def test_log_without_reservation_is_archived_and_not_cleared(serve: Serve) -> None:
    host = serve(reservation=False)
    assert "state archived works" in refused(host, SelError, "offers no reservation")
    assert len(host.raw()) == len(OLD)
    refused(host, SelError, "offers no reservation", records=[1])
    assert not host.change("archived")["changed"]


def test_bmc_without_a_log_says_so(serve: Serve) -> None:
    host = serve(present=False)
    for state in ("archived", "cleared"):
        refused(host, SelError, "no System Event Log", state=state)
    assert host.lines() == []


def test_privilege_that_does_not_suffice_is_named(serve: Serve) -> None:
    host = serve()
    reader = {"username": "reader", "password": "Sim-Reader-1"}
    refused(host, PrivilegeRefused, "may not have privilege operator", **reader)
    assert host.lines() == []
    refused(host, InsufficientPrivilege, r"Clear SEL was refused: insufficient privilege \(D4h\)$", privilege="user")
    refused(host, InsufficientPrivilege, "Delete SEL Entry was refused", privilege="user", records=[1])
    assert host.change("archived", **reader)["archive_file"] == str(host.path)


@pytest.mark.parametrize("code", [0xD5, 0xCC, 0xC1])
def test_refused_clear_is_an_error(serve: Serve, code: int) -> None:
    host = serve()
    host.bmc.faults.change(commands=[{"netfn": STORAGE, "cmd": CLEAR, "completion_code": code}])
    refused(host, CommandError, f"Clear SEL was refused.*{code:X}h")


@pytest.mark.parametrize("code", [0xC0, 0x81])
@pytest.mark.parametrize("command", [CLEAR, RESERVE, GET])
def test_busy_bmc_is_asked_again(serve: Serve, code: int, command: int) -> None:
    host = serve()
    rule = {"netfn": STORAGE, "cmd": command, "completion_code": code, "times": 3}
    host.bmc.faults.change(commands=[rule])
    assert host.change()["erased"] == 3
    host.judge(settled=True)


def test_erasure_that_does_not_end_is_an_error_that_says_how_things_are(serve: Serve) -> None:
    host = serve(erase_polls=1000)
    with pytest.raises(DeadlineExceeded, match="erasure was started, after all of it was archived"):
        host.change(timeout_s=0.5)
    assert len(host.raw()) == 3


def test_bmc_that_only_says_that_it_erases_is_an_error(serve: Serve) -> None:
    host = serve()
    host.bmc._call(lambda: setattr(host.bmc.bmc.sel, "start_erase", lambda *_arguments: None))
    refused(host, SelError, "20 times in a row")
    assert len(host.raw()) == 3


def unprivileged(folder: Path) -> Any:
    """As somebody who may write to the test's own folder and not to this one."""
    stack = ExitStack()
    folder.mkdir()
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)
        stack.callback(os.seteuid, 0)
    return stack


def test_archive_that_may_not_be_written_is_a_refusal(serve: Serve) -> None:
    host = serve()
    (host.folder.parent / "file").touch()
    for path in ("file", "file/below"):
        refused(host, ArchiveError, "cannot be made: ", archive_path=str(host.folder.parent / path))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        host.folder = Path(folder, "closed")
        with unprivileged(host.folder):
            refused(host, ArchiveError, "Permission denied")


def test_full_disk_leaves_the_archive_as_it_was(serve: Serve) -> None:
    host = serve()
    host.change("archived")
    before = host.path.read_bytes()
    for _time in range(5):
        host.bmc.event(**EVENT)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in (0, 1, 1000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, limits[1]))
        try:
            refused(host, ArchiveError, "cannot be written: File too large")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert host.path.read_bytes() == before
    host.change()
    host.judge(settled=True)


def test_damaged_line_is_a_refusal_and_a_torn_one_is_mended(serve: Serve) -> None:
    host = serve()
    host.change("archived")
    whole = host.path.read_text()
    host.path.write_text(whole[:-20])
    host.change("archived")
    assert host.path.read_text().splitlines()[:2] == whole.splitlines()[:2]
    assert len(host.raw()) == 3
    host.path.write_text(host.path.read_text().replace('"raw": "', '"raw": "x', 2))
    with pytest.raises(ArchiveError, match="is damaged"):
        host.change()
    assert len(host.bmc.sel_records()) == 3


def test_archive_that_another_process_writes_is_waited_for(serve: Serve) -> None:
    host = serve()
    host.change("archived")
    with (host.folder / ".host.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(host, ArchiveError, "another process writes", timeout_s=0.3)
    assert host.change()["erased"] == 3


def test_free_space_of_0_after_a_clear_is_not_a_full_log(serve: Serve) -> None:
    host = serve(free_zero_after_clear=True, log_clear=True)
    told = host.change()
    assert (told["sel_info"]["entries"], told["sel_info"]["used_percent"]) == (1, 0.2)
    assert not host.change()["changed"]
    host.bmc.event(**EVENT)
    assert host.change()["archived"] == 2
    host.judge(settled=True)


def test_full_log_is_archived_and_cleared(serve: Serve) -> None:
    host = serve(capacity=4)
    for _time in range(4):
        host.bmc.event(**EVENT)
    assert len(host.bmc.ledger().refused) == 3
    assert host.change("archived")["sel_info"]["used_percent"] == 100.0
    told = host.change()
    assert (told["erased"], told["sel_info"]["overflow"], told["sel_info"]["used_percent"]) == (4, False, 0.0)
    host.judge(settled=True)


def test_garbage_is_archived_as_it_is(serve: Serve) -> None:
    host = serve(sel=[{"hex": entry.hex(" ")} for entry in GARBAGE])
    told = host.change(diff=True)
    assert (told["archived"], told["erased"]) == (len(GARBAGE), len(GARBAGE))
    assert [bytes.fromhex(raw)[2:] for raw in host.raw()] == GARBAGE
    host.judge(settled=True)


def test_log_that_leads_in_a_circle_is_read_once_and_not_cleared(serve: Serve) -> None:
    host = serve()
    log = host.bmc.bmc.sel
    find = log.find
    host.bmc._call(lambda: setattr(log, "find", lambda number: (*find(number)[:2], 2) if number == 3 else find(number)))
    reason = refused(host, SelError, "cannot be read to its end: the log leads back to entry 0002h")
    assert "What could be read is archived" in reason
    assert len(host.raw()) == 3
    assert not host.change("archived")["changed"]


def test_second_run_changes_nothing_neither_state(serve: Serve) -> None:
    host = serve(log_clear=True)
    for state, archived in (("archived", 3), ("cleared", 0)):
        first = host.change(state, archive_format="ipmitool")
        assert (first["changed"], first["archived"]) == (True, archived)
        before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in host.folder.iterdir()}
        again = host.change(state, archive_format="ipmitool")
        assert (again["changed"], again["archived"], again["erased"], again["attempts"]) == (False, 0, 0, 0)
        assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in host.folder.iterdir()}
    assert {path.stat().st_mode & 0o777 for path in host.folder.iterdir()} == {0o600}
    assert host.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("options", [{"state": "archived"}, {}, {"records": [2]}])
def test_check_mode_tells_what_a_run_does_and_changes_nothing(serve: Serve, options: dict[str, Any]) -> None:
    host = serve(log_clear=True)
    for _time in range(2):
        before = {path: path.read_bytes() for path in host.folder.glob("*")}
        there, written = host.folder.exists(), len(host.bmc.ledger().lines)
        checked = host.change(check=True, diff=True, **options)
        assert host.folder.exists() == there
        assert before == {path: path.read_bytes() for path in host.folder.glob("*")}
        assert len(host.bmc.ledger().lines) == written
        done = host.change(diff=True, **options)
        for key in ("changed", "archived", "erased", "diff", "archive_file"):
            assert checked[key] == done[key], key
