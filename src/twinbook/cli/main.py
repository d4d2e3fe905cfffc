"""`twinbook`: the table of commands. Only the module of the command that was asked for is imported.

A module offers `app` (a typer.Typer with subcommands) or `command` (one function). Where `needs` is DATABASE, Django is
loaded before the module is imported, and the database runs, with the newest tables, while a function of it runs.
"""

import os
import signal
import sys
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from enum import Enum, auto
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import Any

import typer
from typer.models import CommandInfo

from twinbook.cli.installation import installation, set_up_django
from twinbook.cli.output import Ending, not_yet, tell_failure
from twinbook.cli.supervised import ThreadsLeftError


class Needs(Enum):
    NOTHING = auto()
    DATABASE = auto()


@dataclass(frozen=True)
class Command:
    module: str
    help: str
    needs: Needs = Needs.DATABASE


COMMANDS = {
    "init": Command("init", "Prepare this installation: the district and its first administrator."),
    "user": Command("user", "Accounts."),
    "token": Command("token", "Tokens for the REST API."),
    "serve": Command(
        "serve", "Run everything: web, worker and, unless configured, the database.", Needs.NOTHING
    ),
    "web": Command("web", "Run the web application only.", Needs.NOTHING),
    "worker": Command("worker", "Run a worker only."),
    "aeries": Command("aeries", "The connection to Aeries."),
    "roster": Command("roster", "Schools, staff, classes and students from Aeries."),
    "class": Command("classes", "Classes: list, sync, backup, restore."),
    "nightly": Command("nightly", "The nightly run now: roster, then every synced class."),
    "status": Command("status", "What works, what waits and what needs a person."),
    "database": Command("database", "The installation's own data.", Needs.NOTHING),
    "demo": Command("demo", "Play the main job against a sandbox, then keep serving.", Needs.NOTHING),
    "match": Command("match", "Propose pairs for two lists of activities.", Needs.NOTHING),
    "manage": Command("manage", "Django's own commands, with the database running."),
}


def main() -> None:
    arguments = sys.argv[1:]
    as_json = "--json" in arguments
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        build(arguments)(args=arguments, prog_name="twinbook")
    except ThreadsLeftError:
        os._exit(Ending.DONE)
    except KeyboardInterrupt:
        sys.exit(Ending.FAILED)
    except Exception as error:  # noqa: BLE001 - the last place: every error becomes a sentence and an exit code
        tell_failure(error, as_json=as_json)
        sys.exit(Ending.FAILED)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """As Ctrl-C does: what is open is closed on the way out, the embedded database too."""
    raise KeyboardInterrupt


def build(arguments: list[str]) -> typer.Typer:
    """The whole command line with the asked command loaded, the others by name and help only."""
    app = typer.Typer(
        help="A gradebook, kept equal with Aeries.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_no_options)
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, command in COMMANDS.items():
        if name == asked:
            _add(app, name, command)
        else:
            app.command(name, help=command.help, hidden=name == "manage")(_not_loaded)
    return app


def _no_options() -> None:
    pass


def _not_loaded() -> None:
    raise AssertionError("only the asked command can be called")


def _add(app: typer.Typer, name: str, command: Command) -> None:
    module_name = f"twinbook.cli.{command.module}"
    if find_spec(module_name) is None:
        app.command(
            name,
            help=command.help,
            context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        )(lambda: not_yet(f"`twinbook {name}`"))
        return
    if command.needs is Needs.DATABASE:
        set_up_django()
    module = import_module(module_name)
    group = getattr(module, "app", None)
    if group is None:
        settings = getattr(module, "CONTEXT_SETTINGS", None)
        app.command(name, help=command.help, context_settings=settings)(
            _prepared(module.command, command.needs)
        )
        return
    loaded = copy(group)
    loaded.registered_commands = [
        _with_needs(subcommand, command.needs) for subcommand in group.registered_commands
    ]
    app.add_typer(loaded, name=name, help=command.help, no_args_is_help=True)


def _with_needs(subcommand: CommandInfo, needs: Needs) -> CommandInfo:
    """A copy: the module's own commands stay as they are, for who calls them with a database of their own."""
    prepared = copy(subcommand)
    if prepared.callback is not None:
        prepared.callback = _prepared(prepared.callback, needs)
    return prepared


def _prepared(function: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
    if needs is Needs.NOTHING:
        return function

    @wraps(function)
    def with_database(*args: Any, **kwargs: Any) -> Any:
        with installation():
            return function(*args, **kwargs)

    return with_database


if __name__ == "__main__":
    main()
