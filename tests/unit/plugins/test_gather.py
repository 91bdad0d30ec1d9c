# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_facts behind both of its doors: parameters to facts, warnings, and errors of one family."""

from __future__ import annotations

import sys
from typing import ClassVar

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from fakes import WholeBmc, no, ok
from sdr_bytes import FAN, RPM, compact, event_only, full, locator

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import connection, sensors
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sensors import ARGUMENT_SPEC, gather
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError, WrongPassword
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport import lan as lan_module
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport import native as native_module
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.lan import LanClient
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.native import Ipmi15, NativeClient
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions, check_options

RECORDS = [
    full(b"Inlet Temp", b1=1, b8=1, b12=0x04, b19=0x10, thresholds=bytes((0, 47, 0, 0, 0, 0))),
    full(b"Fan1", b1=2, b8=2, b13=FAN, b22=RPM, b9=29),
    compact(b"Intrusion", b1=3, b8=3),
    event_only(b1=4, b8=4),
]
ANSWERS = {
    (0x04, 0x2D, 1): ok(24, 0x40, 0),
    (0x04, 0x2D, 2): ok(100, 0x40, 0),
    (0x04, 0x2D, 3): ok(0, 0x40, 0),
}


class Lan:
    """Stands in for the transport: what was asked for, and one BMC behind it."""

    bmc: ClassVar[WholeBmc]
    at_log_in: ClassVar[Exception | None] = None
    options: ClassVar[list] = []
    closed: ClassVar[int] = 0
    peer = ("192.0.2.1", 623)

    def __init__(self, options):
        check_options(options)
        Lan.options.append(options)

    async def __aenter__(self):
        if Lan.at_log_in:
            raise Lan.at_log_in
        return self

    async def __aexit__(self, *_error):
        Lan.closed += 1

    def __getattr__(self, name):
        return getattr(Lan.bmc, name)


