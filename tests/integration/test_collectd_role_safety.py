# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""collectd_ipmi on a node: what is refused or fails leaves everything as it was, and what has drifted is mended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from harness.collectd_role import (
    CONFIG,
    DEADLY_SYSTEMCTL,
    DROP_IN,
    INSTALL,
    METRICS,
    ODD,
    PORT,
    SYSTEMCTL,
    Collector,
    address,
    instance,
    write_emu,
)
from harness.ipmi_sim import IpmiSim, own_address
from harness.node import FIRST_USE_S, image_or_skip, node

pytestmark = [pytest.mark.needs_command("ipmi_sim", "ipmitool"), pytest.mark.timeout(FIRST_USE_S)]

FOREIGN = "/etc/collectd/collectd.conf.d/zz-other.conf"
A_MINUTE_S = 60.0


@pytest.fixture(scope="module")
def bmcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IpmiSim, IpmiSim]]:
    folder = tmp_path_factory.mktemp("bmcs")
    with ExitStack() as stack:
        models = (METRICS, address(0)), (ODD, address(1))
        sims = (IpmiSim(write_emu(model, folder), folder, host=host, port=PORT) for model, host in models)
        metrics, odd = (stack.enter_context(sim) for sim in sims)
        yield metrics, odd


@pytest.fixture(scope="module")
def prepared(bmcs: Any) -> Iterator[Collector]:
    image_or_skip("bookworm")
    with node("bookworm") as machine:
        machine.must(INSTALL)
        found = Collector(machine)
        found.prepare()
        yield found


@pytest.fixture
def metrics(bmcs: tuple[IpmiSim, IpmiSim]) -> dict[str, Any]:
    """The instance that is read before a test."""
    return instance("metrics", bmcs[0])


@pytest.fixture
def odd(bmcs: tuple[IpmiSim, IpmiSim]) -> dict[str, Any]:
    """The one that a test adds."""
    return instance("odd", bmcs[1])


@pytest.fixture
def collector(prepared: Collector, metrics: dict[str, Any]) -> Collector:
    prepared.must(metrics)
    return prepared


def without(given: dict[str, Any], *options: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in options}


def refusals(
    metrics: dict[str, Any], odd: dict[str, Any]
) -> Iterator[tuple[str, list[dict[str, Any]], dict[str, Any]]]:
    """What is said, instances, and other options."""
    yield "instance odd: username: it is missing", [metrics, without(odd, "username")], {}
    yield "instance odd: password: it is missing", [metrics, without(odd, "password")], {}
    yield "instance odd: address: collectd knows no other port", [metrics, {**odd, "address": "127.0.0.1:6230"}], {}
    yield "instance metrics: name: there are two", [metrics, {**odd, "name": "metrics"}], {}
    yield "instance odd: host: metrics has the same", [metrics, {**odd, "host": "Metrics"}], {}
    yield "interval: 0.5 s is under 1 s", [metrics, odd], {"interval_s": 0.5}
    clear = {**odd, "sel_enabled": True, "sel_clear_event": True}
    yield "instance odd: sel_clear_event: role sel archives", [metrics, clear], {"archived_bmcs": [odd["address"]]}
    unknown = {**odd, "sensors": ["Inlet"]}
    yield "instance odd: sensors: 'Inlet' is no name of collectd's", [metrics, unknown], {}
    facts = {"odd": [{"name": "Inlet Temp", "type": "temperature", "collectd_name": "x system_board (7.1)"}]}
    yield "sensors: no sensor has the name or type 'Inlet'. Did you", [metrics, unknown], {"sensors_of": facts}


def test_refused_input_is_named_and_leaves_everything_as_it_was(
    collector: Collector, metrics: dict[str, Any], odd: dict[str, Any]
) -> None:
    with collector.untouched("metrics"):
        before = collector.state()
        for said, instances, options in refusals(metrics, odd):
            refused = collector.enforce(*instances, **options)
            assert (refused["failed"], said in refused["msg"]) == (True, True), (said, refused)
            assert refused["error"]["kind"] == "option_error"
            assert collector.state() == before, said


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"address": own_address()}, "nothing about that, as when nobody answers"),
        ({"password": "another"}, "failed for `odd`: OS: Invalid argument (which is said of a wrong password)"),
    ],
    ids=["nobody answers", "wrong password"],
)
def test_bmc_that_gives_no_value_in_the_trial_is_named_and_nothing_is_changed(
    collector: Collector, metrics: dict[str, Any], odd: dict[str, Any], changes: dict[str, str], why: str
) -> None:
    with collector.untouched("metrics"):
        refused = collector.enforce(metrics, {**odd, **changes}, timeout_s=3)
    assert refused["failed"] and "had no value of odd within 3 s" in refused["msg"]
    assert why in refused["msg"] and "metrics" not in refused["msg"]
    assert "nothing was changed" in refused["msg"]


