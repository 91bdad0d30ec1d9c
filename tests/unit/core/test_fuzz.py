# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever bytes a BMC sends: a value, or a DecodeError."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.bmc import decode_device_id
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DecodeError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.decode import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.reading import (
    decode_reading,
    decode_thresholds,
    reading_states,
    threshold_status,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.records import SensorRecord
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensors import expand
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.strings import decode_id_string, decode_text

KNOWN_TYPES = st.sampled_from([0x01, 0x02, 0x03, 0x08, 0x09, 0x11, 0x12, 0xC0])


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """A header that is in order, so that the bodies are tried and not only the header's length."""
    body = draw(st.binary(max_size=70))
    return bytes((draw(st.integers(0, 255)), 0, 0x51, draw(KNOWN_TYPES), len(body))) + body


def use(data: bytes) -> None:
    """Decode a record and look at everything that a sensor of it shows."""
    with suppress(DecodeError):
        record = decode_record(data)
        for sensor in expand(record) if isinstance(record, SensorRecord) else []:
            shown = [sensor.name, sensor.entity, sensor.entity_name, sensor.type_name, sensor.kind, sensor.unit]
            shown += [sensor.collectd_name, sensor.collectd_type]
            assert json.dumps(shown, allow_nan=False)
            assert 0 <= sensor.number <= 0xFF
            if sensor.target:
                assert sensor.target.address != 0x20


@given(st.binary(max_size=80))
def test_any_bytes_as_a_record(data):
    use(data)


@given(records())
def test_any_body_behind_a_proper_header(data):
    use(data)


@given(records(), st.integers(0, 75))
def test_any_record_cut_anywhere(data, length):
    use(data[:length])


@given(records(), st.binary(max_size=10))
def test_bytes_behind_a_record_change_nothing(data, more):
    try:
        expected = decode_record(data)
    except DecodeError:
        return
    assert decode_record(data + more) == expected


@given(st.binary(max_size=8))
def test_any_bytes_as_a_reading(data):
    reading = decode_reading(data)
    assert (reading is None) == (len(data) < 2)
    if reading and reading.bits is not None:
        assert 0 <= reading.bits <= 0x7FFF
        assert threshold_status(reading.bits) in ("ok", "non_critical", "critical", "non_recoverable")


@given(st.binary(max_size=10))
def test_any_bytes_as_thresholds(data):
    assert all(0 <= raw <= 0xFF for raw in decode_thresholds(data).values())


@given(st.booleans(), st.integers(0, 255), st.integers(0, 255), st.integers(0, 0x7FFF))
def test_any_state_has_a_text(is_threshold, event_type, sensor_type, bits):
    texts = reading_states(is_threshold, event_type, sensor_type, bits)
    assert len(texts) == bin(bits & (0x3F if is_threshold else 0x7FFF)).count("1")
    assert all(texts)


@given(st.integers(0, 3), st.binary(max_size=40))
def test_any_bytes_as_text(encoding, raw):
    text = decode_text(encoding, raw)
    assert all(character.isprintable() or character == "\ufffd" for character in text)
    assert text.encode("utf-8").decode("utf-8") == text


@given(st.binary(max_size=40), st.integers(0, 45))
def test_any_bytes_as_an_id_string(data, offset):
    assert isinstance(decode_id_string(data, offset), str)


@given(st.binary(max_size=20))
def test_any_bytes_as_a_device_id(data):
    with suppress(DecodeError):
        device = decode_device_id(data)
        assert device.manufacturer_id is None or 0 <= device.manufacturer_id < 1 << 20
        assert device.product_id is None or 0 <= device.product_id < 1 << 16
