# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What racadm_facts runs for each way of asking, and what it refuses to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.racadm import RACADM_SPEC, racadm_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.verdict import EXITED, Ended
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.racadm import PLACES, Command, RacadmRequest

WELL = (
    b"RAC Information:\nFirmware Version = 3.00.00.00\n"
    b"System Information:\nSystem Model = PowerEdge R740\nService Tag = C9J69R2\n"
)
LOGIN = {"host": "idrac1", "username": "root", "password": "s3cret"}


@dataclass
class FakeRunner:
    """Notes what it is to run; has the programs ``there``."""

    there: tuple[str, ...] = ("racadm", "ssh")
    ran: list[Command] = field(default_factory=list)
    time: float = 100.0

    def find(self, names: Sequence[str]) -> str | None:
        return next((name for name in names if name in self.there), None)

    def run(self, command: Command, timeout_s: float) -> Ended:
        self.ran.append(command)
        self.time += 2.5
        return Ended(EXITED, WELL, 0)


def ask(runner: FakeRunner, **options: Any) -> dict[str, Any]:
    validated = ArgumentSpecValidator(RACADM_SPEC).validate(options)
    assert not validated.error_messages
    return racadm_facts(validated.validated_parameters, runner, lambda: runner.time)["racadm"]


@pytest.mark.parametrize(
    ("options", "transport", "arguments"),
    [
        ({}, "local", "racadm getsysinfo"),
        (LOGIN, "remote", "racadm -r idrac1 -i -S getsysinfo"),
        ({**LOGIN, "validate_certs": False}, "remote", "racadm -r idrac1 -i --nocertwarn getsysinfo"),
        ({**LOGIN, "port": 8443}, "remote", "racadm -r idrac1:8443 -i -S getsysinfo"),
        ({**LOGIN, "host": "[fd00::1]"}, "remote", "racadm -r fd00::1 -i -S getsysinfo"),
        ({**LOGIN, "host": "fd00::1", "port": 8443}, "remote", "racadm -r [fd00::1]:8443 -i -S getsysinfo"),
    ],
)
def test_racadm_is_run_for_each_way(options: dict[str, Any], transport: str, arguments: str) -> None:
    runner = FakeRunner()
    found = ask(runner, **options)
    assert (found["verdict"], found["transport"]) == ("ok", transport)
    assert " ".join(runner.ran[0].arguments) == arguments
    typed = (runner.ran[0].username, runner.ran[0].password)
    assert typed == (("root", "s3cret") if transport == "remote" else (None, None))


def test_ssh_asks_nobody_and_leaves_no_master_behind() -> None:
    runner = FakeRunner()
    assert ask(runner, transport="ssh", host="idrac1", username="root", port=2222)["verdict"] == "ok"
    arguments = runner.ran[0].arguments
    assert arguments[-8:] == ("-l", "root", "-p", "2222", "--", "idrac1", "racadm", "getsysinfo")
    assert {"BatchMode=yes", "ControlMaster=no", "ControlPath=none"} < set(arguments)
    assert not any("StrictHostKeyChecking" in argument for argument in arguments)
    assert runner.ran[0].password is None


def test_program_is_looked_for_in_the_path_and_then_where_dell_puts_it() -> None:
    assert PLACES[0] == "racadm"
    found = ask(FakeRunner(there=PLACES[-2:]))
    assert found["executable"] == PLACES[-2]


@pytest.mark.parametrize("options", [{}, {"executable": "/x/racadm"}, {"transport": "ssh", "host": "idrac1"}])
def test_program_that_is_not_there_is_a_verdict(options: dict[str, Any]) -> None:
    runner = FakeRunner(there=())
    found = ask(runner, **options)
    assert (found["verdict"], found["executable"], runner.ran) == ("broken_tool", None, [])
    assert options.get("executable", "ssh" if options else "racadm") in found["reason"]


def test_time_that_it_took_is_told() -> None:
    assert ask(FakeRunner())["duration_s"] == 2.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"transport": "local", "host": "idrac1"}, "host is given, and transport is local"),
        ({"username": "root"}, "username is given, and transport is local"),
        ({"transport": "remote"}, "host is missing"),
        ({"transport": "ssh", "host": " "}, "host is missing"),
        ({"host": "idrac1", "password": "x"}, "username is missing"),
        ({"host": "idrac1", "username": "root"}, "password is missing"),
        ({**LOGIN, "transport": "ssh"}, "password is given, and is not used over SSH"),
        ({**LOGIN, "host": "-oProxyCommand=x"}, "host is no address"),
        ({**LOGIN, "host": "a b"}, "host is no address"),
        ({**LOGIN, "username": "-p"}, "username is no name"),
        ({**LOGIN, "username": "a\nb"}, "username is no name"),
        ({**LOGIN, "password": "a\x03b"}, "password cannot be typed"),
        ({**LOGIN, "port": 0}, "port: 0 is not"),
        ({**LOGIN, "port": 65536}, "port: 65536 is not"),
        ({"timeout_s": 0}, "timeout_s: 0 is not"),
        ({"timeout_s": "nan"}, "timeout_s: nan is not"),
        ({"timeout_s": 3601}, "timeout_s: 3601 is not"),
    ],
)
def test_what_cannot_be_done_as_written_is_refused_before_anything_runs(options: dict[str, Any], message: str) -> None:
    runner = FakeRunner()
    with pytest.raises(OptionError) as caught:
        ask(runner, **options)
    assert caught.value.message.startswith(message)
    assert caught.value.next_step
    assert runner.ran == []
    assert "a\x03b" not in caught.value.sentence()


def test_password_is_in_no_representation() -> None:
    assert RACADM_SPEC["password"]["no_log"] is True
    assert "s3cret" not in repr(RacadmRequest(password="s3cret")) + repr(Command(("racadm",), "root", "s3cret"))
