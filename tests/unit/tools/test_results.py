# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closing line of `make test` tells the truth: what failed, what was skipped and whether that was allowed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

JUNIT = """\
<testsuites><testsuite name="pytest">
  <testcase classname="tests.unit.a" name="test_good"/>
  <testcase classname="tests.unit.a" name="test_bad"><failure message="assert 0">...</failure></testcase>
  <testcase classname="tests.unit.b" name="test_setup"><error message="boom">...</error></testcase>
  <testcase classname="tests.unit.c" name="test_one">
    <skipped type="pytest.skip" message="not installed: ipmitool"/>
  </testcase>
  <testcase classname="tests.unit.c" name="test_two">
    <skipped type="pytest.skip" message="not installed: ipmitool"/>
  </testcase>
  <testcase classname="tests.unit.c" name="test_old"><skipped type="pytest.xfail" message="known"/></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def tool(repo_root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("results_under_test", repo_root / "tests" / "tools" / "results.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_report_is_counted(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(JUNIT)
    results = tool.Results()
    tool.add_junit(results, tmp_path / "junit.xml")
    assert results.closing_line() == "1 passed, 2 failed, 3 skipped"
    assert dict(results.skip_reasons) == {"not installed: ipmitool": 2, "known": 1}
    assert results.problems == ["tests.unit.a::test_bad", "tests.unit.b::test_setup"]


@pytest.mark.parametrize("text", [None, "<testsuites><testcase"])
def test_missing_or_broken_report_is_a_failure(tool: ModuleType, tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "junit.xml").write_text(text)
    results = tool.Results()
    tool.add_junit(results, tmp_path / "junit.xml")
    assert results.failed == 1


def test_failed_linter_is_a_failed_check(tool: ModuleType) -> None:
    results = tool.Results()
    results.add_check("lint: mypy", True)
    results.add_check("lint: ruff", False)
    assert results.closing_line() == "1 passed, 1 failed, 0 skipped"


def test_skip_is_allowed_by_its_whole_reason_only(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "allowed.txt").write_text("# comment\n\nno images .*  # not ours to ship\n")
    results = tool.Results()
    results.skip_reasons.update(["no images (here)", "really no images (here)", "not installed: ipmitool"])
    patterns = tool.allowed_patterns(tmp_path / "allowed.txt")
    assert tool.unlisted(results, patterns) == ["not installed: ipmitool", "really no images (here)"]


@pytest.mark.parametrize("line", ["no images", "no images  #", "no images # one space"])
def test_allowed_skip_without_a_reason_is_refused(tool: ModuleType, tmp_path: Path, line: str) -> None:
    (tmp_path / "allowed.txt").write_text(line + "\n")
    with pytest.raises(ValueError, match="no reason"):
        tool.allowed_patterns(tmp_path / "allowed.txt")


def test_every_listed_skip_has_its_reason(tool: ModuleType, repo_root: Path) -> None:
    assert tool.allowed_patterns(repo_root / "tests" / "allowed_skips.txt")
