# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the intervals that collectd's ipmi plugin misses, on a node that is idle and on one that is busy, and write
docs/collectd-intervals.md (`make bench-collectd`).

The plugin starts a read each interval and passes over a sensor whose last one is not answered yet.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What follows is found by it, so that it cannot stand above.
sys.path[:0] = [str(ROOT / ".build"), str(ROOT / "tests" / "integration"), str(ROOT / "tests" / "simulators")]

from harness.collectd_role import INSTALL, METRICS, PORT, Collector, address, instance, write_emu  # noqa: E402
from harness.ipmi_sim import IpmiSim  # noqa: E402
from harness.node import Node, node  # noqa: E402

INTERVALS_S = (1.0, 10.0)
BMCS = 4
FOLDER = "/var/lib/collectd/csv"
# For each processor two loops that do nothing, and one that has what it writes brought to the disk.
LOAD = """\
for n in $(seq $(nproc)); do
    (while :; do :; done) & (while :; do :; done) &
    (while :; do dd if=/dev/zero of=load.$n bs=1M count=64 conv=fsync status=none; done) &
done
wait
"""


@dataclass(frozen=True)
class Row:
    """One measurement. ``expected`` and ``missed``: intervals of all sensors; ``longest_s``: the longest pause."""

    interval_s: float
    load: str
    sensors: int
    expected: int
    missed: int
    longest_s: float


@contextmanager
def load(wanted: bool) -> Iterator[None]:
    """On the machine that the node runs on: what a node writes lies in memory."""
    if not wanted:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        process = subprocess.Popen(["sh", "-c", LOAD], cwd=folder, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def count(machine: Node, interval_s: float, began: float) -> Row:
    """What the files of plugin csv say that was written since."""
    told = machine.must(f"cd {FOLDER} && grep -H . */ipmi/*")
    times: dict[str, list[float]] = {}
    for line in told.splitlines():
        path, _colon, row = line.partition(":")
        when = row.split(",")[0]
        if when != "epoch" and float(when) >= began:
            times.setdefault(path, []).append(float(when))
    pauses = [later - earlier for seen in times.values() for earlier, later in zip(seen, seen[1:], strict=False)]
    missed = sum(max(0, round(pause / interval_s) - 1) for pause in pauses)
    return Row(interval_s, "", len(times), missed + len(pauses), missed, max(pauses))


def measure(collector: Collector, bmcs: list[IpmiSim], duration_s: float) -> list[Row]:
    rows = []
    instances = [instance(f"bmc{number}", bmc) for number, bmc in enumerate(bmcs)]
    for interval_s in INTERVALS_S:
        collector.must(*instances, interval_s=interval_s, timeout_s=60, outputs={"csv": {"data_dir": FOLDER}})
        for busy in (False, True):
            with load(busy):
                time.sleep(5)
                began = time.time()
                time.sleep(max(duration_s, 12 * interval_s))
                found = count(collector.machine, interval_s, began)
            rows.append(Row(**{**vars(found), "load": "processors and disk saturated" if busy else "idle"}))
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def page(rows: list[Row], duration_s: float) -> str:
    table = "\n".join(
        f"| {row.interval_s:g} | {row.load} | {row.sensors} | {row.expected} | {row.missed}"
        f" ({100 * row.missed / row.expected:.2f} %) | {row.longest_s:.1f} |"
        for row in rows
    )
    return f"""\
# Intervals that collectd misses

Written by `make bench-collectd`.

- date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC
- machine: {os.cpu_count()} processors, Linux {os.uname().release}; collectd 5.12 on Debian 12 in systemd-nspawn
- {BMCS} BMCs on loopback (`ipmi_sim`), each read by an instance of its own
- each row: {duration_s:g} s, or 12 intervals where that is longer

| interval s | node | sensors | intervals of all sensors | missed | longest pause s |
|--:|---|--:|--:|--:|--:|
{table}

An interval is missed where a sensor has no value for it: the plugin asks for all sensors at the beginning of each
interval, and passes over one whose last reading is still on its way. Saturated means, for each processor, two loops
that do nothing and one that writes 64 MB to the disk again and again; the simulated BMCs are on the same
processors, and suffer with it.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duration", type=float, default=60, help="seconds for each row (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="the page to write (default: standard output)")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="intervals-")))
        emu = write_emu(METRICS, folder)
        bmcs = []
        for number in range(BMCS):
            place = folder / str(number)
            place.mkdir()
            host = f"{address(0).rsplit('.', 1)[0]}.{number + 1}"
            bmcs.append(stack.enter_context(IpmiSim(emu, place, host=host, port=PORT)))
        machine = stack.enter_context(node("bookworm"))
        machine.must(INSTALL)
        collector = Collector(machine)
        collector.prepare()
        text = page(measure(collector, bmcs, options.duration), options.duration)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
