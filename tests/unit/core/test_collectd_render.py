# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of collectd's configuration, what may be shown of it, and what the files of others say."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.instances import Instance
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.render import (
    Block,
    for_trial,
    ipmi_blocks,
    text_of,
    without_passwords,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.sensors import collectd_sensors
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.surroundings import look_around
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError

OURS = "/etc/collectd/collectd.conf.d/00-baremetal-ipmi.conf"
MAIN = 'FQDNLookup true\n<Include "/etc/collectd/collectd.conf.d">\n\tFilter "*.conf"\n</Include>\n'
SENSORS = [
    {"name": "Fan 1", "type": "Fan", "entity_id": 29, "collectd_name": "Fan 1 fan_cooling (29.1)"},
    {"name": "Fan 2", "type": "Fan", "entity_id": 29, "collectd_name": "Fan 2 fan_cooling (29.2)"},
    {"name": "Temp", "type": "Temperature", "entity_id": 3, "collectd_name": "Temp processor (3.1)"},
    {"name": "Temp", "type": "Temperature", "entity_id": 3, "collectd_name": "Temp processor (3.2)"},
]


def around(main, others=None):
    return look_around({"/main": main, **(others or {})}, "/main", OURS)


def text(*instances, version=(5, 12, 0)):
    return text_of(ipmi_blocks(instances, 30, version))


def test_only_what_differs_from_the_plugins_defaults_is_written():
    assert text(Instance("main", sel_enabled=True)) == (
        '<LoadPlugin "ipmi">\n  Interval 30\n</LoadPlugin>\n'
        '<Plugin "ipmi">\n  <Instance "main">\n    SELEnabled true\n  </Instance>\n</Plugin>\n'
    )


def test_other_bmcs_have_a_host_of_their_own():
    bmc = Instance("db01", "192.0.2.1", "monitor", "s", sensors=("A (3.1)", "/B/"))
    assert text(bmc).splitlines()[4:12] == [
        '  <Instance "db01">',
        '    Address "192.0.2.1"',
        '    Username "monitor"',
        '    Password "s"',
        '    Host "db01"',
        '    Sensor "A (3.1)"',
        '    Sensor "/B/"',
        "  </Instance>",
    ]


def test_collectd_that_knows_no_instances_has_the_options_in_the_plugins_block():
    written = text(Instance("main", ignore_selected=True, sensors=("A",)), version=(5, 7, 2))
    assert written.splitlines()[3:] == ['<Plugin "ipmi">', '  Sensor "A"', "  IgnoreSelected true", "</Plugin>"]


def test_no_instance_is_no_plugin_which_would_read_the_machines_own_bmc():
    assert text() == ""


@pytest.mark.parametrize(("given", "written"), [('a"b', r'"a\"b"'), ("a\\", r'"a\\"'), ("#$%{}", '"#$%{}"')])
def test_characters_that_mean_something_to_collectd_are_escaped(given, written):
    assert text_of([Block("B", settings=(("X", given),))]) == f"<B>\n  X {written}\n</B>\n"


def test_trial_sends_nothing_and_deletes_nothing():
    loud = Instance("a", "x", "u", "p", sensors=("s",), sel_enabled=True, sel_clear_event=True, sel_sensors=("e",),
                    sel_ignore_selected=True, notify_sensor_add=True, notify_sensor_remove=True,
                    notify_sensor_not_present=True, notify_ipmi_connection_state=True)  # fmt: skip
    assert for_trial([loud]) == [Instance("a", "x", "u", "p", sensors=("s",))]


def test_passwords_are_hidden_in_any_text():
    shown = without_passwords('  Password "a\\"b"\n\tpassword x y\nPasswords 1\n# Password "c"\n')
    assert shown == '  Password "********"\n\tpassword "********"\nPasswords 1\n# Password "********"\n'


def test_names_and_types_become_collectds_names():
    told = collectd_sensors(
        ["fan", "Temp", "/x/", "Own name (1.2)", "Far r0.32.29.1 (r0.32.29.1)"], SENSORS, "a", "sensors"
    )
    assert told == (
        "Fan 1 fan_cooling (29.1)",
        "Fan 2 fan_cooling (29.2)",
        "Temp processor (3.1)",
        "Temp processor (3.2)",
        "/x/",
        "Own name (1.2)",
        "Far r0.32.29.1 (r0.32.29.1)",
    )


def test_entity_that_newer_openipmi_calls_otherwise_has_both_names():
    inlet = {"name": "Inlet", "type": "Temperature", "entity_id": 64, "collectd_name": "Inlet invalid (64.1)"}
    told = collectd_sensors(["Inlet"], [inlet], "a", "sensors")
    assert told == ("Inlet invalid (64.1)", "Inlet air inlet (64.1)")


def test_name_that_no_sensor_has_is_refused_with_the_nearest_ones():
    with pytest.raises(OptionError) as refused:
        collectd_sensors(["Fan 3"], SENSORS, "a", "sensors")
    assert refused.value.message == "instance a: sensors: no sensor has the name or type 'Fan 3'"
    assert "Fan 1" in refused.value.next_step


def test_name_of_a_bmc_whose_sensors_are_not_known_is_refused():
    with pytest.raises(OptionError, match="the BMC's sensors are not known"):
        collectd_sensors(["Fan 1"], None, "a", "sensors")


@pytest.mark.parametrize(
    "include",
    [
        '<Include "/etc/collectd/collectd.conf.d">',
        'Include "/etc/collectd/collectd.conf.d/*.conf"',
        "  include /etc/collectd/collectd.conf.d/",
        f'Include "{OURS}"',
    ],
)
def test_folder_that_is_included_is_found(include):
    assert around(f"Hostname x\n{include}\n").included


@pytest.mark.parametrize("text_", ["", '# <Include "/etc/collectd/collectd.conf.d">', 'Include "/etc/other/*.conf"'])
def test_folder_that_is_not_included_is_found_out(text_):
    assert not around(text_).included


@pytest.mark.parametrize(
    "line", ["<LoadPlugin ipmi>", '  <loadplugin "ipmi">', '<Plugin "ipmi">', "<Plugin ipmi> # ours"]
)
def test_another_file_that_sets_the_plugin_up_is_found(line):
    assert around(MAIN, {"/a.conf": "x", "/b.conf": f"x\n{line}\n"}).ipmi_in == "/b.conf"


@pytest.mark.parametrize("line", ["#<Plugin ipmi>", "<LoadPlugin ipmi2>", "<Plugin ipmistat>", "LoadPlugin ipmi"])
def test_what_only_looks_like_the_plugin_is_left_alone(line):
    assert around(MAIN, {"/b.conf": line}).ipmi_in is None


def test_socket_of_another_file_is_used():
    plugin = 'LoadPlugin unixsock\n<Plugin unixsock>\n  SocketFile "/run/s"\n</Plugin>\n'
    assert around(MAIN, {"/b.conf": plugin}).socket == "/run/s"
    assert around(MAIN, {"/b.conf": "LoadPlugin unixsock\n"}).socket == "/var/run/collectd-unixsock"
    dns = '<Plugin dns>\n  SocketFile "/run/dns"\n</Plugin>\n'
    assert around(MAIN, {"/b.conf": dns}).socket is None
    assert around(MAIN, {"/b.conf": dns + plugin}).socket == "/run/s"


@pytest.mark.parametrize("line", ["LoadPlugin ipmi", '  loadplugin "ipmi" # by hand'])
def test_main_file_that_loads_the_plugin_before_ours_is_found(line):
    assert around(f"{line}\n{MAIN}").ipmi_in == "/main"
