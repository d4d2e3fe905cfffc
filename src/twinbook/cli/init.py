"""`twinbook init`: the district and its first administrator."""

import select
import sys
from typing import Annotated

import typer

from twinbook.cli.output import say
from twinbook.district.errors import InvalidError
from twinbook.district.setup import initialise

PASSWORD_PATIENCE_SECONDS = 5
OPTIONS = {"timezone": "--timezone", "email": "--admin", "name": "--district"}


def command(
    district: Annotated[str, typer.Option(help="The district's name.")],
    timezone: Annotated[str, typer.Option(help="Its time zone, such as America/Los_Angeles.")],
    admin: Annotated[str, typer.Option(help="The e-mail address of the first administrator.")],
) -> None:
    """The administrator's password is the first line of standard input; without one it is generated and printed once.

    Safe to repeat: a password that was set stays unless a new one is given.
    """
    try:
        generated = initialise(district, timezone, admin, _given_password())
    except InvalidError as error:
        if error.field in OPTIONS:
            raise typer.BadParameter(error.message, param_hint=OPTIONS[error.field]) from None
        raise
    say(f"{district} is ready. {admin} is its administrator.")
    if generated:
        say("The administrator's password, shown only this once:")
        print(generated, flush=True)


def _given_password() -> str | None:
    """None at a terminal, and where nothing comes: a caller's open but silent standard input must not hang us."""
    if (
        sys.stdin is None
        or sys.stdin.isatty()
        or not select.select([sys.stdin], [], [], PASSWORD_PATIENCE_SECONDS)[0]
    ):
        return None
    return sys.stdin.readline().rstrip("\r\n") or None
