# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FRU inventories over the wire: simulated BMCs by both doors, captured ones against ipmitool and FreeIPMI, and a
server that is told by its own BMC alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from comparing.images import image_paths

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.fru import fru_data
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.fru import Fru, read_fru
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions
from bmcsim import running
from harness import peers
from harness.guest import FIRST_USE_S, guest, image_or_skip
from harness.ipmi_sim import IpmiSim
from harness.playing import Player, tell
from harness.reading import options, run_with

STORAGE, READ = 0x0A, 0x11
LOGIN = {name: "{{ bmc_" + name + " }}" for name in ("host", "port", "username", "password")}
HERE: dict[str, Any] = {"delegate_to": "localhost"}
THERE: dict[str, Any] = {"vars": {"ansible_connection": "elsewhere", "ansible_python_interpreter": sys.executable}}
RACK = {
    "product": {
        "manufacturer": "Example Systems",
        "name": "Rack 1U",
        "part_number": "R1U-G3",
        "version": "A02",
        "serial_number": "SN0000001",
        "asset_tag": "rack-a-01",
        "custom": [],
    },
    "board": {
        "manufacturer": "Example Systems",
        "name": "Rack 1U Mainboard",
        "serial_number": "MB1234567",
        "part_number": "PN-1100-A",
        "manufactured_at": "2024-03-01T00:00:00Z",
    },
    "chassis": {"type": "Rack Mount Chassis", "part_number": "CH-1U-8", "serial_number": "CH0001", "custom": []},
    "problems": [],
}
# Ours -> how ipmitool and FreeIPMI call it.
IPMITOOL = {
    ("chassis", "type"): "Chassis Type",
    ("chassis", "part_number"): "Chassis Part Number",
    ("chassis", "serial_number"): "Chassis Serial",
    ("board", "manufacturer"): "Board Mfg",
    ("board", "name"): "Board Product",
    ("board", "serial_number"): "Board Serial",
    ("board", "part_number"): "Board Part Number",
    ("product", "manufacturer"): "Product Manufacturer",
    ("product", "name"): "Product Name",
    ("product", "part_number"): "Product Part Number",
    ("product", "version"): "Product Version",
    ("product", "serial_number"): "Product Serial",
    ("product", "asset_tag"): "Product Asset Tag",
}
FREEIPMI = {
    ("chassis", "type"): "FRU Chassis Type",
    ("chassis", "part_number"): "FRU Chassis Part Number",
    ("chassis", "serial_number"): "FRU Chassis Serial Number",
    ("board", "manufacturer"): "FRU Board Manufacturer",
    ("board", "name"): "FRU Board Product Name",
    ("board", "serial_number"): "FRU Board Serial Number",
    ("board", "part_number"): "FRU Board Part Number",
    ("product", "manufacturer"): "FRU Product Manufacturer Name",
    ("product", "name"): "FRU Product Name",
    ("product", "part_number"): "FRU Product Part/Model Number",
    ("product", "version"): "FRU Product Version",
    ("product", "serial_number"): "FRU Product Serial Number",
    ("product", "asset_tag"): "FRU Product Asset Tag",
}


def inventory(bmc: Any, device: int = 0) -> Fru:
    return run_with(options(bmc), lambda client: read_fru(client, device))


@pytest.mark.parametrize("door", [HERE, THERE], ids=["action", "module"])
def test_each_door_tells_product_board_and_chassis(
    door: dict[str, Any], tmp_path: Path, ansible_env: dict[str, str], repo_root: Path
) -> None:
    ansible_env["ANSIBLE_CONNECTION_PLUGINS"] = str(repo_root / "tests" / "bench" / "plugins" / "connection")
    player = Player(tmp_path, ansible_env)
    tasks: list[dict[str, Any]] = []
    wanted: dict[str, Any] = {"server": {}, "supply": {"device": 1}, "missing": {"device": 9}}
    wanted |= {"password": {"password": "wr0ng"}, "number": {"device": 255}}
    for name, more in wanted.items():
        tasks.append(
            {"baremetal.ipmi.ipmi_fru_info": {**LOGIN, **more}, "register": name, "ignore_errors": True, **door}
        )
    shown = tell("{" + ", ".join(f"'{name}': {name}" for name in wanted) + "}")
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        player.add(fleet["rack"])
        played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [*tasks, shown]}])
    assert played.status == 0, played.output
    told = player.told()
    assert (told["server"]["fru"], told["server"]["changed"]) == (RACK, False)
    assert told["server"]["bmc"]["manufacturer_id"] == 32473
    assert told["supply"]["fru"]["product"]["name"] == "550W Platinum"
    assert told["missing"]["fru"]["product"]["name"] is None
    assert told["missing"]["fru"]["problems"][0].startswith("there is no FRU device 9")
    assert [told[name]["error"]["kind"] for name in ("password", "number")] == ["wrong_password", "option_error"]