CRASH = f"""\
<Plugin ipmi>
  <Instance "no user">
    Address "{own_address()}"
  </Instance>
</Plugin>
"""
UNKNOWN = '<Plugin ipmi>\n  <Instance "x">\n    Unheard "of"\n  </Instance>\n</Plugin>\n'


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        pytest.param(CRASH, "status=11/SEGV", id="crash"),
        pytest.param(UNKNOWN, "Option `Unheard' not allowed here", id="no start", marks=pytest.mark.slow),
    ],
)
def test_configuration_that_collectd_does_not_survive_is_rolled_back_within_a_minute(
    collector: Collector, metrics: dict[str, Any], lines: str, why: str
) -> None:
    how = f"stat -c '%a %U' {CONFIG} {DROP_IN}; cat {CONFIG} {DROP_IN}"
    before = collector.machine.must(how)
    began = time.monotonic()
    # The default patience: that of a slow BMC.
    failed = collector.enforce(metrics, extra_config=lines, timeout_s=90)
    collector.flows("metrics")
    assert time.monotonic() - began < A_MINUTE_S
    assert failed["failed"] and why in failed["msg"], failed
    assert "the files are as they were, and the service runs with them" in failed["msg"]
    assert collector.machine.must(how) == before
    assert not collector.must(metrics)["changed"]


EDITED = f"{CONFIG} differs"
STOP, DISABLE, MODE = "systemctl stop collectd", "systemctl disable -q collectd", f"chmod 644 {CONFIG}"
STOPPED, DISABLED = "the service does not run", "the service does not start with the machine"
WRONG_MODE = f"{CONFIG} has mode 0644 or another owner"
# What is done, what is told of it, and whether mending it restarts collectd.
DRIFT = {
    "edited option": (f"sed -i s/metrics/other/ {CONFIG}", [EDITED], True),
    "everything but that": (f"{STOP}; {DISABLE}; {MODE}", [WRONG_MODE, STOPPED, DISABLED], True),
}
SLOW_DRIFT = {
    "stopped service": (STOP, [STOPPED], True),
    "disabled service": (DISABLE, [DISABLED], False),
    "mode": (MODE, [WRONG_MODE], False),
    "owner": (f"chown nobody {CONFIG}", [f"{CONFIG} has mode 0600 or another owner"], False),
    "drop-in": (f"rm {DROP_IN}", [f"{DROP_IN} is missing"], True),
}


@pytest.mark.parametrize(
    ("harm", "drift", "restarts"),
    [
        *(pytest.param(*one, id=name) for name, one in DRIFT.items()),
        *(pytest.param(*one, id=name, marks=pytest.mark.slow) for name, one in SLOW_DRIFT.items()),
    ],
)
def test_drift_is_shown_by_a_check_and_mended_by_a_run(
    collector: Collector, metrics: dict[str, Any], harm: str, drift: list[str], restarts: bool
) -> None:
    sound = collector.state()
    collector.machine.must(harm)
    harmed = collector.state()
    checked = collector.enforce(metrics, check=True)
    assert (checked["changed"], checked["drift"]) == (True, drift)
    assert "".join(f"{line}\n" for line in drift) in [part["before"] for part in checked["diff"]]
    assert collector.state() == harmed
    assert collector.must(metrics)["drift"] == drift
    mended = collector.state()
    assert mended.contents == sound.contents
    assert (mended.process != sound.process) == restarts and mended.service == sound.service
    assert collector.enforce(metrics, check=True)["drift"] == []


def test_other_file_that_sets_up_the_plugin_is_refused_by_name(collector: Collector, metrics: dict[str, Any]) -> None:
    with collector.with_file(FOREIGN, "<Plugin ipmi>\n</Plugin>\n"), collector.untouched("metrics"):
        refused = collector.enforce(metrics)
    assert refused["failed"] and f"{FOREIGN} sets up the ipmi plugin" in refused["msg"]


SOCKET = "/run/other.sock"
UNIXSOCK = f'LoadPlugin unixsock\n<Plugin unixsock>\n  SocketFile "{SOCKET}"\n</Plugin>\n'


