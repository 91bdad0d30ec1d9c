# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet's table: equal columns, one line a host, whatever the remarks are."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.report import Row, table

COUNTS = {"nominal": 120, "warning": 2, "critical": 1, "unknown": 30}
READ = Row("db01.example.net", "critical", COUNTS, "Fan3 reads 0 RPM")
SILENT = Row("db2", "unknown", None, "no BMC answers", uncertain=True)


def test_heading_names_the_columns():
    assert " ".join(table([])[0].split()) == "host status critical warning unknown nominal worst finding"


def test_table_of_no_hosts_is_its_heading():
    assert len(table([])) == 1


def test_every_host_has_one_line_in_the_order_given():
    assert [line.split()[0] for line in table([SILENT, READ])] == ["host", "db2", "db01.example.net"]


def test_line_has_host_status_counts_and_remark():
    assert table([READ])[1].split(None, 6) == [
        "db01.example.net",
        "critical",
        "1",
        "2",
        "30",
        "120",
        "Fan3 reads 0 RPM",
    ]


def test_host_that_was_not_read_has_no_counts():
    assert table([SILENT])[1].split(None, 6) == ["db2", "unknown", "-", "-", "-", "-", "no BMC answers"]


def test_columns_are_aligned():
    heading, first, second = table([READ, SILENT])
    assert heading.index("worst finding") == first.index("Fan3") == second.index("no BMC")
    assert heading.index("status") == first.index("critical") == second.index("unknown")


def test_numbers_are_aligned_at_their_last_digit():
    heading, first, second = table([READ, SILENT])
    for name, number in (("critical", "1"), ("warning", "2"), ("unknown", "30"), ("nominal", "120")):
        end = heading.index(name) + len(name)
        assert first[:end].endswith(number)
        assert second[:end].endswith("-")


def test_long_host_name_widens_its_column_for_all():
    lines = table([READ, Row("h" * 60, "nominal", COUNTS, "")])
    assert lines[0].index("status") == 62


def test_line_without_a_remark_has_no_blanks_at_its_end():
    (_heading, line) = table([Row("a", "nominal", COUNTS, "")])
    assert line == line.rstrip()


@pytest.mark.parametrize("length", [159, 160])
def test_remark_of_up_to_160_characters_is_told_whole(length):
    assert table([Row("a", "unknown", None, "x" * length)])[1].endswith(" " + "x" * length)


@pytest.mark.parametrize("length", [161, 5000])
def test_longer_remark_is_cut_and_says_so(length):
    line = table([Row("a", "unknown", None, "x" * length)])[1]
    assert line.endswith(" " + "x" * 157 + "...")


@pytest.mark.parametrize("remark", ["two\nlines", "two\r\n\tlines", "  two   lines\n"])
def test_remark_is_one_line(remark):
    assert table([Row("a", "unknown", None, remark)])[1].endswith("  two lines")


def test_remark_may_look_like_a_template_or_a_format():
    assert table([Row("a", "unknown", None, "{{ x }} {0} %s")])[1].endswith("{{ x }} {0} %s")
