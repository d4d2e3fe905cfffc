"""The command `aeries-sandbox`."""

import asyncio
import signal
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from aeries_sandbox import seeds
from aeries_sandbox.profiles import PROFILES
from aeries_sandbox.sandbox import Options
from aeries_sandbox.sandbox import serve as serve_until
from aeries_sandbox.state_file import StateFileError
from aeries_sandbox.store import DocumentError
from aeries_sandbox.switches import DECLARED, SwitchError
from aeries_sandbox.switches_page import switches_page

app = typer.Typer(
    help="An Aeries that a laptop can hold: the v5 gradebook API, and a control surface that plays the teacher.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8400,
    profile: Annotated[str, typer.Option(help=f"One of {', '.join(PROFILES)}.")] = "documented",
    seed: Annotated[
        str, typer.Option(help=f"One of {', '.join(seeds.NAMES)}, or a JSON file.")
    ] = "documentation",
    state: Annotated[Path | None, typer.Option(help="Keeps the data over restarts in this file.")] = None,
    certificate: Annotated[str | None, typer.Option(help="Certificate to expect.")] = None,
    latency_ms: Annotated[int | None, typer.Option(min=0, help="Delay of every API answer.")] = None,
    clock: Annotated[str | None, typer.Option(help="ISO time at which the sandbox's clock starts.")] = None,
    switch: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, may be repeated.")] = None,
) -> None:
    """Serves on 127.0.0.1 until SIGTERM or SIGINT."""
    options = Options(
        seed=seed,
        profile=profile,
        switches=_switches(switch or []),
        certificate=certificate,
        clock=None if clock is None else _instant(clock),
        latency_ms=latency_ms,
        state=state,
        port=port,
    )
    try:
        asyncio.run(_serve(options))
    except (DocumentError, SwitchError, StateFileError) as error:
        typer.echo(f"aeries-sandbox: {error}", err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"aeries-sandbox: {error.strerror or error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def switches(
    markdown: Annotated[bool, typer.Option("--markdown", help="As the page of the documentation.")] = False,
) -> None:
    """Lists every switch with its values, its default and the place in the reference that it comes from."""
    if markdown:
        typer.echo(switches_page(), nl=False)
        return
    for known in DECLARED:
        typer.echo(f"{known.name}: {' | '.join(known.values)} (default {known.default}; {known.source})")
        typer.echo(f"    {known.what}")


@app.command()
def profiles() -> None:
    """Lists the profiles with the switches that they set."""
    for name, settings in PROFILES.items():
        typer.echo(name)
        for setting, value in settings.items():
            typer.echo(f"    {setting} = {value}")


def main() -> None:
    app()


async def _serve(options: Options) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def listening(url: str) -> None:
        print(f"aeries-sandbox listening on {url}", flush=True)

    await serve_until(options, stop, listening)


def _switches(given: list[str]) -> dict[str, object]:
    pairs: dict[str, object] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator:
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--switch")
        pairs[name.strip()] = value.strip()
    return pairs


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not an ISO time", param_hint="--clock") from error
