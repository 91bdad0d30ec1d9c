# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outputs of racadm as they were seen, and as they may come: every field in its section, and nothing else."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm import output
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.output import NO_SECTION, parse
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.verdict import EXITED, Ended, judge

FOLDER = Path(__file__).parent
CASES: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "cases.yml").read_text())


def sample(name: str) -> bytes:
    return (FOLDER / "samples" / f"{name}.txt").read_bytes()


def test_every_sample_has_its_expectation() -> None:
    assert {path.stem for path in (FOLDER / "samples").glob("*.txt")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_sample_parses_in_all_its_fields(name: str) -> None:
    case = CASES[name]
    found = parse(sample(name))
    assert {section: len(fields) for section, fields in found.sections.items()} == case["counts"]
    assert found.skipped == 0
    for section, fields in case["fields"].items():
        assert {key: found.sections[section][key] for key in fields} == fields


@pytest.mark.parametrize("name", CASES)
def test_sample_has_its_verdict(name: str) -> None:
    case = CASES[name]
    verdict = judge(Ended(EXITED, sample(name), 0), "racadm", 60)
    assert (verdict.verdict, verdict.generation) == (case["verdict"], case["generation"])
    assert list(verdict.hints) == case.get("hints", [])


@pytest.mark.parametrize("name", CASES)
def test_no_line_with_an_equals_sign_gets_lost(name: str) -> None:
    text = sample(name).decode().partition("/admin1-> racadm help")[0]
    written = [line.partition("=")[2].strip() for line in text.splitlines() if "=" in line]
    sections = parse(sample(name)).sections
    assert [value for fields in sections.values() for value in fields.values()] == written


WRITTEN = b"RAC Information:\nFirmware Version = 3.0\n\nSystem Information:\nService Tag = A=B\nHost Name =\n"
READ = {
    "RAC Information": {"Firmware Version": "3.0"},
    "System Information": {"Service Tag": "A=B", "Host Name": ""},
}


@pytest.mark.parametrize(
    "written",
    [
        WRITTEN.replace(b"\n", b"\r\n"),
        WRITTEN.replace(b"\n", b"\r\r\n"),
        b"\xef\xbb\xbf" + WRITTEN,
        b"racadm>>" + WRITTEN,
        b"racadm>>getsysinfo\r\n" + WRITTEN + b"racadm>>",
        b"/admin1-> racadm getsysinfo\n\n" + WRITTEN + b"/admin1-> exit\nx = y\n",
        b"UserName: Password: " + WRITTEN,
        b"(root@192.0.2.1) Password: \n\n" + WRITTEN,
        WRITTEN.replace(b"RAC Info", b"\x1b[1mRAC Info").replace(b"\n", b"\x1b[0m\x00\n"),
        WRITTEN.replace(b" = ", b"\t=\t").replace(b"Host Name =", b"Host \xc2\xa0 Name=\t"),
        re.sub(rb"(?m)^(.+)$", rb"        \1", WRITTEN),
        WRITTEN.replace(b"\n\nSystem", b"\nSystem"),
        WRITTEN.replace(b":\n", b" :  \n\n"),
        b"Security Alert: Certificate is invalid - self signed certificate\n" + WRITTEN,
        WRITTEN + b"\nRAC1168: The RACADM command will be deprecated.\nThe following:\n",
        b"=======\n-------\n" + WRITTEN,
    ],
)
def test_how_it_is_wrapped_changes_nothing(written: bytes) -> None:
    assert parse(written).sections == READ


def test_same_key_twice_in_a_section_is_numbered() -> None:
    found = parse(b"A:\nx = 1\nx = 2\nx (2) = 3\nx = 4\nB:\nx = 5\n\nA:\nx = 6\n").sections
    assert found == {"A": {"x": "1", "x (2)": "2", "x (2) (2)": "3", "x (3)": "4", "x (4)": "6"}, "B": {"x": "5"}}


def test_fields_before_any_header_are_kept() -> None:
    assert parse(b"Firmware Version = 1.45\n").sections == {NO_SECTION: {"Firmware Version": "1.45"}}


def test_value_that_goes_on_indented_is_joined_and_a_cut_is_not() -> None:
    found = parse(b"A:\nx = one\n      two\n[...]\ny = three\nplain words\n")
    assert found.sections == {"A": {"x": "one two", "y": "three"}}
    assert found.messages == ("[...]", "plain words")


def test_slightly_ragged_key_is_nobodys_child() -> None:
    assert parse(b"A:\nx y = 1\n  Firmware Version = 2\n").sections["A"]["Firmware Version"] == "2"


def test_objects_of_get_parse_too() -> None:
    found = parse(b"[Key=iDRAC.Embedded.1#ServiceModule.1]\n#ReadOnly=1\nWatchdogState=Enabled\n").sections
    assert found == {"iDRAC.Embedded.1#ServiceModule.1": {"ReadOnly": "1", "WatchdogState": "Enabled"}}


def test_what_is_not_utf_8_is_replaced() -> None:
    found = parse(b"A:\nHost Name = M\xfcnchen\nOS Name = M\xc3\xbcnchen \xe2\x80\xaeabc\n").sections["A"]
    assert found == {"Host Name": "M\ufffdnchen", "OS Name": "München abc"}


def test_errors_are_joined_over_their_lines() -> None:
    text = b"ERROR: RAC1170: Unable to find the SSL library.\n        If none is installed, set x=y,\n  install one.\n"
    assert parse(text.replace(b"set x=y,", b"do,")).messages[0].endswith("library. If none is installed, do,")


def test_bounds_hold_and_what_is_over_is_counted() -> None:
    many = b"".join(b"S%d:\nk = %s\n" % (number, b"v" * 2000) for number in range(output.MAX_SECTIONS + 3))
    found = parse(many + b"k" * 200 + b" = 1\n = 2\n")
    assert len(found.sections) == output.MAX_SECTIONS
    assert {len(fields["k"]) for fields in found.sections.values()} == {output.MAX_VALUE_CHARS}
    assert found.skipped == output.MAX_SECTIONS + 3 + 2


PIECES = st.sampled_from(
    [b"RAC Information:", b"Firmware Version", b"=", b" = ", b"\n", b"\r", b"    ", b"\t", b"racadm>>", b"/admin1->"]
    + [b"ERROR:", b"Password:", b"[Key=", b"]", b":", b"NIC1 Ethernet = a", b"iSCSI = b", b"\x1b[", b"\xff", b"\x00"]
    + [
        b"Unable to perform the requested operation",
        b"(",
        b"Service Tag",
        b"System Model",
        b"x (2) = 1",
        b"\xe2\x80\xa8",
    ]
)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map(b"".join)), st.integers(-15, 255))
def test_no_output_is_too_odd(raw: bytes, status: int) -> None:
    found = judge(Ended(EXITED, raw, status), "racadm", 60)
    assert found.reason and (found.next_step or found.verdict == "ok")
    shown = [*found.sections, *(text for fields in found.sections.values() for pair in fields.items() for text in pair)]
    assert all(text.isprintable() for text in [*shown, found.reason])
    assert not any(text.startswith(" ") or text.endswith(" ") for text in shown if len(text) < 1000)
    assert found.verdict != "ok" or status == 0


@pytest.mark.parametrize(
    "piece",
    [
        b"racadm>>",
        b"\x1b[",
        b"x = 1\n",
        b" ",
        b"\t",
        b"a:",
        b"(",
        b"A:\n",
        b"ERROR:",
        b"    b\n",
        b"\r",
        b"\xff",
        b"[Key=",
    ],
)
def test_a_megabyte_of_anything_is_read_in_seconds(piece: bytes) -> None:
    started = time.process_time()
    parse(b"A:\nx = 1\n" + piece * ((1 << 20) // len(piece)))
    assert time.process_time() - started < 10, "it is not linear"
