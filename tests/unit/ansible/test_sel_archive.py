# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive of one host: what it has of a log, by its lines and by what it remembers of clears."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sel_archive import FileArchive
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sel_files import Place
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import ArchiveError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.log import UNSPECIFIED_TIME, Log, SelInfo

EARLIER, LATER = 0x60000000, 0x60000100


def entry(number: int, timecode: int = 100) -> bytes:
    return number.to_bytes(2, "little") + b"\x02" + timecode.to_bytes(4, "little") + bytes(9)


def log(*numbers: int, erased: int = UNSPECIFIED_TIME, problem: str | None = None) -> Log:
    info = SelInfo("1.5", len(numbers), None, None, 0, erased, False, ())
    return Log(info, tuple(entry(number) for number in numbers), problem)


class Files:
    """An archive's files; every use is a run of its own."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(str(folder), "host")
        self.folder = folder

    def archive(self, bmc: str = "b", **options: Any) -> FileArchive:
        return FileArchive(self.place, bmc, lambda entry: {"raw": entry.hex(), "record_id": entry[0]}, **options)

    def lines(self) -> list[tuple[int, int, int]]:
        """Generation, position and record id."""
        text = Path(self.place.lines).read_text()
        told = [json.loads(line) for line in text.splitlines()]
        return [(line["generation"], line["position"], line["record_id"]) for line in told]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_entries_are_archived_once_with_their_place(files: Files) -> None:
    assert files.archive().keep(log(1, 2)) == 2
    assert files.archive().keep(log(1, 2)) == 0
    archive = files.archive()
    assert archive.keep(log(1, 2, 3)) == 1
    assert archive.keep(log(1, 2, 3, 4)) == 1
    assert files.lines() == [(1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 4)]
    line = json.loads(Path(files.place.lines).read_text().splitlines()[0])
    assert (line["bmc"], line["log_erased"]) == ("b", UNSPECIFIED_TIME)
    assert line["archived_at"].endswith("Z")


@pytest.mark.parametrize("same_run", [True, False])
def test_our_clear_begins_a_generation_though_nothing_else_tells(files: Files, same_run: bool) -> None:
    archive = files.archive()
    archive.keep(log(1, 2))
    archive.erased(log(), everything=True)
    assert (archive if same_run else files.archive()).keep(log(1, 2)) == 2
    assert files.archive().keep(log(1, 2, 3)) == 1
    assert files.lines() == [(1, 1, 1), (1, 2, 2), (2, 1, 1), (2, 2, 2), (2, 3, 3)]


def test_clear_by_somebody_else_is_remembered_though_no_line_tells(files: Files) -> None:
    files.archive().keep(log(1, 2))
    assert files.archive().keep(log()) == 0
    assert files.archive().keep(log(1, 2)) == 2
    assert [generation for generation, _position, _id in files.lines()] == [1, 1, 2, 2]


@pytest.mark.parametrize("told", [True, False])
def test_deleted_entries_are_not_missed_also_where_the_run_was_killed(files: Files, told: bool) -> None:
    archive = files.archive()
    archive.keep(log(1, 2, 3, erased=EARLIER))
    archive.deleting((entry(3), entry(1)))
    if told:
        archive.erased(log(2, 4, erased=LATER), everything=False)
    assert files.archive().keep(log(2, 4, erased=LATER)) == 1
    assert files.archive().keep(log(2, 4, 5, erased=LATER)) == 1
    assert files.lines()[3:] == [(1, 4, 4), (1, 5, 5)]


def test_deleting_what_a_stranger_deleted_repeats_nothing_in_the_same_run(files: Files) -> None:
    files.archive().keep(log(1, 2, 3))
    archive = files.archive()
    archive.keep(log(1, 2, 3))
    archive.erased(log(1, 2), everything=False)
    assert archive.keep(log(1, 2, 4)) == 1


def test_read_that_ended_early_does_not_make_the_rest_new(files: Files) -> None:
    archive = files.archive()
    archive.keep(log(1, 2, 3))
    assert archive.keep(log(1, problem="refused")) == 0
    assert archive.keep(log(problem="refused")) == 0
    assert archive.keep(log(1, 2, 3, 4)) == 1
    assert files.archive().keep(log(1, 2, 3, 4)) == 0


def test_each_bmc_has_generations_of_its_own_in_one_file(files: Files) -> None:
    files.archive("b").keep(log(1, 2))
    files.archive("c").keep(log(1))
    assert files.archive("b").keep(log(1, 2, 3)) == 1
    assert files.archive("c").keep(log(1)) == 0
    assert files.lines() == [(1, 1, 1), (1, 2, 2), (1, 1, 1), (1, 3, 3)]


@pytest.mark.parametrize("state", ["", "{}", "[]", '{"bmc": "b", "generation": null}', "\0\xff"])
def test_lines_do_where_what_is_remembered_is_lost(files: Files, state: str) -> None:
    files.archive().keep(log(1, erased=EARLIER))
    (files.folder / ".host.state").write_text(state)
    assert files.archive().keep(log(1, 2, erased=EARLIER)) == 1
    assert files.archive().keep(log(1, erased=LATER)) == 1
    assert files.lines() == [(1, 1, 1), (1, 2, 2), (2, 1, 1)]


def test_dry_run_counts_and_writes_nothing(files: Files) -> None:
    archive = files.archive(dry=True)
    assert archive.keep(log(1, 2)) == 2
    assert [line["record_id"] for line in archive.added] == [1, 2]
    assert list(files.folder.iterdir()) == []


def test_file_for_ipmitool_has_all_entries_also_where_a_run_was_killed_before_it_was_written(files: Files) -> None:
    path = Path(files.place.ipmitool)
    archive = files.archive(for_ipmitool=True)
    archive.keep(log())
    assert not path.exists()
    archive.keep(log(1))
    files.archive().keep(log(1, 2))
    assert path.read_bytes() == entry(1)
    files.archive(for_ipmitool=True).keep(log(1, 2))
    assert path.read_bytes() == entry(1) + entry(2)
    assert path.stat().st_mode & 0o777 == 0o600


def test_archive_that_cannot_be_read_is_an_error(files: Files) -> None:
    Path(files.place.lines).mkdir()
    with pytest.raises(ArchiveError, match="cannot be read"):
        files.archive()
