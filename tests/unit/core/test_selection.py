# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sensors are asked for."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensor_types import (
    SENSOR_TYPES,
    sensor_type_code,
    sensor_type_name,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.selection import parse_selection

TEMPERATURE, FAN = 0x01, 0x04
CPU = ("CPU1 Temp", "CPU1 Temp processor (3.1)")
INLET = ("Inlet Temp", "Inlet Temp system_board (7.1)")


def chosen(*names: str, ignore: bool = False, of: tuple[str, ...] = CPU) -> bool:
    return parse_selection(names, ignore).includes(TEMPERATURE, of)


def test_everything_is_selected_by_nothing():
    assert chosen()


def test_ignoring_nothing_selects_everything():
    assert chosen(ignore=True)


def test_sensor_is_selected_by_its_name():
    assert chosen("CPU1 Temp")
    assert not chosen("CPU1 Temp", of=INLET)


def test_sensor_is_selected_by_its_collectd_name():
    assert chosen("CPU1 Temp processor (3.1)")


@pytest.mark.parametrize("name", ["CPU1", "cpu1 temp", "CPU1 Temp ", "Temp", ""])
def test_name_must_be_the_whole_name(name):
    assert not chosen(name)


def test_name_is_no_expression():
    assert not chosen("CPU. Temp")
    assert chosen("P1 (A)", of=("P1 (A)", "x"))


def test_one_name_of_several_suffices():
    assert chosen("Fan1", "CPU1 Temp")


@pytest.mark.parametrize("expression", ["/Temp/", "/^CPU/", "/CPU[0-9]+ Temp$/", r"/\(3\.1\)$/", "/(?i)cpu/"])
def test_expression_is_searched_for_in_both_names(expression):
    assert chosen(expression)


@pytest.mark.parametrize("expression", ["/^Temp/", "/cpu/", r"/\(3\.2\)/"])
def test_expression_that_is_not_found_selects_nothing(expression):
    assert not chosen(expression)


@pytest.mark.parametrize("name", ["/", "/dev", "dev/", "a/b"])
def test_slashes_make_an_expression_only_around_it(name):
    assert chosen(name, of=(name, "x"))
    assert not chosen(name, of=("xdevx a b", "x"))


def test_slashes_within_an_expression_are_its_own():
    assert chosen("/F/n/", of=("F/n3", "x"))


@pytest.mark.parametrize("names", [["CPU1 Temp"], ["/^CPU/"], ["CPU1 Temp processor (3.1)"]])
def test_ignored_sensors_are_left_out_and_all_others_selected(names):
    assert not chosen(*names, ignore=True)
    assert chosen(*names, ignore=True, of=INLET)


@pytest.mark.parametrize("text", ["/(/", "/[/", "/*/", "/a{2,1}/", "/a{4294967296}/"])
def test_invalid_expression_is_the_users_error(text):
    with pytest.raises(OptionError) as caught:
        parse_selection([text])
    assert caught.value.message.startswith(f"sensors: {text} is no regular expression: ")
    assert caught.value.next_step


def test_type_selects_by_sensor_type():
    selection = parse_selection([], types=["Fan"])
    assert selection.includes(FAN, CPU)
    assert not selection.includes(TEMPERATURE, CPU)


def test_one_type_of_several_suffices():
    selection = parse_selection([], types=["Fan", "Temperature"])
    assert selection.includes(FAN, CPU)
    assert selection.includes(TEMPERATURE, CPU)
    assert not selection.includes(0x02, CPU)


def test_type_and_name_must_both_fit():
    selection = parse_selection(["/CPU/"], types=["Temperature"])
    assert selection.includes(TEMPERATURE, CPU)
    assert not selection.includes(FAN, CPU)
    assert not selection.includes(TEMPERATURE, INLET)


def test_ignoring_is_about_names_and_not_about_types():
    selection = parse_selection(["/CPU/"], ignore_selected=True, types=["Temperature"])
    assert selection.includes(TEMPERATURE, INLET)
    assert not selection.includes(TEMPERATURE, CPU)
    assert not selection.includes(FAN, INLET)


@pytest.mark.parametrize("name", ["temperature", "Temperature", "TEMPERATURE", " temp erature"])
def test_type_is_found_however_it_is_written(name):
    assert parse_selection([], types=[name]).types == {TEMPERATURE}


@pytest.mark.parametrize(
    "name", ["", "Temperatures", "0x01", "2Dh", "reserved", "reserved 01h", "reserved C0h", "OEM 2Dh"]
)
def test_unknown_type_is_the_users_error(name):
    with pytest.raises(OptionError, match=f"^types: {name!r} is no sensor type$"):
        parse_selection([], types=[name])


@pytest.mark.parametrize(("code", "name"), SENSOR_TYPES.items())
def test_every_type_can_be_written_as_the_facts_have_it(code, name):
    assert sensor_type_name(code) == name
    assert sensor_type_code(name) == code


@pytest.mark.parametrize("code", range(0xC0, 0x100))
def test_vendors_types_can_be_selected_too(code):
    assert sensor_type_code(sensor_type_name(code)) == code == sensor_type_code(f"oem {code:02x}h")


@pytest.mark.parametrize("code", [0x00, 0x2D, 0xBF])
def test_reserved_types_can_be_selected_too(code):
    assert sensor_type_name(code) == f"reserved {code:02X}h"
    assert parse_selection([], types=[sensor_type_name(code)]).types == {code}


@pytest.mark.parametrize(
    ("written", "code"),
    [("Button / Switch", 0x14), ("power-supply", 0x08), ("Os Stop / Shutdown", 0x20), ("watchdog2", 0x23)],
)
def test_spaces_and_punctuation_of_a_type_do_not_count(written, code):
    assert sensor_type_code(written) == code
