# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for a Windows host, for tests of what runs over ansible.windows: no Windows and no PowerShell take part.

Ansible's own connection plugins (ssh, winrm) and the modules of the real ansible.windows are used as ever; what they
send to the host is taken apart here, and answered by Python that follows the modules' sources. So a test sees what
is sent and what becomes of a registry; it never shows that PowerShell ran::

    def test_value_is_written(tmp_path, ansible_env):
        with WindowsHost("web1") as host:
            host.registry.set(KEY, "BusyWaitPeriod", "REG_DWORD", 30)
            before = host.registry.dump(r"HKLM:\\SYSTEM")
            player = Player(tmp_path, with_ansible_windows(ansible_env))
            player.hosts["web1"] = host.variables("ssh")  # or "winrm"
            played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [TASK]}])
            assert played.status == 0, played.output
            assert host.registry.values(KEY) == {"BusyWaitPeriod": ("REG_DWORD", 60)}
            assert [call.arguments["name"] for call in host.calls_of("win_regedit")] == ["BusyWaitPeriod"]

What the host has, and tests may change at any time, also while a playbook runs:

- ``registry``: a :class:`Registry`; ``dump(path)`` before and after shows that nothing else was touched.
- ``events.add(provider, event_id, level=, at=, data=)``: the event log, which ``wevtutil qe`` reads.
- ``services``, ``facts``: for win_service_info and setup.
- ``answer(module, pattern, stdout, ...)``: canned answers of win_command, win_package, win_shell, win_powershell, raw.
- ``fail``, ``go_away``, ``damage``, ``delay``: faults. ``on_reboot``: what happens while it restarts.
- ``calls``, ``calls_of(module)``: what was asked, in order, as :class:`Request` (module, arguments, check_mode, diff).
- ``reboots``: how often it was restarted.

What the stand-in does not understand (a module, an option of wevtutil, a piece of XPath) fails there, and the ``with``
block ends with AssertionError, so that no test passes by mistake.

``with_ansible_windows(env)`` adds the folder of ansible.windows to ``env``; ``ansible_env`` as it is has none of it,
for tests that it is missing. ``with_core("core-newest", env)`` runs Ansible's programs of that environment. Both skip
the test where they cannot be had. ``wine_registry()`` gives a registry of Wine's for the length of a ``with`` block,
to be handed over as ``WindowsHost("web1", registry=registry)``.
"""

from .environment import with_ansible_windows, with_core
from .events import Event, EventLog
from .host import WindowsHost
from .payload import Request
from .registry import MemoryRegistry, Registry, Value
from .understanding import Misunderstood
from .wine import WineRegistry, wine_registry

__all__ = [
    "Event",
    "EventLog",
    "MemoryRegistry",
    "Misunderstood",
    "Registry",
    "Request",
    "Value",
    "WindowsHost",
    "WineRegistry",
    "wine_registry",
    "with_ansible_windows",
    "with_core",
]
