# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as a task's failure."""

from __future__ import annotations

import inspect
import json

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.failure import failure
from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.modules import (
    collectd_ipmi,
    ipmi_sel,
    ipmi_sensor_facts,
    ipmi_timeouts,
    vendor_agent_plan,
)

# Families are never raised themselves.
FAMILIES = (errors.IpmiError, errors.TransportError, errors.AuthenticationError)
KINDS = {
    "unknown_host": errors.UnknownHost,
    "unreachable": errors.Unreachable,
    "wrong_password": errors.WrongPassword,
    "unknown_user": errors.UnknownUser,
    "privilege_refused": errors.PrivilegeRefused,
    "wrong_kg": errors.WrongKg,
    "login_refused": errors.LoginRefused,
    "password_too_long": errors.PasswordTooLong,
    "no_reply": errors.NoReply,
    "session_lost": errors.SessionLost,
    "deadline_exceeded": errors.DeadlineExceeded,
    "login_unfinished": errors.LoginUnfinished,
    "occupied": errors.Occupied,
    "decode_error": errors.DecodeError,
    "option_error": errors.OptionError,
}


@pytest.mark.parametrize(("kind", "error"), KINDS.items())
def test_kind_is_the_errors_name_in_words(kind, error):
    assert failure(error("x"))["error"]["kind"] == kind


def test_refused_command_has_a_kind_and_names_the_code():
    told = failure(errors.CommandError("Get SDR", 0xD4, host="192.0.2.1"))
    assert told["error"]["kind"] == "command_error"
    assert told["msg"] == "192.0.2.1: Get SDR was refused: insufficient privilege (D4h)."


def test_every_kind_of_error_is_documented():
    modules = (collectd_ipmi, ipmi_sensor_facts, ipmi_sel, ipmi_timeouts, vendor_agent_plan)
    returned = (yaml.safe_load(module.RETURN) for module in modules)
    documented = "".join(told["error"]["contains"]["kind"]["description"] for told in returned)
    classes = [kind for _name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]
    for kind in set(classes) - set(FAMILIES):
        error = kind("x", 0xC1) if kind is errors.CommandError else kind("x")
        assert f"V({failure(error)['error']['kind']})" in documented


def test_failure_has_a_sentence_and_its_parts():
    told = failure(errors.WrongPassword("wrong password for user 'monitor'", host="192.0.2.1"))
    step = "Check the password of this user on the BMC."
    assert told == {
        "msg": f"192.0.2.1: wrong password for user 'monitor'. {step}",
        "error": {
            "kind": "wrong_password",
            "message": "wrong password for user 'monitor'",
            "host": "192.0.2.1",
            "next_step": step,
        },
    }


def test_failure_without_a_host_has_null():
    told = failure(errors.OptionError("host is missing", "Name it."))
    assert (told["msg"], told["error"]["host"]) == ("host is missing. Name it.", None)


def test_error_without_a_next_step_has_an_empty_one():
    assert failure(errors.DecodeError("too short"))["error"]["next_step"] == ""


def test_failure_survives_json():
    assert json.loads(json.dumps(failure(errors.NoReply("x", host="h"))))
