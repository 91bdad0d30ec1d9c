# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each output, written by our own code, brings a simulated BMC's values to where it says: one collectd with all."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import struct
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.outputs import output_blocks
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.render import text_of
from harness.collectd import Collectd, ipmi_block, wait_for
from harness.collectd_plugins import plugins_or_skip
from harness.ipmi_sim import IpmiSim, free_port, own_address

pytestmark = [pytest.mark.needs_command("collectd", "ipmi_sim", "rrdtool"), pytest.mark.timeout(900)]

MODEL = Path(__file__).resolve().parents[1] / "simulators" / "models" / "satellite.emu"
BMC = "rack1"
INLET, INLET_CELSIUS = "Inlet Temp invalid (55.1)", 22.0
FIRST_VALUES_S = 90.0
# Characters that collectd's files, HTTP and shells treat each in its own way.
USERNAME, PASSWORD = "monitor", 'a "quoted" $\\ #b'


class Posts:
    """An HTTP server that keeps what is posted to it, by those who log in."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.logins: set[str] = set()
        posts = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if "Authorization" not in self.headers:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="values"')
                else:
                    posts.logins.add(self.headers["Authorization"])
                    posts.bodies += json.loads(body)
                    self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Not into the tests' output."""

        self._server = HTTPServer((own_address(), 0), Handler)
        self.url = f"http://{own_address()}:{self._server.server_port}/values"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Running:
    """A collectd with all outputs, and what listens at their other ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.posts = Posts()
        self.plain, self.signed = _udp_socket(), _udp_socket()
        self.page = (own_address(), free_port(own_address(), socket.SOCK_STREAM))
        self.outputs: dict[str, Any] = {
            "csv": {"data_dir": str(folder / "lines"), "store_rates": False},
            "rrdtool": {"data_dir": str(folder / "rrd"), "cache_timeout_s": 0, "cache_flush_s": 0},
            "write_prometheus": {"host": self.page[0], "port": self.page[1], "staleness_delta_s": 30},
            "network": {
                "servers": [
                    {"host": own_address(), "port": self.plain.getsockname()[1]},
                    {
                        "host": own_address(),
                        "port": self.signed.getsockname()[1],
                        "security_level": "Sign",
                        "username": USERNAME,
                        "password": PASSWORD,
                    },
                ]
            },
            "write_http": {
                "nodes": [
                    {
                        "name": "posts",
                        "url": self.posts.url,
                        "username": USERNAME,
                        "password": PASSWORD,
                        "verify_peer": True,
                        "ca_file": "/etc/ssl/certs/ca-certificates.crt",
                        "format": "JSON",
                    }
                ]
            },
        }

    def close(self) -> None:
        self.posts.close()
        self.plain.close()
        self.signed.close()


def _udp_socket() -> socket.socket:
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind((own_address(), 0))
    receiver.settimeout(FIRST_VALUES_S)
    return receiver


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    plugins_or_skip("ipmi", "rrdtool", "network", "write_http", "write_prometheus")
    folder = tmp_path_factory.mktemp("outputs")
    found = Running(folder)
    more = text_of(output_blocks(found.outputs))
    try:
        with (
            IpmiSim(MODEL, folder, host=own_address(), port=623) as bmc,
            Collectd(folder / "collectd", ipmi_block(BMC, bmc.host, bmc.username, bmc.password), more=more),
        ):
            yield found
    finally:
        found.close()


def test_csv_writes_lines_into_its_folder(running: Running) -> None:
    lines = running.folder / "lines" / BMC / "ipmi"
    (file,) = wait_for(lambda: list(lines.glob(f"temperature-{INLET}-*")), FIRST_VALUES_S)
    rows = wait_for(lambda: file.read_text().splitlines()[1:], FIRST_VALUES_S)
    assert float(rows[0].split(",")[1]) == INLET_CELSIUS


def test_rrdtool_keeps_a_database_for_each_sensor(running: Running) -> None:
    file = running.folder / "rrd" / BMC / "ipmi" / f"temperature-{INLET}.rrd"
    wait_for(file.exists, FIRST_VALUES_S)

    def last() -> list[str]:
        done = subprocess.run(
            ["rrdtool", "lastupdate", str(file)], capture_output=True, text=True, timeout=10, check=True
        )
        return [line for line in done.stdout.splitlines() if line.endswith(f" {INLET_CELSIUS:g}")]

    wait_for(last, FIRST_VALUES_S)


def test_page_for_prometheus_has_the_values_at_the_named_address_alone(running: Running) -> None:
    host, port = running.page

    def page() -> str:
        with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
        return text if INLET in text else ""

    wanted = f'collectd_ipmi_temperature{{ipmi="{INLET}",instance="{BMC}"}} {INLET_CELSIUS:g} '
    assert wanted in wait_for(page, FIRST_VALUES_S)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5)


def test_http_posts_are_json_of_a_user_who_logs_in(running: Running) -> None:
    def posted() -> list[Any]:
        return [
            one
            for one in running.posts.bodies
            if (one["host"], one["plugin"], one["type_instance"]) == (BMC, "ipmi", INLET)
        ]

    assert wait_for(posted, FIRST_VALUES_S)[0]["values"] == [INLET_CELSIUS]
    login = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    assert running.posts.logins == {f"Basic {login}"}


def test_network_sends_collectds_own_protocol(running: Running) -> None:
    wait_for(
        lambda: _values(running.plain.recv(2048)).get((BMC, "temperature", INLET)) == INLET_CELSIUS, FIRST_VALUES_S
    )


def test_network_signs_with_the_users_password(running: Running) -> None:
    packet = running.signed.recv(2048)
    (kind, length), mac = struct.unpack("!HH", packet[:4]), packet[4:36]
    assert (kind, packet[36:length]) == (SIGNATURE, USERNAME.encode())
    assert hmac.new(PASSWORD.encode(), packet[36:], hashlib.sha256).digest() == mac


# Kinds of parts in collectd's binary protocol.
HOST, PLUGIN, TYPE, TYPE_INSTANCE, VALUES, SIGNATURE = 0x0000, 0x0002, 0x0004, 0x0005, 0x0006, 0x0200
TEXTS = (HOST, PLUGIN, TYPE, TYPE_INSTANCE)


def _values(packet: bytes) -> dict[tuple[str, str, str], float]:
    """The ipmi plugin's values of a packet: a part holds until another of its kind comes."""
    found: dict[tuple[str, str, str], float] = {}
    now = dict.fromkeys(TEXTS, "")
    while packet:
        kind, length = struct.unpack("!HH", packet[:4])
        body, packet = packet[4:length], packet[length:]
        if kind in TEXTS:
            now[kind] = body.rstrip(b"\0").decode()
        elif kind == VALUES and now[PLUGIN] == "ipmi":
            # Count, kind of each value (1: gauge), values; a gauge alone is little-endian.
            found[now[HOST], now[TYPE], now[TYPE_INSTANCE]] = struct.unpack("<d", body[3:11])[0]
    return found
