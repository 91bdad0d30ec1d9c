# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of Windows' IPMI driver: what is written, what never is, and how it ends halfway."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.timeouts import set_registry
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.windows_registry import WindowsRegistry
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DriverError, OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.timeouts.windows import KEY, NAMES

OPTIONS = (*NAMES, "preset")
NOTHING = dict.fromkeys(NAMES)


class Host:
    """A registry key as ansible.windows tells it; the n-th write fails, or every call from the ``gone``-th on."""

    def __init__(self, values=None, fails_at=0, gone_at=0):
        self.values = values
        self.calls = []
        self.fails_at, self.gone_at = fails_at, gone_at

    def __call__(self, module, args):
        self.calls.append((module, args))
        if self.gone_at and len(self.calls) >= self.gone_at:
            raise DriverError("the host went away", "")
        assert args["path"] == KEY
        if module == "win_reg_stat":
            if self.values is None:
                return {"changed": False, "exists": False}
            properties = {name: {"type": t, "value": v, "raw_value": v} for name, (t, v) in self.values.items()}
            return {"changed": False, "exists": True, "properties": properties, "sub_keys": []}
        assert module == "win_regedit"
        if self.fails_at and len(self.writes) == self.fails_at:
            return {"failed": True, "msg": "Requested registry access is not allowed."}
        self.values = self.values or {}
        (name,) = [name for name in self.values if name.lower() == args["name"].lower()] or [args["name"]]
        if args["state"] == "absent":
            assert args["name"] and args["delete_key"] is False, "this deletes the key"
            self.values.pop(name)
        else:
            self.values[name] = ("REG_DWORD", args["data"])
        return {"changed": True}

    @property
    def writes(self):
        return [args for module, args in self.calls if module == "win_regedit"]


def play(host, check=False, diff=False, **given):
    windows = {**dict.fromkeys(OPTIONS), **given}
    told, _warnings = set_registry({"windows": windows, "linux": None}, check, diff, WindowsRegistry(host))
    return told


def test_each_value_that_differs_is_written_once_after_one_read():
    host = Host({"BusyWaitPeriod": ("REG_DWORD", 60), "ErrorControl": ("REG_SZ", "theirs")})
    told = play(
        host, busy_wait_period="60", busy_wait_timeout_period="9000000", command_wait_timeout_period="4294967295"
    )
    assert told["changed"] and told["reboot_required"] and "failed" not in told
    assert [module for module, _args in host.calls] == ["win_reg_stat", "win_regedit", "win_regedit"]
    assert host.values == {
        "BusyWaitPeriod": ("REG_DWORD", 60),
        "ErrorControl": ("REG_SZ", "theirs"),
        "BusyWaitTimeoutPeriod": ("REG_DWORD", 9_000_000),
        "CommandWaitTimeoutPeriod": ("REG_DWORD", 4_294_967_295),
    }
    assert told["before"] == {**NOTHING, "busy_wait_period": 60}
    assert told["after"]["command_wait_timeout_period"] == 4_294_967_295


def test_second_run_changes_nothing_and_asks_once():
    host = Host()
    play(host, preset="ibm_blade")
    host.calls.clear()
    told = play(host, preset="ibm_blade")
    assert not told["changed"] and not told["reboot_required"]
    assert [module for module, _args in host.calls] == ["win_reg_stat"]


def test_preset_leaves_the_detection_method_and_what_is_named_goes_before():
    host = Host({"SlaveAddressDetectionMethod": ("REG_DWORD", 1)})
    told = play(host, preset="ibm_blade", busy_wait_period="120")
    assert told["after"] == {
        "busy_wait_timeout_period": 9_000_000,
        "busy_wait_period": 120,
        "ipmb_wait_timeout_period": 9_000_000,
        "command_wait_timeout_period": 9_000_000,
        "slave_address_detection_method": 1,
    }
    assert host.values["SlaveAddressDetectionMethod"] == ("REG_DWORD", 1)


def test_default_takes_one_value_out_and_never_the_key():
    host = Host({"busywaitperiod": ("REG_DWORD", 60), "Other": ("REG_DWORD", 1)})
    told = play(host, busy_wait_period="Default", busy_wait_timeout_period="default")
    assert told["changed"] and host.values == {"Other": ("REG_DWORD", 1)}
    assert len(host.writes) == 1
    assert not play(Host(None), busy_wait_period="default")["changed"]


def test_value_of_a_wrong_type_is_mended_though_it_looks_the_same():
    host = Host({"BusyWaitPeriod": ("REG_SZ", "60")})
    told = play(host, busy_wait_period="60")
    assert (told["before"]["busy_wait_period"], told["after"]["busy_wait_period"]) == ("REG_SZ: 60", 60)
    assert host.values == {"BusyWaitPeriod": ("REG_DWORD", 60)}


def test_check_mode_tells_the_same_and_writes_nothing():
    host = Host({"BusyWaitPeriod": ("REG_DWORD", 1)})
    told = play(host, check=True, diff=True, preset="ibm_blade")
    assert told["changed"] and not host.writes
    assert told["diff"]["before"] == "BusyWaitPeriod = 1\n"
    assert "BusyWaitPeriod = 60\n" in told["diff"]["after"] and told["diff"]["after"].count("\n") == 4
    assert told["after"] == play(host, preset="ibm_blade")["after"]


@pytest.mark.parametrize("text", ["-1", "4294967296", "1.5", "0x10", "", "many", "²", "true"])
def test_what_is_no_dword_is_refused_before_the_host_is_asked(text):
    host = Host()
    with pytest.raises(OptionError, match="busy_wait_period: .*is not between 0 and 4294967295"):
        play(host, busy_wait_period=text)
    assert not host.calls


def test_failure_at_the_third_of_five_is_told_value_by_value():
    host = Host(fails_at=3)
    told = play(host, **dict.fromkeys(NAMES, "7"))
    assert told["failed"] and told["changed"] and told["reboot_required"]
    assert told["after"] == {**NOTHING, "busy_wait_timeout_period": 7, "busy_wait_period": 7}
    message = told["error"]["message"]
    assert "busy_wait_timeout_period is changed; busy_wait_period is changed" in message
    assert "ipmb_wait_timeout_period could not be set to 7: win_regedit says: Requested registry access" in message
    assert "command_wait_timeout_period was not tried; slave_address_detection_method was not tried" in message
    host.fails_at = 0
    assert play(host, **dict.fromkeys(NAMES, "7"))["changed"]


def test_host_that_goes_away_in_the_middle_leaves_one_value_unknown():
    told = play(Host(gone_at=3), preset="ibm_blade")
    assert told["failed"] and told["after"] is None
    assert "busy_wait_period could not be set to 60: the host went away, and whether it was is not known" in told["msg"]


def test_first_write_that_fails_has_changed_nothing():
    told = play(Host({}, fails_at=1), preset="ibm_blade")
    assert told["failed"] and not told["changed"] and told["after"] == NOTHING
