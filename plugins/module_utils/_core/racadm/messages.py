# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of messages of racadm, ssh and the system that tell why there are no facts.

The wording is that of outputs which administrators have published; Dell documents none of it. An entry is a pattern,
a verdict, what it means, and what to do. The first that matches a message counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FAILED = re.compile(
    r"(?:[^=:]{0,60}:\s*)?(?:ERROR\s?:\s*)?Unable to perform (?:the )?requested operation", re.IGNORECASE
)

# The same words come from a racadm without its parts beside an iDRAC that is well: hence the other way first.
ASK_BY_IPMI = (
    "Ask the controller by IPMI (ipmi_sensor_facts, or Get Device ID). Where it answers, this racadm lacks a part:"
    " install srvadmin-hapi and start its services. Where it does not, restart the iDRAC, or take the server's power"
    " away."
)
INSTALL = (
    "Install Dell's racadm (package srvadmin-idracadm7 or srvadmin-idracadm8) on the task's host, or name it with the"
    " option executable."
)
INSTALL_SSH = "Install an SSH client on the task's host, or name it with the option executable."
NO_IDRAC = "The host answers SSH and has no racadm: is host the address of the iDRAC, and not of its server?"
_NO_LIBRARY = (
    "Install openssl, and where there is no libssl.so without a version make that link beside libssl.so.3 (on RHEL"
    " openssl-devel brings it)."
)
_NO_PARTS = (
    "Is this a Dell server with a remote access controller? Then install srvadmin-hapi, load the IPMI driver (role"
    " ipmi_driver) and start Dell's services; in a container racadm works remotely only."
)
_ADDRESS = "Check host and port, the firewall, and by IPMI or a ping whether the controller is alive."
_LOGIN = (
    "Check username and password, that the user may log in to the iDRAC, and that it is not locked after wrong tries."
)
_CERTIFICATE = (
    "Give the iDRAC a certificate that the task's host trusts, or set validate_certs to false in a network that you"
    " trust."
)
_KEYS = (
    "Let the iDRAC know the public key of the task's user (racadm sshpkauth), or start an agent that has it; a password"
    " is not used over SSH."
)
_HOST_KEY = (
    "Compare the iDRAC's host key and put it into known_hosts of the task's user; this collection trusts none by"
    " itself."
)


@dataclass(frozen=True)
class Known:
    """What a message means."""

    pattern: re.Pattern[str]
    verdict: str
    meaning: str
    next_step: str


def _known(pattern: str, verdict: str, meaning: str, next_step: str) -> Known:
    return Known(re.compile(pattern, re.IGNORECASE), verdict, meaning, next_step)


TABLE = (
    Known(FAILED, "failed", "racadm says that it is unable to perform the requested operation", ASK_BY_IPMI),
    _known(r"\bRAC1170\b|unable to find the SSL library", "broken_tool", "racadm finds no SSL library", _NO_LIBRARY),
    _known(
        r"error while loading shared libraries|cannot open shared object file",
        "broken_tool",
        "racadm lacks a library",
        "Install what the message names, or install racadm anew.",
    ),
    _known(
        r"\blocal RAC configuration\b",
        "broken_tool",
        "racadm finds no controller in this machine",
        _NO_PARTS,
    ),
    _known(
        r"racadm\S*: .{0,200}(?:not found|no such file)|command not found",
        "broken_tool",
        "racadm is not there",
        INSTALL,
    ),
    _known(r"exec format error|cannot execute", "broken_tool", "racadm does not run on this machine", INSTALL),
    _known(
        r"must be root|(?:root|administrator) privileges|operation not permitted",
        "broken_tool",
        "racadm may not be used by this user",
        "Run it as root (become).",
    ),
    _known(r"unable to connect to (?:the )?RAC\b", "unreachable", "no controller answers racadm", _ADDRESS),
    _known(
        r"unable to log ?in to (?:the )?RAC\b|invalid (?:user ?name|password)|(?:login|authentication) failed",
        "unreachable",
        "the controller refuses the log-in",
        _LOGIN,
    ),
    _known(
        r"permission denied \(|too many authentication failures",
        "unreachable",
        "the controller refuses the log-in",
        _KEYS,
    ),
    _known(
        r"host key verification failed|remote host identification has changed",
        "unreachable",
        "the controller's SSH host key is not the known one",
        _HOST_KEY,
    ),
    _known(
        r"^ssh: |^connection (?:closed by|reset by|to \S+ timed out)|^kex_exchange_identification|^unable to negotiate",
        "unreachable",
        "no SSH connection is had",
        _ADDRESS,
    ),
)
# Only where nothing else is said, since racadm goes on behind this line without -S.
REFUSED_CERTIFICATE = _known(
    r"certificate is invalid|certificate[- ](?:verif|related error|error)",
    "unreachable",
    "the controller's certificate is not trusted",
    _CERTIFICATE,
)
REFUSED_LOGIN = ("racadm asks for user or password a second time, as after a refusal", _LOGIN)
