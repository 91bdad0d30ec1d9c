# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where pyghmi and cryptography are imported: what is missing is told by whoever wants a session, not by
the import."""

from __future__ import annotations

from typing import Any

Cipher: Any = None
algorithms: Any = None
modes: Any = None
try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
except ImportError:
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True
    # The first use of AES in a process costs OpenSSL some milliseconds. Ansible imports this before it forks a process
    # for each host, and so pays them once.
    Cipher(algorithms.AES(bytes(16)), modes.CBC(bytes(16))).encryptor().update(bytes(16))

try:
    from pyghmi.exceptions import PyghmiException
    from pyghmi.ipmi.private.simplesession import Session
except ImportError:
    HAS_PYGHMI = False
    PyghmiException = Exception
    Session = object
else:
    HAS_PYGHMI = True

__all__ = ["HAS_CRYPTOGRAPHY", "HAS_PYGHMI", "Cipher", "PyghmiException", "Session", "algorithms", "modes"]
