# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options from a task, or from the environment where the plugin runs."""

from __future__ import annotations

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.baremetal.ipmi.plugins.doc_fragments.bmc import ModuleDocFragment
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.connection import (
    CONNECTION_SPEC,
    lan_options,
    options_from,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions, check_options

VARIABLES = {"host": "IPMI_HOST", "username": "IPMI_USERNAME", "password": "IPMI_PASSWORD"}


def options(**args) -> LanOptions:
    """As both doors do: validated, then handed on."""
    validated = ArgumentSpecValidator(CONNECTION_SPEC).validate(args)
    assert not validated.error_messages
    return lan_options(validated.validated_parameters)


def test_defaults_are_those_of_the_transport():
    assert options(host="192.0.2.1") == LanOptions("192.0.2.1")


def test_every_option_is_handed_on():
    given = {
        "host": "bmc1", "port": 6230, "username": "monitor", "password": "x", "kg": "0x00ff",
        "privilege": "operator", "timeout_s": 60.5, "request_timeout_s": 1.5, "retries": 7,
        "min_command_interval_s": 0.25, "cipher_suite": 3, "outstanding": 4,
    }  # fmt: skip
    assert options(**given) == LanOptions(**given)


def test_every_option_of_the_spec_reaches_the_transport():
    assert set(CONNECTION_SPEC) == {*LanOptions.__dataclass_fields__, "transport"}


def test_text_becomes_numbers():
    found = options(host="bmc1", port="6230", timeout_s="60", retries="0")
    assert (found.port, found.timeout_s, found.retries) == (6230, 60.0, 0)


@pytest.mark.parametrize(("name", "variable"), VARIABLES.items())
def test_environment_serves_where_the_task_says_nothing(monkeypatch, name, variable):
    monkeypatch.setenv("IPMI_HOST", "bmc1")
    monkeypatch.setenv(variable, "from-the-environment")
    assert getattr(options(), name) == "from-the-environment"


@pytest.mark.parametrize(("name", "variable"), VARIABLES.items())
def test_task_goes_before_the_environment(monkeypatch, name, variable):
    monkeypatch.setenv(variable, "from-the-environment")
    assert getattr(options(**{"host": "bmc1", name: "from-the-task"}), name) == "from-the-task"


@pytest.mark.parametrize("variable", ["IPMI_PORT", "IPMI_KG", "IPMI_PRIVILEGE", "IPMI_TIMEOUT_S"])
def test_nothing_else_comes_from_the_environment(monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    assert options(host="bmc1") == LanOptions("bmc1")


@pytest.mark.parametrize("args", [{}, {"host": ""}])
def test_missing_host_is_told_with_the_two_ways_to_name_it(args):
    with pytest.raises(OptionError) as caught:
        options(**args)
    assert caught.value.message == "host is missing (bmc_host of a host in the inventory)"
    assert "IPMI_HOST" in caught.value.next_step


@pytest.mark.parametrize(
    ("written", "host"),
    [("[fe80::1]", "fe80::1"), ("[::1]", "::1"), (" bmc1 ", "bmc1"), ("fe80::1%eth0", "fe80::1%eth0"), ("[x", "[x")],
)
def test_host_may_be_written_as_in_a_url(written, host):
    assert options(host=written).host == host


@pytest.mark.parametrize("host", [" ", "[]"])
def test_host_of_nothing_but_signs_is_missing(host):
    with pytest.raises(OptionError, match="host is missing"):
        options(host=host)


def test_environment_as_options():
    environment = {"IPMI_HOST": "bmc1", "IPMI_PASSWORD": "", "IPMI_PORT": "1", "HOME": "/root"}
    assert options_from(environment) == {"host": "bmc1", "password": ""}


def test_missing_user_is_the_anonymous_one():
    found = options(host="bmc1")
    assert (found.username, found.password) == ("", "")
    check_options(found)


@pytest.mark.parametrize("name", ["password", "kg"])
def test_secrets_are_never_logged(name):
    assert CONNECTION_SPEC[name]["no_log"] is True
    assert f"s3cret-{name}" not in repr(options(host="bmc1", **{name: f"s3cret-{name}"}))


def test_validator_knows_what_must_not_be_shown():
    validated = ArgumentSpecValidator(CONNECTION_SPEC).validate({"host": "h", "password": "s3cret", "kg": "k3y"})
    assert validated._no_log_values == {"s3cret", "k3y"}


@pytest.mark.parametrize("args", [{"port": "many"}, {"privilege": "root"}, {"timeout_s": "soon"}, {"retries": "1.5"}])
def test_value_of_the_wrong_kind_is_the_users_error(args):
    assert ArgumentSpecValidator(CONNECTION_SPEC).validate({"host": "h", **args}).error_messages


def test_documentation_and_spec_agree():
    fragments = (ModuleDocFragment.DOCUMENTATION, ModuleDocFragment.SESSION, ModuleDocFragment.READING)
    documented = {name: told for text in fragments for name, told in yaml.safe_load(text)["options"].items()}
    assert set(documented) == set(CONNECTION_SPEC)
    for name, spec in CONNECTION_SPEC.items():
        assert documented[name]["type"] == spec["type"]
        assert documented[name].get("default") == spec.get("default")
        assert documented[name].get("choices") == spec.get("choices")
