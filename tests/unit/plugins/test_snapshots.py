# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One JSON file a host: whole or not at all, for its owner only, and inside of its folder whatever the host's name."""

from __future__ import annotations

import json
import os
import stat

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import files
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.snapshots import (
    file_name,
    snapshot,
    write_snapshot,
)

READ_AT = "2026-01-02T03:04:05Z"
FACTS = {"ipmi_sensors": [{"name": "Fan1"}], "ipmi_health": {"status": "nominal"}, "ipmi_bmc": {"guid": None}}
ODD_NAMES = [
    "../x", "..", ".", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "[::1]", "fe80::1%eth0", "db01.example.net",
    ".hidden", "~root", "a b", "ä", "$(id)", "a\nb", "a\0b", "-rf", "x" * 100, "%2e%2e", "con", "*", "a..b",
]  # fmt: skip


def test_snapshot_of_a_read_host_has_its_facts():
    assert snapshot("db01", {"ansible_facts": FACTS}, READ_AT) == {"host": "db01", "read_at": READ_AT, **FACTS}


def test_snapshot_keeps_the_result_of_a_query():
    content = snapshot("db01", {"ansible_facts": {**FACTS, "ipmi_query_result": [1]}}, READ_AT)
    assert content["ipmi_query_result"] == [1]


def test_snapshot_leaves_out_what_is_not_the_bmcs():
    content = snapshot("db01", {"ansible_facts": {**FACTS, "discovered_interpreter_python": "/x"}}, READ_AT)
    assert set(content) == {"host", "read_at", *FACTS}


def test_snapshot_of_a_host_that_failed_tells_why():
    result = {"failed": True, "msg": "wrong password. Check it.", "error": {"kind": "wrong_password"}}
    content = snapshot("db01", result, READ_AT)
    assert (content["msg"], content["error"]) == ("wrong password. Check it.", {"kind": "wrong_password"})
    assert content["ipmi_health"] == {
        "status": "unknown",
        "complete": False,
        "counts": {"nominal": 0, "warning": 0, "critical": 0, "unknown": 0},
        "findings": [],
    }
    assert (content["ipmi_sensors"], content["ipmi_bmc"]) == ([], None)


@pytest.mark.parametrize("result", [None, {}])
def test_snapshot_of_a_host_that_was_not_asked_says_so(result):
    content = snapshot("db01", result, READ_AT)
    assert (content["msg"], content["error"]) == ("the host was not asked", None)


@pytest.mark.parametrize("host", ["db01", "db01.example.net", "192.0.2.1", "[::1]", "fe80::1"])
def test_ordinary_host_can_be_found_by_its_name(host):
    assert file_name(host) == f"{host}.json"


@pytest.mark.parametrize(
    ("host", "name"), [("../x", "%2E%2E%2Fx.json"), ("..", "%2E%2E.json"), ("a/b", "a%2Fb.json"), ("%", "%25.json")]
)
def test_odd_host_is_written_in_other_signs(host, name):
    assert file_name(host) == name


@pytest.mark.parametrize("host", ODD_NAMES)
def test_file_of_any_host_lies_within_its_folder(tmp_path, host):
    folder = tmp_path / "snapshots"
    path = write_snapshot(str(folder), host, {"host": host})
    assert os.path.dirname(os.path.realpath(path)) == str(folder)
    assert [entry.name for entry in folder.iterdir()] == [os.path.basename(path)]
    assert [entry.name for entry in tmp_path.iterdir()] == ["snapshots"]
    with open(path, encoding="utf-8") as stream:
        assert json.load(stream) == {"host": host}


def test_no_two_hosts_share_a_file():
    assert len({file_name(host) for host in ODD_NAMES}) == len(ODD_NAMES)


def test_file_is_for_its_owner_only(tmp_path):
    path = write_snapshot(str(tmp_path), "db01", {})
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_file_that_others_could_read_becomes_the_owners_only(tmp_path):
    (tmp_path / "db01.json").write_text("old")
    (tmp_path / "db01.json").chmod(0o644)
    write_snapshot(str(tmp_path), "db01", {})
    assert stat.S_IMODE((tmp_path / "db01.json").stat().st_mode) == 0o600


def test_folder_is_made_for_its_owner_only(tmp_path):
    write_snapshot(str(tmp_path / "a" / "b"), "db01", {})
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_file_ends_with_a_line_and_is_in_order(tmp_path):
    path = write_snapshot(str(tmp_path), "db01", {"b": 1, "a": "ä"})
    with open(path, encoding="utf-8") as stream:
        assert stream.read() == '{\n "a": "\\u00e4",\n "b": 1\n}\n'


def test_what_json_does_not_know_is_written_as_text(tmp_path):
    path = write_snapshot(str(tmp_path), "db01", {"path": tmp_path})
    with open(path, encoding="utf-8") as stream:
        assert json.load(stream) == {"path": str(tmp_path)}


def test_old_file_is_replaced(tmp_path):
    write_snapshot(str(tmp_path), "db01", {"n": 1})
    path = write_snapshot(str(tmp_path), "db01", {"n": 2})
    with open(path, encoding="utf-8") as stream:
        assert json.load(stream) == {"n": 2}
    assert len(list(tmp_path.iterdir())) == 1


def test_old_file_stays_whole_until_the_new_one_is(tmp_path, monkeypatch):
    path = write_snapshot(str(tmp_path), "db01", {"n": 1})
    inode = os.stat(path).st_ino
    replace = os.replace

    def look(source, target):
        with open(target, encoding="utf-8") as old, open(source, encoding="utf-8") as new:
            assert (json.load(old), json.load(new)) == ({"n": 1}, {"n": 2})
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", look)
    write_snapshot(str(tmp_path), "db01", {"n": 2})
    assert os.stat(path).st_ino != inode


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, error):
    write_snapshot(str(tmp_path), "db01", {"n": 1})

    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(files.os, "fchmod", fail)
    with pytest.raises(type(error)):
        write_snapshot(str(tmp_path), "db01", {"n": 2})
    assert [entry.name for entry in tmp_path.iterdir()] == ["db01.json"]
    assert json.loads((tmp_path / "db01.json").read_text()) == {"n": 1}


def test_folder_that_cannot_be_made_is_an_os_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        write_snapshot(str(tmp_path / "file" / "x"), "db01", {})


def test_folder_that_cannot_be_written_to_is_an_os_error(tmp_path, monkeypatch):
    def refuse(**_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    with pytest.raises(OSError, match="Permission denied"):
        write_snapshot(str(tmp_path), "db01", {})


def test_host_name_too_long_for_a_file_is_an_os_error_and_leaves_nothing(tmp_path):
    with pytest.raises(OSError):
        write_snapshot(str(tmp_path), "x" * 300, {})
    assert list(tmp_path.iterdir()) == []
