# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pytest's JUnit report says, counted, and which skips are allowed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass
class Results:
    """Counts of one run, with the reason of every skip and how often it was given."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    skip_reasons: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def add_check(self, name: str, ok: bool) -> None:
        """Count one linter as one check."""
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            self.problems.append(name)

    def closing_line(self) -> str:
        """The run in one line."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def _reason(skipped: ElementTree.Element) -> str:
    """A skip's reason on one line, without the "file:line: " that pytest may put before it."""
    text = " ".join((skipped.get("message") or skipped.text or "no reason given").split())
    return re.sub(r"^\S+\.py:\d+: (Skipped: )?", "", text)


def add_junit(results: Results, report: Path) -> None:
    """Add the counts of a JUnit report; a report that is missing or broken is one failure."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        results.failed += 1
        results.problems.append(f"pytest left no report: {error}")
        return
    for case in cases:
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            results.failed += 1
            results.problems.append(name)
        elif skipped is not None:
            results.skipped += 1
            results.skip_reasons[_reason(skipped)] += 1
        else:
            results.passed += 1


def allowed_patterns(file: Path) -> list[re.Pattern[str]]:
    """Patterns of allowed_skips.txt; a pattern without its reason is a ValueError."""
    patterns = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, separator, why = line.partition("  # ")
        if not separator or not why.strip():
            raise ValueError(f"{file.name}:{number}: no reason: write 'pattern  # why the skip is allowed'")
        patterns.append(re.compile(pattern.strip()))
    return patterns


def unlisted(results: Results, patterns: list[re.Pattern[str]]) -> list[str]:
    """Reasons of skips that no pattern allows."""
    return [reason for reason in sorted(results.skip_reasons) if not any(one.fullmatch(reason) for one in patterns)]
