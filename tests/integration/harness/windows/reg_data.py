# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of registry values as win_regedit converts, compares and shows it: PowerShell's rules, as far as they matter."""

from __future__ import annotations

import re
from typing import Any

from .options import ModuleFailed
from .registry import NUMBERS, Data, Value

# .NET's names of the types, which win_regedit shows in its diff.
_DOTNET = {
    "REG_SZ": "String",
    "REG_EXPAND_SZ": "ExpandString",
    "REG_MULTI_SZ": "MultiString",
    "REG_BINARY": "Binary",
    "REG_NONE": "None",
    "REG_DWORD": "DWord",
    "REG_QWORD": "QWord",
}


def as_data(kind: str, data: Any, *, named: bool) -> Data | None:
    """The option ``data`` as a value's data; None where nothing is to be set (no data for a key's default value)."""
    if kind in NUMBERS:
        return _number(data, kind)
    if kind in ("REG_BINARY", "REG_NONE"):
        return _bytes(data)
    if kind == "REG_MULTI_SZ":
        return tuple(_text(entry) for entry in _as_list(data))
    if data is None:
        return "" if named else None
    return _text(data)


def _number(data: Any, kind: str) -> int:
    bits, name = NUMBERS[kind], kind.removeprefix("REG_").lower()
    if isinstance(data, str):
        data = _unsigned_text(data)
    elif isinstance(data, float) and data % 1:
        raise ModuleFailed(
            f"data '{data}' cannot be a decimal or float value with a remainder when type is dword or qword"
        )
    number = int(data or 0)
    if number >= 1 << bits:
        raise ModuleFailed(f"data cannot be larger than 0x{'f' * (bits // 4)} when type is {name}")
    if number < -(1 << (bits - 1)):
        raise ModuleFailed(f'Cannot convert value "{number}" to type "System.Int{bits}".')
    return number % (1 << bits)


def _unsigned_text(text: str) -> int:
    """As [UInt64] reads it: decimal, or hexadecimal behind 0x."""
    text = text.strip()
    try:
        number = int(text, 16) if text.lower().startswith("0x") else int(text or "0")
    except ValueError:
        number = -1
    if number < 0:
        raise ModuleFailed(f'Cannot convert value "{text}" to type "System.UInt64".')
    return number


def _bytes(data: Any) -> bytes:
    if isinstance(data, int):
        if data > 255:
            raise ModuleFailed(f"cannot convert binary data '{data}' to byte array")
        return bytes([data])
    if isinstance(data, list):
        return bytes(data)
    digits = re.sub("[^a-f0-9:]", "", re.sub("^hex:", "", (data or "").lower()).replace(",", ":"))
    if ":" in digits:
        return bytes(int(byte, 16) for byte in re.split(":+", digits))
    return bytes.fromhex(digits.zfill(2) if len(digits) == 1 else digits)


def _as_list(data: Any) -> list[Any]:
    if data is None:
        return []
    return data if isinstance(data, list) else [data]


def _text(data: Any) -> str:
    return str(data)


def _signed(kind: str, number: int) -> int:
    bits = NUMBERS[kind]
    return number - (1 << bits) if number >> (bits - 1) else number


def differs(known: Value, wanted: Value) -> bool:
    """Whether win_regedit takes the data for different. Of two types, the new one is converted to the known one's."""
    (known_kind, known_data), (wanted_kind, wanted_data) = known, wanted
    if isinstance(known_data, tuple):
        entries = wanted_data if isinstance(wanted_data, tuple) else (str(wanted_data),)
        # Compare-Object, which does not see case.
        return [entry.casefold() for entry in known_data] != [entry.casefold() for entry in entries]
    if known_kind == wanted_kind or isinstance(known_data, bytes):
        return known_data != wanted_data
    if isinstance(known_data, str):
        shown = _signed(wanted_kind, wanted_data) if isinstance(wanted_data, int) else wanted_data
        return known_data != str(shown)
    try:
        return _signed(known_kind, known_data) != int(str(wanted_data))
    except ValueError:
        return True


def diff_value(value: Value) -> dict[str, Any]:
    """A value as the module's diff shows it."""
    kind, data = value
    shown: Any = data
    if isinstance(data, bytes):
        shown = [f"0x{byte:02x}" for byte in data]
    elif isinstance(data, int):
        shown = f"0x{data:0{NUMBERS[kind] // 4}x}"
    return {"type": _DOTNET[kind], "value": shown}
