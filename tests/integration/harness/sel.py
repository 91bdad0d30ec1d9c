# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event logs of simulated BMCs, archived and cleared by the collection, and judged by the simulator's ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sel import INFO_SPEC, gather_log
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sel_change import CHANGE_SPEC, change_here
from bmcsim import multiset, running

STORAGE = 0x0A
INFO, RESERVE, GET, DELETE, CLEAR = 0x40, 0x42, 0x43, 0x46, 0x47
INITIATE = 0xAA
NAME = "host"
AT_ONCE = 8
QUICK = {"request_timeout_s": 0.25, "retries": 4, "timeout_s": 30.0, "sdr_cache": False}
# Where a request is to stay without an answer; a machine that is busy may bring that about, too.
HASTY = {"request_timeout_s": 0.1, "retries": 2}
FAN = {"name": "Fan1A", "type": "fan", "reading": 6000, "thresholds": {"lower_critical": 480}}
EVENT: dict[str, Any] = {"sensor": "Fan1A", "offset": 2, "reading": 360, "threshold": 480}
OLD = [{**EVENT, "time": f"2026-01-11T22:4{minute}:00Z"} for minute in range(3)]


def model(sel: Iterable[dict[str, Any]] = OLD, **options: Any) -> dict[str, Any]:
    """A BMC with one sensor and a log; ``options``: ``sel_options`` of the simulator."""
    return {"name": "small", "sensors": [FAN], "sel": list(sel), "sel_options": options}


def source(name: str = "a", faults: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """An entry of a fleet file with such a BMC."""
    users = [
        {"name": "admin", "password": "Sim-Passw0rd", "privilege": "administrator"},
        {"name": "reader", "password": "Sim-Reader-1", "privilege": "user"},
    ]
    return {"name": name, "model": model(**options), "users": users, **({"faults": faults} if faults else {})}


def _validated(spec: dict[str, Any], bmc: Any, options: dict[str, Any]) -> dict[str, Any]:
    reached = {"host": bmc.address, "port": bmc.port, "username": bmc.user, "password": bmc.password}
    public = {name: option for name, option in spec.items() if not name.startswith("_")}
    told = ArgumentSpecValidator(public).validate({**reached, **QUICK, **options})
    assert not told.error_messages, told.error_messages
    return dict(told.validated_parameters)


def parameters(bmc: Any, folder: Path, **options: Any) -> dict[str, Any]:
    """Validated parameters of ipmi_sel."""
    asked = {"state": "cleared", "archive_path": str(folder), **options}
    return {**_validated(CHANGE_SPEC, bmc, asked), "_name": None, "_part": None}


def gather(bmc: Any, **options: Any) -> dict[str, Any]:
    """What ipmi_sel_info returns, with ``warnings`` beside it. Raises an IpmiError."""
    result, warnings = gather_log(_validated(INFO_SPEC, bmc, options))
    return {**result, "warnings": warnings}


@dataclass
class Host:
    """One host: its BMC, and the folder of its archive."""

    bmc: Any
    folder: Path

    def change(self, state: str = "cleared", check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        """What ipmi_sel returns, with ``warnings`` beside it. Raises an IpmiError."""
        params = parameters(self.bmc, self.folder, state=state, **options)
        result, warnings = change_here(params, NAME, check, diff)
        return {**result, "warnings": warnings}

    @property
    def endpoint(self) -> Any:
        """The BMC for other clients (harness.peers)."""
        bmc = self.bmc
        return SimpleNamespace(host=bmc.address, port=bmc.port, username=bmc.user, password=bmc.password)

    @property
    def path(self) -> Path:
        return self.folder / f"{NAME}.jsonl"

    def lines(self) -> list[dict[str, Any]]:
        """The archive; every line of it must be whole."""
        if not self.path.exists():
            return []
        text = self.path.read_text()
        assert not text or text.endswith("\n"), "torn"
        return [json.loads(line) for line in text.splitlines()]

    def raw(self) -> list[str]:
        return [line["raw"] for line in self.lines()]

    def judge(self, told: object = None, settled: bool = False) -> None:
        """No event is lost, none is archived twice, and every line has an identity of its own.

        What a stranger erased before we could see it is the stranger's loss. ``settled``: after a clear, when what the
        log has came after it, nothing can be in both.
        """
        view, archived, left = self.bmc.ledger(), multiset(self.raw()), multiset(self.bmc.sel_records())
        lost = view.lost(archived.elements(), left.elements()) - view.erased_raw("stranger")
        assert not lost, (told, "lost", lost)
        twice = archived + (left if settled else multiset(())) - view.generated_raw()
        assert not twice, (told, "twice", twice)
        places = [(line["bmc"], line["generation"], line["position"]) for line in self.lines()]
        assert places == sorted(set(places)), (told, places)


def each(folder: Path, cases: list[tuple[Any, ...]], run: Callable[..., object], **faults: Any) -> list[Any]:
    """``run(host, *case)`` for all cases at once, each with a new BMC and an archive of its own. A case begins with the
    options of its BMC's log."""
    with running([source(f"b{at}", faults, **case[0]) for at, case in enumerate(cases)]) as fleet:
        hosts = [Host(bmc, folder / bmc.name) for bmc in fleet.values()]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(run, hosts, *zip(*cases, strict=True)))


def at_step(number: int, when: str, do: Callable[[], object]) -> Callable[[str, Any], None]:
    """A hook for ``bmc.on_request``: do something around request ``number`` (from 0), once."""
    seen = {"before": -1, "after": -1}

    def hook(moment: str, _request: Any) -> None:
        seen[moment] += 1
        if moment == when and seen[moment] == number:
            do()

    return hook
