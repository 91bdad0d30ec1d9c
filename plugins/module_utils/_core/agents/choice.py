# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row for a server: the first that fits. What no row fits is refused by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import AgentError
from .rows import GUIDE, UNSUPPORTED, VERSION, Repository, Row
from .server import ANY, Server

_PLACE = re.compile(r"\{(\w+)\}")
# What a host tells of itself becomes part of an address.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_URL = re.compile(r"(?:https?|file)://[^\s'\"\\]{1,500}")


@dataclass(frozen=True)
class Wish:
    """``agent``: named in place of finding it; ``repository_url``: goes in place of the row's; ``version``: of the
    packages; each "" where there is none."""

    agent: str = ""
    repository_url: str = ""
    version: str = ""


@dataclass(frozen=True)
class Plan:
    """``row``: None, with a ``reason``, where the server's vendor has no agent that is known."""

    server: Server
    row: Row | None
    reason: str = ""


def choose(server: Server, rows: Sequence[Row], wish: Wish) -> Plan:
    """What is to be installed on the server. Raises AgentError where its vendor has agents and none fits."""
    _check(wish)
    if wish.agent:
        mine = [row for row in rows if row.agent == wish.agent]
        if not mine:
            known = ", ".join(dict.fromkeys(row.agent for row in rows))
            raise AgentError(f"no row has the agent {wish.agent}", f"Known are {known}. Or add a row. {GUIDE}")
    else:
        mine = [row for row in rows if row.vendor == server.vendor]
        if not mine:
            return Plan(server, None, _no_agent(server))
    row = next((row for row in mine if _fits(row, server, wish)), None)
    if row is None:
        raise AgentError(f"no row of the matrix fits {_named(server)}", _how_to_add(server, mine[0], wish))
    if row.status == UNSUPPORTED:
        raise AgentError(
            f"the agent {row.agent} is not supported on {_named(server)} (source: {row.source})",
            f"If you know better, add a row, which goes before: {_start(server, row)}. {GUIDE}",
        )
    return Plan(server, _filled(row, server, wish))


def _check(wish: Wish) -> None:
    if wish.repository_url and not _URL.fullmatch(wish.repository_url):
        raise AgentError(
            f"repository_url: {wish.repository_url[:60]!r} is no address", "Give one with https, http or file."
        )
    if wish.version and not VERSION.fullmatch(wish.version):
        raise AgentError(f"version: {wish.version[:60]!r} is no version", "Write it as the package manager does.")


def _fits(row: Row, server: Server, wish: Wish) -> bool:
    """An agent that is named fits a server of another vendor, or of a generation that nobody tells, as well."""
    if server.system not in row.systems and ANY not in row.systems:
        return False
    if wish.agent and (server.vendor != row.vendor or server.generation is None):
        return row.status != UNSUPPORTED
    return server.generation in row.generations or ANY in row.generations


def _filled(row: Row, server: Server, wish: Wish) -> Row:
    repository = row.repository
    if repository is not None:
        url = wish.repository_url or repository.url
        suites = tuple(_address(suite, server) for suite in repository.suites)
        repository = replace(repository, url=_address(url, server), suites=suites)
    return replace(row, repository=repository, version=wish.version or row.version)


def _address(written: str, server: Server) -> str:
    def fill(found: re.Match[str]) -> str:
        told = server.places.get(found[1], "")
        if not _PLAIN.fullmatch(told):
            raise AgentError(
                f"{written} wants {{{found[1]}}}, and {told or 'nothing'!r} is what the facts tell of it",
                "Known are {release}, {major} and {architecture}: gather facts of the host, or correct the address.",
            )
        return told

    return _PLACE.sub(fill, written)


def _named(server: Server) -> str:
    model = f" ({server.model})" if server.model else ""
    return (
        f"{server.vendor or 'unknown vendor'} {server.generation or 'of unknown generation'}{model} on {server.system}"
    )


def _no_agent(server: Server) -> str:
    if server.vendor is None:
        return "neither the firmware's tables nor the BMC tell the vendor: name the agent, or give system_vendor"
    return f"no agent for servers of {server.vendor} is known: add a row if there is one"


def _how_to_add(server: Server, like: Row, wish: Wish) -> str:
    known = f"Set product_name, from which the generation is told, or name the agent ({like.agent}). "
    has_no_generation = server.generation is None and not wish.agent
    return f"{known if has_no_generation else ''}Add a row for it: {_start(server, like)}. {GUIDE}"


def _start(server: Server, like: Row) -> str:
    """The beginning of a row for this server."""
    generation = server.generation or ANY
    return (
        f"vendor_agent_rows: [{{vendor: {server.vendor or like.vendor}, generations: [{generation}],"
        f" systems: [{server.system}], agent: {like.agent}, ...}}]"
    )


def repository_data(repository: Repository | None) -> dict[str, object] | None:
    """A repository as plain data."""
    if repository is None:
        return None
    return {
        "type": repository.type,
        "url": repository.url,
        "suites": list(repository.suites),
        "components": list(repository.components),
        "key_url": repository.key_url,
    }


def plan_data(plan: Plan) -> dict[str, object]:
    """A plan as plain data; where there is no agent, every part of a row is empty."""
    server, row = plan.server, plan.row
    told: dict[str, object] = {
        "vendor": server.vendor,
        "model": server.model,
        "generation": server.generation,
        "system": server.system,
        "reason": plan.reason,
    }
    for key in ("agent", "title", "version", "status", "source", "controller"):
        told[key] = getattr(row, key) if row else None
    for key in ("packages", "services", "processes", "udev_rules"):
        told[key] = list(getattr(row, key)) if row else []
    return {**told, "repository": repository_data(row.repository if row else None)}
