"""The command `aeries-sandbox`. Read with argparse: typer takes half of the start where pydantic is installed too."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from aeries_sandbox import seeds
from aeries_sandbox.decimals import whole
from aeries_sandbox.profiles import PROFILES
from aeries_sandbox.sandbox import Options
from aeries_sandbox.sandbox import serve as serve_until
from aeries_sandbox.state_file import StateFileError
from aeries_sandbox.store import DocumentError
from aeries_sandbox.switches import DECLARED, SwitchError
from aeries_sandbox.switches_page import switches_page

LARGEST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> None:
    """Exits with 1 where a start makes no sense, with 2 where the usage is wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.act is None:
        parser.print_help()
        sys.exit(2)
    given.act(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aeries-sandbox",
        description="An Aeries that a laptop can hold: the v5 gradebook API, and a control surface that plays the teacher.",
    )
    parser.set_defaults(act=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(act: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        made = commands.add_parser(act.__name__, help=act.__doc__, description=act.__doc__)
        made.set_defaults(act=act)
        return made

    _options_of_serve(command(serve))
    command(switches).add_argument("--markdown", action="store_true", help="as the page of the documentation")
    command(profiles)
    return parser


def _options_of_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8400, help="8400 unless told; 0 takes any free port")
    parser.add_argument(
        "--profile",
        default="documented",
        metavar="NAME",
        help=f"one of {', '.join(PROFILES)}; documented unless told",
    )
    parser.add_argument(
        "--seed",
        default="documentation",
        metavar="NAME",
        help=f"one of {', '.join(seeds.NAMES)}, or a JSON file; documentation unless told",
    )
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="keeps the data over restarts in this file"
    )
    parser.add_argument("--certificate", help="certificate to expect")
    parser.add_argument("--latency-ms", type=_milliseconds, metavar="N", help="delay of every API answer")
    parser.add_argument(
        "--clock", type=_instant, metavar="ISO", help="time at which the sandbox's clock starts"
    )
    parser.add_argument(
        "--switch", type=_setting, action="append", default=[], metavar="NAME=VALUE", help="may be repeated"
    )


def serve(given: argparse.Namespace) -> None:
    """serve on 127.0.0.1 until SIGTERM or SIGINT"""
    options = Options(
        seed=given.seed,
        profile=given.profile,
        switches=dict(given.switch),
        certificate=given.certificate,
        clock=given.clock,
        latency_ms=given.latency_ms,
        state=given.state,
        port=given.port,
    )
    try:
        asyncio.run(_serve(options))
    except (DocumentError, SwitchError, StateFileError) as error:
        sys.exit(f"aeries-sandbox: {error}")
    except OSError as error:
        sys.exit(f"aeries-sandbox: {error.strerror or error}")


def switches(given: argparse.Namespace) -> None:
    """list every switch with its values, its default and the place in the reference that it comes from"""
    if given.markdown:
        print(switches_page(), end="")
        return
    for known in DECLARED:
        print(f"{known.name}: {' | '.join(known.values)} (default {known.default}; {known.source})")
        print(f"    {known.what}")


def profiles(_given: argparse.Namespace) -> None:
    """list the profiles with the switches that they set"""
    for name, settings in PROFILES.items():
        print(name)
        for setting, value in settings.items():
            print(f"    {setting} = {value}")


async def _serve(options: Options) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def listening(url: str) -> None:
        print(f"aeries-sandbox listening on {url}", flush=True)

    await serve_until(options, stop, listening)


def _port(text: str) -> int:
    number = whole(text)
    if number is None or not 0 <= number <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LARGEST_PORT}")
    return number


def _milliseconds(text: str) -> int:
    number = whole(text)
    if number is None or number < 0:
        raise argparse.ArgumentTypeError("a delay is 0 or more milliseconds")
    return number


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO time") from None


def _setting(text: str) -> tuple[str, object]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value.strip()
