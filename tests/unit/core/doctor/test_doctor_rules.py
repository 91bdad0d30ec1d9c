# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the user's own: what they may say, their order, errors that name rule and remedy; and the guide's tables."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.agents import AGENTS
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.decide import decide
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.default_rules import DEFAULT_RULES, TABLE
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.evidence import signs_of
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.peers import Peers, place_of
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.rules import VERDICTS, parse_rules
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.signs import SIGNS
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError

QUIET = {"class": "none", "count": 0, "rate_per_day": 0.0}


def decided(rules: list[dict[str, Any]], **evidence: Any) -> tuple[str, str]:
    signs = signs_of(evidence)
    place = place_of(evidence)
    peers = Peers({"host": (place, signs)}).signs(place, signs)
    every = {**signs, **{sign.name: sign for sign in peers}}
    found = decide(every, (*parse_rules(rules), *DEFAULT_RULES))
    return found.verdict, found.rule


def rule(**keys: Any) -> dict[str, Any]:
    return {"name": "mine", "when": {"timeouts": "none"}, "verdict": "look_further", **keys}


def test_own_rule_comes_before_the_built_in_ones():
    assert decided([], events=QUIET) == ("healthy", "quiet")
    assert decided([rule()], events=QUIET) == ("look_further", "mine")


def test_first_of_several_own_rules_decides_and_the_others_are_told():
    rules = parse_rules([rule(name="a"), rule(name="b", verdict="competing_agents")])
    signs = {**signs_of({"events": QUIET})}
    for name in ("model_peers", "chassis_peers"):
        signs[name] = signs["timeouts"]
    found = decide(signs, (*rules, *DEFAULT_RULES))
    assert (found.rule, [other.name for other in found.also]) == ("a", ["b"])


def test_rule_that_does_not_hold_leaves_the_verdict_alone():
    assert decided([rule(when={"timeouts": "high"})], events=QUIET) == ("healthy", "quiet")


def test_rule_without_conditions_always_holds_and_needs_neither_name_nor_reason():
    (found,) = parse_rules([{"when": {}, "verdict": "healthy"}])
    assert (found.name, found.because, found.next_steps) == ("rules[1]", "rule 'rules[1]' says so", ())
    assert decided([{"when": {}, "verdict": "healthy"}]) == ("healthy", "rules[1]")


def test_one_step_may_be_written_without_a_list():
    assert parse_rules([rule(next_steps="Call us.")])[0].next_steps == ("Call us.",)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"pollers": 2}, True),
        ({"pollers": "2"}, None),
        ({"pollers": ">= 2"}, True),
        ({"pollers": ">2"}, False),
        ({"pollers": "< 3"}, True),
        ({"pollers": "<= 1"}, False),
        ({"pollers": "unknown"}, False),
        ({"timeouts": ["low", "none"], "pollers": ">= 1"}, True),
        ({"timeouts": ["low", "none"], "pollers": ">= 3"}, False),
        ({"blade": True}, True),
        ({"blade": "true"}, True),
        ({"blade": "yes"}, True),
        ({"blade": [False, "unknown"]}, False),
    ],
)
def test_conditions(when, holds):
    evidence = {
        "events": QUIET,
        "services": ["ipmievd", "ipmiseld"],
        "system": {"vendor": "IBM", "model": "BladeCenter HS22", "form_factor": "Blade"},
    }
    if holds is None:
        with pytest.raises(OptionError, match="pollers cannot be '2'"):
            decided([rule(when=when)], **evidence)
    else:
        assert decided([rule(when=when)], **evidence)[1] == ("mine" if holds else "quiet")


@pytest.mark.parametrize("comparison", [">= 0", "<= 99", "> 0", "< 99", 0])
def test_what_is_unknown_compares_with_nothing(comparison):
    assert decided([rule(when={"pollers": comparison})], events=QUIET)[1] == "quiet"


