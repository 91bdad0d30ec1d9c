# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind ipmi_sel: log and archive on one machine, or the log on another one than the archive."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Callable

from .._core.errors import OptionError
from .._core.sel.clear import Erased, NotErased, Step
from .._core.sel.log import Log, Progress
from .._ops.sel import Surroundings
from .._ops.sel_change import ARCHIVED, CLEARED, ChangeRequest, ChangeResult, ClientAccess, run
from .connection import CONNECTION_SPEC, bmc_name, converse
from .sel import conversation, telling_host
from .sel_archive import Describe, FileArchive
from .sel_files import Place
from .sel_records import info_data, log_data, log_from, record_data, record_line
from .sensors import CACHE_SPEC, RULES_SPEC
from .snapshots import file_name

JSON_LINES, IPMITOOL = "jsonl", "ipmitool"
CONTROLLER, TARGET = "controller", "target"

CHANGE_SPEC: dict[str, dict[str, Any]] = {
    **CONNECTION_SPEC,
    "privilege": {"type": "str", "choices": CONNECTION_SPEC["privilege"]["choices"]},
    "state": {"type": "str", "choices": [ARCHIVED, CLEARED], "required": True},
    "records": {"type": "list", "elements": "int"},
    "archive_path": {"type": "path", "required": True},
    "archive_format": {"type": "str", "choices": [JSON_LINES, IPMITOOL], "default": JSON_LINES},
    "archive_on": {"type": "str", "choices": [CONTROLLER, TARGET], "default": CONTROLLER},
    **RULES_SPEC,
    **CACHE_SPEC,
    # What the action plugin tells the module: the archive's name on the target, or its part of the work alone.
    "_name": {"type": "str"},
    "_part": {"type": "dict"},
}

Call = Callable[[dict[str, Any]], dict[str, Any]]


