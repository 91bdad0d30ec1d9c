# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users write which sensors they mean: a name, or a regular expression between slashes."""

from __future__ import annotations

import re
from re import Pattern


def parse_name(text: str) -> str | Pattern[str]:
    """A name as it is, ``/expression/`` compiled; raises ValueError that says what is wrong with the expression."""
    if not (len(text) > 2 and text.startswith("/") and text.endswith("/")):
        return text
    try:
        return re.compile(text[1:-1])
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text} is no regular expression: {error}") from error


def goes_by(wanted: str | Pattern[str], name: str) -> bool:
    """Whether a sensor of this name is meant."""
    return wanted == name if isinstance(wanted, str) else bool(wanted.search(name))
