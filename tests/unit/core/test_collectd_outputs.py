# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outputs that the installed collectd does not know, or hangs on, are refused by their names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd_spec import OUTPUTS_SPEC
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.instances import Instance
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.outputs import (
    MIB_ROOT,
    check_outputs,
    output_blocks,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.render import text_of
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError

NEW, OLD = (5, 9, 0), (5, 8, 1)
MIB = Path(__file__).resolve().parents[3] / "roles" / "collectd_ipmi" / "files" / "BAREMETAL-IPMI-MIB.txt"


def snmp(root=MIB_ROOT):
    return {"snmp_agent": {"root_oid": root}}


def refusal(outputs, *instances, version=NEW):
    with pytest.raises(OptionError) as refused:
        check_outputs(outputs, instances, version)
    return refused.value.message


@pytest.mark.parametrize(
    ("outputs", "name"),
    [({"write_prometheus": {"host": "127.0.0.1", "port": 9103}}, "write_prometheus: host"), (snmp(), "snmp_agent")],
)
def test_what_came_with_a_later_collectd_is_refused_and_passes_from_then_on(outputs, name):
    assert refusal(outputs, version=OLD) == f"outputs: {name}: collectd 5.8.1 does not know it, it came with 5.9.0"
    check_outputs(outputs, [], NEW)


def test_option_that_is_not_set_needs_no_later_collectd():
    outputs = dict.fromkeys(OUTPUTS_SPEC)
    outputs["write_prometheus"] = {"host": None, "port": 9103}
    check_outputs(outputs, [], OLD)


@pytest.mark.parametrize(
    "root", ["", "1", "1.3", ".1.3.6.1", "1.3.6.01", "1.3.6.1.", "2.3.6.1", "1.3.6.1 }", "1.3.6.1\n"]
)
def test_root_that_is_no_object_identifier_is_refused(root):
    assert refusal(snmp(root)) == f"outputs: snmp_agent: root_oid: {root!r} is no object identifier below iso (1)"


@pytest.mark.parametrize(("root", "longest"), [(MIB_ROOT, 40), ("1.3.6.1.4.1.4711", 43)])
def test_host_that_makes_object_identifiers_too_long_is_refused_since_collectd_hangs(root, longest):
    own = Instance("main")
    check_outputs(snmp(root), [own, Instance("a", address="192.0.2.1", host="x" * longest)], NEW)
    long = Instance("a", address="192.0.2.1", host="x" * (longest + 1))
    message = refusal(snmp(root), own, long)
    assert message.startswith(f"instance a: host: with output snmp_agent it may have {longest} bytes")
    check_outputs({"csv": {}}, [long], NEW)


def test_every_column_of_the_mib_is_served_by_its_name_and_no_other_is():
    served = re.findall(r'OIDs? "BAREMETAL-IPMI-MIB::(\w+)"', text_of(output_blocks(snmp())), re.IGNORECASE)
    serves = re.findall(r'SizeOID "BAREMETAL-IPMI-MIB::(\w+)"', text_of(output_blocks(snmp())))
    objects = re.findall(r"^(ipmiSensor\w+) OBJECT-TYPE", MIB.read_text(), re.MULTILINE)
    assert set(served + serves) == set(objects) - {"ipmiSensorTable", "ipmiSensorEntry"}


def test_mib_begins_at_the_default_root_in_one_line():
    (root,) = re.findall(r"\{ iso ([0-9 ]+) \}", MIB.read_text())
    assert "1." + root.replace(" ", ".") == MIB_ROOT


def test_another_root_changes_the_configuration_so_that_collectd_is_restarted():
    assert text_of(output_blocks(snmp())) != text_of(output_blocks(snmp("1.3.6.1.4.1.4711")))
