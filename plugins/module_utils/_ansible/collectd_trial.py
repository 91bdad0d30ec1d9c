# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A collectd that tries a configuration beside the one that runs: it sends nothing and clears nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._core.collectd.render import Block, text_of
from .._ops.collectd import Trial

HOST = "trial"
_LOOK_AGAIN_S = 0.25
_END_S = 15.0
_LOG_LINES = 200


@dataclass(frozen=True)
class Account:
    """Whose process it is; None for our own."""

    uid: int
    gid: int
    groups: tuple[int, ...]


def try_out(
    program: str, blocks: Sequence[Block], hosts: frozenset[str | None], timeout_s: float, account: Account | None
) -> Trial:
    """Run it in a folder of its own until there are values of all hosts, it ends, or the time is over."""
    # In memory, where it can: what is left of a run that was killed has passwords in it.
    where = "/run" if os.access("/run", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="collectd-trial-", dir=where) as folder:
        configuration = os.path.join(folder, "collectd.conf")
        with open(os.open(configuration, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as stream:
            stream.write(_text(folder, blocks))
        if account:
            for path in (folder, configuration):
                os.chown(path, account.uid, account.gid)
        # It ends even where we are killed.
        limit = ["timeout", f"--kill-after={_END_S:g}", f"{timeout_s + _END_S:g}"]
        return _run([*limit, program, "-f", "-C", configuration], folder, hosts, timeout_s, account)


def _text(folder: str, blocks: Iterable[Block]) -> str:
    lines = [f'Hostname "{HOST}"', "FQDNLookup false", f'BaseDir "{folder}"', f'PIDFile "{folder}/pid"']
    settings = Block("Plugin", "logfile", (("LogLevel", "info"), ("File", "stderr"), ("Timestamp", False)))
    csv = Block("Plugin", "csv", (("DataDir", f"{folder}/csv"),))
    return "\n".join(
        [*lines, "LoadPlugin logfile", text_of([settings]), text_of(blocks), "LoadPlugin csv", text_of([csv])]
    )


def _run(
    command: list[str], folder: str, hosts: frozenset[str | None], timeout_s: float, account: Account | None
) -> Trial:
    until = time.monotonic() + timeout_s
    log_path = os.path.join(folder, "log")
    who = {"user": account.uid, "group": account.gid, "extra_groups": account.groups} if account else {}
    with open(log_path, "wb") as log:
        process = subprocess.Popen(
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **who
        )
    try:
        while process.poll() is None and time.monotonic() < until and not hosts <= _delivered(folder):
            time.sleep(_LOOK_AGAIN_S)
        ended = None if process.poll() is None else _ending(process.returncode)
    finally:
        _end(process)
    with open(log_path, encoding="utf-8", errors="replace") as stream:
        lines = tuple(line.strip() for line in stream.readlines()[-_LOG_LINES:])
    return Trial(_delivered(folder), lines, ended)


def _delivered(folder: str) -> frozenset[str | None]:
    """The hosts that the csv plugin has written values of the ipmi plugin for; None is the trial's own."""
    root = os.path.join(folder, "csv")
    names = os.listdir(root) if os.path.isdir(root) else []
    return frozenset(
        None if name == HOST else name for name in names if os.path.isdir(os.path.join(root, name, "ipmi"))
    )


def _ending(status: int) -> str:
    if status < 0:
        return f"signal {-status} ({signal.Signals(-status).name})"
    return f"status {status}"


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
