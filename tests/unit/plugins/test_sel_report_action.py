# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sel_report: what it shows and returns, and each host's own wish to be cleared."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from sel_bytes import raw_event

from ansible_collections.baremetal.ipmi.plugins.action.ipmi_sel_report import ActionModule
from ansible_collections.baremetal.ipmi.plugins.modules import ipmi_sel_report


def read(severity: str, live: str = "active", used: float = 10.0) -> dict[str, Any]:
    record = {
        "sensor_name": "Fan1", "sensor_type": "Fan", "sensor_number": 1, "event": "it failed", "event_detail": None,
        "direction": "asserted", "severity": severity, "timestamp": None, "live_state": live,
        "raw": raw_event(0x04).hex(),
    }  # fmt: skip
    info = {"entries": 1, "used_percent": used, "overflow": False}
    return {"sel": [record], "sel_info": info, "sel_clock": {"time_kind": "set", "drift_s": 0.2}}


RESULTS = {
    "good": read("critical", "recovered", used=90.0),
    "bad": read("critical"),
    "dead": {"failed": True, "msg": "x", "error": {"kind": "unreachable", "message": "no BMC answers"}},
    "never": None,
}


class HostVars(dict):
    def raw_get(self, host):
        return self[host]


@pytest.fixture
def report(monkeypatch):
    """Runs the action with these options; ``lines`` are what was shown, and in which colour."""
    lines: list[tuple[str, str | None]] = []
    monkeypatch.setattr(ActionBase, "run", lambda *_args: {})

    def run(hosts=tuple(RESULTS), wishes: dict[str, Any] | None = None, **options) -> dict:
        args = {"hosts": list(hosts), "variable": "told", "clear_variable": "wish", **options}
        action = ActionModule.__new__(ActionModule)
        action._task = SimpleNamespace(args=args, check_mode=False, async_val=0, action="ipmi_sel_report")
        action._display = SimpleNamespace(display=lambda line, color=None: lines.append((line, color)))
        hostvars = HostVars({host: {"told": told} if told else {} for host, told in RESULTS.items()})
        for host, wish in (wishes or {}).items():
            hostvars[host]["wish"] = wish
        return action.run(task_vars={"hostvars": hostvars})

    run.lines = lines
    return run


def test_events_are_shown_before_hosts_each_worst_first(report):
    report()
    assert [line.split()[:2] for line, _colour in report.lines] == [
        ["severity", "state"],
        ["critical", "active"],
        ["critical", "recovered"],
        [],
        ["host", "status"],
        ["bad", "critical"],
        ["dead", "unknown"],
        ["never", "unknown"],
        ["good", "nominal"],
    ]


def test_what_is_over_has_the_colour_of_what_is_well(report):
    report(hosts=["good", "bad"])
    assert [colour for _line, colour in report.lines] == [None, "red", "green", None, None, "red", "green"]


def test_fleet_without_events_has_its_hosts_alone(report):
    report(hosts=["dead"])
    assert [line.split()[0] for line, _colour in report.lines] == ["host", "dead"]


def test_data_have_the_documented_keys(report):
    returned = yaml.safe_load(ipmi_sel_report.RETURN)
    told = report()
    assert set(told) == set(returned)
    for name in ("summary", "events"):
        assert all(list(item) == list(returned[name]["contains"]) for item in told[name])


def test_hosts_are_told_by_what_became_of_their_events(report):
    told = report(fail_on="critical", unreachable="warn")
    assert told["needs_attention"] == ["bad", "dead", "never"]
    assert told["failing"] == {
        "bad": "critical: Fan1: it failed, active",
        "never": "unknown: was not asked: the host failed before",
    }
    assert report()["failing"] == {}


def test_each_host_is_cleared_by_its_own_wish(report):
    wishes = {
        "good": {"clear": "over_percent", "over_percent": "75"},
        "bad": {"clear": "over_percent", "over_percent": 75},
        "dead": {"clear": "always", "over_percent": 75},
    }
    told = report(hosts=["good", "bad", "dead"], wishes=wishes)
    assert (told["clearing"], told["archiving"]) == ({"good": "90.0 percent used"}, ["bad"])
    assert (told["clear_count"], told["refusal"]) == (1, "")


def test_hosts_to_come_are_counted(report):
    wishes = {"bad": {"clear": "always", "over_percent": 75}}
    told = report(hosts=["bad"], clear_hosts=["bad", "never"], wishes=wishes, confirm_hosts=1)
    assert told["clear_count"] == 2
    assert told["refusal"]


@pytest.mark.parametrize(
    "wish",
    [
        {"clear": "allways", "over_percent": 75},
        {"clear": "always"},
        {"clear": "always", "over_percent": "much"},
        {"clear": "over_percent", "over_percent": 101},
        {"clear": False, "over_percent": 75},
        "always",
    ],
)
def test_wish_that_cannot_be_understood_names_the_host(report, wish):
    with pytest.raises(AnsibleActionFail, match="to be cleared of bad cannot be understood"):
        report(wishes={"bad": wish})


def test_host_that_is_not_in_the_inventory_is_named(report):
    with pytest.raises(AnsibleActionFail, match="'web99' is not in the inventory"):
        report(hosts=["web99"])


@pytest.mark.parametrize("options", [{"fail_on": "always"}, {"severity": ["bad"]}, {"colour": "red"}])
def test_unknown_option_is_the_users_error(report, options):
    with pytest.raises(Exception, match="fail_on|severity|colour"):
        report(**options)
