# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of a fleet for other programs: JUnit XML for CI servers, JSON, and a textfile for Prometheus.

CI servers agree on JUnit's XML by what they read, not by a standard; the strictest of them, Jenkins' xUnit plugin,
refuses what its schema (junit-10.xsd) does not have. Nothing is written that is not in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from .._core.hardware_health.checks import ATTENTION, CRITICAL, HEALTHY, SKIPPED, UNKNOWN, VERDICTS, Check
from .._core.hardware_health.judge import Verdict
from .._ops.hardware_health import failing
from .hardware_health import host_data, write_file
from .snapshots import absolute, stamp

FORMAT_VERSION = 1
# Not even an escape may stand for these (XML 1.0, section 2.2).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = "hardware_health"
_ELEMENTS = {CRITICAL: "failure", ATTENTION: "failure", UNKNOWN: "error"}
# As Nagios numbers them, so that alerts on them are old acquaintances.
_NUMBERS = {HEALTHY: 0, ATTENTION: 1, CRITICAL: 2, UNKNOWN: 3}
_LEGEND = "0 healthy, 1 attention, 2 critical, 3 unknown"

# Who collects the textfile is another user than who writes it; there is nothing in it but states.
_MODES = {"prometheus": 0o644}


def write_outputs(options: Mapping[str, Any], found: Sequence[Verdict], now: datetime) -> dict[str, str]:
    """The reports for which the options name a file, each in one step; returns their paths. Raises OSError."""
    contents = {
        "junit": lambda: junit(found, now),
        "json": lambda: document(found, options["fail_on"], now),
        "prometheus": lambda: prometheus(found, now),
    }
    written = {name: absolute(options[name]) for name in contents if options[name]}
    for name, path in written.items():
        write_file(path, contents[name](), _MODES.get(name, 0o600))
    return written


def junit(found: Sequence[Verdict], now: datetime) -> str:
    """A suite for each host, a case for each of its checks."""
    suites = [_suite(item, now) for item in found]
    counts = {key: str(sum(int(suite.get(key, "0")) for suite in suites)) for key in ("tests", "failures", "errors")}
    root = ET.Element("testsuites", {"name": _NAME, **counts})
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(item: Verdict, now: datetime) -> ET.Element:
    elements = [_ELEMENTS.get(check.state, "") for check in item.checks]
    told = {
        "name": _xml(item.host),
        "tests": str(len(elements)),
        "failures": str(elements.count("failure")),
        "errors": str(elements.count("error")),
        "skipped": str(sum(check.state == SKIPPED for check in item.checks)),
        # Always UTC; some readers want none of the zone's letters.
        "timestamp": stamp(now).rstrip("Z"),
        "hostname": _xml(item.host),
        "time": "0",
    }
    suite = ET.Element("testsuite", told)
    properties = ET.SubElement(suite, "properties")
    names = {"host": item.host, "verdict": item.verdict, "model": item.model, "firmware": item.firmware}
    for name, value in names.items():
        ET.SubElement(properties, "property", {"name": name, "value": _xml(value)})
    suite.extend(_case(item.host, check) for check in item.checks)
    return suite


def _case(host: str, check: Check) -> ET.Element:
    # Jenkins takes what stands before the last dot for a package.
    classname = f"{_NAME}.{_xml(host).replace('.', '_')}"
    case = ET.Element("testcase", {"name": check.name, "classname": classname, "time": "0"})
    lines = [
        f"{finding.state}: {finding.evidence}\n  next step: {finding.next_step or 'none is known'}"
        for finding in check.findings
    ]
    lines += [
        f"hidden until {hidden.until}: {hidden.finding.state}: {hidden.finding.evidence}"
        + (f"\n  reason: {hidden.reason}" if hidden.reason else "")
        for hidden in check.hidden
    ]
    if check.state in _ELEMENTS:
        first = next(finding for finding in check.findings if finding.state == check.state)
        told = {"type": check.state, "message": _xml(first.evidence)}
        ET.SubElement(case, _ELEMENTS[check.state], told).text = _xml("\n".join(lines))
        return case
    if check.state == SKIPPED:
        ET.SubElement(case, "skipped", {"message": _xml(check.told)})
    ET.SubElement(case, "system-out").text = _xml("\n".join([check.told, *lines]))
    return case


def _xml(value: str) -> str:
    return _NO_XML.sub("\ufffd", value)


def document(found: Sequence[Verdict], fail_on: Collection[str], now: datetime) -> str:
    """JSON, by docs/schemas/hardware_health.schema.json."""
    verdicts = [item.verdict for item in found]
    told: Mapping[str, Any] = {
        "format_version": FORMAT_VERSION,
        "checked_at": stamp(now),
        "summary": {"hosts": len(found), **{verdict: verdicts.count(verdict) for verdict in VERDICTS}},
        "fail_on": list(fail_on),
        "failing": failing(found, fail_on),
        "hosts": {item.host: host_data(item) for item in found},
    }
    return json.dumps(told, indent=1) + "\n"


def prometheus(found: Sequence[Verdict], now: datetime) -> str:
    """Gauges in the text format. A check that was not made has none: it is neither well nor ill."""
    checks = [
        (f"host={_label(item.host)},check={_label(check.name)}", _NUMBERS[check.state])
        for item in found
        for check in item.checks
        if check.state != SKIPPED
    ]
    verdicts = [(f"host={_label(item.host)}", _NUMBERS[item.verdict]) for item in found]
    hidden = [(f"host={_label(item.host)}", len(item.hidden)) for item in found]
    lines = _gauge("check", f"State of a check: {_LEGEND}.", checks)
    lines += _gauge("verdict", f"Verdict on a host: {_LEGEND}.", verdicts)
    lines += _gauge("hidden_findings", "How many findings of a host exceptions hide.", hidden)
    lines += _gauge("checked_timestamp_seconds", "When the fleet was checked.", [("", int(now.timestamp()))])
    return "\n".join(lines) + "\n"


def _gauge(name: str, about: str, samples: Sequence[tuple[str, int]]) -> list[str]:
    full = f"{_NAME}_{name}"
    told = [f"{full}{{{labels}}} {value}" if labels else f"{full} {value}" for labels, value in samples]
    return [f"# HELP {full} {about}", f"# TYPE {full} gauge", *told]


def _label(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return f'"{escaped}"'
