# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time-outs of Linux' driver: what is accepted, and lines of modprobe.d among others."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.timeouts.linux import (
    PARAMETERS,
    parse_wanted,
    read_options,
    write_options,
)

FOREIGN = """\
# slow BMC, ticket 4711
options ipmi_si type=kcs ports=0xca2 \\
    kipmid_max_busy_us=100
blacklist ipmi_poweroff
options ipmi-msghandler default_retry_ms=5 default_retry_ms=6 other="a b"
softdep ipmi_si pre: ipmi_devintf
"""


@pytest.mark.parametrize("name", PARAMETERS)
def test_range_is_accepted_to_its_ends(name):
    parameter = PARAMETERS[name]
    assert parse_wanted({name: str(parameter.low)}) == {name: parameter.low}
    assert parse_wanted({name: str(parameter.high)}) == {name: parameter.high}
    for text in (str(parameter.low - 1), str(parameter.high + 1), "fast", "", "1.5"):
        with pytest.raises(OptionError, match=name):
            parse_wanted({name: text})


def test_retry_time_of_nought_is_refused_although_the_kernel_takes_it():
    with pytest.raises(OptionError, match="default_retry_ms: 0 is not between 1 and 600000"):
        parse_wanted({"default_retry_ms": "0"})


def test_default_is_a_value():
    assert parse_wanted({"default_max_retries": "default"}) == {"default_max_retries": None}


def test_the_last_setting_of_a_parameter_counts():
    assert read_options(FOREIGN) == {"kipmid_max_busy_us": "100", "default_retry_ms": "6"}


def test_foreign_lines_and_settings_stay():
    after = write_options(FOREIGN, {"default_retry_ms": 3000, "kipmid_max_busy_us": 200, "default_max_retries": 9})
    assert after == (
        "# slow BMC, ticket 4711\n"
        "options ipmi_si type=kcs ports=0xca2 kipmid_max_busy_us=200\n"
        "blacklist ipmi_poweroff\n"
        'options ipmi_msghandler default_retry_ms=3000 other="a b"\n'
        "softdep ipmi_si pre: ipmi_devintf\n"
        "options ipmi_msghandler default_max_retries=9\n"
    )


def test_lines_that_set_nothing_of_ours_stay_byte_for_byte():
    text = "options  ipmi_si   type=kcs \\\n  ports=0xca2  # tabs\tand all"
    assert write_options(text, {"default_retry_ms": 1}) == f"{text}\noptions ipmi_msghandler default_retry_ms=1\n"


def test_writing_twice_is_writing_once():
    wanted = {"default_retry_ms": 3000, "kipmid_max_busy_us": None, "maintenance_mode_timeout_ms": 5}
    once = write_options(FOREIGN, wanted)
    assert write_options(once, wanted) == once
    assert read_options(once) == {"default_retry_ms": "3000", "maintenance_mode_timeout_ms": "5"}


def test_default_takes_the_setting_out_and_the_line_where_nothing_is_left():
    assert write_options("options ipmi_si kipmid_max_busy_us=1\n", {"kipmid_max_busy_us": None}) == ""
    assert write_options("# ours\noptions ipmi_si kipmid_max_busy_us=1 x=2\n", {"kipmid_max_busy_us": None}) == (
        "# ours\noptions ipmi_si x=2\n"
    )


def test_parameter_of_another_module_is_not_ours():
    text = "options other default_retry_ms=7\n"
    assert read_options(text) == {}
    assert write_options(text, {"default_retry_ms": None}) == text
