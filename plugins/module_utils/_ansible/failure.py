# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as a task's failure: what happened, where, and the next step."""

from __future__ import annotations

import re
from typing import Any

from .._core.errors import IpmiError


def failure(error: IpmiError) -> dict[str, Any]:
    """``msg`` for people; ``error`` for playbooks, with its ``kind`` (such as wrong_password or unreachable)."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    details = {"kind": kind, "message": error.message, "host": error.host, "next_step": error.next_step}
    return {"msg": error.sentence(), "error": details}
