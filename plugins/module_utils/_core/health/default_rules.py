# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The default severity of thresholds and of discrete states; a user may override any rule by its name.

What has no rule is nominal. A rule with a sensor type wins over the generic rule (sensor type None) of the same event
type and offset. The ratings are in line with FreeIPMI's interpretation of sensors, save where its users were misled:

- what is not there is no fault: entity absent or disabled, device absent or disabled, FRU not installed, slot disabled,
  terminator in an empty socket;
- failures foretold, correctable errors and their logging limits, and redundancy that is degraded or leaves sufficient
  resources are warnings, not critical; so are a disabled processor or memory device and an inactive FRU;
- a threshold that is non-critical is a warning, as FreeIPMI has it for events only;
- a watchdog that expired is critical whatever it did then, and watchdog 1 counts as watchdog 2 does;
- everyday events are nominal: clock synchronisation, orderly shutdown, restart by the OS, boot completed;
- drive slots of type 03h are not rated, since asserted there stands for present on some boards, for faulty on others.

Event/reading types and offsets: IPMI v2.0 rev 1.1, tables 42-2 and 42-3.
"""

from __future__ import annotations

from dataclasses import dataclass

NOMINAL = "nominal"
WARNING = "warning"
CRITICAL = "critical"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class StateRule:
    """The severity of one discrete state: event/reading type, sensor type (None for any), offset (0 to 14)."""

    name: str
    event_type: int
    sensor_type: int | None
    offset: int
    severity: str


@dataclass(frozen=True)
class ThresholdRule:
    """The severity of a threshold sensor's status: "non_critical", "critical" or "non_recoverable"."""

    name: str
    status: str
    severity: str


THRESHOLD_RULES: tuple[ThresholdRule, ...] = (
    ThresholdRule("threshold.non_critical", "non_critical", WARNING),
    ThresholdRule("threshold.critical", "critical", CRITICAL),
    ThresholdRule("threshold.non_recoverable", "non_recoverable", CRITICAL),
)

