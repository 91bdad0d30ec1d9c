# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed apt repository on loopback, with faults, for whatever suite and component a client asks for."""

from __future__ import annotations

import contextlib
import hashlib
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.ipmi_sim import own_address

from .packages import ARCHITECTURE, Package

# Faults: the file is not there; the connection ends in the middle of it.
MISSING, CUT = "missing", "cut"
COMPONENTS = ("main", "non-free")
_STOP_S = 5.0
# The vendors' repositories have one folder for each version and system: a client may ask below any.
_INDEX = rf"(?:{'|'.join(COMPONENTS)})/binary-{ARCHITECTURE}/Packages"
_RELEASE = re.compile(r"/(?:.*/)?dists/(.+)/InRelease")
_FILE = re.compile(rf"/(?:.*/)?(?:dists/.+/({_INDEX})|(pool/.+))")


class Key:
    """A key of its own for signatures, without a passphrase, in a folder that goes with it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self._gpg = ["gpg", "--homedir", str(folder), "--batch", "--quiet", "--pinentry-mode", "loopback"]
        self._run("--passphrase", "", "--quick-generate-key", f"{folder.name} <nobody@example.org>", "ed25519", "sign")
        self._folder = folder
        self.public = folder / "public.asc"
        self.public.write_bytes(self._run("--armor", "--export"))

    def sign(self, data: bytes) -> bytes:
        """The data in clear, with the signature."""
        return self._run("--clearsign", "--digest-algo", "SHA512", stdin=data)

    def close(self) -> None:
        """End the agent that gpg has started."""
        subprocess.run(["gpgconf", "--homedir", str(self._folder), "--kill", "all"], check=True)

    def _run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        return subprocess.run([*self._gpg, *arguments], input=stdin, capture_output=True, check=True).stdout


class Repository:
    """A context manager. ``asked``: the paths that were asked for, in turn."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._files: dict[str, bytes] = {}
        self._built: dict[Package, bytes] = {}
        self._fault: tuple[str, str] | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Repository:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keys-")))
            self._key, wrong = (Key(folder / name) for name in ("vendor", "other"))
            stack.callback(self._key.close)
            stack.callback(wrong.close)
            self.key, self.wrong_key = self._key.public, wrong.public
            self.offer()
            self._server = ThreadingHTTPServer((own_address(), 0), _handler(self))
            stack.callback(self._server.server_close)
            thread = threading.Thread(target=self._server.serve_forever, daemon=True)
            thread.start()
            stack.callback(thread.join, _STOP_S)
            stack.callback(self._server.shutdown)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    def offer(self, *packages: Package) -> None:
        """Have these packages, and no others, from now on."""
        files, paragraphs = {}, []
        for package in packages:
            data = self._built.setdefault(package, package.build())
            files[package.path] = data
            digest = hashlib.sha256(data).hexdigest()
            paragraphs.append(f"{package.control}\nFilename: {package.path}\nSize: {len(data)}\nSHA256: {digest}\n")
        index = "\n".join(paragraphs).encode()
        indices = {f"{component}/binary-{ARCHITECTURE}/Packages": index for component in COMPONENTS}
        self._files, self._indices = {**files, **indices}, indices

    @contextlib.contextmanager
    def fault(self, kind: str, part: str) -> Iterator[None]:
        """For a while, files with this in their names are ``MISSING`` or ``CUT``."""
        self._fault = (kind, part)
        try:
            yield
        finally:
            self._fault = None

    def answer(self, path: str) -> tuple[bytes, int] | None:
        """What is sent of a file, and how long it is said to be; null where there is none."""
        self.asked.append(path)
        data = self._find(path)
        kind, part = self._fault or ("", "")
        if data is None or (part in path and kind == MISSING):
            return None
        return (data[: len(data) // 2] if part in path and kind == CUT else data), len(data)

    def _find(self, path: str) -> bytes | None:
        if release := _RELEASE.fullmatch(path):
            return self._key.sign(_release(release[1], self._indices).encode())
        file = _FILE.fullmatch(path)
        return self._files.get(file[1] or file[2]) if file else None


def _release(suite: str, indices: dict[str, bytes]) -> str:
    lines = [
        "Origin: stand-in",
        f"Suite: {suite}",
        f"Codename: {suite}",
        f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}",
        f"Architectures: {ARCHITECTURE}",
        f"Components: {' '.join(COMPONENTS)}",
        "SHA256:",
        *(f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}" for name, data in indices.items()),
    ]
    return "\n".join(lines) + "\n"


def _handler(repository: Repository) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            answer = repository.answer(self.path)
            if answer is None:
                self.send_error(404)
                return
            data, length = answer
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            """Nothing of it into the tests' output."""

    return Handler
