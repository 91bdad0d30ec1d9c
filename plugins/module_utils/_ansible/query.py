# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JMESPath queries on facts."""

from __future__ import annotations

import sys
from typing import Any, Callable

from .._core.errors import OptionError

try:
    import jmespath
    from jmespath.exceptions import JMESPathError
except ImportError:
    HAS_JMESPATH = False
else:
    HAS_JMESPATH = True


def compile_query(expression: str) -> Callable[[Any], Any]:
    """The query as a function of the facts; raises OptionError at once for an expression that cannot be understood."""
    if not HAS_JMESPATH:
        raise OptionError(
            f"query needs the Python library jmespath, which {sys.executable} does not have",
            "Install it there with pip, or leave query out.",
        )
    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as error:
        raise OptionError(f"query is no JMESPath expression: {_one_line(error)}", "Mend the expression.") from error

    def search(facts: Any) -> Any:
        try:
            return compiled.search(facts)
        except JMESPathError as error:
            raise OptionError(f"query fails on these facts: {_one_line(error)}", "Mend the expression.") from error

    return search


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
