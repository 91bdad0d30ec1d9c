# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who logged an event."""

from __future__ import annotations

import pytest
from sel_bytes import LINUX_PANIC_TEXT, an_event

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.generators import generator_text
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.records import decode_record


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ("2000", "BMC"),
        ("2001", "BMC LUN 1"),
        ("2070", "controller 20h channel 7"),
        ("2c00", "controller 2Ch"),
        ("2c63", "controller 2Ch channel 6 LUN 3"),
        ("0100", "BIOS"),
        ("1f00", "BIOS"),
        ("2100", "SMI handler"),
        ("3f00", "SMI handler"),
        ("4100", "system management software"),
        ("5f00", "system management software"),
        ("6100", "OEM system software"),
        ("7f00", "OEM system software"),
        ("8100", "remote console software 1"),
        ("8d00", "remote console software 7"),
        ("8f00", "terminal mode remote console software"),
        ("9100", "software 48h"),
        ("b160", "software 58h"),
    ],
)
def test_generator_is_told_by_the_table(generator, text):
    assert generator_text(an_event(by=bytes.fromhex(generator))) == text


def test_version_3_has_no_channel():
    assert generator_text(an_event(by=b"\x20\x70", version=3)) == "BMC"


def test_manufacturers_record_has_none():
    assert generator_text(decode_record(LINUX_PANIC_TEXT)) is None