@pytest.mark.slow
def test_socket_that_another_file_sets_up_is_used(collector: Collector, metrics: dict[str, Any]) -> None:
    with collector.with_file(FOREIGN, UNIXSOCK):
        assert collector.must(metrics)["drift"] == [EDITED]
        assert "unixsock" not in collector.machine.must(f"cat {CONFIG}")
        assert set(collector.values(SOCKET)) == {"metrics"}
        assert not collector.must(metrics)["changed"]
    assert collector.must(metrics)["changed"]
    assert set(collector.values()) == {"metrics"}


def test_absent_leaves_the_files_of_others_and_a_second_run_changes_nothing(
    collector: Collector, metrics: dict[str, Any]
) -> None:
    other = str(Path(DROP_IN).with_name("other.conf"))
    with collector.with_file(FOREIGN, "LoadPlugin cpu\n"), collector.with_file(other, "[Service]\nNice=1\n"):
        before = collector.state()
        checked = collector.enforce(state="absent", check=True)
        assert checked["drift"] == [f"{CONFIG} is there", f"{DROP_IN} is there"]
        assert collector.state() == before
        assert collector.must(state="absent")["drift"] == checked["drift"]
        after = collector.state()
        assert before.contents - after.contents == {
            line for line in before.contents if line.startswith((f"{CONFIG} ", f"{DROP_IN} "))
        }
        assert after.contents <= before.contents and after.service == before.service
        assert not collector.must(state="absent")["changed"]
        assert collector.state() == after
    assert collector.machine.ssh("ls /run | grep baremetal-ipmi").returncode


@pytest.mark.slow
def test_service_of_another_user_reads_its_configuration(collector: Collector, metrics: dict[str, Any]) -> None:
    machine = collector.machine
    machine.must("id watcher 2>/dev/null || useradd --system --no-create-home watcher")
    user = str(Path(DROP_IN).with_name("user.conf"))
    with collector.with_file(user, "[Service]\nUser=watcher\n"):
        machine.must("systemctl daemon-reload && systemctl stop collectd")
        result = collector.must(metrics)
        assert f"{CONFIG} has mode 0600 or another owner" in result["drift"]
        assert machine.must(f"stat -c '%U %a' {CONFIG} {DROP_IN}") == "watcher 600\nroot 644\n"
        assert machine.must("ps -o user= -C collectd").split() == ["watcher"]
        # With a trial, too, which has to be able to read its file.
        assert collector.must(metrics, interval_s=1.5)["changed"]
        collector.flows("metrics")
        assert not collector.must(metrics, interval_s=1.5)["changed"]
    machine.must("systemctl daemon-reload && systemctl restart collectd")
    collector.must(metrics)
    assert machine.must(f"stat -c '%U %a' {CONFIG}") == "root 600\n"


@pytest.mark.parametrize(
    "first", ["", pytest.param('/usr/bin/systemctl "$@"', marks=pytest.mark.slow)], ids=["before", "after the restart"]
)
def test_run_after_one_that_was_killed_brings_it_to_its_end(
    collector: Collector, metrics: dict[str, Any], odd: dict[str, Any], first: str
) -> None:
    """Also of a change that nobody would miss in the values."""
    machine = collector.machine
    wanted = {"interval_s": 1.25}
    command, job = collector.command({"timeout_s": 20, "instances": [metrics], **wanted})
    with collector.with_file(SYSTEMCTL, DEADLY_SYSTEMCTL.format(first=first)):
        machine.must(f"chmod +x {SYSTEMCTL}")
        process = collector.state().process
        assert machine.ssh(command, stdin=job).returncode
    assert "Interval 1.25" in machine.must(f"cat {CONFIG}")
    killed = collector.state()
    assert (killed.process != process) == bool(first)
    assert "an earlier run was ended" in "".join(collector.enforce(metrics, check=True, **wanted)["drift"])
    assert collector.must(metrics, **wanted)["changed"]
    assert collector.state().process != killed.process
    assert not collector.must(metrics, **wanted)["changed"]


@pytest.mark.slow
def test_second_collectd_does_not_outlive_a_run_that_was_killed(
    collector: Collector, metrics: dict[str, Any], odd: dict[str, Any]
) -> None:
    command, job = collector.command({"timeout_s": 2, "instances": [metrics, {**odd, "address": own_address()}]})
    machine = collector.machine
    with collector.with_file("/root/job", job.decode()):
        machine.must(f"({command} < /root/job & child=$!; sleep 1.5; kill -9 $child)")
    assert len(machine.must("pgrep -x collectd").split()) == 2
    machine.must("for i in $(seq 40); do test $(pgrep -xc collectd) = 1 && exit; sleep 1; done; exit 1")
    with collector.untouched("metrics"):
        assert not collector.must(metrics)["changed"]
