# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of entities."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.entities import ENTITIES, entity_name

# Table 43-13 up to 42h, without what it reserves.
SPECIFIED = {*range(0x36), 0x37, 0x40, 0x41, 0x42}


def test_every_entity_of_the_specification_has_a_name():
    assert set(ENTITIES) == SPECIFIED


@pytest.mark.parametrize(
    ("entity_id", "name"),
    [
        (0x03, "Processor"),
        (0x04, "Disk or Disk Bay"),
        (0x07, "System Board"),
        (0x0A, "Power Supply"),
        (0x1D, "Fan Device"),
        (0x20, "Memory Device"),
        (0x37, "Air Inlet"),
        (0x42, "System Board"),
    ],
)
def test_entity_is_named(entity_id, name):
    assert entity_name(entity_id) == name


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [(0x90, 0xAF, "chassis-specific"), (0xB0, 0xCF, "board-set-specific"), (0xD0, 0xFF, "OEM")],
)
def test_entity_of_a_free_range_shows_range_and_code(first, last, label):
    assert entity_name(first) == f"{label} {first:02X}h"
    assert entity_name(last) == f"{label} {last:02X}h"


@pytest.mark.parametrize("entity_id", [0x36, 0x38, 0x3F, 0x43, 0x8F, 0x100])
def test_entity_without_a_meaning_is_reserved(entity_id):
    assert entity_name(entity_id) == f"reserved {entity_id:02X}h"


def test_every_byte_has_a_name():
    assert all(entity_name(entity_id) for entity_id in range(256))
