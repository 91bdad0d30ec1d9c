# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line of the simulator."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from .control import ControlError, control_channel, request
from .emu import emu
from .fleet import BmcSpec, collect, load_fleet
from .load import load_model
from .reader import ModelError
from .report import describe
from .running import RunningFleet, StartError, serving

_EPILOG = """
examples:
  bmcsim serve --fleet tests/simulators/fleets/demo.yml
      Serve every BMC of a fleet file. One line for each BMC goes to standard output, then "ready".
  bmcsim serve --model rack1u --address 127.0.0.1 --port 9001 --user admin --password-env BMC_PASSWORD
      Serve one BMC. A model is a file, or the name of one in tests/simulators/models.
  bmcsim emu --model blade --output blade.emu
      Write the model for ipmi_sim.
  bmcsim serve --fleet tests/simulators/fleets/demo.yml --control /tmp/sim.socket --ledger /tmp/ledgers
  bmcsim control /tmp/sim.socket web01 set Fan1A reading=360 log=true
      Change a BMC that is being served (set, faults, event, reboot, sdr, ... see README.md).
  bmcsim serve --model rack1u --check
      Validate a model (or a fleet) and list its sensors; nothing is served.

A password is never taken from the command line: name a file or an environment variable. Without --user the users
of the model count. SIGTERM and SIGINT end the simulator with status 0. Status 1: a model or fleet that is not valid;
status 2: wrong usage, or an address and port that cannot be had.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bmcsim",
        description="Simulated BMCs that speak IPMI v2.0 over LAN (RMCP+, cipher suites 3 and 17).",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser(
        "serve",
        help="serve a fleet, or one BMC",
        description="Serve a fleet, or one BMC.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = serve.add_mutually_exclusive_group(required=True)
    source.add_argument("--fleet", metavar="FILE", help="fleet file (see README.md)")
    source.add_argument("--model", metavar="FILE", help="model file, or name of one in tests/simulators/models")
    one = serve.add_argument_group("with --model")
    one.add_argument("--address", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    one.add_argument("--port", type=int, default=623, help="UDP port, 0 for any free one (default: %(default)s)")
    one.add_argument("--name", help="name of the BMC (default: that of the model)")
    one.add_argument("--user", help="the only user, with administrator privilege (default: the model's users)")
    secret = one.add_mutually_exclusive_group()
    secret.add_argument("--password-file", metavar="FILE", help="file whose first line is the user's password")
    secret.add_argument("--password-env", metavar="NAME", help="environment variable with the user's password")
    serve.add_argument("--ready-file", metavar="PATH", help="write name, address and port here once all are bound")
    serve.add_argument("--check", action="store_true", help="validate, list the sensors, and end")
    serve.add_argument("--ledger", metavar="DIR", help="write each BMC's ledger to NAME.jsonl in this folder")
    serve.add_argument("--control", metavar="PATH", help="listen for `bmcsim control` on this UNIX socket")
    told = "end when the process that started this one ends; PID says which that is, in case it ends at once"
    serve.add_argument("--exit-with-parent", type=int, nargs="?", const=os.getppid(), metavar="PID", help=told)
    _add_control(commands)
    _add_emu(commands)
    return parser


def _add_emu(commands: Any) -> None:
    convert = commands.add_parser(
        "emu",
        help="write a model as an .emu file of OpenIPMI's ipmi_sim",
        description="Write a model as commands for ipmi_sim, which then shows the same sensors, records and events.",
    )
    convert.add_argument("--model", metavar="FILE", required=True, help="as above")
    convert.add_argument("--output", metavar="FILE", help="file to write (default: standard output)")


def _add_control(commands: Any) -> None:
    control = commands.add_parser(
        "control",
        help="change or ask a BMC that is being served",
        description="Change or ask a BMC of `serve --control PATH`; the result goes to standard output as JSON.",
    )
    control.add_argument("path", metavar="PATH", help="the socket")
    control.add_argument("words", metavar="WORD", nargs="+", help="name, command and arguments, or `list`")


def _control(options: argparse.Namespace) -> int:
    result = request(options.path, options.words)
    if result is not None:
        print(json.dumps(result))
    return 0


def _password(options: argparse.Namespace) -> str:
    if options.password_file:
        try:
            return (Path(options.password_file).read_text(encoding="utf-8").splitlines() or [""])[0]
        except OSError as error:
            raise StartError(f"--password-file {options.password_file}: {error.strerror}") from error
    name = options.password_env
    if not name:
        raise StartError("--user needs --password-file or --password-env")
    if name not in os.environ:
        raise StartError(f"--password-env: the environment has no {name}")
    return os.environ[name]


def _specs(options: argparse.Namespace) -> list[BmcSpec]:
    if options.fleet:
        return load_fleet(options.fleet)
    entry = {
        "name": options.name or load_model(options.model).name,
        "model": options.model,
        "address": options.address,
        "port": options.port,
    }
    if options.user is not None:
        entry["users"] = [{"name": options.user, "password": _password(options)}]
    return collect(entry)


def _announce(fleet: RunningFleet, ready_file: str | None) -> None:
    lines = [f"{bmc.name} {bmc.address} {bmc.port}" for bmc in fleet.values()]
    for bmc in fleet.values():
        where = f"[{bmc.address}]:{bmc.port}" if ":" in bmc.address else f"{bmc.address}:{bmc.port}"
        inside = f" vm {bmc.vm_address}:{bmc.vm_port}" if bmc.spec.vm else ""
        print(f"{bmc.name} {where} {bmc.spec.model.name}{inside}")
    print("ready", flush=True)
    if ready_file:
        # Whole or not at all: whoever waits for the file may read it at once.
        partial = Path(f"{ready_file}.{os.getpid()}")
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
        partial.replace(ready_file)


def _emu(options: argparse.Namespace) -> int:
    model = load_model(options.model)
    text = emu(collect({"name": model.name, "model": options.model})[0].build(), f"bmcsim emu --model {options.model}")
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


async def _watch_parent(stop: asyncio.Event, parent: int) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    stop.set()


async def _serve(specs: list[BmcSpec], options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        fleet = await stack.enter_async_context(serving(specs, options.ledger))
        if options.control:
            await stack.enter_async_context(control_channel(options.control, fleet))
        _announce(fleet, options.ready_file)
        watcher = (
            asyncio.create_task(_watch_parent(stop, options.exit_with_parent)) if options.exit_with_parent else None
        )
        await stop.wait()
        if watcher:
            watcher.cancel()
        total = sum(len(bmc.requests) for bmc in fleet.values())
        print(f"bmcsim: stopped after {total} requests", file=sys.stderr)
    if options.ready_file:
        with contextlib.suppress(OSError):
            Path(options.ready_file).unlink()


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = _parser().parse_args(argv)
    try:
        if options.command == "emu":
            return _emu(options)
        if options.command == "control":
            return _control(options)
        specs = _specs(options)
        if options.check:
            for spec in specs:
                describe(spec.build(), sys.stdout)
            return 0
    except BrokenPipeError:  # a reader such as head has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        return 0
    except ModelError as error:
        print(f"bmcsim: {error}", file=sys.stderr)
        return 1
    except (StartError, ControlError) as error:
        print(f"bmcsim: {error}", file=sys.stderr)
        return 2
    try:
        asyncio.run(_serve(specs, options))
    except (StartError, ControlError, ModelError) as error:
        print(f"bmcsim: {error}", file=sys.stderr)
        return 1 if isinstance(error, ModelError) else 2
    return 0
