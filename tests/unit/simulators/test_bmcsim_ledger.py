# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of simulated BMCs, and the ledger that tests judge by."""

from __future__ import annotations

import json

import pytest
from lanprobe import Probe

from bmcsim import multiset, read_ledger, running

SEL = 0x0A
ENTRY = bytes(2) + b"\x02" + bytes(4) + bytes.fromhex("20000410016f02ffff")
TRIGGER = {"netfn": SEL, "cmd": 0x47, "data": "", "event": {"sensor": "Fan1A", "offset": 2}}


def events(bmc) -> list[str]:
    """Sensor number, direction and type, and event data of what was added to the log."""
    return [line["raw"][22:] for line in bmc.ledger().of("event")]


def read_log(probe: Probe) -> list[bytes]:
    record_id, found = 0, []
    while record_id != 0xFFFF:
        reply = probe.request(SEL, 0x43, bytes(2) + record_id.to_bytes(2, "little") + b"\0\xff")
        if reply == b"\xcb":
            break
        found.append(reply[3:])
        record_id = int.from_bytes(reply[1:3], "little")
    return found


def archive_and_clear(probe: Probe) -> tuple[list[bytes], bytes]:
    """Reserve, read, clear: what was read, and the answer to Clear SEL."""
    reservation = probe.request(SEL, 0x42)[1:]
    found = read_log(probe)
    return found, probe.request(SEL, 0x47, reservation + b"CLR\xaa")


def test_threshold_crossings_are_logged_with_reading_and_threshold(serve):
    bmc = serve()
    bmc.set_sensor("Inlet Temp", reading=43, log=True)
    bmc.set_sensor("Inlet Temp", reading=41, log=True)  # within the hysteresis of 2
    bmc.set_sensor("Inlet Temp", reading=20, log=True)
    assert events(bmc) == ["01" + rest for rest in ("01572b26", "01592b2a", "8159142a", "81571426")]
    bmc.set_sensor("Inlet Temp", reading=0, log=True)
    assert events(bmc)[4:] == ["0101500005", "0101520000"]


def test_states_are_logged_when_they_begin_and_end(serve):
    bmc = serve(events=True)
    number = f"{bmc.sensor('PSU2 Status').number:02x}"
    bmc.set_sensor("PSU2 Status", states=[0, 3])
    bmc.set_sensor("PSU2 Status", states=[0])
    assert events(bmc) == [f"{number}6f03ffff", f"{number}ef03ffff"]
    bmc.set_sensor("PSU2 Status", states=[0, 1], log=False)
    assert len(events(bmc)) == 2


def test_change_without_the_option_is_not_logged_and_not_made_up_for(serve):
    bmc = serve(overrides={"Fan2A": {"reading": 360}})
    bmc.set_sensor("Inlet Temp", reading=43)
    bmc.set_sensor("Inlet Temp", reading=44, log=True)
    bmc.set_sensor("Fan2A", reading=360, log=True)
    assert events(bmc) == []


def test_reading_that_changes_over_time_makes_events(serve, login):
    bmc = serve(events=True, overrides={"Inlet Temp": {"over_time": {"values": [20, 43], "every_s": 0}}})
    probe = login(bmc)
    for _read in range(2):
        probe.request(0x04, 0x2D, b"\1")
    assert [event[2:6] for event in events(bmc)] == ["0157", "0159"]


def test_events_by_name_and_by_bytes(serve):
    bmc = serve()
    bmc.set_clock(1000, stands=True)
    assert bmc.event(sensor="Fan1A", offset=2, reading=360, threshold=480) == 6
    bmc.event(hex=ENTRY.hex())
    bmc.event(sensor="Fan1A", offset=2, time=5, deassert=True)
    bmc.add_sel(ENTRY[:3] + b"\7\0\0\0" + ENTRY[7:], stamp=False)
    assert [line["time"] for line in bmc.ledger().of("event")] == [1000, 1000, 5, 7]
    assert [int.from_bytes(raw[3:7], "little") for raw in bmc.sel_records()[5:]] == [1000, 1000, 5, 7]


def test_ledger_tells_of_everything_before_it_is_done(serve, tmp_path, login):
    path = tmp_path / "sub" / "sim.jsonl"
    bmc = serve(ledger=str(path))
    probe = login(bmc)
    probe.request(SEL, 0x44, ENTRY)
    probe.request(SEL, 0x46, probe.request(SEL, 0x42)[1:] + b"\2\0")
    assert archive_and_clear(probe)[1] == b"\0\1"
    probe.request(SEL, 0x49, bytes(4))
    bmc.reboot()
    view = read_ledger(path)
    kinds = [line["kind"] for line in view.lines]
    assert kinds == ["start", *["initial"] * 5, "event", "erase", "clear", *["erase"] * 5, "clock", "reboot"]
    assert [line["n"] for line in view.lines] == list(range(1, len(kinds) + 1))
    assert [line["reason"] for line in view.erased] == ["delete", *["clear"] * 5]
    assert view.clears[0]["by"] == view.clocks[0]["by"] == "root" and view.clears[0]["count"] == 5
    assert view.remaining_raw() == multiset([]) == multiset(bmc.sel_records())
    assert path.stat().st_mode & 0o777 == 0o600


