# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What event data 2 and 3 say, by table 29-6 and the sensor-specific codes of table 42-3."""

from __future__ import annotations

import pytest
from sdr_bytes import SPECIFIC
from sel_bytes import an_event

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.details import event_detail
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.extensions import (
    DATA2,
    DATA3,
    FIRMWARE_ERRORS,
    FIRMWARE_PROGRESS,
    RESTART_CAUSES,
    SLOTS,
    VERSION_CHANGES,
)


def detail(kind, *data, event_type=SPECIFIC, converted=False):
    return event_detail(an_event(kind, event_type, bytes(data)), converted)


@pytest.mark.parametrize(
    ("kind", "offset", "code", "text"),
    [
        (0x05, 4, 2, "network controller 2"),
        (0x0F, 0, 0x01, "error: no system memory is installed"),
        (0x0F, 0, 0x0D, "error: CPU speed matching failure"),
        (0x0F, 1, 0x07, "progress: PCI resource configuration"),
        (0x0F, 2, 0x13, "progress: starting operating system boot process"),
        (0x0F, 2, 0x19, "progress: primary processor initialization"),
        (0x10, 0, 3, "memory module 3"),
        (0x10, 1, 0x6F, "event type 6Fh"),
        (0x10, 6, 1, "processor 1"),
        (0x12, 3, 0x10, "MCA log, entry added because the event did not map to a standard IPMI event"),
        (0x12, 3, 0x32, "OEM log 2, log cleared"),
        (0x12, 4, 0x3F, "PEF action: alert, power off, reset, power cycle, OEM action, diagnostic interrupt (NMI)"),
        (0x12, 5, 0x00, "SEL timestamp clock updated, first event of a pair"),
        (0x12, 5, 0x81, "SDR timestamp clock updated, second event of a pair"),
        (0x19, 0, 0x05, "requested power state: S5/G2 soft-off"),
        (0x1D, 7, 0x04, "restart cause: watchdog expiration"),
        (0x1D, 7, 0x0B, "restart cause: power-up via RTC wakeup"),
        (0x1D, 7, 0xF1, "restart cause: chassis control command"),
        (0x21, 0, 0x09, "slot type: PCI Express"),
        (0x21, 9, 0x8C, "slot type: USB"),
        (0x23, 0, 0x01, "timer use: BIOS FRB2, interrupt: none"),
        (0x23, 8, 0x24, "timer use: SMS/OS, interrupt: NMI"),
        (0x23, 1, 0xF5, "timer use: OEM"),
        (0x28, 0, 0x30, "sensor number 30h"),
        (0x28, 4, 0x31, "sensor number 31h"),
        (0x28, 5, 0x9A, "logical FRU device, LUN 3, private bus 2"),
        (0x28, 5, 0x01, "FRU device that is not logical, LUN 0, private bus 1"),
        (0x2A, 0, 0x05, "user ID 5"),
        (0x2A, 0, 0xC5, "user ID 5"),
        (0x2A, 2, 0x40, "user ID unspecified"),
        (0x2B, 1, 0x09, "version change: system firmware (EFI/BIOS)"),
        (0x2B, 7, 0x17, "version change: board/FRU hardware configuration"),
        (0x2C, 4, 0x23, "cause: operator changed a handle latch, previous state: FRU activation in progress"),
        (0x2C, 0, 0xF4, "cause: unknown, previous state: FRU active"),
    ],
)
def test_code_in_event_data_2(kind, offset, code, text):
    assert detail(kind, 0xC0 | offset, code, 0xFF) == text


