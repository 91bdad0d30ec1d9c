# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of a BMC that does not say what it is, and of one that is not to be had."""

from __future__ import annotations

import pytest
from fakes import no, ok

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import CommandError
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.fru import run

AREA_INFO, DEVICE_ID, GUID = Request(0x0A, 0x10, b"\x05"), Request(0x06, 0x01), Request(0x06, 0x37)
READ = Request(0x0A, 0x11, b"\x05\0\0\x18")
# A product area with nothing but the name "R740".
INVENTORY = bytes.fromhex("01 00 00 00 01 00 00 fe  01 02 00 c0 c4 52 37 34 30 c1 00 00 00 00 00 00")


def test_bmc_that_does_not_say_what_it_is_has_an_inventory_all_the_same(play):
    inventory = bytearray(INVENTORY)
    inventory[-1] = -sum(inventory[8:]) & 0xFF
    script = [(AREA_INFO, ok(24, 0, 0)), (READ, ok(24, *inventory)), (DEVICE_ID, no(0xC1)), (GUID, no(0xC1))]
    result = complete(run(play(*script), 5))
    assert (result.fru.product.name, result.fru.problems) == ("R740", ())
    assert (result.device, result.guid) == (None, None)
    assert len(result.warnings) == 1 and "does not say what it is" in result.warnings[0]


def test_inventory_that_is_refused_is_the_error_that_is_told(play):
    with pytest.raises(CommandError, match="Get FRU Inventory Area Info was refused: unspecified error"):
        complete(run(play((AREA_INFO, no(0xFF))), 5))
