# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program for collectd's notifications as it is installed: one file, started anew for each notification."""

from __future__ import annotations

import fcntl
import io
import json
import os
import resource
import signal
import subprocess
import sys
import syslog
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import collectd_notify
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd_handler import build_handler
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd_notify import (
    append_line,
    config_bytes,
    main,
    parse_config,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError

LOST = b"Severity: FAILURE\nTime: 1795277308.509\nHost: web01\nPlugin: ipmi\n\nIPMI connection lost\n"
OF_ANOTHER = LOST.replace(b"Plugin: ipmi", b"Plugin: cpu")


@pytest.fixture(scope="module")
def handler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("handler") / "collectd_notify.pyz"
    path.write_bytes(build_handler())
    return path


def start(
    handler: Path, config: Path, notification: bytes = LOST, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-IS", str(handler), str(config)]
    return subprocess.run(command, input=notification, capture_output=True, timeout=30, check=False, **options)


def written(folder: Path, **options: Any) -> tuple[Path, Path]:
    """A configuration file and the output that it names."""
    config, output = folder / "handler.json", folder / "notifications.jsonl"
    config.write_bytes(config_bytes(str(output), facility=None, **options))
    return config, output


def test_packed_program_leaves_a_line(handler: Path, tmp_path: Path) -> None:
    config, output = written(tmp_path, mode="0640", rules=[{"state": "connection_lost", "health": "warning"}])
    for count in (1, 2):
        done = start(handler, config)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        lines = output.read_text("ascii").splitlines()
        assert [json.loads(line)["severity"] for line in lines] == ["warning"] * count
    assert output.stat().st_mode & 0o777 == 0o640


def test_packed_program_passes_over_other_plugins(handler: Path, tmp_path: Path) -> None:
    config, output = written(tmp_path)
    assert start(handler, config, OF_ANOTHER).returncode == 0
    assert not output.exists()


def test_packing_gives_the_same_bytes_each_time_and_no_more_than_source() -> None:
    first = build_handler()
    assert first == build_handler()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert all(entry.filename.endswith(".py") for entry in entries)


def test_program_needs_no_more_than_the_standard_library(handler: Path, tmp_path: Path) -> None:
    config, output = written(tmp_path)
    names = "import sys; sys.argv[:1] = []; import runpy\ntry: runpy.run_path(sys.argv[0], run_name='__main__')\n"
    names += "except SystemExit: pass\nprint(sorted({name.partition('.')[0] for name in sys.modules}))"
    command = [sys.executable, "-IS", "-c", names, str(handler), str(config)]
    done = subprocess.run(command, input=LOST, capture_output=True, timeout=30, check=False)
    loaded = set(json.loads(done.stdout.replace(b"'", b'"')))
    assert loaded - sys.stdlib_module_names <= {"__main__", "baremetal_ipmi", "__mp_main__"}, done.stderr
    assert output.exists()


def test_many_programs_at_once_leave_whole_lines(handler: Path, tmp_path: Path) -> None:
    config, output = written(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        assert [done.returncode for done in pool.map(lambda _: start(handler, config), range(8))] == [0] * 8
    assert [json.loads(line)["event"] for line in output.read_text("ascii").splitlines()] == ["connection_lost"] * 8


def test_line_for_which_there_is_no_room_leaves_no_half(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    append_line(str(path), b"first\n", 0o600)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9, limits[1]))
    try:
        with pytest.raises(OSError):
            append_line(str(path), b"second\n", 0o600)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"first\n"


def test_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        append_line(str(tmp_path / "link"), b"x\n", 0o600)
    assert not (tmp_path / "elsewhere").exists()


def test_mode_holds_whatever_the_umask_and_is_not_forced_on_a_file_that_is_there(tmp_path: Path) -> None:
    previous = os.umask(0o077)
    try:
        append_line(str(tmp_path / "new"), b"x\n", 0o644)
    finally:
        os.umask(previous)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o644
    (tmp_path / "new").chmod(0o660)
    append_line(str(tmp_path / "new"), b"x\n", 0o644)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o660


def test_program_that_is_held_up_ends_by_itself(tmp_path: Path) -> None:
    hasty = tmp_path / "hasty.pyz"
    with zipfile.ZipFile(io.BytesIO(build_handler())) as source, zipfile.ZipFile(hasty, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"_PATIENCE_S = 30\n", b"_PATIENCE_S = 1\n"))
    config, output = written(tmp_path)
    with output.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert start(hasty, config).returncode == -signal.SIGALRM


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int, str]]]:
    """(facility, priority, text) of what the program tells syslog."""
    found: list[tuple[int, int, str]] = []
    facility: list[int] = []
    monkeypatch.setattr(syslog, "openlog", lambda ident, option, chosen: facility.append(chosen))
    monkeypatch.setattr(syslog, "syslog", lambda priority, text: found.append((facility[-1], priority, text)))
    monkeypatch.setattr(collectd_notify.signal, "alarm", lambda seconds: 0)
    yield found


