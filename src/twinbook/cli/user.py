"""`twinbook user`: accounts. Passwords are read from stdin, never from the command line."""

import getpass
import sys
from typing import Annotated

import typer

from twinbook.cli.output import Failed, print_json, say
from twinbook.district import accounts
from twinbook.district.models import User

app = typer.Typer()

Email = Annotated[str, typer.Argument(help="The account's e-mail address.")]


@app.command("list")
def list_users(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Everybody who has an account."""
    users = accounts.everybody()
    if as_json:
        print_json({"items": [_row(user) for user in users]})
        return
    for user in users:
        row = _row(user)
        what = [word for word in ("administrator", "staff", "inactive", "no password") if row[_FIELDS[word]]]
        print(f"{user.email}{'  (' + ', '.join(what) + ')' if what else ''}")


@app.command()
def invite(
    email: Email, admin: Annotated[bool, typer.Option("--admin", help="A district administrator.")] = False
) -> None:
    """Make an account; it has no password yet."""
    user = accounts.invite(email, district_admin=admin)
    say(f"{user.email} has an account. Give it a password with `twinbook user set-password {user.email}`.")


@app.command()
def set_password(email: Email) -> None:
    """Set a password, read from stdin."""
    accounts.find(email)
    user = accounts.set_password(email, read_password())
    say(f"The password of {user.email} is set.")


def read_password() -> str:
    """One line of stdin; asked for twice where a person types. Raises Failed when there is none."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise Failed("No password was given.", "Write it to the command's standard input.")
        return password
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Failed("The two passwords differ.", "Try again.")
    return password


_FIELDS = {
    "administrator": "district_admin",
    "staff": "staff",
    "inactive": "inactive",
    "no password": "without_password",
}


def _row(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "district_admin": user.is_district_admin,
        "staff": user.staff is not None,
        "inactive": not user.is_active,
        "without_password": not user.has_usable_password(),
    }