@pytest.mark.parametrize(
    ("kind", "offset", "code", "text"),
    [
        (0x08, 6, 0x00, "error: vendor mismatch"),
        (0x08, 6, 0xF3, "error: power supply rating mismatch"),
        (0x0C, 0, 3, "memory module 3"),
        (0x0C, 8, 0, "memory module 0"),
        (0x10, 1, 0x24, "all events of the type"),
        (0x10, 1, 0x13, "assertions of state 3"),
        (0x10, 1, 0x03, "deassertions of state 3"),
        (0x10, 5, 75, "75 percent full"),
        (0x10, 5, 100, "100 percent full"),
        (0x10, 5, 101, "data 3: 65"),
        (0x10, 6, 0x80, "the number is the vendor's"),
        (0x10, 6, 0x00, "the number is an entity instance"),
        (0x19, 0, 0x0D, "power state then: unknown"),
        (0x19, 0, 0x00, "power state then: S0/G0 working"),
        (0x1D, 7, 0x0E, "channel 14"),
        (0x21, 0, 4, "slot 4"),
        (0x2A, 0, 0x01, "channel 1"),
        (0x2A, 1, 0x21, "channel 1, cause: timeout"),
    ],
)
def test_code_in_event_data_3(kind, offset, code, text):
    assert detail(kind, 0x30 | offset, 0xFF, code) == text


def test_fru_number_is_told_by_the_kind_in_event_data_2():
    assert detail(0x28, 0xF5, 0x80, 7) == "logical FRU device, LUN 0, private bus 0; FRU device ID 7"
    assert detail(0x28, 0xF5, 0x00, 0xA2).endswith("; slave address A2h")


def test_tables_are_as_long_as_the_specification_has_them():
    lengths = [len(table) for table in (FIRMWARE_ERRORS, FIRMWARE_PROGRESS, RESTART_CAUSES, SLOTS, VERSION_CHANGES)]
    assert lengths == [0x0D + 1, 0x19 + 1, 0x0B + 1, 0x0C + 1, 0x17 + 1]


@pytest.mark.parametrize(
    ("kind", "offset", "code"),
    [
        (0x0F, 0, 0x0E),
        (0x0F, 2, 0x15),
        (0x12, 4, 0x00),
        (0x19, 0, 0x0D),
        (0x21, 0, 0x0D),
        (0x2B, 0, 0x18),
        (0x04, 0, 1),
    ],
)
def test_reserved_code_is_told_as_it_is(kind, offset, code):
    assert detail(kind, 0xC0 | offset, code, 0xFF) == f"data 2: {code:02X}"


def test_codes_are_read_only_where_event_data_1_announces_them():
    assert detail(0x0F, 0x00, 0x01, 0xFF) is None
    assert detail(0x0F, 0x30, 0x01, 0x05) == "data 3: 05"
    assert detail(0x0F, 0xC0, 0xFF, 0xFF) is None


def test_codes_belong_to_sensor_specific_events():
    assert detail(0x21, 0xF1, 0x09, 0x04, event_type=0x03) == "data 2: 09; data 3: 04"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ((0xA0, 0xA1, 0x02), "OEM data A1 02"),
        ((0xA0, 0xA1, 0x00), "OEM data A1 00"),
        ((0xA0, 0xA1, 0xFF), "OEM data 2: A1"),
        ((0x20, 0xA1, 0x02), "OEM data 3: 02"),
        ((0xA0, 0xFF, 0xFF), None),
        ((0xE0, 0x00, 0x02), "data 2: 00; OEM data 3: 02"),
    ],
)
def test_manufacturers_codes_are_told_as_bytes(data, text):
    assert detail(0x0C, *data) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0x20, "previous state: limit not exceeded; severity: transition to critical from less severe"),
        (0xF1, "previous state: limit exceeded"),
        (0x1F, "severity: transition to non-critical from OK"),
        (0xFF, None),
    ],
)
def test_previous_state_and_severity(code, text):
    assert detail(0x04, 0x41, code, 0xFF, event_type=0x05) == text


def test_reading_and_threshold_are_raw_where_nobody_converts_them():
    assert detail(0x01, 0x59, 0x5B, 0x50, event_type=0x01) == "raw reading 5Bh; raw threshold 50h"
    assert detail(0x01, 0x49, 0xFF, 0x50, event_type=0x01) == "raw reading FFh"
    assert detail(0x01, 0x59, 0x5B, 0x50, event_type=0x01, converted=True) is None
    assert detail(0x01, 0xA9, 0x5B, 0x50, event_type=0x01, converted=True) == "OEM data 5B 50"


def test_no_code_of_any_byte_raises_or_is_empty():
    for table, first in ((DATA2, 0xC0), (DATA3, 0x30)):
        for (kind, offset), _text in table.items():
            for code in range(0xFF):
                assert detail(kind, first | (offset or 0), code, code)
