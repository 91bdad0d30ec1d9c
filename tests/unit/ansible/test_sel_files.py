# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of an archive: lines from either end, appended whole or not at all."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import sel_files
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.files import replace_file
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sel_files import (
    Place,
    append,
    read_archive,
    read_lines,
    read_lines_backwards,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import ArchiveError


def line(number: int, size: int = 0) -> dict[str, Any]:
    return {"raw": f"{number:032x}", "text": "é" * size}


@pytest.fixture(params=[1, 7, 40, 64, 1 << 16])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads from the end of the file in blocks of so many bytes."""
    monkeypatch.setattr(sel_files, "_BLOCK", request.param)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("torn", ["", '{"raw": "00', "x" * 200])
def test_lines_are_the_same_from_either_end(tmp_path: Path, torn: str) -> None:
    lines = [line(number, size) for number, size in enumerate((0, 30, 1, 300, 0))]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines) + torn)
    assert list(read_lines(str(path))) == lines
    assert list(read_lines_backwards(str(path))) == lines[::-1]
    append(str(path), [line(9)])
    assert list(read_lines(str(path))) == [*lines, line(9)]
    path.write_text(torn)
    assert list(read_lines_backwards(str(path))) == []


def test_appended_lines_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    append(str(path), [line(1), line(2)])
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(read_archive(str(path))) == [line(1), line(2)]


def test_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("not ours")
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        append(str(tmp_path / "a.jsonl"), [line(1)])
    assert (tmp_path / "other").read_text() == "not ours"


@pytest.mark.parametrize("room", [0, 1, 60, 80])
@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_failed_write_leaves_the_lines_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, room: int
) -> None:
    path = tmp_path / "a.jsonl"
    append(str(path), [line(1)])
    left, write = [room], os.write

    def little(descriptor: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "full")
        left[0] -= (written := write(descriptor, data[: left[0]]))
        return written

    def none(_descriptor: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, failing, little if failing == "write" else none)
    with pytest.raises(OSError, match="full|broken"):
        append(str(path), [line(2), line(3)])
    monkeypatch.undo()
    assert path.read_text() == json.dumps(line(1)) + "\n"


@pytest.mark.parametrize("text", ["nonsense", "{}", "[]", '{"raw": "xy"}', '{"raw": null}', "\0"])
def test_damaged_line_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(line(1))}\n{text}\n{json.dumps(line(2))}\n")
    with pytest.raises(ArchiveError, match=r"line 2 of the archive .*a\.jsonl is damaged"):
        list(read_lines(str(path)))
    with pytest.raises(ArchiveError, match="is damaged"):
        list(read_lines_backwards(str(path)))


def test_archive_that_is_not_there_is_named() -> None:
    with pytest.raises(ArchiveError, match="No such file"):
        list(read_archive("/nowhere/a.jsonl"))


def test_replaced_file_is_the_old_one_until_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".a.state"
    replace_file(str(path), b"old")

    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="broken"):
        replace_file(str(path), b"new", durable=True)
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    replace_file(str(path), b"new", durable=True)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_archive_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "one" / "two"), "a")
    waited: list[float] = []

    def pause(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) < 3

    with place.locked(pause):
        assert waited == []
        with pytest.raises(ArchiveError, match="another process"), place.locked(pause):
            pass
        assert len(waited) == 3
    with place.locked(pause):
        assert len(waited) == 3
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o700