def with_privilege(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with the privilege that the work needs where the user names none."""
    needed = "operator" if params["state"] == CLEARED else "user"
    return {**params, "privilege": params["privilege"] or needed}


def _request(params: Mapping[str, Any], check: bool) -> ChangeRequest:
    if params["records"] is not None and params["state"] != CLEARED:
        raise OptionError("records are deleted, and state is archived", "Set state to cleared, or leave records out.")
    wanted = None if params["records"] is None else frozenset(params["records"])
    return ChangeRequest(params["state"], wanted, check)


@dataclass
class _Origin:
    """Where a log comes from: by what the BMC's entries are known, by how many minutes its clock is ahead of UTC, how
    an entry is told, and what is to be warned of."""

    bmc: str
    utc_offset: int | None
    describe: Describe
    warnings: list[str]


def _identity(params: Mapping[str, Any], around: Surroundings) -> str:
    """By what a BMC's entries are known: its GUID, else where it is."""
    return around.guid or bmc_name(params)


def change_here(
    params: Mapping[str, Any], name: str, check: bool, diff: bool, progress: Progress | None = None
) -> tuple[dict[str, Any], list[str]]:
    """ipmi_sel where log and archive are reached from one machine. Raises an IpmiError."""
    params = with_privilege(params)
    request = _request(params, check)
    with _archive_place(params, name, check) as place:
        result, archive, origin = converse(params, _change(params, request, place, progress))
    return _told(params, result, archive, place, origin, diff), _named(params, origin, result)


async def _change(
    params: Mapping[str, Any], request: ChangeRequest, place: Place, progress: Progress | None
) -> tuple[ChangeResult, FileArchive, _Origin]:
    async with conversation(params, certain=True) as (client, around):
        describe = functools.lru_cache(maxsize=None)(functools.partial(record_data, around))
        origin = _Origin(_identity(params, around), around.utc_offset, describe, list(around.warnings))
        archive = _archive(params, place, origin, request.check)
        return await run(request, ClientAccess(client, progress), archive), archive, origin


def change_from_here(
    params: Mapping[str, Any], name: str, check: bool, diff: bool, call: Call
) -> tuple[dict[str, Any], list[str]]:
    """ipmi_sel where the log is reached from the target and the archive is here; ``call`` runs the module's part."""
    request = _request(params, check)
    with _archive_place(params, name, check) as place:
        access = _FarAccess(call)
        archive = _archive(params, place, access.origin, check)
        result = converse(params, run(request, access, archive))
    return _told(params, result, archive, place, access.origin, diff), _named(params, access.origin, result)


def part(params: Mapping[str, Any]) -> dict[str, Any]:
    """The module's part where the archive is elsewhere: read the log, or erase it unless it has changed."""
    params = with_privilege(params)
    return converse(params, _part(params, _request(params, check=False)))


async def _part(params: Mapping[str, Any], request: ChangeRequest) -> dict[str, Any]:
    asked = params["_part"]
    async with conversation(params, certain=True) as (client, around):
        access = ClientAccess(client)
        told: dict[str, Any] = {"bmc": _identity(params, around), "warnings": list(around.warnings)}
        told["utc_offset"] = around.utc_offset
        if asked["do"] == "read":
            log = await access.read()
        else:
            step = await access.erase(log_from(asked["archived"]), request.record_ids)
            log = step.log
            told.update(erased=step.count, ended=isinstance(step, Erased))
        told["log"] = log_data(log, [record_data(around, entry) for entry in log.entries])
    return told


class _FarAccess:
    """The log by the module on the target, part by part. It is read at once, since only so is known whose it is."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._records: dict[bytes, Mapping[str, Any]] = {}
        told = call({"do": "read"})
        self.origin = _Origin(told["bmc"], told["utc_offset"], self._records.__getitem__, [])
        self._log = self._take(told)

    async def read(self) -> Log:
        return self._log

    async def erase(self, archived: Log, record_ids: frozenset[int] | None) -> Step:
        bare = [{"raw": entry.hex()} for entry in archived.entries]
        told = self._call({"do": "erase", "archived": log_data(archived, bare)})
        log = self._take(told)
        return Erased(told["erased"], log) if told["ended"] else NotErased(log, told["erased"])

    def _take(self, told: Mapping[str, Any]) -> Log:
        log = log_from(told["log"])
        self._records.update(zip(log.entries, told["log"]["records"]))
        self.origin.warnings = told["warnings"]
        return log


@contextlib.contextmanager
def _archive_place(params: Mapping[str, Any], name: str, check: bool) -> Iterator[Place]:
    """Where the archive is, held by us; in check mode nothing is made."""
    until = time.monotonic() + params["timeout_s"]

    def pause(seconds: float) -> bool:
        time.sleep(seconds)
        return time.monotonic() < until

    place = Place(os.path.abspath(os.path.expanduser(params["archive_path"])), file_name(name, ""))
    with telling_host(params), contextlib.nullcontext() if check else place.locked(pause):
        yield place


def _archive(params: Mapping[str, Any], place: Place, origin: _Origin, check: bool) -> FileArchive:
    return FileArchive(place, origin.bmc, origin.describe, params["archive_format"] == IPMITOOL, check)


def _named(params: Mapping[str, Any], origin: _Origin, result: ChangeResult) -> list[str]:
    host, warnings = bmc_name(params), origin.warnings
    if result.after.problem:
        warnings = [*warnings, f"the log cannot be read to its end: {result.after.problem}"]
    return [f"{host}: {warning}" for warning in warnings]


def _told(
    params: Mapping[str, Any], result: ChangeResult, archive: FileArchive, place: Place, origin: _Origin, diff: bool
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "changed": bool(result.archived or result.erased),
        "archived": result.archived,
        "erased": result.erased,
        "attempts": result.attempts,
        "archive_file": place.lines,
        "sel_info": info_data(result.after, origin.utc_offset),
    }
    if diff:
        told["diff"] = _diff(params, result, archive, place, origin)
    return told


def _diff(
    params: Mapping[str, Any], result: ChangeResult, archive: FileArchive, place: Place, origin: _Origin
) -> list[dict[str, str]]:
    """What goes from the log, and what comes into the archive."""

    def lines(found: Any) -> str:
        return "".join(record_line(record) + "\n" for record in found)

    doomed = set(result.doomed)
    log = map(origin.describe, result.before.entries)
    left = (origin.describe(entry) for entry in result.before.entries if entry not in doomed)
    heading = f"event log of {bmc_name(params)}"
    return [
        {"before_header": heading, "after_header": heading, "before": lines(log), "after": lines(left)},
        {"before_header": place.lines, "after_header": place.lines, "before": "", "after": lines(archive.added)},
    ]
