# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver's time-outs on a machine made of files: now, for good, and when something is in the way."""

from __future__ import annotations

import platform

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.linux_driver import LinuxMachine
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.timeouts import set_timeouts
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DriverError, OptionError

DEFAULTS = {
    "ipmi_msghandler": {"default_retry_ms": "2000", "default_max_retries": "4", "maintenance_mode_timeout_ms": "30000"},
    "ipmi_si": {"kipmid_max_busy_us": ""},
}
NAMES = ("default_retry_ms", "default_max_retries", "default_maintenance_retry_ms", "maintenance_mode_timeout_ms")


class Machine(LinuxMachine):
    """Files below a folder; ``refuses``: a parameter that the kernel will not have changed."""

    refuses = ""

    def set_parameter(self, module, name, value):
        if name == self.refuses:
            raise PermissionError(1, "Operation not permitted")
        super().set_parameter(module, name, value)


@pytest.fixture
def machine(tmp_path):
    for module, parameters in DEFAULTS.items():
        folder = tmp_path / "sys/module" / module / "parameters"
        folder.mkdir(parents=True)
        for name, value in parameters.items():
            (folder / name).write_text(f"{value}\n")
    return Machine(str(tmp_path))


@pytest.fixture
def conf(tmp_path):
    return tmp_path / "etc/modprobe.d/baremetal-ipmi.conf"


def run(machine, check=False, diff=False, runtime=True, persistent=True, **values):
    linux = {**dict.fromkeys((*NAMES, "kipmid_max_busy_us")), "runtime": runtime, "persistent": persistent, **values}
    return set_timeouts({"linux": linux}, check, diff, machine)


def test_value_is_set_now_and_for_every_start(machine, conf):
    told, warnings = run(machine, default_retry_ms="5000", kipmid_max_busy_us="500")
    assert (told["changed"], warnings) == (True, [])
    assert machine.parameter("ipmi_msghandler", "default_retry_ms") == "5000"
    assert machine.parameter("ipmi_si", "kipmid_max_busy_us") == "500"
    assert conf.read_text() == "options ipmi_msghandler default_retry_ms=5000\noptions ipmi_si kipmid_max_busy_us=500\n"
    assert conf.stat().st_mode & 0o777 == 0o644
    assert told["before"]["runtime"] == {"default_retry_ms": "2000", "kipmid_max_busy_us": ""}
    assert told["after"]["persistent"] == {"default_retry_ms": "5000", "kipmid_max_busy_us": "500"}


def test_second_run_changes_nothing(machine, conf):
    run(machine, default_retry_ms="5000")
    before = conf.stat()
    assert run(machine, default_retry_ms="5000")[0]["changed"] is False
    assert conf.stat() == before


def test_check_mode_tells_the_same_and_changes_nothing(machine, conf):
    planned = run(machine, check=True, diff=True, default_retry_ms="5000")
    assert machine.parameter("ipmi_msghandler", "default_retry_ms") == "2000"
    assert not conf.exists()
    assert planned == run(machine, diff=True, default_retry_ms="5000")


def test_default_goes_back_and_removes_an_empty_file(machine, conf):
    run(machine, default_retry_ms="5000", kipmid_max_busy_us="7")
    run(machine, default_retry_ms="default", kipmid_max_busy_us="default")
    assert machine.parameter("ipmi_msghandler", "default_retry_ms") == "2000"
    assert machine.parameter("ipmi_si", "kipmid_max_busy_us") == "0"
    assert not conf.exists()
    assert run(machine, default_retry_ms="default", kipmid_max_busy_us="default")[0]["changed"] is False


def test_never_set_is_the_default(machine):
    assert run(machine, kipmid_max_busy_us="default")[0]["changed"] is False


def test_runtime_or_persistent_alone(machine, conf):
    run(machine, persistent=False, default_retry_ms="5000")
    assert not conf.exists()
    run(machine, runtime=False, default_retry_ms="7000")
    assert machine.parameter("ipmi_msghandler", "default_retry_ms") == "5000"
    assert "7000" in conf.read_text()


