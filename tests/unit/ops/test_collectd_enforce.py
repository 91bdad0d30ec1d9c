# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The course of enforcement on a machine of dictionaries, with a clock of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import CollectdError
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.collectd import (
    EnforceRequest,
    FoundFile,
    ManagedFile,
    Service,
    Trial,
    enforce,
)

CONF, DROP_IN = "/c/00.conf", "/d/x.conf"


_WORKS = Trial(frozenset([None]))


class Machine:
    """``delivers``: the hosts of which collectd has values with the new configuration; ``calls``: what was done."""

    def __init__(self, files=None, active=True, enabled=True, delivers=(None,), trial=_WORKS):
        self.files = {path: FoundFile(content) for path, content in (files or {}).items()}
        self.active, self.enabled, self.delivers, self.trial = active, enabled, set(delivers), trial
        self.time, self.started, self.calls, self.fails_with = 1000.0, 0.0, [], {}

    def _do(self, name):
        self.calls.append(name)
        if name in self.fails_with:
            raise self.fails_with.pop(name)

    def read(self, file):
        return self.files.get(file.path, FoundFile(None))

    def write(self, file):
        self._do(f"write {file.path}")
        self.files[file.path] = FoundFile(file.content, file.mode)

    def service(self):
        return Service(self.active, self.enabled)

    def enable(self):
        self._do("enable")
        self.enabled = True

    def restart(self):
        self._do("restart")
        self.active, self.started = True, self.time

    def stop(self):
        self._do("stop")
        self.active = False

    def try_out(self, blocks, hosts, timeout_s):
        self._do("try")
        return self.trial

    def values(self):
        """A value each ten seconds, from five seconds after the start on."""
        latest = self.started + 5 + (self.time - self.started - 5) // 10 * 10
        return {host: {"a": latest, "b": self.started + 5} for host in self.delivers} if latest > self.started else {}

    def log(self):
        return ["something else", "ipmi plugin: foo failed for `main'"]

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


NEW = EnforceRequest((ManagedFile(CONF, b"new"), ManagedFile(DROP_IN, b"drop", 0o644)), {"main": None}, (), 10, 60)
THERE = {CONF: b"new", DROP_IN: b"drop"}


def failure(request, machine):
    with pytest.raises(CollectdError) as failed:
        enforce(request, machine)
    return failed.value.message


def test_new_configuration_is_tried_swapped_and_waited_for():
    machine = Machine({CONF: b"old"})
    told = enforce(NEW, machine)
    assert machine.calls == ["try", f"write {CONF}", f"write {DROP_IN}", "restart"]
    assert told.drift == (f"{CONF} differs", f"{DROP_IN} is missing")
    assert told.flowing == {"main": 2}
    # A value of 1005 and one of 1015: two intervals.
    assert machine.time >= machine.started + 15


def test_second_run_changes_nothing_and_sees_that_values_are_there():
    machine = Machine(THERE)
    machine.started = machine.time - 100
    told = enforce(NEW, machine)
    assert (machine.calls, told.drift, told.flowing) == ([], (), {"main": 2})
    assert machine.time == 1000


def test_right_files_without_values_fail_and_nothing_is_done():
    machine = Machine(THERE, delivers=())
    assert "no new values of main. It said: ipmi plugin: foo failed for `main'; its files were right" in failure(
        NEW, machine
    )
    assert machine.calls == []


def test_old_values_do_not_count():
    machine = Machine(THERE)
    machine.values = lambda: {None: {"a": 979.0}}
    assert "no new values" in failure(NEW, machine)


@pytest.mark.parametrize(
    ("active", "enabled", "calls"),
    [(False, True, ["restart"]), (True, False, ["enable"]), (False, False, ["enable", "restart"])],
)
def test_service_that_does_not_run_is_started_for_good(active, enabled, calls):
    machine = Machine(THERE, active=active, enabled=enabled)
    machine.started = machine.time - 100
    assert len(enforce(NEW, machine).drift) == len(calls)
    assert machine.calls == calls


def test_wrong_mode_is_mended_without_a_restart():
    machine = Machine(THERE)
    machine.files[CONF] = FoundFile(b"new", 0o644, right=False)
    machine.started = machine.time - 100
    assert enforce(NEW, machine).drift == (f"{CONF} has mode 0644 or another owner",)
    assert machine.calls == [f"write {CONF}"]


def test_check_tells_drift_and_does_nothing():
    machine = Machine({CONF: b"old"}, active=False)
    told = enforce(replace(NEW, check=True), machine)
    assert told.drift == (f"{CONF} differs", f"{DROP_IN} is missing", "the service does not run")
    assert (machine.calls, machine.time) == ([], 1000)


def test_check_tells_what_flows_without_waiting_for_it():
    machine = Machine(THERE)
    machine.started = machine.time - 100
    told = enforce(replace(NEW, check=True), machine)
    # "b" is of the start, and long ago.
    assert (told.drift, told.flowing, machine.calls, machine.time) == ((), {"main": 1}, [], 1000)
    machine.delivers = set()
    assert enforce(replace(NEW, check=True), machine).flowing == {"main": 0}