def test_ledger_is_on_disk_when_the_log_changes(serve, tmp_path, monkeypatch):
    bmc = serve(ledger=str(tmp_path / "sim.jsonl"))
    seen = []
    write = bmc.bmc.ledger.write

    def watch(*entries, **options):
        write(*entries, **options)
        seen.append((len(bmc.bmc.sel.entries), len(read_ledger(tmp_path / "sim.jsonl").lines)))

    monkeypatch.setattr(bmc.bmc.ledger, "write", watch)
    bmc.add_sel(ENTRY)
    bmc.clear_sel("somebody")
    assert seen == [(5, 7), (6, 8), (6, 14)]
    assert sum(bmc.ledger().erased_raw(by="somebody").values()) == 6


def test_event_between_reading_and_clearing_cancels_the_reservation(serve, login):
    bmc = serve(faults={"triggers": [{**TRIGGER, "when": "before"}]})
    found, answer = archive_and_clear(login(bmc))
    assert answer == b"\xc5" and bmc.ledger().erased == []
    assert not bmc.ledger().lost(found)
    assert bmc.ledger().twice(found) == multiset(found)


def test_ledger_finds_the_loss_when_the_reservation_is_not_cancelled(serve, login):
    bmc = serve(faults={"keep_sel_reservation": True, "triggers": [TRIGGER]})
    found, answer = archive_and_clear(login(bmc))
    assert answer == b"\0\1" and len(found) == 5 and bmc.sel_records() == []
    view = bmc.ledger()
    (lost,) = view.lost(found, bmc.sel_records()).elements()
    assert lost == view.of("event")[0]["raw"] and view.of("event")[0]["origin"] == "trigger"


def test_event_after_the_start_of_an_erasure_stays(serve, login):
    bmc = serve(sel_options={"erase_polls": 2}, faults={"triggers": [{**TRIGGER, "when": "after"}]})
    probe = login(bmc)
    found, answer = archive_and_clear(probe)
    assert answer == b"\0\0"
    while (reply := probe.request(SEL, 0x42)) == b"\x81":
        pass
    assert reply[0] == 0 and len(bmc.sel_records()) == 1
    assert not bmc.ledger().lost(found, bmc.sel_records()) and not bmc.ledger().twice(found, bmc.sel_records())


def test_strangers_clear_costs_the_reservation(serve, login):
    bmc = serve(faults={"triggers": [{"netfn": SEL, "cmd": 0x47, "clear": True}]})
    found, answer = archive_and_clear(login(bmc))
    assert answer == b"\xc5" and bmc.ledger().clears[0]["by"] == "stranger"
    assert bmc.ledger().erased_raw(by="stranger") == multiset(found)


def test_full_and_circular_logs_in_the_ledger(serve):
    full = serve(sel_options={"capacity": 5})
    full.add_sel(ENTRY)
    assert len(full.ledger().refused) == 1 and not full.ledger().of("event")
    circular = serve(sel_options={"capacity": 5, "circular": True})
    first = circular.sel_records()[0]
    circular.add_sel(ENTRY)
    assert [(line["reason"], line["raw"]) for line in circular.ledger().erased] == [("overwrite", first.hex())]
    assert circular.ledger().remaining_raw() == multiset(circular.sel_records())


def test_marker_of_a_clear_is_in_the_ledger(serve, login):
    bmc = serve(sel_options={"log_clear": True})
    found, _answer = archive_and_clear(login(bmc))
    assert [line["origin"] for line in bmc.ledger().of("event")] == ["marker"]
    assert not bmc.ledger().lost(found, bmc.sel_records())


def test_record_ids_wrap_around_and_begin_anew(serve, login):
    bmc = serve({"sensors": []}, sel_options={"first_id": 0xFFFD})
    assert [bmc.add_sel(ENTRY) for _count in range(4)] == [0xFFFD, 0xFFFE, 1, 2]
    assert [entry[:2] for entry in read_log(login(bmc))] == [b"\xfd\xff", b"\xfe\xff", b"\1\0", b"\2\0"]
    bmc = serve({"sensors": []}, sel_options={"restart_ids": True})
    bmc.set_clock(5, stands=True)
    for _round in range(2):
        bmc.add_sel(ENTRY)
        bmc.clear_sel()
    assert set(bmc.ledger().generated_raw().values()) == {2}


def test_logs_that_lack_something(serve, login):
    probe = login(serve(sel_options={"present": False}))
    assert {probe.request(SEL, cmd) for cmd in (0x40, 0x41, 0x42, 0x48)} == {b"\xc1"}
    assert not probe.request(0x06, 0x01)[6] & 0x04
    bmc = serve(sel_options={"reservation": False, "free_zero_after_clear": True, "utc_offset": -60})
    probe = login(bmc)
    assert probe.request(SEL, 0x42) == b"\xc1" and not probe.request(SEL, 0x40)[14] & 0x02
    assert probe.request(SEL, 0x47, bytes(2) + b"CLR\xaa") == b"\0\1"
    assert probe.request(SEL, 0x40)[2:6] == bytes(4)
    assert probe.request(SEL, 0x5C) == b"\0\xc4\xff"


def test_torn_last_line_is_counted_and_left_out(tmp_path):
    path = tmp_path / "a.jsonl"
    for _run in range(2):
        with running({"name": "a", "model": "rack1u"}, ledger=tmp_path) as fleet:
            fleet["a"].add_sel(ENTRY)
        with path.open("ab") as stream:
            stream.write(b'{"n": 8, "kind": "ev')
    view = read_ledger(path)
    assert view.torn == 2 and len(view.of("start")) == 2 and len(view.of("event")) == 2
    assert [line["kind"] for line in view.last_run().lines].count("start") == 1
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], b"{torn", *lines[1:]]))
    with pytest.raises(ValueError, match="line 2 is damaged"):
        read_ledger(path)
    assert json.loads(lines[0])["bmc"] == "a"
