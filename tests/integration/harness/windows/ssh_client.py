# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the program ssh that Ansible's connection plugin runs: hands its command to the host's door.

doors.py writes a copy of this with its port and the path of a Python, which is all that it needs to run. What goes both
ways is JSON, bytes as characters of Latin-1.
"""

import json
import os
import socket
import sys

PORT = 0


def main() -> int:
    # Without input for the command, Ansible gives a terminal, which has no end.
    stdin = b"" if os.isatty(0) else sys.stdin.buffer.read()
    with socket.create_connection(("127.0.0.1", PORT)) as door:
        door.sendall(json.dumps({"arguments": sys.argv[1:], "stdin": stdin.decode("latin-1")}).encode())
        door.shutdown(socket.SHUT_WR)
        told = json.loads(b"".join(iter(lambda: door.recv(65536), b"")))
    sys.stdout.buffer.write(told["stdout"].encode("latin-1"))
    sys.stderr.buffer.write(told["stderr"].encode("latin-1"))
    return int(told["rc"])


if __name__ == "__main__":
    sys.exit(main())
