# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of the kernel's log: what the IPMI drivers really write, how it comes, and what counts as nothing."""

from __future__ import annotations

import json

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.kernel import (
    MAX_MESSAGE_CHARS,
    KernelLine,
    journal_line,
    kind_of,
    kmsg_line,
)

# Lines of real machines where the device is of real life; else as the drivers' formats make them.
LINES = {
    # 2.6 to 5.4, without a device; then with one.
    "IPMI message handler: BMC returned incorrect response, expected netfn 3f cmd 31, got netfn 7 cmd 35": (
        "incorrect_response"
    ),
    "ipmi_ssif 0-000e: IPMI message handler: BMC returned incorrect response, expected netfn 7 cmd 42,"
    " got netfn 7 cmd 1": "incorrect_response",
    "ipmi_si IPI0001:00: IPMI message handler: BMC returned too small a message for netfn 7 cmd 1, got 2 bytes": (
        "incorrect_response"
    ),
    "ipmi_si IPI0001:00: IPMI message handler: Event queue full, discarding incoming events": "queue_full",
    "IPMI message handler: Event queue full, discarding incoming events": "queue_full",
    "ipmi_ssif i2c-IPI0001:00: IPMI message handler: BMC returned 0xff, retry get bmc device id": "error_state",
    "ipmi_si dmi-ipmi-si.0: BMC returned 0xc3, retry get bmc device id": "timeout",
    "ipmi_si dmi-ipmi-si.0: IPMI message handler: device id fetch failed: 0xc3": "timeout",
    "ipmi_ssif i2c-IPI0001:00: ipmi_ssif: Error getting global enables: -121 180453376 62": "error_state",
    "ipmi_ssif i2c-IPI0001:00: ipmi_ssif: Error getting flags: -110 0, 0": "timeout",
    "IPMI BT: timeout in XACTION [ B_BUSY H_BUSY OEMO SMS H2B ] 1 retries left": "timeout",
    "ipmi_si IPI0001:00: IPMI BT: timeout in RD_WAIT [ ] ": "timeout",
    "ipmi_si IPI0001:00: stuck, try power cycle": "error_state",
    "IPMI BT: stuck, try power cycle": "error_state",
    "ipmi_smic_drv: smic hosed: smic timed out": "timeout",
    "ipmi_si IPI0001:00: ipmi_kcs_sm: kcs hosed: IBF not ready in time": "timeout",
    "ipmi_kcs_sm: kcs hosed: OBF not ready in time": "timeout",
    "ipmi_kcs_sm: kcs hosed: Not in read state for error2": "error_state",
    "ipmi_si 0000:01:04.6: KCS in invalid state 9": "error_state",
    "ipmi_si IPI0001:00: Error clearing flags: c3": "timeout",
    # A BMC that hangs, as 6.1 tells it every eight seconds.
    "ipmi_si IPI0001:00: Couldn't get irq info: c3, Maybe ok, but ipmi might run very slowly.": "timeout",
    "ipmi_si IPI0001:00: Could not set the global enables: 0xff.": "error_state",
    "ipmi_si IPI0001:00: Error getting response from get global enables command: -19": "error_state",
    "ipmi_si: Error getting response from set global, enables command, the event buffer is not enabled": "error_state",
    "ipmi_si IPI0001:00: There appears to be no BMC at this location": "no_bmc",
    "ipmi_si dmi-ipmi-si.0: Interface detection failed": "no_bmc",
    "IPMI Watchdog: response: Error ff on cmd 22": "error_state",
    "IPMI Watchdog: heartbeat send failure: -16": "error_state",
    "IPMI Watchdog: response: The IPMI controller appears to have been reset, will attempt to reinitialize the watchdog"
    " timer": "bmc_reset",
}
HARMLESS = (
    "ipmi_si: IPMI System Interface driver",
    "ipmi_si IPI0001:00: IPMI kcs interface initialized",
    "ipmi_si IPI0001:00: The BMC does not support setting the recv irq bit, compensating, but the BMC needs to be"
    " fixed.",
    "ipmi_si IPI0001:00: Could not set the global enables: 0xcc.",
    "ipmi_si IPI0001:00: Couldn't get irq info: c1,",
    "ipmi_si: Unable to find any System Interface(s)",
    "ipmi_ssif: Unable to clear message flags: -22 7 c7",
    "ipmi_ssif i2c-IPI0001:00: IPMI message handler: device id demangle failed: -22",
    "ipmi_si IPI0001:00: IPMI message handler: Found new BMC (man_id: 0x0002a2, prod_id: 0x0100, dev_id: 0x20)",
    "ipmi_si IPI0001:00: IPMI message handler: Event queue no longer full",
    # One failure of BT is one time-out, though it is several lines.
    "failed 2 retries, sending error response",
    "IPMI: BT reset (takes 5 secs)",
    # Others may say what they like.
    "audit: BMC returned incorrect response, expected netfn 7 cmd 1, got netfn 7 cmd 2",
    "usb 1-1: Product: IPMI BT: timeout in",
)


