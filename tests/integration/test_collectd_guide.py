# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to collectd agrees with the code: options, outputs, alerts, and variables of its examples."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd_spec import COLLECTD_SPEC, OUTPUTS_SPEC
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.options import OPTIONS, version_text
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.outputs import MIB_ROOT

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "collectd.md").read_text()
RULES = ROOT / "roles" / "collectd_ipmi" / "files" / "collectd_ipmi.rules.yml"


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading."""
    below = GUIDE.split(f"{heading}\n", 1)[1]
    lines = re.search(r"^\|.*?(?=^[^|]|\Z)", below, re.DOTALL | re.MULTILINE)
    assert lines, f"no table below {heading}"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[0].strip().splitlines()[2:]]


def test_table_of_options_is_that_of_the_code() -> None:
    told = [tuple(row[:4]) for row in table("## Options of the plugin")]
    assert told == [(one.name, version_text(one.since), one.default, f"`{one.variable}`") for one in OPTIONS]


@pytest.mark.parametrize(("option", "test"), [(row[0], row[4]) for row in table("## Options of the plugin")])
def test_test_of_each_option_is_there(option: str, test: str) -> None:
    module, _separator, function = test.strip("`").partition("::")
    tree = ast.parse((ROOT / "tests" / "integration" / f"{module}.py").read_text())
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_outputs_of_the_guide_are_those_of_the_module() -> None:
    assert {row[0].strip("`") for row in table("## Where the values go")} == set(OUTPUTS_SPEC)
    assert f"`{MIB_ROOT}`" in GUIDE


def test_alerts_of_the_guide_are_those_of_the_rules_with_their_severities() -> None:
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    severities = {rule["alert"]: rule["labels"]["severity"] for rule in rules if "alert" in rule}
    told: dict[str, str] = {}
    for names, severity, _when in table("### Prometheus"):
        told.update(zip(re.findall(r"`(\w+)`", names), severity.split(", "), strict=True))
    assert told == severities


def examples() -> list[Any]:
    return [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)]


def test_variables_of_examples_are_the_roles_and_their_options_the_modules() -> None:
    known = yaml.safe_load((ROOT / "roles" / "collectd_ipmi" / "meta" / "argument_specs.yml").read_text())
    variables: list[tuple[str, Any]] = []
    for example in examples():
        plays = example if isinstance(example, list) else []
        given = [role["vars"] for play in plays for role in play["roles"]] or [example]
        variables += [item for one in given for item in one.items() if item[0] != "scrape_configs"]
    assert len(variables) >= 7
    for name, value in variables:
        assert name in known["argument_specs"]["main"]["options"]
        kind = name.removeprefix("collectd_ipmi_")
        options = COLLECTD_SPEC.get(kind, {}).get("options", {})
        for one in value if isinstance(value, list) else [value]:
            assert not isinstance(one, dict) or set(one) <= set(options), name