@pytest.mark.parametrize(
    ("wrong", "what", "step"),
    [
        ({"verdict": "sick"}, "verdict is missing or unknown", "Set verdict to one of controller_sick, install"),
        ({"verdict": None}, "verdict is missing or unknown", "healthy"),
        ({"when": None}, "when is missing", "{} for any"),
        ({"when": "timeouts"}, "when is missing, or is no dictionary", "signs"),
        ({"when": {"timeout": "none"}}, "'timeout' is no sign", "Use timeouts, only_in_maintenance"),
        ({"when": {"timeouts": "many"}}, "timeouts cannot be 'many'", "none, low, elevated, high, unknown"),
        ({"when": {"timeouts": []}}, "timeouts names no value", "leave the sign out"),
        ({"when": {"timeouts": ["none", 3]}}, "timeouts cannot be 3", "one or several"),
        ({"when": {"blade": "maybe"}}, "blade cannot be 'maybe'", "true, false, unknown"),
        ({"when": {"blade": 1}}, "blade cannot be 1", "true, false, unknown"),
        ({"when": {"pollers": "many"}}, "pollers cannot be 'many'", '">= 2"'),
        ({"when": {"pollers": -1}}, "pollers cannot be -1", '">= 2"'),
        ({"when": {7: "x"}}, "7 is no sign", "Use timeouts"),
        ({"next_steps": [1]}, "next_steps is no list of texts", "list"),
        ({"steps": []}, "'steps' is no key of a rule", "name, when, verdict, because, next_steps"),
    ],
)
def test_error_names_the_rule_what_is_wrong_and_what_is_allowed(wrong, what, step):
    with pytest.raises(OptionError) as raised:
        parse_rules([rule(name="first"), rule(**wrong)], "rules of db01")
    assert raised.value.message.startswith("rules of db01: rule 'mine': ")
    assert what in raised.value.message
    assert step in raised.value.next_step


@pytest.mark.parametrize("rules", ["text", {"when": {}}, 7])
def test_rules_that_are_no_list(rules):
    with pytest.raises(OptionError, match="no list of rules"):
        parse_rules(rules)


@pytest.mark.parametrize("not_a_rule", ["text", None, 7, []])
def test_rule_that_is_none(not_a_rule):
    with pytest.raises(OptionError, match=r"rules\[2\]"):
        parse_rules([rule(), not_a_rule])


def test_built_in_rules_are_written_as_a_users_and_have_reason_and_remedy():
    assert len({told["name"] for told in TABLE}) == len(TABLE)
    for told in TABLE:
        assert told["because"].endswith(".")
        assert told["verdict"] == "healthy" or told["name"] == "unexplained" or told["next_steps"]
        assert all(step.endswith(".") and len(step) <= 400 for step in told.get("next_steps", []))


def test_no_value_is_a_word_that_yaml_takes_for_another_type():
    for name, kind in SIGNS.items():
        for value in (*kind.values, "unknown"):
            assert isinstance(value, bool) or yaml.safe_load(value) == value, name


GUIDE = (Path(__file__).resolve().parents[4] / "docs" / "doctor.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the guide's table with this heading."""
    lines = GUIDE[GUIDE.index(heading) :].splitlines()[2:]
    return [
        [cell.strip(" `") for cell in line.strip("|").split("|")] for line in takewhile(lambda x: x[:1] == "|", lines)
    ]


def told(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_guide_lists_every_sign_with_its_values():
    listed = [(name, values) for name, values, _about in rows("| sign | values |")]
    assert listed == [(name, ", ".join(map(told, kind.values)) or "a number") for name, kind in SIGNS.items()]


def test_guide_lists_every_rule_in_its_order():
    written = []
    for rule_of in TABLE:
        when = {name: value if isinstance(value, list) else [value] for name, value in rule_of["when"].items()}
        conditions = "; ".join(f"{name} {', '.join(map(told, values))}" for name, values in when.items())
        written.append([rule_of["name"], conditions or "nothing else holds", rule_of["verdict"]])
    assert rows("| rule | when | verdict |") == written


def test_guide_names_every_known_agent_and_every_verdict():
    for name in (*(agent.name for agent in AGENTS), *VERDICTS):
        assert name in " ".join(GUIDE.split()), name


def test_rules_in_the_guide_are_right():
    (block,) = [block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if "ipmi_doctor_rules:" in block]
    assert len(parse_rules(yaml.safe_load(block)["ipmi_doctor_rules"])) == 2
