# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What collectd needs to have its notifications rated and handed on: program, configuration, and the exec plugin."""

from __future__ import annotations

import base64
import sys
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from .._core.collectd.render import Block
from .._core.errors import CollectdError
from .._ops.collectd import ManagedFile
from .collectd_notify import config_bytes

PROGRAM = "/usr/local/lib/baremetal-ipmi/collectd_notify.pyz"
CONFIGURATION = "/usr/local/lib/baremetal-ipmi/collectd_notify.json"


def packed(program: bytes) -> str:
    """The program as a module's option."""
    return base64.b64encode(zlib.compress(program)).decode("ascii")


def notification_files(
    options: Mapping[str, Any] | None, rules: Sequence[Mapping[str, Any]], program: str | None
) -> tuple[ManagedFile, ...]:
    """Program and configuration, or their absence where nothing is to be handed on. Raises OptionError, or
    CollectdError where the action plugin has added no ``program``."""
    if options is None:
        return ManagedFile(PROGRAM, None, 0o644), ManagedFile(CONFIGURATION, None, 0o644)
    if not program:
        raise CollectdError(
            "the program for notifications comes from the action plugin of this name",
            "Install the whole collection on the controller.",
        )
    told = config_bytes(options["file"], options["mode"], options["syslog"], rules)
    content = zlib.decompress(base64.b64decode(program))
    return ManagedFile(PROGRAM, content, 0o644), ManagedFile(CONFIGURATION, told, 0o644)


def notification_blocks(options: Mapping[str, Any] | None) -> tuple[Block, ...]:
    """What has collectd start the program for each notification, with the Python that runs this."""
    if options is None:
        return ()
    command = (options["user"], sys.executable, "-IS", PROGRAM, CONFIGURATION)
    return Block("LoadPlugin", "exec"), Block("Plugin", "exec", blocks=(Block("NotificationExec", command),))