def test_bmc_that_returns_few_bytes_is_asked_for_fewer_and_no_more_often_than_needed() -> None:
    for limit in (None, 16, 8):
        limits = {} if limit is None else {"limits": {"fru_read": limit}}
        fru = {"board": {"product": "Mainboard"}, "product": {"product": "Rack 1U", "serial": "A" * 63}, "size": 4096}
        model = {"name": "small", "fru": fru, **limits}
        with running({"name": "a", "model": model}) as fleet:
            found = inventory(fleet["a"])
            reads = [one for one in fleet["a"].requests if (one.netfn, one.cmd) == (STORAGE, READ)]
        assert (found.board.name, found.product.serial_number, found.problems) == ("Mainboard", "A" * 63, ())
        least = -(-(8 + 32 + 88) // (limit or 32))
        assert len(reads) <= least + {None: 0, 16: 1, 8: 2}[limit]


@pytest.mark.needs_bmc_images
@pytest.mark.needs_command("ipmi_sim", "ipmitool", "ipmi-fru")
@pytest.mark.parametrize("image", image_paths(), ids=lambda path: path.stem)
def test_captured_inventory_says_what_ipmitool_and_freeipmi_say(
    image: Path, serve: Callable[..., IpmiSim], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("LC_ALL", "C")
    bmc = serve(image)
    reached = LanOptions(bmc.host, bmc.username, bmc.password, bmc.port, request_timeout_s=1.0)
    told = fru_data(run_with(reached, read_fru))
    missing = run_with(reached, lambda client: read_fru(client, 0x77))
    assert told["product"]["name"] and not told["problems"]
    assert "there is no FRU device 119" in missing.problems[0]
    made_at = datetime.fromisoformat(told["board"]["manufactured_at"].replace("Z", "+00:00"))

    ipmitool = labelled(peers.run_ipmitool(bmc, "fru", "print", "0"))
    assert {key: told[key[0]][key[1]] for key in IPMITOOL} == {
        key: one(ipmitool, name) for key, name in IPMITOOL.items()
    }
    assert datetime.strptime(one(ipmitool, "Board Mfg Date") or "", "%a %b %d %H:%M:%S %Y %Z") == made_at.replace(
        tzinfo=None
    )
    freeipmi = labelled(run_ipmi_fru(bmc, tmp_path))
    assert {key: told[key[0]][key[1]] for key in FREEIPMI} == {
        key: one(freeipmi, name) for key, name in FREEIPMI.items()
    }
    assert one(freeipmi, "FRU Board Manufacturing Date/Time") == made_at.strftime("%m/%d/%y - %H:%M:%S")
    for part in ("chassis", "product"):
        assert told[part]["custom"] == ipmitool.get(f"{part.title()} Extra", [])


def run_ipmi_fru(bmc: IpmiSim, folder: Path) -> str:
    """What `ipmi-fru` prints of device 0."""
    config = folder / "freeipmi.conf"
    config.touch(mode=0o600)
    config.write_text(f"username {bmc.username}\npassword {bmc.password}\n")
    session = ["-h", f"{bmc.host}:{bmc.port}", "-D", "LAN_2_0", "-l", "ADMIN", "-W", "opensesspriv"]
    cache = [f"--sdr-cache-directory={folder}", "--quiet-cache", "--device-id=0"]
    command = ["ipmi-fru", f"--config-file={config}", *session, *cache]
    done = subprocess.run(command, capture_output=True, text=True, timeout=peers.DEADLINE_S, check=True)
    return done.stdout


def labelled(output: str) -> dict[str, list[str]]:
    """Lines of ``label: text``, empty ones left out."""
    told: dict[str, list[str]] = {}
    for line in output.splitlines():
        label, _colon, value = line.partition(":")
        if value.strip():
            told.setdefault(label.strip(), []).append(value.strip())
    return told


def one(told: dict[str, list[str]], label: str) -> str | None:
    return told.get(label, [None])[0]


@pytest.mark.slow
@pytest.mark.timeout(FIRST_USE_S)
def test_server_whose_firmware_s_tables_are_empty_is_told_by_its_own_bmc(
    tmp_path: Path, ansible_env: dict[str, str]
) -> None:
    """The part of role vendor_agent that chooses the agent, inside of the server."""
    image_or_skip()
    dell = {"manufacturer": "DELL", "product": "PowerEdge R640", "serial": "1DJDLN2"}
    nothing = {"system_vendor": "", "product_name": "To Be Filled By O.E.M."}
    role = {"name": "baremetal.ipmi.vendor_agent", "tasks_from": "plan.yml"}
    model = {"name": "dell", "fru": {"product": dell}}
    asked = {"baremetal.ipmi.ipmi_fru_info": {}, "register": "inside"}
    tasks = [
        asked,
        {"ansible.builtin.import_role": role, "vars": {"vendor_agent_facts": nothing}},
        tell("{'inside': inside, 'plan': __vendor_agent.plan, 'asked': __vendor_agent_inventory}"),
    ]
    player = Player(tmp_path, ansible_env, deadline_s=400)
    with running({"name": "a", "model": model, "vm": {}}) as fleet, guest(fleet["a"]) as vm:
        player.hosts["guest"] = vm.inventory(ansible_ssh_pipelining=True)
        played = player.run([{"hosts": "all", "gather_facts": False, "tasks": tasks}])
        assert played.status == 0, played.output
    told = player.told()
    assert told["inside"]["fru"]["product"]["serial_number"] == "1DJDLN2"
    assert told["asked"]["fru"] == told["inside"]["fru"]
    assert [told["plan"][key] for key in ("vendor", "model", "generation", "agent")] == [
        "dell",
        "PowerEdge R640",
        "14G",
        "idrac_service_module",
    ]