def run(monkeypatch: pytest.MonkeyPatch, config: Path, notification: bytes = LOST) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(notification)))
    return main([str(config)])


@pytest.mark.parametrize(
    ("health", "priority"),
    [
        ("critical", syslog.LOG_CRIT),
        ("warning", syslog.LOG_WARNING),
        ("unknown", syslog.LOG_NOTICE),
        ("nominal", syslog.LOG_INFO),
    ],
)
def test_severity_is_syslogs_priority(
    logged: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, health: str, priority: int
) -> None:
    config = tmp_path / "config"
    config.write_bytes(config_bytes(None, facility="local3", rules=[{"state": "connection_lost", "health": health}]))
    assert run(monkeypatch, config) == 0
    assert [entry[:2] for entry in logged] == [(syslog.LOG_LOCAL3, priority)]


def test_file_that_cannot_be_written_is_told_to_syslog_beside_the_notification(
    logged: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_bytes(config_bytes(str(tmp_path / "no" / "file")))
    assert run(monkeypatch, config) == 1
    assert [priority for _first, priority, _last in logged] == [syslog.LOG_CRIT, syslog.LOG_ERR]
    assert "could not be written: No such file" in logged[1][2]


@pytest.mark.parametrize(
    "content", [None, b"", b"[]", b"{", b'{"mode": 3}', b'{"rules": [{}]}', b'{"rules": 5}', b"\xff"]
)
def test_configuration_that_cannot_be_used_loses_no_notification(
    logged: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    config = tmp_path / "config"
    if content is not None:
        config.write_bytes(content)
    assert run(monkeypatch, config) == 0
    assert [priority for _first, priority, _last in logged] == [syslog.LOG_ERR, syslog.LOG_CRIT]


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"output": "relative"}, "output"),
        ({"output": "/a\nb"}, "output"),
        ({"mode": "0999"}, "mode"),
        ({"mode": 600}, "mode"),
        ({"mode": ""}, "mode"),
        ({"syslog": "kernel"}, "syslog"),
        ({"colour": "red"}, "colour"),
        ({"rules": [{"sensor": "x"}]}, "health"),
    ],
)
def test_configuration_that_is_wrong_is_refused_before_it_is_written(config: dict[str, Any], word: str) -> None:
    with pytest.raises(OptionError, match=word):
        parse_config(config)


def test_configuration_file_is_read_as_it_was_meant() -> None:
    rules = [{"name": "own", "type": "Fan", "health": "nominal"}]
    content = config_bytes("/var/log/x", mode="0640", facility="user", rules=rules)
    config = parse_config(json.loads(content))
    assert (config.output, config.mode, config.facility, config.rules[0].name) == ("/var/log/x", 0o640, "user", "own")
    assert content == config_bytes("/var/log/x", mode="0640", facility="user", rules=rules)
