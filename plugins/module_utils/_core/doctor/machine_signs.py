# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs of what runs on the server: agents that the BMC waits for, programs that ask it, Windows' memory, racadm."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from ..plain import LONGEST_NAME, NOT_ASKED, asked, brief, items, mapping, number, text, time
from .agents import HPE_AGENT, POLLS, SERVICE_MODULE, Agent, known_agents, plain_name
from .signs import UNKNOWN, Sign, Value, sign

# A busy server's non-paged pool moves by tens of megabytes. A leak that troubles anybody takes gigabytes: a quarter
# more, and 256 MiB at least, is far from the one and long before the other.
LEAK_SHARE = 1.25
LEAK_BYTES = 256 * 1024**2
# After a start the pool fills for a while, and two readings of one hour tell nothing.
LEAST_HOURS = 1.0
_MIB = 1024**2
# By the verdict of racadm_facts, or plain words from who writes it himself. A racadm that hangs fails as one that says
# so; one that is broken, or reaches nobody, says nothing of the iDRAC.
_RACADM = {
    "healthy": "healthy",
    "ok": "healthy",
    "stuck": "stuck",
    "degraded": "stuck",
    "failed": "failed",
    "timeout": "failed",
}


def _services(evidence: Mapping[str, Any]) -> tuple[set[str] | None, str]:
    """The plain names of the running services, None where nobody knows them; and what is to be said of it."""
    told = evidence.get("services")
    if not isinstance(told, (list, tuple)):
        return None, f"services: {asked(evidence, 'services').why or 'told in a shape that is not understood'}"
    # They are looked up, and never shown.
    names = [plain_name(name[:LONGEST_NAME]) for name in items(told) if isinstance(name, str)]
    damaged = len(told) - len(names)
    return set(names), f"services: {damaged} of {len(told)} cannot be read" if damaged else ""


def agent_signs(evidence: Mapping[str, Any], vendor: Value, idrac: Value) -> list[Sign]:
    """service_module, hpe_agent, pollers, possible_pollers."""
    services, remark = _services(evidence)
    # What cannot be read may be the very one that is looked for.
    absent = UNKNOWN if remark else "missing"
    module = _presence(services or set(), SERVICE_MODULE, "not_needed" if idrac is False else absent)
    hpe = _presence(services or set(), HPE_AGENT, "not_needed" if vendor not in ("hpe", UNKNOWN) else absent)
    # Nobody misses an agent where nobody knows whose server it is.
    of_module = "iDRAC Service Module" if module == "running" or vendor == "dell" else ""
    of_hpe = "Agentless Management Service" if vendor == "hpe" else ""
    found = [sign("service_module", module, _told(of_module, module) or remark)]
    found.append(sign("hpe_agent", hpe, _told(of_hpe, hpe)))
    if services is None:
        return [*found, sign("pollers", UNKNOWN), sign("possible_pollers", UNKNOWN)]
    agents = known_agents(services)
    sure = [agent for agent in agents if agent.polls == POLLS]
    perhaps = [agent for agent in agents if agent.polls != POLLS]
    return [
        *found,
        sign("pollers", len(sure), _named("programs that ask the BMC", sure)),
        sign("possible_pollers", len(agents), _named("programs that ask it if they are set up so", perhaps)),
    ]


def _presence(services: Set[str], names: tuple[str, ...], otherwise: str) -> str:
    return "running" if any(name in services for name in names) else otherwise


def _told(name: str, value: str) -> str:
    words = {"running": "running", "missing": "not running"}
    return f"{name}: {words[value]}" if name and value in words else ""


def _named(what: str, agents: list[Agent]) -> str:
    return f"{what}: {', '.join(agent.name for agent in agents)}" if agents else ""


def memory_sign(evidence: Mapping[str, Any], before: Mapping[str, Any]) -> Sign:
    """Whether the non-paged pool has grown since the reading that the last run kept."""
    found = asked(evidence, "memory", "non_paged_pool_bytes", "read_at")
    now, then = _memory(found.told), _memory(before.get("memory"))
    if now is None:
        # Linux has none to ask for.
        return sign(
            "memory_leak", UNKNOWN, "" if found.why == NOT_ASKED else f"non-paged pool: {found.why or 'unclear'}"
        )
    told = f"non-paged pool: {brief(now[0] / _MIB)} MiB"
    if then is None:
        return sign("memory_leak", UNKNOWN, f"{told}; nothing to compare it with yet")
    hours = (now[1] - then[1]).total_seconds() / 3600
    told = f"{told}, {brief(then[0] / _MIB)} MiB {brief(hours)} h before"
    if hours < LEAST_HOURS:
        return sign("memory_leak", UNKNOWN, told)
    leaks = now[0] - then[0] >= LEAK_BYTES and now[0] >= LEAK_SHARE * then[0]
    return sign("memory_leak", leaks, f"{told}: it grows" if leaks else told)


def _memory(value: Any) -> tuple[float, Any] | None:
    told = mapping(value)
    size, read_at = number(told.get("non_paged_pool_bytes")), time(told.get("read_at"))
    return (size, read_at) if size is not None and size >= 0 and read_at else None


def racadm_sign(evidence: Mapping[str, Any]) -> Sign:
    found = asked(evidence, "racadm", "verdict")
    verdict = text(found.told.get("verdict"))
    value = _RACADM.get(verdict)
    if verdict == "degraded" and found.told.get("missing") == []:
        value = None  # racadm complains, and the iDRAC has told all
    if value is None:
        return sign("racadm", UNKNOWN, "" if found.why == NOT_ASKED else f"racadm: {found.why or verdict or 'unclear'}")
    return sign("racadm", value, f"racadm: {verdict}")


def reseat_sign(evidence: Mapping[str, Any]) -> Sign:
    """What the administrator saw; inventories write it as text, too."""
    told = evidence.get("better_after_reseat")
    value = {"true": True, "yes": True, "false": False, "no": False}.get(str(told).lower(), UNKNOWN)
    return sign("better_after_reseat", value, "seen: better for some days after a reseat" if value is True else "")
