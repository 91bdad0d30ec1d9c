# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plot beside the fleet's table: how time and cost grow with the number of BMCs."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clients import COLD

from fleet import clients
from fleet.runs import Condition, Row

# Ours in blue, what is compared in other colours; the same client is dashed where its cache is cold.
_COLOURS = {
    clients.FLEET: "#0b5fa5",
    clients.FLEET_TARGETS: "#4f9fd8",
    clients.FLEET_PYGHMI: "#8c7ac2",
    clients.FACTS: "#1c8a7d",
    clients.FACTS_PYGHMI: "#7cb518",
    clients.FREEIPMI: "#d1495b",
    clients.IPMITOOL: "#e08e1b",
    clients.COMMAND: "#8a5a2b",
    clients.PYGHMI: "#6b7280",
}
_LABEL_GAP = 0.05  # of an axis' height, at least so much between the names of two lines


@dataclass(frozen=True)
class Line:
    name: str
    colour: str
    dashed: bool
    points: list[tuple[int, float]]


def lines(rows: list[Row], figure: str) -> list[Line]:
    """A line for each client and cache that read some BMCs, by the number of BMCs."""
    points: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for row in rows:
        if row.condition == Condition() and row.complete and row.client in _COLOURS:
            points[row.client, row.cache].append((row.bmcs, getattr(row, figure)))
    return [
        Line(f"{client}, cold" if cache == COLD else client, _COLOURS[client], cache == COLD, sorted(found))
        for (client, cache), found in points.items()
    ]


def apart(heights: list[float], gap: float) -> list[float]:
    """Heights in rising order, moved as little as need be so that each is at least ``gap`` above the one before.

    Those that are too near to each other become a block, which stands around the middle of where they were.
    """
    blocks: list[list[float]] = []
    for height in heights:
        blocks.append([height])
        while len(blocks) > 1 and _edge(blocks[-1], gap, -1) - _edge(blocks[-2], gap, 1) < gap:
            last = blocks.pop()
            blocks[-1] += last
    return [_edge(block, gap, -1) + place * gap for block in blocks for place in range(len(block))]


def _edge(block: list[float], gap: float, side: int) -> float:
    """The lowest (-1) or highest (1) of a block's places."""
    return sum(block) / len(block) + side * gap * (len(block) - 1) / 2


def _names(axes: Any, drawn: list[Line]) -> None:
    """The name of each line: beside the panel for those that reach its right end, else above the line's own end."""
    low, high = (math.log10(limit) for limit in axes.get_ylim())
    last = max(count for line in drawn for count, _value in line.points)
    style = {"va": "center", "fontsize": 9, "annotation_clip": False}
    ordered = sorted((line for line in drawn if line.points[-1][0] == last), key=lambda line: line.points[-1][1])
    ends = [(math.log10(line.points[-1][1]) - low) / (high - low) for line in ordered]
    for line, height in zip(ordered, apart(ends, _LABEL_GAP), strict=True):
        leader = {"arrowstyle": "-", "color": line.colour, "linewidth": 0.6, "relpos": (0, 0.5), "shrinkB": 3}
        place = {"xytext": (1.06, height), "textcoords": "axes fraction"}
        axes.annotate(line.name, line.points[-1], color=line.colour, arrowprops=leader, **place, **style)
    for line in drawn:
        if line not in ordered:
            place = {"xytext": (0, 10), "textcoords": "offset points", "ha": "center"}
            axes.annotate(line.name, line.points[-1], color=line.colour, **place, **style)


def draw(rows: list[Row], file: Path) -> None:
    """Two panels, logarithmic both ways, as SVG (or what the file's name ends with). Raises ImportError where there is
    no matplotlib."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bench", "font.family": "sans-serif"})
    from matplotlib import pyplot, ticker

    figure, panels = pyplot.subplots(2, 1, figsize=(9.5, 10.5))
    figure.subplots_adjust(left=0.09, right=0.68, top=0.95, bottom=0.06, hspace=0.28)
    titles = {"wall_s": "Seconds until the whole fleet is read", "cpu_ms": "CPU time a BMC, milliseconds"}
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        drawn = lines(rows, name)
        for line in drawn:
            style = (0, (4, 2)) if line.dashed else "-"
            width = 2.2 if line.colour == _COLOURS[clients.FLEET] else 1.4
            counts, values = zip(*line.points, strict=True)
            axes.loglog(counts, values, color=line.colour, linestyle=style, linewidth=width, marker="o", markersize=4)
        counts = sorted({count for line in drawn for count, _value in line.points})
        axes.set_xticks(counts, [f"{count:,}" for count in counts])
        axes.xaxis.set_minor_locator(ticker.NullLocator())
        axes.yaxis.set_major_locator(ticker.LogLocator(10, subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _place: f"{value:g}"))
        axes.yaxis.set_minor_locator(ticker.NullLocator())
        axes.grid(True, color="#e5e7eb", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_xlabel("BMCs")
        _names(axes, drawn)
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
    pyplot.close(figure)
