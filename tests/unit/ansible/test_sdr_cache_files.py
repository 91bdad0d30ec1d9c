# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of kept records: what is believed, what is written anew, and that nothing is ever torn."""

from __future__ import annotations

import json
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sdr_cache import SdrCache
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.stamp import Identity, Stamp

BMC = Identity("192.0.2.1", 623, "00" * 16, "20010230")
STATE = Stamp("repository", 2, 1_700_000_000, 0)
RECORDS = [b"\x01\x00\x51\x01\x00", b"\x02\x00\x51\x01\x00"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "sdr"


def only_file(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_records_come_back_as_they_were_saved(folder: Path) -> None:
    SdrCache(str(folder)).save(BMC, STATE, RECORDS)
    assert SdrCache(str(folder)).load(BMC, STATE) == RECORDS


def test_folder_is_made_for_the_user_alone(folder: Path) -> None:
    SdrCache(str(folder)).save(BMC, STATE, RECORDS)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "other",
    [
        replace(BMC, address="192.0.2.2"),
        replace(BMC, port=624),
        replace(BMC, guid=None),
        replace(BMC, guid="11" * 16),
        replace(BMC, device="20010231"),
    ],
)
def test_bmcs_that_differ_in_anything_never_see_each_others_records(folder: Path, other: Identity) -> None:
    cache = SdrCache(str(folder))
    cache.save(BMC, STATE, RECORDS)
    assert cache.load(other, STATE) is None


@pytest.mark.parametrize(
    "later", [replace(STATE, count=3), replace(STATE, added_at=1_700_000_001), replace(STATE, erased_at=1)]
)
def test_records_of_another_state_are_not_believed(folder: Path, later: Stamp) -> None:
    cache = SdrCache(str(folder))
    cache.save(BMC, STATE, RECORDS)
    assert cache.load(BMC, later) is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"head": 1}', b'{"head": {}, "records": 5}']
)
def test_damaged_file_is_not_believed_and_is_written_anew(folder: Path, damage: bytes) -> None:
    cache = SdrCache(str(folder))
    cache.save(BMC, STATE, RECORDS)
    only_file(folder).write_bytes(damage)
    assert cache.load(BMC, STATE) is None
    cache.save(BMC, STATE, RECORDS)
    assert cache.load(BMC, STATE) == RECORDS


def test_one_changed_digit_of_a_record_is_found(folder: Path) -> None:
    cache = SdrCache(str(folder))
    cache.save(BMC, STATE, RECORDS)
    content = json.loads(only_file(folder).read_text())
    content["records"][0] = "0100510200"
    only_file(folder).write_text(json.dumps(content))
    assert cache.load(BMC, STATE) is None


def test_link_to_another_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    cache = SdrCache(str(folder))
    cache.save(BMC, STATE, RECORDS)
    kept = only_file(folder)
    kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(tmp_path / "elsewhere")
    assert cache.load(BMC, STATE) is None


def test_folder_that_others_can_write_to_is_not_used(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    cache = SdrCache(str(folder))
    cache.save(BMC, STATE, RECORDS)
    assert "can be written to by others" in str(cache.problem)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_folder_and_file_of_another_user_are_not_used(folder: Path) -> None:
    cache = SdrCache(str(folder))
    cache.save(BMC, STATE, RECORDS)
    os.chown(only_file(folder), 12345, 12345)
    assert cache.load(BMC, STATE) is None
    os.chown(folder, 12345, 12345)
    assert "belongs to another user" in str(SdrCache(str(folder)).problem)


def test_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = SdrCache(str(tmp_path / "file" / "sdr"))
    cache.save(BMC, STATE, RECORDS)
    assert cache.load(BMC, STATE) is None
    assert "cannot be made" in str(cache.problem)


def test_many_writers_and_readers_never_see_a_torn_file(folder: Path) -> None:
    cache = SdrCache(str(folder))
    long = [bytes([number % 256]) * 60 for number in range(300)]
    cache.save(BMC, STATE, long)
    wrong: list[object] = []

    def write() -> None:
        for _turn in range(30):
            SdrCache(str(folder)).save(BMC, STATE, long)

    def read() -> None:
        for _turn in range(60):
            if SdrCache(str(folder)).load(BMC, STATE) != long:
                wrong.append(1)

    threads = [threading.Thread(target=work) for work in (write, write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(list(folder.iterdir())) == 1