def test_configuration_that_the_trial_crashes_on_is_not_written():
    machine = Machine({CONF: b"old"}, trial=Trial(frozenset(), ("ipmi plugin: oh",), "signal 11 (SIGSEGV)"))
    told = failure(NEW, machine)
    assert "ended with signal 11 (SIGSEGV). It said: ipmi plugin: oh; nothing was changed" in told
    assert machine.calls == ["try"]


def test_instance_that_is_silent_in_the_trial_is_named_with_what_the_log_says_of_it():
    request = replace(NEW, expected={"a": "a", "b": "b"})
    log = ("x failed for `a'", "y failed for `b'")
    machine = Machine({CONF: b"old"}, trial=Trial(frozenset(["a"]), log))
    assert "had no value of b within 60 s. It said: y failed for `b'; nothing was changed" in failure(request, machine)


def test_values_that_do_not_come_bring_everything_back():
    machine = Machine({CONF: b"old"}, delivers=())
    told = failure(NEW, machine)
    assert "no new values of main" in told and "the files are as they were, and the service runs with them" in told
    assert machine.files[CONF].content == b"old" and machine.files[DROP_IN].content is None
    assert machine.calls[-3:] == [f"write {CONF}", f"write {DROP_IN}", "restart"]
    assert machine.time >= 1000 + NEW.timeout_s + 2 * NEW.interval_s


def test_one_silent_instance_of_two_is_enough_to_go_back():
    request = replace(NEW, expected={"main": None, "b": "b"})
    machine = Machine({CONF: b"old"}, trial=Trial(frozenset([None, "b"])))
    assert "no new values of b" in failure(request, machine)


@pytest.mark.parametrize(
    "error", [CollectdError("systemctl restart failed"), OSError("disk full"), KeyboardInterrupt()]
)
@pytest.mark.parametrize("step", [f"write {CONF}", f"write {DROP_IN}", "restart"])
def test_whatever_ends_it_early_leaves_the_files_as_they_were(step, error):
    machine = Machine({CONF: b"old"})
    machine.fails_with[step] = error
    with pytest.raises(type(error)):
        enforce(NEW, machine)
    assert machine.read(ManagedFile(CONF, b"")).content == b"old"
    assert machine.read(ManagedFile(DROP_IN, b"")).content is None
    assert machine.calls[-1] == "restart"


def test_service_that_did_not_run_is_stopped_again():
    machine = Machine(active=False, delivers=())
    assert "the service is stopped again" in failure(NEW, machine)
    assert not machine.active


def test_failing_to_go_back_is_told_with_what_to_look_at():
    machine = Machine({CONF: b"old"}, delivers=())
    machine.stop = machine.restart
    first = machine.restart

    def restart():
        first()
        machine.restart = broken

    def broken():
        raise CollectdError("systemctl restart failed")

    machine.restart = restart
    assert f"going back failed, too: systemctl restart failed; look at {CONF}" in failure(NEW, machine)


def test_nothing_that_is_expected_needs_no_trial():
    machine = Machine({CONF: b"old"}, delivers=())
    assert enforce(replace(NEW, expected={}), machine).flowing == {}
    assert "try" not in machine.calls


GONE = EnforceRequest((ManagedFile(CONF, None), ManagedFile(DROP_IN, None)), {}, (), 10, 60, running=False)


def test_removal_restarts_what_runs_and_starts_nothing():
    machine = Machine(THERE)
    assert enforce(GONE, machine).drift == (f"{CONF} is there", f"{DROP_IN} is there")
    assert machine.calls == [f"write {CONF}", f"write {DROP_IN}", "restart"]
    machine = Machine({CONF: b"x"}, active=False, enabled=False)
    assert enforce(GONE, machine).drift == (f"{CONF} is there",)
    assert machine.calls == [f"write {CONF}"]


def test_second_removal_changes_nothing():
    machine = Machine(active=False)
    assert (enforce(GONE, machine).drift, machine.calls) == ((), [])


MARKED = replace(NEW, mark=ManagedFile("/run/x.unfinished", b""))


def test_mark_lies_there_from_the_first_change_to_the_end():
    machine = Machine({CONF: b"old"})
    enforce(MARKED, machine)
    mark = MARKED.mark.path
    assert [call for call in machine.calls if mark in call] == [f"write {mark}"] * 2
    assert machine.calls.index(f"write {mark}") < machine.calls.index(f"write {CONF}")
    assert machine.files[mark].content is None


def test_mark_of_a_run_that_was_killed_has_the_service_restarted_although_its_files_are_right():
    machine = Machine({**THERE, MARKED.mark.path: b""})
    assert "an earlier run was ended" in enforce(MARKED, machine).drift[0]
    assert machine.calls == ["try", "restart", f"write {MARKED.mark.path}"]
    assert machine.files[MARKED.mark.path].content is None


def test_going_back_takes_the_mark_away():
    machine = Machine({CONF: b"old"}, delivers=())
    failure(MARKED, machine)
    assert machine.files[MARKED.mark.path].content is None
