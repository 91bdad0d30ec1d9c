# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a model or fleet file: limits, sessions, repository, event log."""

from __future__ import annotations

from . import parse_sel
from .model import Lan, Limits, SdrOptions, SelOptions
from .reader import Node


def parse_sel_options(node: Node, base: SelOptions | None = None) -> SelOptions:
    base = base or SelOptions()
    options = SelOptions(
        capacity=node.integer("capacity", base.capacity, 1, 0xFFFE),
        circular=node.flag("circular", base.circular),
        erase_polls=node.integer("erase_polls", base.erase_polls, high=1000),
        log_clear=node.flag("log_clear", base.log_clear),
        clock=node.choice("clock", ("host", "pre_init"), base.clock),
        addition_cancels=node.flag("addition_cancels", base.addition_cancels),
        present=node.flag("present", base.present),
        reservation=node.flag("reservation", base.reservation),
        restart_ids=node.flag("restart_ids", base.restart_ids),
        first_id=node.integer("first_id", base.first_id, 1, 0xFFFE),
        free_zero_after_clear=node.flag("free_zero_after_clear", base.free_zero_after_clear),
        utc_offset=node.integer("utc_offset", base.utc_offset, -1440, 1440),
    )
    node.done()
    return options


def parse_limits(node: Node, base: Limits | None = None) -> Limits:
    base = base or Limits()
    limits = Limits(
        sessions=node.integer("sessions", base.sessions, 0, 1000),
        session_timeout_s=node.number("session_timeout_s", base.session_timeout_s),
        sdr_read=node.integer("sdr_read", base.sdr_read, 1),
        fru_read=node.integer("fru_read", base.fru_read, 1),
        bridge_style=node.choice("bridge_style", ("message", "embedded"), base.bridge_style),
        suites=tuple(node.ints("suites", list(base.suites))),
        privilege_refused=node.integer("privilege_refused", base.privilege_refused),
        reset_s=node.number("reset_s", base.reset_s),
    )
    if set(limits.suites) - {3, 8, 17}:
        raise node.error("can be 3, 8 and 17 only", "suites")
    node.done()
    return limits


def parse_lan(node: Node, base: Lan | None = None) -> Lan:
    base = base or Lan()
    versions = tuple(str(item) for item in node.sequence("versions")) or base.versions
    auth = tuple(str(item) for item in node.sequence("auth")) or base.auth
    if set(versions) - {"1.5", "2.0"}:
        raise node.error("can be '1.5' and '2.0' only", "versions")
    if set(auth) - {"md5", "straight", "none"}:
        raise node.error("can be md5, straight and none only", "auth")
    lan = Lan(
        versions=versions,
        auth=auth,
        per_message=node.flag("per_message", base.per_message),
        extended_code=node.integer("extended_code", base.extended_code),
        wrong_password_code=node.integer("wrong_password_code", base.wrong_password_code),
    )
    node.done()
    return lan


def parse_sdr_options(node: Node, base: SdrOptions | None = None) -> SdrOptions:
    base = base or SdrOptions()
    options = SdrOptions(
        repository=node.flag("repository", base.repository),
        dynamic=node.flag("dynamic", base.dynamic),
        stamp=parse_sel.parse_time(node, "stamp") if node.has("stamp") else base.stamp,
    )
    node.done()
    return options