@pytest.fixture(autouse=True)
def lan(monkeypatch, tmp_path):
    """A fresh BMC for every test, and no files outside of the test's own folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(connection, "NativeClient", Lan)
    Lan.bmc, Lan.at_log_in, Lan.options, Lan.closed = WholeBmc(RECORDS, ANSWERS), None, [], 0
    return Lan


def read(**args):
    validated = ArgumentSpecValidator(ARGUMENT_SPEC).validate({"host": "192.0.2.1", **args})
    assert not validated.error_messages
    return gather(validated.validated_parameters)


def test_facts_and_no_warnings():
    facts, warnings = read()
    assert set(facts) == {"ipmi_sensors", "ipmi_health", "ipmi_bmc"}
    assert [sensor["name"] for sensor in facts["ipmi_sensors"]] == ["Inlet Temp", "Fan1", "Intrusion", "POST"]
    assert facts["ipmi_health"]["status"] == "nominal"
    assert warnings == []


def test_bmc_is_reached_by_the_connection_options(lan):
    read(host="192.0.2.9", port=6230, username="monitor")
    (options,) = lan.options
    assert (options.host, options.port, options.username) == ("192.0.2.9", 6230, "monitor")


def test_session_is_closed(lan):
    read()
    assert lan.closed == 1


def test_selection_is_handed_on(lan):
    facts, _warnings = read(sensors=["/Temp/"], thresholds="none")
    assert [sensor["name"] for sensor in facts["ipmi_sensors"]] == ["Inlet Temp"]
    assert [request.data for request in lan.bmc.asked] == [b"\1"]


def test_ignored_sensors_are_left_out():
    facts, _warnings = read(sensors=["Fan1", "POST"], ignore_selected=True)
    assert [sensor["name"] for sensor in facts["ipmi_sensors"]] == ["Inlet Temp", "Intrusion"]


def test_types_are_handed_on():
    facts, _warnings = read(types=["fan", "Physical Security"])
    assert [sensor["name"] for sensor in facts["ipmi_sensors"]] == ["Fan1", "Intrusion"]


@pytest.mark.parametrize(("thresholds", "asked", "limit"), [("bmc", 2, 47.0), ("sdr", 0, 47.0), ("none", 0, None)])
def test_thresholds_are_had_from_where_the_user_says(lan, thresholds, asked, limit):
    facts, _warnings = read(thresholds=thresholds)
    assert len([request for request in lan.bmc.asked if request.command == 0x27]) == asked
    assert facts["ipmi_sensors"][0]["thresholds"]["upper_critical"] == limit


def test_query_stands_beside_the_facts():
    facts, _warnings = read(query="ipmi_sensors[?unit == 'RPM'].reading")
    assert facts["ipmi_query_result"] == [100.0]
    assert set(facts) == {"ipmi_sensors", "ipmi_health", "ipmi_bmc", "ipmi_query_result"}


def test_query_without_a_result_is_null():
    assert read(query="nothing")[0]["ipmi_query_result"] is None


def test_query_that_fails_on_the_facts_is_an_error():
    with pytest.raises(OptionError, match="query fails on these facts"):
        read(query="sum(ipmi_sensors)")


@pytest.mark.parametrize(
    "args", [{"query": "["}, {"sensors": ["/(/"]}, {"types": ["Lights"]}, {"port": 0}, {"retries": -1}]
)
def test_users_error_is_told_before_the_bmc_is_asked(lan, args):
    with pytest.raises(OptionError):
        read(**args)
    assert lan.closed == 0


def test_error_at_log_in_is_handed_on(lan):
    lan.at_log_in = WrongPassword("wrong password", host="192.0.2.1")
    with pytest.raises(WrongPassword):
        read()


def test_missing_library_is_told_with_the_python_that_misses_it(monkeypatch):
    monkeypatch.setattr(sensors, "HAS_CRYPTOGRAPHY", False)
    monkeypatch.setattr(native_module, "HAS_CRYPTOGRAPHY", False)
    monkeypatch.setattr(lan_module, "HAS_PYGHMI", False)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3.11")
    assert not sensors.can_run_here()
    with pytest.raises(OptionError, match=r"cryptography, which /usr/bin/python3\.11 does not have"):
        NativeClient(LanOptions("192.0.2.1"))
    with pytest.raises(OptionError, match=r"pyghmi, which /usr/bin/python3\.11 does not have"):
        LanClient(LanOptions("192.0.2.1"))


def test_plugin_can_run_where_the_library_is():
    assert sensors.can_run_here()


def test_transport_is_the_one_that_is_named(monkeypatch):
    monkeypatch.setattr(connection, "NativeClient", None)
    monkeypatch.setattr(connection, "LanClient", Lan)
    assert read(transport="pyghmi")[0]["ipmi_health"]["status"] == "nominal"


def test_bmc_without_rmcp_plus_is_asked_through_pyghmi(lan, monkeypatch):
    class SpeaksNone(Lan):
        async def __aenter__(self):
            raise Ipmi15

    monkeypatch.setattr(connection, "NativeClient", SpeaksNone)
    monkeypatch.setattr(connection, "LanClient", Lan)
    assert read()[0]["ipmi_health"]["status"] == "nominal"
    assert lan.closed == 1


def test_warnings_name_the_host(lan):
    lan.bmc.answers[(0x06, 0x01, None)] = no(0xC1)
    _facts, warnings = read(port=6230)
    assert warnings == [
        "192.0.2.1 port 6230: the BMC does not say what it is: Get Device ID was refused: invalid command (C1h)"
    ]


def test_user_is_told_that_nothing_is_selected():
    facts, warnings = read(sensors=["no such sensor"])
    assert (facts["ipmi_sensors"], warnings) == ([], ["192.0.2.1: no sensor is selected"])


def test_user_is_told_that_there_are_no_sensors(lan):
    lan.bmc = WholeBmc([locator()], {})
    facts, warnings = read()
    assert (facts["ipmi_sensors"], warnings) == ([], ["192.0.2.1: the BMC has no sensors"])


def test_list_that_could_not_be_read_is_not_called_empty(lan):
    lan.bmc.on_get = lambda *_request: no(0xC1)
    facts, warnings = read()
    assert not facts["ipmi_health"]["complete"]
    assert len(warnings) == 1
    assert "the list of records ends early" in warnings[0]


def test_progress_is_told():
    told = []
    validated = ArgumentSpecValidator(ARGUMENT_SPEC).validate({"host": "192.0.2.1"})
    gather(validated.validated_parameters, lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)