@pytest.mark.parametrize(("message", "kind"), LINES.items())
def test_line_of_a_driver_is_known(message, kind):
    assert kind_of(message) == kind


@pytest.mark.parametrize("message", HARMLESS)
def test_what_is_not_in_the_table_counts_as_nothing(message):
    assert kind_of(message) is None


def journal(**fields) -> bytes:
    entry = {"__REALTIME_TIMESTAMP": "1769860800250000", "PRIORITY": "4", "SYSLOG_FACILITY": "0", "MESSAGE": "hello"}
    return json.dumps({**entry, **fields}).encode() + b"\n"


def test_line_of_the_journal():
    assert journal_line(journal()) == KernelLine(1769860800.25, 4, "hello")


def test_message_of_the_journal_may_be_a_list_of_bytes():
    assert journal_line(journal(MESSAGE=[105, 112, 255, 10])).message == "ip\ufffd "


def test_message_is_one_bounded_line():
    message = journal_line(journal(MESSAGE="a\x1b[31m\nb" + "x" * 1000)).message
    assert message.startswith("a\ufffd[31m b")
    assert len(message) == MAX_MESSAGE_CHARS


@pytest.mark.parametrize("fields", [{"SYSLOG_FACILITY": "3"}, {"SYSLOG_FACILITY": "1"}])
def test_what_a_program_wrote_through_the_kernel_is_not_the_kernels(fields):
    assert journal_line(journal(**fields)) is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"no json\n",
        b"[]\n",
        b'"text"\n',
        b"\xff\xfe\n",
        b"[" * 100_000,
        journal(MESSAGE=None),
        journal(MESSAGE=[300]),
        journal(MESSAGE=["ipmi"]),
        journal(MESSAGE={}),
        journal(PRIORITY=None),
        journal(PRIORITY="high"),
        journal(__REALTIME_TIMESTAMP="soon"),
        journal(__REALTIME_TIMESTAMP="9" * 30),
        journal(__REALTIME_TIMESTAMP=None),
    ],
)
def test_damaged_line_of_the_journal_is_refused(line):
    with pytest.raises(ValueError):
        journal_line(line)


def test_record_of_the_kernels_buffer():
    record = b"4,1035,2500000,-,caller=T1;ipmi_si: a\\x09\\xc3\\xa9\n SUBSYSTEM=platform\n DEVICE=+platform:x\n"
    assert kmsg_line(record, 1000.0) == KernelLine(1002.5, 4, "ipmi_si: a\ufffdé")


def test_program_that_writes_to_the_kernels_buffer_is_not_the_kernel():
    assert kmsg_line(b"12,1036,2500000,-;ipmi_si: forged\n", 0.0) is None


@pytest.mark.parametrize("record", [b"", b"hello\n", b"4,1;x\n", b"4,1," + b"9" * 30 + b",-;x\n"])
def test_damaged_record_of_the_kernels_buffer_is_refused(record):
    with pytest.raises(ValueError):
        kmsg_line(record, 0.0)