def test_parameter_that_the_kernel_lacks_is_named_before_anything_is_written(machine, conf):
    with pytest.raises(OptionError, match="ipmi_msghandler has no parameter default_maintenance_retry_ms"):
        run(machine, default_retry_ms="5000", default_maintenance_retry_ms="4000")
    assert machine.parameter("ipmi_msghandler", "default_retry_ms") == "2000"
    assert not conf.exists()


def test_module_that_is_not_loaded_is_named(tmp_path):
    with pytest.raises(DriverError, match="ipmi_msghandler and ipmi_si is not loaded"):
        run(LinuxMachine(str(tmp_path)), default_retry_ms="5000", kipmid_max_busy_us="1")


def test_persistent_alone_needs_no_driver(tmp_path):
    assert run(LinuxMachine(str(tmp_path)), runtime=False, default_retry_ms="5000")[0]["changed"] is True


def test_failure_takes_back_what_was_set(machine, conf):
    machine.refuses = "default_max_retries"
    with pytest.raises(DriverError, match="default_max_retries cannot be set to 9.*; everything is as it was"):
        run(machine, default_retry_ms="5000", default_max_retries="9")
    assert machine.parameter("ipmi_msghandler", "default_retry_ms") == "2000"
    assert not conf.exists()


def test_file_that_cannot_be_written_takes_back_what_was_set(machine, conf, monkeypatch):
    def full(_text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine, "write_options_file", full)
    with pytest.raises(DriverError, match=r"modprobe\.d cannot be written: No space left.*; everything is as it was"):
        run(machine, default_retry_ms="5000")
    assert machine.parameter("ipmi_msghandler", "default_retry_ms") == "2000"
    assert not conf.exists()


def test_file_that_cannot_be_read_changes_nothing(machine, conf):
    conf.mkdir(parents=True)
    with pytest.raises(DriverError, match=r"baremetal-ipmi\.conf cannot be read: Is a directory"):
        run(machine, default_retry_ms="5000")
    assert machine.parameter("ipmi_msghandler", "default_retry_ms") == "2000"


def test_built_in_driver_and_other_files_are_warned_of(machine, conf, tmp_path):
    builtin = tmp_path / "lib/modules" / platform.release() / "modules.builtin"
    builtin.parent.mkdir(parents=True)
    builtin.write_text("kernel/drivers/char/ipmi/ipmi_msghandler.ko\n")
    conf.parent.mkdir(parents=True)
    (conf.parent / "zz.conf").write_text("options ipmi_msghandler default_retry_ms=1\n")
    _told, warnings = run(machine, default_retry_ms="5000")
    assert "ipmi_msghandler is built into this kernel" in warnings[0]
    assert "zz.conf sets default_retry_ms, too" in warnings[1]


def test_neither_now_nor_for_good_is_an_error(machine):
    with pytest.raises(OptionError):
        run(machine, runtime=False, persistent=False, default_retry_ms="1")


def test_without_a_value_all_that_there_are_are_read(machine, conf):
    conf.parent.mkdir(parents=True)
    conf.write_text("options ipmi_si kipmid_max_busy_us=500\n")
    told, _warnings = run(machine)
    assert told["before"] == told["after"]
    assert told["before"]["runtime"] == {
        "default_retry_ms": "2000",
        "default_max_retries": "4",
        "maintenance_mode_timeout_ms": "30000",
        "kipmid_max_busy_us": "",
    }
    assert told["before"]["persistent"] == {**dict.fromkeys(NAMES), "kipmid_max_busy_us": "500"}
    assert (told["changed"], told["reboot_required"]) == (False, False)
    assert conf.read_text() == "options ipmi_si kipmid_max_busy_us=500\n"


def test_restart_is_needed_for_what_is_set_for_the_next_start_alone(machine):
    told, _warnings = run(machine, runtime=False, default_retry_ms="5000")
    assert told["reboot_required"]
    told, _warnings = run(machine, default_retry_ms="6000")
    assert not told["reboot_required"]


def test_options_for_another_system_are_none_for_this_host(machine):
    with pytest.raises(OptionError, match="this host runs Linux, and the option linux is not set"):
        set_timeouts({"linux": None, "windows": {}}, False, False, machine)
