# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each way in which racadm may end, and the verdict that an administrator would give."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.generation import generation
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.verdict import (
    ASKED_AGAIN,
    EXITED,
    FLOODED,
    NOT_STARTED,
    TIMED_OUT,
    Ended,
    Verdict,
    judge,
)

WELL = (
    b"RAC Information:\nFirmware Version = 3.00.00.00\n\n"
    b"System Information:\nSystem Model = PowerEdge R740\nService Tag = C9J69R2\nHost Name = a\nOS Name = b\n"
)
SSL = (
    b"ERROR: RAC1170: Unable to find the SSL library in the default path.\n"
    b"       If a SSL library is not installed, install one and retry the operation.\n"
)
ALERT = b"Security Alert: Certificate is invalid - self signed certificate\n"
GOES_ON = ALERT + b"Continuing execution. Use -S option for racadm to stop execution on certificate-related errors.\n"
FAILED = b"ERROR: Unable to perform requested operation.\n"


def told(output: bytes, status: int = 0, is_ssh: bool = False) -> Verdict:
    return judge(Ended(EXITED, output, status), "ssh" if is_ssh else "racadm", 60, is_ssh)


@pytest.mark.parametrize(
    ("output", "status", "verdict"),
    [
        (WELL, 0, "ok"),
        (GOES_ON + WELL, 0, "ok"),
        (WELL + b"RAC1168: The RACADM getconfig command will be deprecated.\n", 0, "ok"),
        # The exit code alone makes nothing well, and keeps what is well from being so.
        (b"", 0, "unparsable"),
        (WELL, 1, "degraded"),
        (WELL, -11, "degraded"),
        (WELL.replace(b"3.00.00.00", b""), 0, "degraded"),
        (WELL.replace(b"PowerEdge R740", b""), 0, "degraded"),
        (WELL.replace(b"C9J69R2", b"   "), 0, "degraded"),
        (WELL.replace(b"C9J69R2", b"N/A"), 0, "degraded"),
        (WELL.replace(b"Service Tag = C9J69R2\n", b""), 0, "degraded"),
        (WELL + b"ERROR: something else is the matter\n", 0, "degraded"),
        # Another section's firmware is not the controller's.
        (WELL.replace(b"3.00.00.00", b"") + b"Other:\nFirmware Version = 1.0\n", 0, "degraded"),
        (WELL.replace(b"RAC Information", b"iDRAC Information"), 0, "ok"),
        (FAILED, 0, "failed"),
        (FAILED, 1, "failed"),
        (b"ERROR: Unable to perform the requested operation", 0, "failed"),
        (b"ERROR:Unable to perform requested operation", 0, "failed"),
        (b"error: unable to perform THE requested operation.\r\n", 0, "failed"),
        (b"/admin1-> racadm getsysinfo\nERROR: Unable to perform requested operation.\n/admin1->", 0, "failed"),
        (b"racadm>>ERROR: Unable to perform requested operation.\n", 0, "failed"),
        (GOES_ON + FAILED, 0, "failed"),
        (WELL + FAILED, 0, "failed"),
        (b"RAC Information:\n" + FAILED, 0, "failed"),
        # A name that looks like the error is a name.
        (WELL.replace(b"Host Name = a", b"Host Name = ERROR: Unable to perform requested operation."), 0, "ok"),
        (SSL, 1, "broken_tool"),
        (SSL, 0, "broken_tool"),
        (b"racadm: error while loading shared libraries: libargtable2.so.0: cannot open", 127, "broken_tool"),
        (b"sh: 1: racadm: not found\n", 127, "broken_tool"),
        (b"/usr/bin/racadm: line 3: /opt/dell/srvadmin/bin/idracadm7: No such file or directory\n", 1, "broken_tool"),
        (b"", 127, "broken_tool"),
        (b"", -11, "broken_tool"),
        (b"ERROR: RACADM is unable to process the requested subcommand because there is no\n"
         b"local RAC configuration to communicate with.\n", 0, "broken_tool"),
        (b"ERROR: Unable to connect to RAC at specified IP address.\n", 1, "unreachable"),
        (GOES_ON + b"ERROR: Unable to connect to RAC at specified IP address.\n", 0, "unreachable"),
        (b"ERROR: Unable to login to RAC using the specified address\n", 0, "unreachable"),
        (b"ERROR: Login failed - invalid username or password\n", 1, "unreachable"),
        (ALERT, 1, "unreachable"),
        (GOES_ON, 0, "unparsable"),
        (b"ERROR: Invalid subcommand specified.\n", 1, "unparsable"),
        (b"hello\n", 0, "unparsable"),
        (b"a = b\nc = d\n", 0, "unparsable"),
        (b"\xff\xfe\x00\x01", 0, "unparsable"),
    ],
)  # fmt: skip
def test_verdict_on_what_is_printed(output: bytes, status: int, verdict: str) -> None:
    found = told(output, status)
    assert found.verdict == verdict, found.reason
    assert bool(found.next_step) == (verdict != "ok")


