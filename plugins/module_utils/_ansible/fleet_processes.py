# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of jobs shared among processes, one a core: what each job brings comes back through a pipe.

Processes are forked as Ansible forks its own; one that dies takes down nothing but the jobs that it had not finished.
"""

from __future__ import annotations

import gc
import marshal
import multiprocessing
import os
import resource
from multiprocessing.connection import Connection, wait
from typing import Any, Callable

Tell = Callable[[int, dict[str, Any]], None]
Work = Callable[[list[int], Tell], None]

_WORTH_A_PROCESS = 8  # jobs
_FILES_A_CONVERSATION = 2  # a socket and a lock
_OTHER_FILES = 64
_DIED = "the process that read it ended before it was done"


def open_conversations() -> int:
    """How many conversations this process has files for; raises its limit as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > soft:
        wanted = 8192 if hard == resource.RLIM_INFINITY else min(hard, 8192)
        soft = max(soft, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max((soft - _OTHER_FILES) // _FILES_A_CONVERSATION, 1)


def in_processes(jobs: int, processes: int, work: Work, take: Tell) -> None:
    """Have ``work`` done on the jobs 0 to ``jobs`` - 1, and each outcome given to ``take``. ``processes``: 0 for one a
    core that this process may use."""
    count = min(processes or len(os.sched_getaffinity(0)), max(jobs // _WORTH_A_PROCESS, 1))
    shares = [list(range(first, jobs, count)) for first in range(count)]
    if count == 1:
        work(shares[0], take)
        return
    context = multiprocessing.get_context("fork")
    running: dict[Connection, tuple[Any, set[int]]] = {}
    for share in shares:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(work, share, there, [here, *running]))
        process.start()
        there.close()
        running[here] = (process, set(share))
    try:
        while running:
            for connection in wait(list(running)):
                _take(running, connection, take)
    finally:
        for process, _left in running.values():
            process.kill()
            process.join()


def _take(running: dict[Connection, tuple[Any, set[int]]], connection: Connection, take: Tell) -> None:
    process, left = running[connection]
    try:
        place, outcome = marshal.loads(connection.recv_bytes())
    except EOFError:
        del running[connection]
        connection.close()
        process.join()
        for place in left:
            error = {"kind": "process_died", "message": _DIED, "host": None, "next_step": "Run it again."}
            take(place, {"failure": {"msg": f"{_DIED} (exit status {process.exitcode})", "error": error}})
        return
    left.discard(place)
    take(place, outcome)


def _work(work: Work, share: list[int], there: Connection, others: list[Connection]) -> None:
    for other in others:
        other.close()
    # What was there before is not looked through for garbage, which would copy all of it page by page.
    gc.freeze()
    work(share, lambda place, outcome: there.send_bytes(marshal.dumps((place, outcome))))
    there.close()
    # No clean-up of what belongs to the process that this one is a copy of.
    os._exit(0)
