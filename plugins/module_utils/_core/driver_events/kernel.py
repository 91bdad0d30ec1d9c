# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Linux kernel's log: its lines, from the journal or from /dev/kmsg, and what the IPMI drivers mean by theirs.

The table follows drivers/char/ipmi of Linux 5.10 to 6.15. What is not in it counts as nothing: much of what these
drivers write is harmless, such as a BMC that knows no global enables.

Time-outs of KCS, the interface of most servers, are written at debug level and only where ipmi_si's parameter kcs_debug
is set; without it the kernel shows what comes of them. From 6.17 on (and in stable kernels with that change) incorrect
responses are limited in rate, so that there were more than are counted.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

MAX_MESSAGE_CHARS = 300

# Completion codes that tell of a time-out (C3h), and those that tell of a BMC that is busy (C0h), flashes (D1h), starts
# (D2h) or has been given up by the driver (FFh). All other codes are a BMC's answer.
_LATE = r"(?:0x)?c3\b"
_SICK = r"(?:0x)?(?:c0|d1|d2|ff)\b"
_SI = "(?:Error clearing flags|Couldn't get irq info|Could not set the global enables)"
_SSIF = "(?:Error (?:getting|clearing) flags|Error getting global enables|Unable to clear message flags)"

_PATTERNS: tuple[tuple[str, str], ...] = (
    # ipmi_kcs_sm.c, ipmi_smic_sm.c (both with debugging alone), ipmi_bt_sm.c
    (r"ipmi_kcs_sm: kcs hosed: [IO]BF not ready in time", "timeout"),
    (r"ipmi_kcs_sm: kcs hosed: ", "error_state"),
    (r"ipmi_smic_drv: smic hosed: smic timed out", "timeout"),
    (r"ipmi_smic_drv: smic hosed: ", "error_state"),
    (r"IPMI BT: timeout in ", "timeout"),
    (r"IPMI BT: internal error in ", "error_state"),
    (r"stuck, try power cycle", "error_state"),
    (r"(?:KCS|SMIC|BT) in invalid state \d", "error_state"),
    # ipmi_msghandler.c
    (r"BMC returned incorrect response, expected netfn", "incorrect_response"),
    (r"BMC returned too small a message for netfn", "incorrect_response"),
    (r"Event queue full, discarding incoming events", "queue_full"),
    (rf"device id fetch failed: {_LATE}", "timeout"),
    (rf"device id fetch failed: {_SICK}", "error_state"),
    # ipmi_msghandler.c, ipmi_si_intf.c
    (rf"BMC returned {_LATE}, retry get bmc device id", "timeout"),
    (rf"BMC returned {_SICK}, retry get bmc device id", "error_state"),
    # ipmi_si_intf.c
    (rf"{_SI}: {_LATE}", "timeout"),
    (rf"{_SI}: {_SICK}", "error_state"),
    (r"Error getting response from [gs]et global,? enables command", "error_state"),
    (r"There appears to be no BMC at this location", "no_bmc"),
    (r"Interface detection failed", "no_bmc"),
    # ipmi_ssif.c: with the errors of the bus, ETIMEDOUT, EIO and EREMOTEIO; others are answers that are no good
    (rf"ipmi_ssif.*: {_SSIF}: -110 ", "timeout"),
    (rf"ipmi_ssif.*: {_SSIF}: -(?:5|121) ", "error_state"),
    # ipmi_watchdog.c
    (rf"IPMI Watchdog: response: Error {_LATE}", "timeout"),
    (rf"IPMI Watchdog: response: Error {_SICK}", "error_state"),
    (r"IPMI Watchdog: heartbeat send failure: ", "error_state"),
    (r"IPMI Watchdog: set timeout error: ", "error_state"),
    (r"IPMI Watchdog: Unable to (?:restore|send the command to set) the (?:IPMI )?watchdog's settings", "error_state"),
    (r"IPMI Watchdog: response: The IPMI controller appears to have been reset", "bmc_reset"),
)
_TABLE = tuple((re.compile(pattern), kind) for pattern, kind in _PATTERNS)
# Every line of these drivers begins with a driver's name.
_DRIVER = re.compile(r"ipmi[ _:-]", re.IGNORECASE)
_RECORD = re.compile(rb"(\d{1,10}),\d{1,20},(\d{1,15}),[^;\n]*;([^\n]*)")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


@dataclass(frozen=True)
class KernelLine:
    """A line of the kernel's. ``priority``: syslog's, 0 (emergency) to 7 (debug)."""

    time: float
    priority: int
    message: str


def is_drivers(message: str) -> bool:
    """Whether one of the IPMI drivers wrote it."""
    return _DRIVER.match(message) is not None


def kind_of(message: str) -> str | None:
    """One of KERNEL_KINDS, or None for a line that counts as nothing."""
    if not is_drivers(message):
        return None
    return next((kind for pattern, kind in _TABLE if pattern.search(message)), None)


def journal_line(line: bytes) -> KernelLine | None:
    """A line of ``journalctl -o json``; None for a program's, which came through the kernel; raises ValueError.

    A message that is no plain text comes as a list of bytes.
    """
    try:
        fields = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(fields, dict):
        raise ValueError("no object")
    message, priority = fields.get("MESSAGE"), fields.get("PRIORITY", "6")
    if isinstance(message, list) and all(isinstance(byte, int) for byte in message):
        message = bytes(message).decode("utf-8", "replace")
    if not isinstance(message, str) or not isinstance(priority, str):
        raise ValueError("no message")
    stamp = fields.get("__REALTIME_TIMESTAMP")
    if not isinstance(stamp, str) or not re.fullmatch(r"[0-9]{1,17}", stamp):
        raise ValueError("no time")
    if fields.get("SYSLOG_FACILITY", "0") != "0":
        return None
    return KernelLine(int(stamp) / 1e6, int(priority) & 7, _clean(message))


def kmsg_line(record: bytes, booted: float) -> KernelLine | None:
    """A record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg); None for a program's; raises ValueError.

    ``booted``: when the kernel's clock was at zero, in seconds since 1970.
    """
    found = _RECORD.match(record)
    if not found:
        raise ValueError("no record")
    prefix, micros, text = found.groups()
    if int(prefix) >> 3:
        return None
    text = _ESCAPED.sub(lambda match: bytes([int(match.group(1), 16)]), text)
    return KernelLine(booted + int(micros) / 1e6, int(prefix) & 7, _clean(text.decode("utf-8", "replace")))


def _clean(text: str) -> str:
    """A bounded line without control characters. Some of the drivers' messages have a line break in them."""
    line = text[:MAX_MESSAGE_CHARS].replace("\n", " ")
    return "".join(char if char.isprintable() else "\ufffd" for char in line)
