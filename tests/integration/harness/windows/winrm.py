# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into the stand-in by WinRM: an HTTP server on loopback, with as much of the protocol as Ansible uses."""

from __future__ import annotations

import base64
import socket
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .doors import LOOPBACK, Inside, serving

USER, PASSWORD = "Administrator", "Secret-pass-1"
_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "rsp": _SHELL,
}
_ENVELOPE = (
    f"<s:Envelope {' '.join(f'xmlns:{name}={chr(34)}{uri}{chr(34)}' for name, uri in _NAMES.items())}>"
    "<s:Header><a:RelatesTo>{message}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
)


@dataclass
class _Command:
    """A command that a shell of WinRM was given; it runs when its output is asked for."""

    line: str
    stdin: bytes = b""


@contextmanager
def winrm_door(inside: Inside) -> Iterator[int]:
    """The port of an HTTP server that speaks as much WinRM as Ansible's connection plugin does."""
    commands: dict[str, _Command] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: Any) -> None:
            pass

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != _basic():
                self._send(401, b"", "WWW-Authenticate", 'Basic realm="WSMAN"')
                return
            answer = _winrm(inside, commands, ET.fromstring(content))
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._send(200, answer.encode(), "Content-Type", "application/soap+xml;charset=UTF-8")

        def _send(self, status: int, content: bytes, header: str, value: str) -> None:
            self.send_response(status)
            self.send_header(header, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    with serving(server) as port:
        yield port


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def _winrm(inside: Inside, commands: dict[str, _Command], envelope: ET.Element) -> str | None:
    """The answer to a message; None where it does not reach the host."""
    action = _text(envelope, ".//a:Action").rsplit("/", 1)[-1]
    answer = _ACTIONS[action](inside, commands, envelope)
    if answer is None:
        return None
    return _ENVELOPE.format(message=_text(envelope, ".//a:MessageID"), body=answer)


def _text(envelope: ET.Element, path: str) -> str:
    return (envelope.findtext(path, namespaces=_NAMES) or "").strip()


def _create(inside: Inside, _commands: dict[str, _Command], _envelope: ET.Element) -> str | None:
    if not inside.knock():
        return None
    shell = str(uuid.uuid4())
    return f"<rsp:Shell><rsp:ShellId>{shell}</rsp:ShellId></rsp:Shell><w:Selector Name='ShellId'>{shell}</w:Selector>"


def _command(inside: Inside, commands: dict[str, _Command], envelope: ET.Element) -> str | None:
    if not inside.knock():
        return None
    words = [element.text or "" for element in envelope.iterfind(".//rsp:CommandLine/*", _NAMES)]
    number = str(uuid.uuid4()).upper()
    commands[number] = _Command(" ".join(words))
    return f"<rsp:CommandResponse><rsp:CommandId>{number}</rsp:CommandId></rsp:CommandResponse>"


def _send(_inside: Inside, commands: dict[str, _Command], envelope: ET.Element) -> str:
    for stream in envelope.iterfind(".//rsp:Stream", _NAMES):
        commands[stream.attrib["CommandId"]].stdin += base64.b64decode(stream.text or "")
    return "<rsp:SendResponse/>"


def _receive(inside: Inside, commands: dict[str, _Command], envelope: ET.Element) -> str | None:
    (wanted,) = envelope.iterfind(".//rsp:DesiredStream", _NAMES)
    number = wanted.attrib["CommandId"]
    command = commands.pop(number)
    outcome = inside.run(command.line, command.stdin)
    if outcome is None:
        return None
    streams = "".join(
        f"<rsp:Stream Name='{name}' CommandId='{number}'>{base64.b64encode(text.encode()).decode()}</rsp:Stream>"
        for name, text in (("stdout", outcome.stdout), ("stderr", outcome.stderr))
    )
    return (
        f"<rsp:ReceiveResponse>{streams}<rsp:CommandState CommandId='{number}' State='{_SHELL}/CommandState/Done'>"
        f"<rsp:ExitCode>{outcome.rc}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>"
    )


def _signal(_inside: Inside, _commands: dict[str, _Command], _envelope: ET.Element) -> str:
    return "<rsp:SignalResponse/>"


def _delete(_inside: Inside, _commands: dict[str, _Command], _envelope: ET.Element) -> str:
    return ""


_ACTIONS: dict[str, Callable[[Inside, dict[str, _Command], ET.Element], str | None]] = {
    "Create": _create,
    "Command": _command,
    "Send": _send,
    "Receive": _receive,
    "Signal": _signal,
    "Delete": _delete,
}
