# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmidrv_events_info: options, what it returns, what wevtutil's failures come to, and a journalctl that misbehaves."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import driver_events_linux
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.driver_events import (
    EVENTS_SPEC,
    windows_events,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.driver_events_linux import (
    JournalProcess,
    LinuxKernelLog,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DriverError, OptionError
from ansible_collections.baremetal.ipmi.plugins.modules import ipmidrv_events_info

NOW = 1_769_860_800.0  # 2026-01-31T12:00:00Z
EVENT = (
    "<Event><System><Provider Name='IPMIDRV'/><EventID>{}</EventID>"
    "<TimeCreated SystemTime='2026-01-31T11:0{}:00.0000000Z'/></System></Event>"
)
DEFAULTS = {name: option.get("default") for name, option in EVENTS_SPEC.items()}


class Host:
    """Answers win_command with this result."""

    def __init__(self, **result: Any) -> None:
        self.result = {"changed": True, "rc": 0, "stdout": "<Events/>", "end": "2026-01-31 12:00:00.123456", **result}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, module, args):
        self.asked.append((module, args))
        return self.result


def told(host: Host | None = None, **options: Any) -> dict[str, Any]:
    return windows_events({**DEFAULTS, **options}, host or Host(), NOW)[0]


def events(*numbers: int) -> str:
    return "<Events>" + "".join(EVENT.format(number, minute) for minute, number in enumerate(numbers)) + "</Events>"


def test_result_has_the_documented_keys():
    documented = yaml.safe_load(ipmidrv_events_info.RETURN)
    result = told(Host(stdout=events(*[1004] * 9, 1002)), neighbours=True, changed_at="2026-01-31")
    assert set(result) == (set(documented) - {"error"}) | {"changed"}
    assert set(result["window"]) == set(documented["window"]["contains"])
    assert result["events"][0] == {"time": "2026-01-31T11:09:00Z", "id": 1002}
    assert result["findings"] == ["rejected_setting"]
    assert (result["changed"], result["count"], result["class"]) == (False, 9, "low")
    assert "other_errors" not in told()


def test_command_is_sent_as_arguments():
    host = Host()
    told(host)
    ((module, args),) = host.asked
    assert module == "win_command"
    assert args["argv"][:3] == ["wevtutil.exe", "qe", "System"]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2026-01-31 10:30:00.123456", "2026-01-31T10:30:00Z"),
        ("2026-01-31 10.30.00.123456", "2026-01-31T10:30:00Z"),
        # The Buddhist calendar's year, and none at all: the controller's clock.
        ("2569-01-31 10:30:00.123456", "2026-01-31T12:00:00Z"),
        ("", "2026-01-31T12:00:00Z"),
        ("2026-01-31", "2026-01-31T12:00:00Z"),
        ("9" * 40 + "-1-1 1:1:1", "2026-01-31T12:00:00Z"),
    ],
)
def test_window_ends_by_the_hosts_clock(end, expected):
    assert told(Host(end=end))["window"]["end"] == expected


@pytest.mark.parametrize(
    ("result", "message", "next_step"),
    [
        (
            {"rc": 5, "stderr": "Failed to read events.\r\nAccess is denied.\r\n"},
            r"\(exit status 5\): Failed to read events\. Access is denied$",
            "Event Log Readers",
        ),
        (
            {"rc": 15007, "stdout": "Kanal nicht gefunden\x1b[0m"},
            r"15007\): Kanal nicht gefunden\ufffd\[0m$",
            "service",
        ),
        (
            {"rc": 2, "msg": "Failed to run: 'wevtutil.exe'", "stdout": ""},
            "Failed to run: 'wevtutil.exe'",
            "wevtutil qe",
        ),
        ({"rc": 1, "stdout": "{{ 7 * 7 }}" + "x" * 9999}, r"\{\{ 7 \* 7 \}\}x{289}$", "wevtutil qe"),
        ({"rc": None, "stdout": "", "msg": ""}, "it says nothing", "wevtutil qe"),
    ],
)
def test_failure_says_what_wevtutil_said_and_what_to_do(result, message, next_step):
    with pytest.raises(DriverError, match=message) as caught:
        told(Host(failed=True, **result))
    assert next_step in caught.value.next_step


