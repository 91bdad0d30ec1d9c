# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short run of the fuzzer; long ones are `python tests/fuzz/fuzz.py --executions N`."""

from __future__ import annotations

import random

import fuzz
import native
import pytest


@pytest.mark.timeout(120)
def test_nothing_but_the_engines_own_errors_comes_out() -> None:
    seed = random.randrange(1 << 30)
    done = fuzz.fuzz(20_000, seed)
    assert sum(done.values()) >= 20_000


def test_fuzzer_finds_what_raises(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def brittle(data: bytes) -> None:
        if len(data) > 3 and data[0] == 1:
            raise ValueError("found")

    monkeypatch.setattr(fuzz, "TARGETS", {"brittle": (brittle, [b"\x00" * 8], 1)})
    with pytest.raises(ValueError, match="found"):
        fuzz.fuzz(100_000, 1)
    assert "brittle: seed 1: 01" in capsys.readouterr().err


@pytest.mark.parametrize("number", native.SUITES)
def test_packets_that_the_fuzzer_begins_with_are_believed(number: int) -> None:
    """Else it would never come past the first check."""
    suite = native.ciphers.SUITES[number]
    messages = {native.OPEN_RESPONSE: native.open_response, **native.PROOFS}
    for awaited, message in messages.items():
        assert native.believed(suite, awaited, native.rmcp.build_packet(awaited, message(suite)))
    established = native.session(suite, established=True)
    assert [bool(established._judge(packet)) for packet in native.SEEDS].count(True) == 1


def test_fuzzer_finds_a_proof_that_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hmac.compare_digest", lambda one, other: len(one) == len(other))
    with pytest.raises(ValueError, match="believed"):
        fuzz.fuzz(20_000, 1, "native packet")
