# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_report: rows, files, failing hosts; and check mode, which writes nothing."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.baremetal.ipmi.plugins.action.ipmi_sensor_report import ActionModule

COUNTS = {"nominal": 1, "warning": 0, "critical": 0, "unknown": 0}


def read(status: str) -> dict:
    findings = [] if status == "nominal" else [{"message": f"it is {status}"}]
    health = {"status": status, "complete": True, "counts": COUNTS, "findings": findings}
    return {
        "ansible_facts": {
            "ipmi_sensors": [{"name": "Fan1", "available": True}],
            "ipmi_health": health,
            "ipmi_bmc": None,
        }
    }


RESULTS = {
    "good": read("nominal"),
    "bad": read("critical"),
    "dead": {"failed": True, "msg": "x", "error": {"kind": "unreachable", "message": "no BMC answers"}},
    "never": None,
}


class HostVars(dict):
    def raw_get(self, host):
        return self[host]


@pytest.fixture
def report(monkeypatch):
    """Runs the action with these options; ``lines`` are what was shown."""
    lines: list[str] = []

    def run(check_mode: bool = False, hosts=tuple(RESULTS), **options) -> dict:
        args = {"hosts": list(hosts), "variable": "told", **options}
        task = SimpleNamespace(args=args, check_mode=check_mode, async_val=0, action="ipmi_sensor_report")
        action = ActionModule.__new__(ActionModule)
        action._task = task
        action._display = SimpleNamespace(display=lambda line, color=None: lines.append(line))
        monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
        hostvars = HostVars({host: {"told": RESULTS[host]} if RESULTS[host] else {} for host in hosts})
        return action.run(task_vars={"hostvars": hostvars})

    run.lines = lines
    return run


def test_summary_stands_worst_first(report):
    assert [item["host"] for item in report()["summary"]] == ["bad", "dead", "never", "good"]


def test_summary_has_the_documented_keys(report):
    assert report(hosts=["bad"])["summary"] == [
        {"host": "bad", "status": "critical", "counts": COUNTS, "remark": "it is critical"}
    ]


def test_table_has_a_heading_and_one_line_a_host(report):
    report()
    assert [line.split()[0] for line in report.lines] == ["host", "bad", "dead", "never", "good"]


@pytest.mark.parametrize(
    ("options", "hosts"),
    [
        ({}, []),
        ({"fail_on": "never"}, []),
        ({"fail_on": "critical"}, ["bad", "dead", "never"]),
        ({"fail_on": "critical", "unreachable": "warn"}, ["bad", "never"]),
    ],
)
def test_failing_hosts_are_told_and_the_task_succeeds(report, options, hosts):
    result = report(**options)
    assert list(result["failing"]) == hosts
    assert not result.get("failed")


def test_failing_host_is_told_with_its_worst_finding(report):
    assert report(fail_on="critical")["failing"]["bad"] == "critical: it is critical"


def test_files_are_written_for_every_host(report, tmp_path):
    result = report(snapshot_dir=str(tmp_path / "facts"))
    assert result["snapshot_dir"] == str(tmp_path / "facts")
    assert {path.name for path in (tmp_path / "facts").iterdir()} == {f"{host}.json" for host in RESULTS}
    assert json.loads((tmp_path / "facts" / "bad.json").read_text())["ipmi_health"]["status"] == "critical"
    assert json.loads((tmp_path / "facts" / "dead.json").read_text())["error"]["kind"] == "unreachable"


def test_files_of_one_run_tell_one_time(report, tmp_path):
    report(snapshot_dir=str(tmp_path))
    times = {json.loads(path.read_text())["read_at"] for path in tmp_path.iterdir()}
    assert len(times) == 1
    assert times.pop().endswith("Z")


def test_check_mode_writes_nothing_and_tells_the_same(report, tmp_path):
    result = report(check_mode=True, snapshot_dir=str(tmp_path / "facts"), fail_on="critical")
    assert not (tmp_path / "facts").exists()
    assert "snapshot_dir" not in result
    assert len(result["failing"]) == 3


def test_no_folder_no_files(report):
    assert "snapshot_dir" not in report()


def test_folder_that_cannot_be_written_to_is_told(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AnsibleActionFail, match="the snapshots cannot be written to .*/file/facts on the controller"):
        report(snapshot_dir=str(tmp_path / "file" / "facts"))


@pytest.mark.parametrize("options", [{"fail_on": "always"}, {"unreachable": "maybe"}, {"colour": "red"}])
def test_unknown_option_is_the_users_error(report, options):
    with pytest.raises(Exception, match="fail_on|unreachable|colour"):
        report(**options)
