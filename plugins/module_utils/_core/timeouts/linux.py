# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time-outs of Linux' OpenIPMI driver: the parameters of its modules, and their lines in /etc/modprobe.d.

Parameters, units and defaults are those of drivers/char/ipmi in the kernel (ipmi_msghandler.c, ipmi_si_intf.c).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import OptionError

DEFAULT = "default"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a kernel module; ``low`` to ``high`` is what makes sense, not all that the kernel takes."""

    name: str
    module: str
    low: int
    high: int
    default: int


PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        # A retry time of 0, which the kernel takes, asks a BMC again without any pause.
        Parameter("default_retry_ms", "ipmi_msghandler", 1, 600_000, 2000),
        Parameter("default_max_retries", "ipmi_msghandler", 0, 100, 4),
        Parameter("default_maintenance_retry_ms", "ipmi_msghandler", 1, 600_000, 3000),
        Parameter("maintenance_mode_timeout_ms", "ipmi_msghandler", 1, 3_600_000, 30_000),
        Parameter("kipmid_max_busy_us", "ipmi_si", 0, 1_000_000, 0),
    )
}

Wanted = Mapping[str, "int | None"]


def parse_wanted(given: Mapping[str, str]) -> dict[str, int | None]:
    """Values by parameter, None for the driver's default; raises OptionError for what makes no sense."""
    return {name: _parse(PARAMETERS[name], text) for name, text in given.items()}


def _parse(parameter: Parameter, text: str) -> int | None:
    if text.strip().lower() == DEFAULT:
        return None
    try:
        value = int(text)
    except ValueError:
        value = parameter.low - 1
    if parameter.low <= value <= parameter.high:
        return value
    raise OptionError(
        f"{parameter.name}: {text} is not between {parameter.low} and {parameter.high}",
        f"Give a number in that range, or {DEFAULT} for the driver's own, {parameter.default}.",
    )


def runtime_value(parameter: Parameter, value: int | None) -> int:
    """What a running driver is set to."""
    return parameter.default if value is None else value


def read_options(text: str) -> dict[str, str]:
    """The parameters of PARAMETERS that a file of modprobe.d sets, as they are written; the last one counts."""
    found: dict[str, str] = {}
    for line in _logical_lines(text):
        module, settings = _options(line)
        for name, value in settings:
            if module and name in PARAMETERS and PARAMETERS[name].module == module:
                found[name] = value
    return found


def write_options(text: str, wanted: Wanted) -> str:
    """The file's text with these parameters and with everything else that was in it; None takes a parameter out."""
    rest = {name: value for name, value in wanted.items() if value is not None}
    lines = [_rewritten(line, wanted, rest) for line in _logical_lines(text)]
    added: dict[str, list[str]] = {}
    for name, value in rest.items():
        added.setdefault(PARAMETERS[name].module, []).append(f"{name}={value}")
    lines += [f"options {module} {' '.join(settings)}\n" for module, settings in added.items()]
    return "".join(_ended(line) for line in lines)


def _ended(line: str) -> str:
    return line if not line or line.endswith("\n") else line + "\n"


def _logical_lines(text: str) -> list[str]:
    """Lines with those that a backslash joins to them, line ends included."""
    return re.findall(r"(?:[^\n]*\\\n)*[^\n]*\n|[^\n]+\Z", text)


def _options(line: str) -> tuple[str, list[tuple[str, str]]]:
    """The module of a line ``options module name=value...``, and its settings; "" for any other line."""
    try:
        words = shlex.split(line.replace("\\\n", " "), comments=True)
    except ValueError:
        return "", []
    if len(words) < 2 or words[0] != "options":
        return "", []
    settings = [(name, value) for name, _equals, value in (word.partition("=") for word in words[2:])]
    return words[1].replace("-", "_"), settings


def _rewritten(line: str, wanted: Wanted, rest: dict[str, int]) -> str:
    """A line with the wanted values, "" where nothing is left of it; what it sets is taken from ``rest``."""
    module, settings = _options(line)
    ours = [name for name, _value in settings if name in wanted and PARAMETERS[name].module == module]
    if not ours:
        return line
    kept = []
    for name, value in settings:
        if name not in ours:
            kept.append(_written(name, value))
        elif name in rest:
            kept.append(f"{name}={rest.pop(name)}")
    return f"options {module} {' '.join(kept)}\n" if kept else ""


def _written(name: str, value: str) -> str:
    if not value:
        return name
    return f'{name}="{value}"' if re.search(r"\s", value) else f"{name}={value}"
