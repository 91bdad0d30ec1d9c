# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What racadm prints: sections of ``key = value``, and everything else as messages.

The format is documented nowhere. What is known of it comes from outputs that administrators have published, DRAC5 to
iDRAC9: keys repeat between sections, blank lines stand inside of them, a value may be empty or hold an equals sign, and
a network card's further addresses stand indented below its first. Remote racadm prints warnings of the certificate and
asks for user and password first; over SSH the prompt and the command may be part of the output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_SECTIONS = 200
MAX_FIELDS = 5000
MAX_MESSAGES = 50
MAX_NAME_CHARS = 120
MAX_VALUE_CHARS = 1000
_MAX_LINE_CHARS = 8192
# Fields that stand before any header.
NO_SECTION = "No section"

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~])?")
_LINE_END = re.compile(r"\r\n|\n|\r")
# What a shell of an iDRAC, and racadm when it asks, leave in front of what they print.
_SHELL = r"/?admin\d{0,2}->|racadm>>"
_ASKED = r"(?:\([^()=]{1,80}\)\s?)?(?:user ?name|password)\s?:"
_PROMPT = re.compile(rf"\s*(?:(?:{_SHELL}|{_ASKED})\s*)+", re.IGNORECASE)
_ERROR = re.compile(r"(?:[^=:]{0,60}:\s{0,10})?ERROR\s?:", re.IGNORECASE)
# The header of an object, as the subcommand get prints it.
_OBJECT = re.compile(r"\[\s*Key\s*=([^\]]*)\]", re.IGNORECASE)
# The further addresses of a network card, which belong to it even where the indent was lost on the way.
_FURTHER = frozenset({"iSCSI", "FIP", "WWN", "WWPN"})
_INDENT = 4


@dataclass(frozen=True)
class Output:
    """``sections``: section -> key -> value, all text, as printed; ``messages``: what is no field and no header, with
    lines that go on joined; ``skipped``: how many fields were damaged or too many, and how many were cut."""

    sections: Mapping[str, Mapping[str, str]]
    messages: tuple[str, ...]
    skipped: int


def parse(raw: bytes) -> Output:
    """Any bytes; what is not UTF-8 is replaced, and what is no text is left out."""
    text = _ESCAPE.sub("", raw.decode("utf-8", "replace"))
    reader = _Reader()
    for line in _LINE_END.split(text):
        reader.skipped += len(line) > _MAX_LINE_CHARS
        if not reader.read(_clean(line[:_MAX_LINE_CHARS])):
            break
    return Output(reader.sections, tuple(reader.messages), reader.skipped)


def is_error(message: str) -> bool:
    """Whether racadm calls it an error, in whichever way it begins the line."""
    return _ERROR.match(message) is not None


def _clean(line: str) -> str:
    """Without control characters, marks of byte order and text direction; every space a plain one."""
    line = line.expandtabs(8)
    if line.isascii() and line.isprintable():
        return line
    return "".join(" " if char.isspace() else char for char in line if char.isprintable() or char.isspace())


class _Reader:
    def __init__(self) -> None:
        self.sections: dict[str, dict[str, str]] = {}
        self.messages: list[str] = []
        self.skipped = 0
        self._fields = 0
        self._seen: dict[tuple[str, str], int] = {}
        self._open: tuple[str, str] | None = None  # the field whose value may go on
        self._begin(NO_SECTION)

    def read(self, line: str) -> bool:
        """Take in a line; False where the output of another command begins."""
        prompt = _PROMPT.match(line)
        bare = line[prompt.end() :] if prompt else line
        text = bare.strip()
        if not text or (prompt and text.startswith(("racadm", "getsysinfo")) and "getsysinfo" in text):
            self._open = None
        elif is_error(text):
            self._message(text)
        elif prompt and self.sections and "=" not in text and not text.endswith(":"):
            return False
        elif found := _OBJECT.fullmatch(text):
            self._begin(found.group(1))
        elif "=" in text:
            self._field(bare)
        elif text.endswith(":"):
            self._begin(text[:-1])
        else:
            self._other(bare, text)
        return True

    def _begin(self, header: str) -> None:
        """A section is there from its first field on: a message that ends with a colon makes none."""
        self._section = " ".join(header.split())[:MAX_NAME_CHARS] or NO_SECTION
        self._base: int | None = None
        self._owner = ""
        self._is_nic = False
        self._open = None

    def _field(self, line: str) -> None:
        written, _equals, value = line.partition("=")
        name = " ".join(written.split()).lstrip("#")  # the subcommand get marks what is read-only
        if not any(char.isalnum() for char in name) or len(name) > MAX_NAME_CHARS or self._fields >= MAX_FIELDS:
            self.skipped += 1
            return
        name = self._owned(name, len(written) - len(written.lstrip()))
        section = self.sections.get(self._section)
        if section is None:
            if len(self.sections) >= MAX_SECTIONS:
                self.skipped += 1
                return
            section = self.sections.setdefault(self._section, {})
        name = self._unique(name, section)
        value = value.strip()
        self.skipped += len(value) > MAX_VALUE_CHARS
        section[name] = value[:MAX_VALUE_CHARS]
        self._fields += 1
        self._open = (self._section, name)

    def _owned(self, name: str, indent: int) -> str:
        """An indented key belongs to the one above it: ``NIC1 Ethernet``, then ``iSCSI``, is ``NIC1 iSCSI``."""
        is_below = self._base is not None and indent >= self._base + _INDENT
        if is_below or (self._is_nic and name in _FURTHER):
            return f"{self._owner} {name}"
        self._base = indent
        self._owner, _space, last = name.rpartition(" ")
        self._owner = self._owner or last
        self._is_nic = last == "Ethernet"
        return name

    def _unique(self, name: str, section: Mapping[str, str]) -> str:
        """Keys that a section has twice are numbered, so that every value stays a text."""
        unique = name
        while unique in section:
            number = self._seen.get((self._section, name), 1) + 1
            self._seen[self._section, name] = number
            unique = f"{name} ({number})"
        return unique

    def _other(self, line: str, text: str) -> None:
        """The rest of a value or a message where it is indented, else a message."""
        indent = len(line) - len(line.lstrip())
        if self._open and indent >= (self._base or 0) + _INDENT:
            section, name = self._open
            kept = f"{self.sections[section][name]} {text}".strip()
            self.skipped += len(kept) > MAX_VALUE_CHARS
            self.sections[section][name] = kept[:MAX_VALUE_CHARS]
        elif self.messages and not self.sections and indent >= _INDENT:
            self.messages[-1] = f"{self.messages[-1]} {text}"[:MAX_VALUE_CHARS]
        else:
            self._message(text)

    def _message(self, text: str) -> None:
        self._open = None
        if len(self.messages) < MAX_MESSAGES:
            self.messages.append(text[:MAX_VALUE_CHARS])