@pytest.mark.parametrize(
    ("output", "status", "verdict"),
    [
        (WELL, 0, "ok"),
        (b"root@idrac: Permission denied (publickey,password).\n", 255, "unreachable"),
        (b"Warning: Identity file x not accessible: No such file or directory.\n"
         b"root@idrac: Permission denied (publickey).\n", 255, "unreachable"),
        (b"Host key verification failed.\n", 255, "unreachable"),
        (b"ssh: connect to host idrac port 22: Connection refused\n", 255, "unreachable"),
        (b"ssh: Could not resolve hostname idrac: Name or service not known\n", 255, "unreachable"),
        (b"kex_exchange_identification: read: Connection reset by peer\n", 255, "unreachable"),
        (b"something new\n", 255, "unreachable"),
        (b"", 255, "unreachable"),
        (b"bash: line 1: racadm: command not found\n", 127, "broken_tool"),
        (b"Unauthorized users: permission denied\n" + WELL, 0, "ok"),
    ],
)  # fmt: skip
def test_verdict_over_ssh(output: bytes, status: int, verdict: str) -> None:
    assert told(output, status, is_ssh=True).verdict == verdict


def test_server_instead_of_its_idrac_is_told_as_such() -> None:
    assert "iDRAC" in told(b"bash: racadm: command not found", 127, is_ssh=True).next_step


@pytest.mark.parametrize(
    ("ended", "verdict", "reason"),
    [
        (Ended(NOT_STARTED, problem="Permission denied"), "broken_tool", "racadm cannot be run: Permission denied"),
        (Ended(TIMED_OUT, WELL), "timeout", "within 5 s"),
        (Ended(TIMED_OUT, b"Continue? (y/n)"), "timeout", "last words: Continue"),
        (Ended(TIMED_OUT, is_left=True), "timeout", "cannot be killed"),
        (Ended(FLOODED, WELL * 10), "unparsable", "1460 bytes and more"),
        (Ended(ASKED_AGAIN, GOES_ON), "unreachable", "a second time"),
    ],
)
def test_verdict_on_what_was_ended(ended: Ended, verdict: str, reason: str) -> None:
    found = judge(ended, "racadm", 5)
    assert found.verdict == verdict
    assert reason in found.reason
    assert found.next_step


def test_what_was_printed_before_the_time_out_is_kept() -> None:
    assert judge(Ended(TIMED_OUT, WELL), "racadm", 5).sections["RAC Information"] == {"Firmware Version": "3.00.00.00"}


@pytest.mark.parametrize(
    ("change", "hints"),
    [
        ((b"Host Name = a\nOS Name = b", b"Host Name =\nOS Name = "), ("service_module_silent",)),
        ((b"OS Name = b", b"OS Name = "), ()),
        ((b"Host Name = a\nOS Name = b", b"Host Name =\nOS Name =\nPower Status = OFF"), ()),
        ((b"Host Name = a\nOS Name = b\n", b""), ()),
    ],
)
def test_empty_names_of_a_running_host_hint_at_the_service_module(
    change: tuple[bytes, bytes], hints: tuple[str, ...]
) -> None:
    found = told(WELL.replace(*change))
    assert (found.verdict, found.hints) == ("ok", hints)
    assert bool(hints) == ("Service Module" in found.next_step)


def test_failed_sends_to_another_way_of_asking_before_the_controller_is_blamed() -> None:
    assert told(FAILED).next_step.startswith("Ask the controller by IPMI")


@pytest.mark.parametrize(
    ("model", "firmware", "has_ipv6", "expected"),
    [
        ("PowerEdge 2950", "1.45", False, "DRAC5"),
        ("PowerEdge 2850", "1.45", False, None),
        ("PowerEdge R710", "1.85", True, "iDRAC6"),
        ("PowerEdge M610", "2.92", True, "iDRAC6"),
        ("PowerEdge R720", "1.66.65", True, "iDRAC7"),
        ("PowerEdge R320", "2.65.65.65", True, "iDRAC7"),
        ("PowerEdge R730xd", "2.84.84.84", True, "iDRAC8"),
        ("PowerEdge R740", "3.00.00.00", True, "iDRAC9"),
        ("PowerEdge MX750c", "7.00.30.00", True, "iDRAC9"),
        ("PowerEdge R7525", "6.10.80.00", True, "iDRAC9"),
        ("PowerEdge XE9680", "7.10.30.05", True, "iDRAC9"),
        ("PowerEdge R770", "1.30.10.50", True, "iDRAC10"),
        ("PowerEdge R6715", "", True, "iDRAC10"),
        ("", "1.30.10.50", True, "iDRAC10"),
        ("", "1.85", True, "iDRAC6"),
        ("", "2.84.84.84", True, None),
        ("PowerEdge R710", "3.00.00.00", True, None),
        ("PowerEdge VRTX", "", True, None),
        ("{{ x }}", "1.2.3.4.5", True, None),
    ],
)
def test_generation_is_told_or_not(model: str, firmware: str, has_ipv6: bool, expected: str | None) -> None:
    sections = ["RAC Information", *(["IPv6 settings"] if has_ipv6 else [])]
    assert generation(model, firmware, sections) == expected