STATE_RULES: tuple[StateRule, ...] = (
    # Generic states. They hold for every sensor type that has no rule of its own below.
    StateRule("generic.predictive_failure", 0x04, None, 1, WARNING),
    StateRule("generic.limit_exceeded", 0x05, None, 1, CRITICAL),
    StateRule("generic.performance_lags", 0x06, None, 1, WARNING),
    StateRule("generic.transition_to_non_critical_from_ok", 0x07, None, 1, WARNING),
    StateRule("generic.transition_to_critical_from_less_severe", 0x07, None, 2, CRITICAL),
    StateRule("generic.transition_to_non_recoverable_from_less_severe", 0x07, None, 3, CRITICAL),
    StateRule("generic.transition_to_non_critical_from_more_severe", 0x07, None, 4, WARNING),
    StateRule("generic.transition_to_critical_from_non_recoverable", 0x07, None, 5, CRITICAL),
    StateRule("generic.transition_to_non_recoverable", 0x07, None, 6, CRITICAL),
    StateRule("generic.monitor", 0x07, None, 7, WARNING),
    StateRule("generic.off_line", 0x0A, None, 4, WARNING),
    StateRule("generic.degraded", 0x0A, None, 6, CRITICAL),
    StateRule("generic.install_error", 0x0A, None, 8, CRITICAL),
    StateRule("generic.redundancy_lost", 0x0B, None, 1, CRITICAL),
    StateRule("generic.redundancy_degraded", 0x0B, None, 2, WARNING),
    StateRule("generic.non_redundant_sufficient_from_redundant", 0x0B, None, 3, WARNING),
    StateRule("generic.non_redundant_sufficient_from_insufficient", 0x0B, None, 4, WARNING),
    StateRule("generic.non_redundant_insufficient", 0x0B, None, 5, CRITICAL),
    StateRule("generic.redundancy_degraded_from_fully_redundant", 0x0B, None, 6, WARNING),
    StateRule("generic.redundancy_degraded_from_non_redundant", 0x0B, None, 7, WARNING),
    # "State asserted" means what the sensor is about: a fault for these types, a link or a ready sign for others.
    # A power-good voltage sensor is no exception: healthy ones (Dell's "PG") read "state deasserted".
    StateRule("temperature.state_asserted", 0x03, 0x01, 1, WARNING),
    StateRule("voltage.state_asserted", 0x03, 0x02, 1, WARNING),
    StateRule("fan.state_asserted", 0x03, 0x04, 1, WARNING),
    StateRule("processor.state_asserted", 0x03, 0x07, 1, CRITICAL),
    StateRule("power_supply.state_asserted", 0x03, 0x08, 1, WARNING),
    StateRule("power_unit.state_asserted", 0x03, 0x09, 1, WARNING),
    StateRule("memory.state_asserted", 0x03, 0x0C, 1, CRITICAL),
    StateRule("post_memory_resize.state_asserted", 0x03, 0x0E, 1, WARNING),
    StateRule("system_firmware.state_asserted", 0x03, 0x0F, 1, WARNING),
    StateRule("system_event.state_asserted", 0x03, 0x12, 1, WARNING),
    StateRule("module_board.state_asserted", 0x03, 0x15, 1, CRITICAL),
    StateRule("boot_error.state_asserted", 0x03, 0x1E, 1, CRITICAL),
    StateRule("os_stop.state_asserted", 0x03, 0x20, 1, CRITICAL),
    StateRule("platform_alert.state_asserted", 0x03, 0x24, 1, CRITICAL),
    # Generic states that weigh more, or mean more, for one type.
    StateRule("voltage.performance_lags", 0x06, 0x02, 1, CRITICAL),
    StateRule("fan.in_test", 0x0A, 0x04, 1, WARNING),
    StateRule("fan.power_off", 0x0A, 0x04, 2, WARNING),
    StateRule("fan.off_duty", 0x0A, 0x04, 5, WARNING),
    StateRule("fan.power_save", 0x0A, 0x04, 7, WARNING),
    # Physical security (05h).
    StateRule("physical_security.general_chassis_intrusion", 0x6F, 0x05, 0, CRITICAL),
    StateRule("physical_security.drive_bay_intrusion", 0x6F, 0x05, 1, CRITICAL),
    StateRule("physical_security.io_card_intrusion", 0x6F, 0x05, 2, CRITICAL),
    StateRule("physical_security.processor_area_intrusion", 0x6F, 0x05, 3, CRITICAL),
    StateRule("physical_security.lan_leash_lost", 0x6F, 0x05, 4, CRITICAL),
    StateRule("physical_security.unauthorized_dock", 0x6F, 0x05, 5, CRITICAL),
    StateRule("physical_security.fan_area_intrusion", 0x6F, 0x05, 6, CRITICAL),
    # Platform security (06h).
    StateRule("platform_security.secure_mode_violation", 0x6F, 0x06, 0, CRITICAL),
    StateRule("platform_security.user_password_violation", 0x6F, 0x06, 1, CRITICAL),
    StateRule("platform_security.setup_password_violation", 0x6F, 0x06, 2, CRITICAL),
    StateRule("platform_security.network_boot_password_violation", 0x6F, 0x06, 3, CRITICAL),
    StateRule("platform_security.other_password_violation", 0x6F, 0x06, 4, CRITICAL),
    StateRule("platform_security.out_of_band_password_violation", 0x6F, 0x06, 5, CRITICAL),
    # Processor (07h). Disabled is less than critical: some boards say so of an empty socket.
    StateRule("processor.ierr", 0x6F, 0x07, 0, CRITICAL),
    StateRule("processor.thermal_trip", 0x6F, 0x07, 1, CRITICAL),
    StateRule("processor.frb1_bist_failure", 0x6F, 0x07, 2, CRITICAL),
    StateRule("processor.frb2_hang_in_post", 0x6F, 0x07, 3, CRITICAL),
    StateRule("processor.frb3_startup_failure", 0x6F, 0x07, 4, CRITICAL),
    StateRule("processor.configuration_error", 0x6F, 0x07, 5, CRITICAL),
    StateRule("processor.uncorrectable_cpu_complex_error", 0x6F, 0x07, 6, CRITICAL),
    StateRule("processor.disabled", 0x6F, 0x07, 8, WARNING),
    StateRule("processor.throttled", 0x6F, 0x07, 10, WARNING),
    StateRule("processor.machine_check", 0x6F, 0x07, 11, CRITICAL),
    StateRule("processor.correctable_machine_check", 0x6F, 0x07, 12, WARNING),
    # Power supply (08h).
    StateRule("power_supply.failure_detected", 0x6F, 0x08, 1, CRITICAL),
    StateRule("power_supply.predictive_failure", 0x6F, 0x08, 2, WARNING),
    StateRule("power_supply.input_lost", 0x6F, 0x08, 3, CRITICAL),
    StateRule("power_supply.input_lost_or_out_of_range", 0x6F, 0x08, 4, CRITICAL),
    StateRule("power_supply.input_out_of_range", 0x6F, 0x08, 5, CRITICAL),
    StateRule("power_supply.configuration_error", 0x6F, 0x08, 6, CRITICAL),
    StateRule("power_supply.inactive", 0x6F, 0x08, 7, WARNING),
    # Power unit (09h). Off and cycled are states of use, not faults.
    StateRule("power_unit.240va_power_down", 0x6F, 0x09, 2, WARNING),
    StateRule("power_unit.interlock_power_down", 0x6F, 0x09, 3, WARNING),
    StateRule("power_unit.ac_lost", 0x6F, 0x09, 4, CRITICAL),
    StateRule("power_unit.soft_power_control_failure", 0x6F, 0x09, 5, CRITICAL),
    StateRule("power_unit.failure_detected", 0x6F, 0x09, 6, CRITICAL),
    StateRule("power_unit.predictive_failure", 0x6F, 0x09, 7, WARNING),
    # Memory (0Ch). Disabled is less than critical, as for processors.
    StateRule("memory.correctable_error", 0x6F, 0x0C, 0, WARNING),
    StateRule("memory.uncorrectable_error", 0x6F, 0x0C, 1, CRITICAL),
    StateRule("memory.parity_error", 0x6F, 0x0C, 2, CRITICAL),
    StateRule("memory.scrub_failed", 0x6F, 0x0C, 3, CRITICAL),
    StateRule("memory.device_disabled", 0x6F, 0x0C, 4, WARNING),
    StateRule("memory.correctable_error_limit_reached", 0x6F, 0x0C, 5, WARNING),
    StateRule("memory.configuration_error", 0x6F, 0x0C, 7, CRITICAL),
    StateRule("memory.throttled", 0x6F, 0x0C, 9, WARNING),
    StateRule("memory.critical_overtemperature", 0x6F, 0x0C, 10, CRITICAL),
    # Drive slot (0Dh).
    StateRule("drive_slot.fault", 0x6F, 0x0D, 1, CRITICAL),
    StateRule("drive_slot.predictive_failure", 0x6F, 0x0D, 2, WARNING),
    StateRule("drive_slot.in_critical_array", 0x6F, 0x0D, 5, CRITICAL),
    StateRule("drive_slot.in_failed_array", 0x6F, 0x0D, 6, CRITICAL),
    StateRule("drive_slot.rebuild_in_progress", 0x6F, 0x0D, 7, WARNING),
    StateRule("drive_slot.rebuild_aborted", 0x6F, 0x0D, 8, CRITICAL),
    # System firmware progress (0Fh).
    StateRule("system_firmware.error", 0x6F, 0x0F, 0, CRITICAL),
    StateRule("system_firmware.hang", 0x6F, 0x0F, 1, CRITICAL),
    # Event logging disabled (10h). A cleared log is no fault.
    StateRule("event_logging.correctable_memory_error_disabled", 0x6F, 0x10, 0, WARNING),
    StateRule("event_logging.event_type_disabled", 0x6F, 0x10, 1, CRITICAL),
    StateRule("event_logging.all_disabled", 0x6F, 0x10, 3, CRITICAL),
    StateRule("event_logging.sel_full", 0x6F, 0x10, 4, CRITICAL),
    StateRule("event_logging.sel_almost_full", 0x6F, 0x10, 5, WARNING),
    StateRule("event_logging.correctable_machine_check_disabled", 0x6F, 0x10, 6, WARNING),
    # Watchdog 1 (11h).
    StateRule("watchdog1.bios_reset", 0x6F, 0x11, 0, CRITICAL),
    StateRule("watchdog1.os_reset", 0x6F, 0x11, 1, CRITICAL),
    StateRule("watchdog1.os_shut_down", 0x6F, 0x11, 2, CRITICAL),
    StateRule("watchdog1.os_power_down", 0x6F, 0x11, 3, CRITICAL),
    StateRule("watchdog1.os_power_cycle", 0x6F, 0x11, 4, CRITICAL),
    StateRule("watchdog1.os_diagnostic_interrupt", 0x6F, 0x11, 5, CRITICAL),
    StateRule("watchdog1.os_expired", 0x6F, 0x11, 6, CRITICAL),
    StateRule("watchdog1.os_pre_timeout_interrupt", 0x6F, 0x11, 7, WARNING),
    # System event (12h). A clock synchronisation is logged at every boot by many firmwares and is no fault.
    StateRule("system_event.reconfigured", 0x6F, 0x12, 0, WARNING),
    StateRule("system_event.undetermined_hardware_failure", 0x6F, 0x12, 2, CRITICAL),
    # Critical interrupt (13h).
    StateRule("critical_interrupt.front_panel_nmi", 0x6F, 0x13, 0, CRITICAL),
    StateRule("critical_interrupt.bus_timeout", 0x6F, 0x13, 1, CRITICAL),
    StateRule("critical_interrupt.io_channel_check_nmi", 0x6F, 0x13, 2, CRITICAL),
    StateRule("critical_interrupt.software_nmi", 0x6F, 0x13, 3, WARNING),
    StateRule("critical_interrupt.pci_perr", 0x6F, 0x13, 4, CRITICAL),
    StateRule("critical_interrupt.pci_serr", 0x6F, 0x13, 5, CRITICAL),
    StateRule("critical_interrupt.eisa_fail_safe_timeout", 0x6F, 0x13, 6, CRITICAL),
    StateRule("critical_interrupt.bus_correctable_error", 0x6F, 0x13, 7, WARNING),
    StateRule("critical_interrupt.bus_uncorrectable_error", 0x6F, 0x13, 8, CRITICAL),
    StateRule("critical_interrupt.fatal_nmi", 0x6F, 0x13, 9, CRITICAL),
    StateRule("critical_interrupt.bus_fatal_error", 0x6F, 0x13, 10, CRITICAL),
    StateRule("critical_interrupt.bus_degraded", 0x6F, 0x13, 11, WARNING),
    # Button (14h), chip set (19h), cable (1Bh).
    StateRule("button.fru_latch_open", 0x6F, 0x14, 3, WARNING),
    StateRule("button.fru_service_request", 0x6F, 0x14, 4, WARNING),
    StateRule("chip_set.soft_power_control_failure", 0x6F, 0x19, 0, CRITICAL),
    StateRule("chip_set.thermal_trip", 0x6F, 0x19, 1, CRITICAL),
    StateRule("cable.configuration_error", 0x6F, 0x1B, 1, CRITICAL),
    # Boot error (1Eh), OS boot (1Fh), OS stop (20h). A restart, a finished boot and an orderly shutdown are no faults.
    StateRule("boot_error.no_bootable_media", 0x6F, 0x1E, 0, CRITICAL),
    StateRule("boot_error.non_bootable_diskette", 0x6F, 0x1E, 1, CRITICAL),
    StateRule("boot_error.pxe_server_not_found", 0x6F, 0x1E, 2, CRITICAL),
    StateRule("boot_error.invalid_boot_sector", 0x6F, 0x1E, 3, CRITICAL),
    StateRule("boot_error.boot_source_timeout", 0x6F, 0x1E, 4, WARNING),
    StateRule("os_boot.installation_aborted", 0x6F, 0x1F, 9, WARNING),
    StateRule("os_boot.installation_failed", 0x6F, 0x1F, 10, CRITICAL),
    StateRule("os_stop.critical_stop_during_load", 0x6F, 0x20, 0, CRITICAL),
    StateRule("os_stop.run_time_critical_stop", 0x6F, 0x20, 1, CRITICAL),
    StateRule("os_stop.graceful_stop", 0x6F, 0x20, 2, WARNING),
    StateRule("os_stop.pef_soft_shutdown", 0x6F, 0x20, 4, WARNING),
    StateRule("os_stop.agent_not_responding", 0x6F, 0x20, 5, CRITICAL),
    # Slot (21h). An empty, a disabled and a powered-off slot are no faults.
    StateRule("slot.fault", 0x6F, 0x21, 0, CRITICAL),
    StateRule("slot.identify", 0x6F, 0x21, 1, WARNING),
    StateRule("slot.device_removal_request", 0x6F, 0x21, 6, WARNING),
    StateRule("slot.interlock", 0x6F, 0x21, 7, WARNING),
    # System ACPI power state (22h): each known state is one of use; only the unknown one says nothing.
    StateRule("system_acpi_power_state.unknown", 0x6F, 0x22, 14, UNKNOWN),
    # Watchdog 2 (23h).
    StateRule("watchdog2.timer_expired", 0x6F, 0x23, 0, CRITICAL),
    StateRule("watchdog2.hard_reset", 0x6F, 0x23, 1, CRITICAL),
    StateRule("watchdog2.power_down", 0x6F, 0x23, 2, CRITICAL),
    StateRule("watchdog2.power_cycle", 0x6F, 0x23, 3, CRITICAL),
    StateRule("watchdog2.timer_interrupt", 0x6F, 0x23, 8, WARNING),
    # LAN (27h), management subsystem health (28h), battery (29h).
    StateRule("lan.heartbeat_lost", 0x6F, 0x27, 0, WARNING),
    StateRule("management_subsystem.sensor_access_degraded", 0x6F, 0x28, 0, CRITICAL),
    StateRule("management_subsystem.controller_access_degraded", 0x6F, 0x28, 1, CRITICAL),
    StateRule("management_subsystem.controller_off_line", 0x6F, 0x28, 2, CRITICAL),
    StateRule("management_subsystem.controller_unavailable", 0x6F, 0x28, 3, CRITICAL),
    StateRule("management_subsystem.sensor_failure", 0x6F, 0x28, 4, CRITICAL),
    StateRule("management_subsystem.fru_failure", 0x6F, 0x28, 5, CRITICAL),
    StateRule("battery.low", 0x6F, 0x29, 0, WARNING),
    StateRule("battery.failed", 0x6F, 0x29, 1, CRITICAL),
    # Session audit (2Ah), version change (2Bh).
    StateRule("session_audit.invalid_username_or_password", 0x6F, 0x2A, 2, WARNING),
    StateRule("session_audit.invalid_password_disable", 0x6F, 0x2A, 3, CRITICAL),
    StateRule("version_change.hardware_change", 0x6F, 0x2B, 0, WARNING),
    StateRule("version_change.firmware_change", 0x6F, 0x2B, 1, WARNING),
    StateRule("version_change.hardware_incompatibility", 0x6F, 0x2B, 2, CRITICAL),
    StateRule("version_change.firmware_incompatibility", 0x6F, 0x2B, 3, CRITICAL),
    StateRule("version_change.unsupported_hardware", 0x6F, 0x2B, 4, CRITICAL),
    StateRule("version_change.unsupported_firmware", 0x6F, 0x2B, 5, CRITICAL),
    # FRU state (2Ch). Not installed is an empty place; inactive may be a hot spare.
    StateRule("fru_state.inactive", 0x6F, 0x2C, 1, WARNING),
    StateRule("fru_state.activation_requested", 0x6F, 0x2C, 2, WARNING),
    StateRule("fru_state.activation_in_progress", 0x6F, 0x2C, 3, WARNING),
    StateRule("fru_state.deactivation_requested", 0x6F, 0x2C, 5, WARNING),
    StateRule("fru_state.deactivation_in_progress", 0x6F, 0x2C, 6, WARNING),
    StateRule("fru_state.communication_lost", 0x6F, 0x2C, 7, CRITICAL),
)
