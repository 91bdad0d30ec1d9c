# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What collectd would crash on, cut or mix up is refused by option and instance, before anything is written."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.instances import Instance, check
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.options import OPTIONS
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError

NEW = (5, 12, 0)
BMC = {"address": "192.0.2.1", "username": "monitor", "password": "secret"}


def lan(name="a", **options):
    return Instance(name, **{**BMC, **options})


def refusal(*instances, interval_s=10.0, version=NEW, archived=()):
    with pytest.raises(OptionError) as refused:
        check(instances, interval_s, version, frozenset(archived))
    return refused.value.message


def test_what_collectd_can_do_passes_without_a_word():
    instances = [Instance("main", sel_enabled=True), lan(), lan("b", address="bmc.example", auth_type="rmcp+")]
    assert check(instances, 10, NEW) == []


@pytest.mark.parametrize("option", ["username", "password"])
def test_address_without_user_or_password_which_crashes_collectd_is_refused(option):
    assert refusal(lan(**{option: None})).startswith(f"instance a: {option}: it is missing")
    assert refusal(lan(**{option: ""})) == f"instance a: {option}: it is empty"


@pytest.mark.parametrize("address", ["192.0.2.1:623", "bmc.example:6230", "[2001:db8::1]:623", "[2001:db8::1]"])
def test_address_with_a_port_is_refused(address):
    assert refusal(lan(address=address)) == "instance a: address: collectd knows no other port than 623"


@pytest.mark.parametrize("address", ["192.0.2.1", "bmc", "2001:db8::1", "::1"])
def test_address_without_a_port_passes(address):
    assert check([lan(address=address)], 10, NEW) == []


def test_name_that_is_there_twice_is_refused():
    assert refusal(lan(host="x"), lan(host="y")) == "instance a: name: there are two of that name"


@pytest.mark.parametrize("other", [{"host": "a"}, {"host": "A"}])
def test_host_that_another_instance_has_is_refused_since_their_values_would_be_mixed_up(other):
    assert "instance b: host: a has the same" in refusal(lan("a"), lan("b", **other))


@pytest.mark.parametrize("host", [None, "elsewhere"])
def test_machines_own_bmc_is_read_once(host):
    assert refusal(Instance("main"), Instance("other", host=host)).startswith("instance other: address: main is")


@pytest.mark.parametrize("option", ["username", "password", "auth_type"])
def test_login_for_the_machines_own_bmc_is_refused(option):
    assert refusal(Instance("main", **{option: "md5"})).startswith(f"instance main: {option}: the machine's own")


@pytest.mark.parametrize("option", ["name", "address", "username", "password", "host", "sensors", "sel_sensors"])
@pytest.mark.parametrize("text", ["a\nb", "a\0", "a\x1b[31m", "a\u2028b"])
def test_text_that_ends_a_line_or_cannot_be_printed_is_refused(option, text):
    value = (text,) if option.endswith("sensors") else text
    assert f"{option}: it has a character that cannot be printed" in refusal(
        Instance(**{"name": "a", **BMC, option: value})
    )


def test_what_openipmi_would_cut_is_refused():
    assert "username: OpenIPMI cuts it after 16" in refusal(lan(username="u" * 17))
    assert "password: OpenIPMI cuts it after 20" in refusal(lan(password="ä" * 11))
    assert "password: OpenIPMI cuts it after 16" in refusal(lan(auth_type="md5", password="p" * 17))
    assert "name: OpenIPMI takes 30" in refusal(lan("n" * 31))
    assert "name: OpenIPMI takes 30" in refusal(lan("a(b"))
    assert check([lan("n" * 30, username="u" * 16, password="p" * 20)], 10, NEW) == []


def test_interval_under_a_second_is_refused_and_a_short_one_warned_of():
    assert refusal(lan(), interval_s=0.5).startswith("interval: 0.5 s is under 1 s")
    assert "interval: 9 s is short" in check([lan()], 9, NEW)[0]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_option_that_the_installed_collectd_does_not_know_is_refused_by_name(option):
    sample = {"address": BMC, "auth_type": {**BMC, "auth_type": "md5"}}
    value = {"sensors": ("x",), "sel_sensors": ("x",), "host": "h"}.get(option.variable, True)
    texts = {**sample, **dict.fromkeys(BMC, BMC)}.get(option.variable, {option.variable: value})
    before = (*option.since[:1], option.since[1] - 1, 9)
    instance = Instance("a", **texts)
    assert f"collectd {before[0]}.{before[1]}.9 does not know" in refusal(instance, version=before)
    if option.variable != "sensors":
        check([instance], 10, max(option.since, (5, 8, 0)))


def test_filter_by_sensor_of_the_version_that_has_it_broken_is_refused():
    instance = Instance("main", sensors=("x",))
    assert refusal(instance, version=(5, 8, 0)) == "instance main: sensors: collectd 5.8.0 filters wrongly by Sensor"
    assert check([instance], 10, (5, 8, 1)) == []


def test_events_are_not_deleted_from_a_log_that_is_archived():
    assert "sel_clear_event" in refusal(lan(sel_enabled=True, sel_clear_event=True), archived=["192.0.2.1"])
    assert "sel_clear_event" in refusal(Instance("m", sel_enabled=True, sel_clear_event=True), archived=["local"])
    assert check([lan(sel_enabled=True, sel_clear_event=True)], 10, NEW, frozenset(["local"])) == []


def test_options_for_events_that_are_not_read_are_warned_of():
    assert (
        "sel_sensors, sel_clear_event without sel_enabled"
        in check([lan(sel_sensors=("x",), sel_clear_event=True)], 10, NEW)[0]
    )