@pytest.mark.parametrize(
    "options",
    [
        {"hours": 0.0},
        {"hours": -1.0},
        {"hours": 8784.1},
        {"hours": float("nan")},
        {"hours": float("inf")},
        {"max_events": 0},
        {"max_events": 10001},
        {"since": "yesterday"},
        {"changed_at": "2026-02-31"},
        {"maintenance": [{"start": "2026-01-31", "end": "soon"}]},
        {"maintenance": [{"start": "2026-01-31", "end": "2026-01-30"}]},
    ],
)
def test_option_out_of_range_is_refused_before_anything_is_asked(options):
    host = Host()
    with pytest.raises(OptionError, match=next(iter(options))):
        told(host, **options)
    assert host.asked == []


@pytest.mark.parametrize("options", [{"hours": 8784.0, "max_events": 10000}, {"hours": 0.001, "max_events": 1}])
def test_edges_of_the_ranges_are_taken(options):
    assert told(**options)["class"] == "none"


def journalctl(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A journalctl of the test's own, first in PATH; each call leaves its arguments in ``calls``."""
    program = folder / "journalctl"
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\n{script}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder / "calls"


def read(process: JournalProcess) -> list[bytes]:
    try:
        return list(process)
    finally:
        process.close()


def test_journal_is_that_of_all_boots_newest_first(tmp_path, monkeypatch):
    calls = journalctl(tmp_path, monkeypatch, "echo one; echo two")
    assert read(LinuxKernelLog().journal(NOW + 0.7)) == [b"one\n", b"two\n"]
    probe, asked = calls.read_text().splitlines()
    assert "--lines=1" in probe
    assert asked == "--no-pager --quiet --output=json --reverse --since=@1769860800 _TRANSPORT=kernel"


def test_journal_without_the_kernels_messages_is_none(tmp_path, monkeypatch):
    journalctl(tmp_path, monkeypatch, "exit 0")
    assert LinuxKernelLog().journal(NOW) is None
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert LinuxKernelLog().journal(NOW) is None


def test_quiet_window_is_no_missing_journal(tmp_path, monkeypatch):
    journalctl(tmp_path, monkeypatch, 'case "$*" in *--lines=1*) echo "{}";; esac')
    process = LinuxKernelLog().journal(NOW)
    assert (read(process), process.cut_by) == ([], "")


def test_journalctl_that_fails_is_told():
    process = JournalProcess(["sh", "-c", "echo one; printf 'Failed to read: \\033[1mno\\n' >&2; exit 1"])
    assert read(process) == [b"one\n"]
    assert process.cut_by == "journalctl has failed (Failed to read: \ufffd[1mno)"


def test_journalctl_that_hangs_is_ended():
    begun = time.monotonic()
    process = JournalProcess(["sh", "-c", "echo one; exec sleep 60"], deadline_s=0.5)
    assert read(process) == [b"one\n"]
    assert "within" in process.cut_by
    assert time.monotonic() - begun < 30


def test_endless_journal_is_left():
    process = JournalProcess(["yes", "x" * 99], max_bytes=1000)
    assert len(read(process)) == 10
    assert process.cut_by == "the journal has more than is read of it"


def test_endless_line_costs_itself_alone(monkeypatch):
    monkeypatch.setattr(driver_events_linux, "MAX_LINE", 100)
    process = JournalProcess(["sh", "-c", f"echo {'x' * 950}; echo two"])
    assert read(process) == [b"x" * 100, b"two\n"]


def test_kernels_buffer_is_read_to_its_end(tmp_path):
    pipe = tmp_path / "kmsg"
    os.mkfifo(pipe)
    # With somebody who could write, a pipe without data says "try again", as /dev/kmsg does at its end.
    writer = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(writer, b"4,1,1000000,-;ipmi_si: hello\n")
        records, booted = LinuxKernelLog(str(pipe)).buffer()
    finally:
        os.close(writer)
    assert records == [b"4,1,1000000,-;ipmi_si: hello\n"]
    assert 0 < booted < time.time()


def test_record_that_is_overwritten_is_left_out(monkeypatch, tmp_path):
    answers = iter([BrokenPipeError(), b"4,1,1,-;one\n", BlockingIOError()])

    def next_record(_device, _size):
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    (tmp_path / "kmsg").touch()
    monkeypatch.setattr(os, "read", next_record)
    assert LinuxKernelLog(str(tmp_path / "kmsg")).buffer()[0] == [b"4,1,1,-;one\n"]


def test_kernels_buffer_that_is_refused_is_told(tmp_path):
    with pytest.raises(DriverError, match="kmsg cannot be opened: No such file") as caught:
        LinuxKernelLog(str(tmp_path / "kmsg")).buffer()
    assert "become" in caught.value.next_step
