# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that are known to talk to a BMC, or that a BMC waits for, by the names of their services.

Names are written as systemd and Windows' service manager have them, in small letters and without ``.service``; on
Windows a service goes by its name or by the name that is shown. Packages and vendors' documentation are the source. A
program that is not listed is not counted: the list is no proof that nobody asks the BMC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

POLLS = "polls"
IF_SET_UP = "if_set_up"


@dataclass(frozen=True)
class Agent:
    """A program. ``polls``: whether it asks the BMC whenever it runs, or only where it is set up so."""

    name: str
    polls: str
    services: tuple[str, ...]


AGENTS: tuple[Agent, ...] = (
    Agent("ipmievd", POLLS, ("ipmievd",)),
    Agent("ipmiseld", POLLS, ("ipmiseld",)),
    Agent("bmc-watchdog", POLLS, ("bmc-watchdog",)),
    Agent("ipmiutil", POLLS, ("ipmiutil_evt", "ipmiutil_asy", "ipmiutil_wdt", "ipmi_port")),
    Agent("openhpid", POLLS, ("openhpid",)),
    Agent("Prometheus' ipmi_exporter", POLLS, ("prometheus-ipmi-exporter", "ipmi_exporter", "ipmi-exporter")),
    Agent("node_exporter's ipmitool collector", POLLS, ("prometheus-node-exporter-ipmitool-sensor",)),
    Agent(
        "OpenManage Server Administrator's data manager",
        POLLS,
        ("dsm_sa_datamgrd", "dataeng", "dcstor32", "dsm sa data manager"),
    ),
    Agent("Fujitsu ServerView", POLLS, ("eecd", "srvmagt", "srvmagt_eecd", "serverview agents")),
    Agent("collectd", IF_SET_UP, ("collectd",)),
    Agent("telegraf", IF_SET_UP, ("telegraf",)),
    Agent("netdata", IF_SET_UP, ("netdata",)),
    Agent(
        "Zabbix agent", IF_SET_UP, ("zabbix-agent", "zabbix-agent2", "zabbix_agentd", "zabbix agent", "zabbix agent 2")
    ),
    Agent("Checkmk agent", IF_SET_UP, ("check-mk-agent", "check_mk_agent", "checkmkservice", "cmk-agent-ctl-daemon")),
    Agent("NRPE", IF_SET_UP, ("nrpe", "nagios-nrpe-server")),
    Agent("NSClient++", IF_SET_UP, ("nscp", "nsclientpp")),
    Agent("Icinga 2", IF_SET_UP, ("icinga2",)),
    Agent("System Center Operations Manager's agent", IF_SET_UP, ("healthservice", "microsoft monitoring agent")),
    # Windows Remote Management's hardware events: it empties the event log of the BMC for the collector.
    Agent("Windows Event Collector", IF_SET_UP, ("wecsvc", "windows event collector")),
    Agent("HPE's health and SNMP agents", IF_SET_UP, ("hp-health", "hp-asrd", "hp-snmp-agents", "hpasmlited")),
    Agent("HPE's Insight agents", IF_SET_UP, ("cqmghost", "cqmgserv", "cqmgstor", "cpqnicmgmt")),
    Agent("IBM Systems Director's agent", IF_SET_UP, ("wmicimserver", "ibm director agent wmi cim server", "twgipc")),
    Agent("Supermicro SuperDoctor", IF_SET_UP, ("superdoctor5", "sd5", "superdoctor 5")),
    Agent("SNMP subagents of OpenManage", IF_SET_UP, ("dsm_sa_snmpd",)),
)

SERVICE_MODULE = ("dcismeng", "idrac service module")
HPE_AGENT = (
    *("amsd", "smad", "hp-ams", "ams"),
    *("agentless management service", "hpe agentless management service", "hp proliant agentless management service"),
)

_UNITS = ("service", "timer", "socket")
_BY_SERVICE = {service: agent for agent in AGENTS for service in agent.services}


def plain_name(service: str) -> str:
    """A service's name as the tables have it: ``collectd.service`` and ``Collectd`` are collectd."""
    name = service.strip().lower()
    stem, _dot, ending = name.rpartition(".")
    return (stem if ending in _UNITS else name).split("@", 1)[0]


def known_agents(services: Iterable[str]) -> list[Agent]:
    """The agents of these plain names, in the table's order, each once."""
    found = {_BY_SERVICE[service] for service in services if service in _BY_SERVICE}
    return [agent for agent in AGENTS if agent in found]
