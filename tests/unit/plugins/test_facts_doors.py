# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two doors of ipmi_sensor_facts: which one is taken, and that both tell the same."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.baremetal.ipmi.plugins.action import ipmi_sensor_facts as action_door
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import NoReply, WrongPassword
from ansible_collections.baremetal.ipmi.plugins.modules import ipmi_sensor_facts as module_door
from ansible_collections.baremetal.ipmi.plugins.plugin_utils import bmc_action

FACTS = {"ipmi_sensors": [], "ipmi_health": {"status": "unknown"}, "ipmi_bmc": {}}
SECRET = "hunter2-s3cret"
PASSWORD = WrongPassword("wrong password for user 'monitor'", host="192.0.2.1")


def gatherer(answer):
    """Stands in for the engine; ``params`` holds what it was asked with."""

    def gather(params, *_progress):
        gather.params.append(params)
        if isinstance(answer, Exception):
            raise answer
        return answer

    gather.params = []
    return gather


@pytest.fixture
def run_action(monkeypatch):
    def run(gather, transport="local", async_val=0, can_run_here=True, **args) -> dict:
        monkeypatch.setattr(action_door, "gather", gather)
        monkeypatch.setattr(bmc_action, "can_run_here", lambda: can_run_here)
        monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
        action = action_door.ActionModule.__new__(action_door.ActionModule)
        action._task = SimpleNamespace(args={"host": "192.0.2.1", **args}, async_val=async_val, environment=[])
        action._connection = SimpleNamespace(transport=transport)
        run.warnings = []
        action._display = SimpleNamespace(warning=run.warnings.append, v=lambda _line: None)
        action._execute_module = lambda module_args, task_vars, wrap_async: {"as_module": True, "async": wrap_async}
        return action.run(task_vars={})

    return run


class Ended(Exception):
    """The module has told its result."""


@pytest.fixture
def run_module(monkeypatch):
    def run(gather, **args) -> tuple[dict, list]:
        told, warnings = {}, []

        def end(**result):
            told.update(result)
            raise Ended

        class Module:
            def __init__(self, argument_spec, supports_check_mode):
                assert supports_check_mode
                self.params = {**dict.fromkeys(argument_spec), "host": "192.0.2.1", **args}

            exit_json = staticmethod(end)
            warn = staticmethod(warnings.append)

            @staticmethod
            def fail_json(**result):
                end(**result, failed=True)

        monkeypatch.setattr(module_door, "AnsibleModule", Module)
        monkeypatch.setattr(module_door, "gather", gather)
        with pytest.raises(Ended):
            module_door.main()
        return told, warnings

    return run


def test_both_doors_tell_the_same_facts(run_action, run_module):
    gather = gatherer((FACTS, []))
    told, _warnings = run_module(gather)
    assert run_action(gather) == told == {"changed": False, "ansible_facts": FACTS}


def test_both_doors_tell_the_same_failure(run_action, run_module):
    gather = gatherer(PASSWORD)
    told, _warnings = run_module(gather)
    assert run_action(gather) == told
    assert (told["failed"], told["error"]["kind"]) == (True, "wrong_password")
    assert "ansible_facts" not in told


def test_both_doors_tell_the_same_warnings(run_action, run_module):
    gather = gatherer((FACTS, ["one", "two"]))
    _told, warnings = run_module(gather)
    run_action(gather)
    assert run_action.warnings == warnings == ["one", "two"]


def test_local_connection_is_asked_in_process(run_action):
    gather = gatherer((FACTS, []))
    run_action(gather, username="monitor")
    (params,) = gather.params
    assert (params["host"], params["username"], params["port"], params["thresholds"]) == (
        "192.0.2.1",
        "monitor",
        623,
        "bmc",
    )


@pytest.mark.parametrize("transport", ["ssh", "winrm", "paramiko"])
def test_other_connection_runs_the_module(run_action, transport):
    gather = gatherer((FACTS, []))
    assert run_action(gather, transport=transport)["as_module"]
    assert gather.params == []


def test_async_runs_the_module(run_action):
    assert run_action(gatherer((FACTS, [])), async_val=60) == {"as_module": True, "async": 60}


def test_controller_without_pyghmi_runs_the_module(run_action):
    assert run_action(gatherer((FACTS, [])), can_run_here=False)["as_module"]


@pytest.mark.parametrize(
    "args", [{"port": "many"}, {"thresholds": "all"}, {"no_such_option": 1}, {"privilege": "root"}]
)
def test_wrong_option_is_the_users_error_and_shows_no_password(run_action, args):
    gather = gatherer((FACTS, []))
    with pytest.raises(AnsibleActionFail) as caught:
        run_action(gather, password=SECRET, **args)
    assert next(iter(args)) in str(caught.value)
    assert SECRET not in str(caught.value)
    assert gather.params == []


@pytest.mark.parametrize("error", [PASSWORD, NoReply("no answer", host="192.0.2.1")])
def test_failure_shows_no_password(run_action, error):
    assert SECRET not in json.dumps(run_action(gatherer(error), password=SECRET))


def test_what_was_not_expected_is_not_hidden(run_action):
    with pytest.raises(ZeroDivisionError):
        run_action(gatherer(ZeroDivisionError()))
