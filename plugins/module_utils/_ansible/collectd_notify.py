# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that collectd's exec plugin starts for each notification, and how it is packed.

It reads the notification from standard input, and leaves it as a JSON object in a line of a file and as a message to
syslog. It is packed with the engine into one file that needs nothing but Python 3.9:

    NotificationExec "USER" "/usr/bin/python3" "-IS" "/path/collectd_notify.pyz" "/path/collectd_notify.json"

Other plugins' notifications come here, too, and are passed over. Several of these programs may run at once.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import syslog
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.collectd.notifications import parse_notification
from .._core.collectd.rating import rate_notification, report, sentence
from .._core.errors import OptionError
from .._core.health.overrides import UserRule, parse_rules

FACILITIES = ("daemon", "user", "auth", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7")
_KEYS = ("output", "mode", "syslog", "rules")
_IDENT = "collectd-ipmi"
_PRIORITIES = {
    "critical": syslog.LOG_CRIT,
    "warning": syslog.LOG_WARNING,
    "unknown": syslog.LOG_NOTICE,
    "nominal": syslog.LOG_INFO,
}
# Of a notification, collectd's own limits leave less than half of this.
_LONGEST = 8192
_PATIENCE_S = 30


@dataclass(frozen=True)
class Config:
    """``output``: the file that is appended to, None for none; ``mode``: of that file where it has to be made;
    ``facility``: syslog's, None for no syslog; ``rules``: the user's own rules of health."""

    output: str | None = None
    mode: int = 0o600
    facility: str | None = "daemon"
    rules: tuple[UserRule, ...] = ()


def parse_config(config: Mapping[str, Any]) -> Config:
    """From the keys output, mode (octal, as text), syslog and rules; raises OptionError for what is wrong with them."""

    def wrong(key: str, next_step: str) -> OptionError:
        return OptionError(f"{key}: {config[key]!r} will not do", next_step)

    for key in config:
        if key not in _KEYS:
            raise OptionError(f"{key!r} is no key of the notification handler's", f"Use {', '.join(_KEYS)}.")
    output, mode, facility = config.get("output"), config.get("mode", "0600"), config.get("syslog", "daemon")
    if output is not None and not (isinstance(output, str) and os.path.isabs(output) and output.isprintable()):
        raise wrong("output", "Give an absolute path.")
    if not (isinstance(mode, str) and mode and len(mode) <= 4 and set(mode) <= set("01234567")):
        raise wrong("mode", "Give it as octal digits in quotes, such as '0640'.")
    if facility is not None and facility not in FACILITIES:
        raise wrong("syslog", f"Use one of {', '.join(FACILITIES)}.")
    return Config(output, int(mode, 8), facility, parse_rules(config.get("rules") or ()))


def config_bytes(
    output: str | None, mode: str = "0600", facility: str | None = "daemon", rules: Sequence[Mapping[str, Any]] = ()
) -> bytes:
    """The configuration file; raises OptionError for what the program could not use."""
    config = {"output": output, "mode": mode, "syslog": facility, "rules": list(rules)}
    parse_config(config)
    return (json.dumps(config, indent=2, sort_keys=True) + "\n").encode("ascii")


def append_line(path: str, line: bytes, mode: int) -> None:
    """Add a line as a whole or not at all; a file that is missing is made with ``mode``. Raises OSError."""
    previous = os.umask(0)
    try:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, mode)
    finally:
        os.umask(previous)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        before = os.fstat(descriptor).st_size
        try:
            written = os.write(descriptor, line)
            if written < len(line):
                os.write(descriptor, line[written:])
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)


def _log(config: Config, priority: int, text: str) -> None:
    if config.facility is not None:
        syslog.openlog(_IDENT, syslog.LOG_PID, getattr(syslog, f"LOG_{config.facility.upper()}"))
        syslog.syslog(priority, text)


def _read_config(path: str) -> Config:
    """What the file says; the defaults, and a message to syslog, where it cannot be used: no notification is lost."""
    try:
        with open(path, encoding="utf-8") as stream:
            return parse_config(json.load(stream))
    except (OSError, ValueError, AttributeError, TypeError, OptionError) as error:
        _log(Config(), syslog.LOG_ERR, f"{path} cannot be used, notifications go to syslog only: {error!r}")
        return Config()


def main(arguments: Sequence[str]) -> int:
    """Hand one notification on; 1 where the file could not be written, which syslog is told then.

    The file comes first, and the alarm ends a program that a hanging syslog or a lock holds up: collectd starts the
    next one without an end.
    """
    signal.alarm(_PATIENCE_S)
    config = _read_config(arguments[0])
    notification = parse_notification(sys.stdin.buffer.read(_LONGEST))
    if notification is None:
        return 0
    told = report(notification, rate_notification(notification, config.rules), int(time.time()))
    problem = None
    if config.output is not None:
        try:
            append_line(config.output, json.dumps(told, allow_nan=False).encode("ascii") + b"\n", config.mode)
        except OSError as error:
            problem = f"{config.output} could not be written: {error.strerror}"
    _log(config, _PRIORITIES[told["severity"]], sentence(told))
    if problem:
        _log(config, syslog.LOG_ERR, problem)
    return 1 if problem else 0
