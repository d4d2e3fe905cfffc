"""`twinbook aeries`: the connection to Aeries."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from twinbook.cli.output import Ending, Failed, end, print_json, say
from twinbook.district import connection
from twinbook.district.connection import ConnectionChanges
from twinbook.sync import connecting

app = typer.Typer()


@app.command()
def connect(
    url: Annotated[str, typer.Option(help="The address of the Aeries login page, without the last slash.")],
    certificate_file: Annotated[
        str | None, typer.Option(help="A file with the certificate; - reads stdin.")
    ] = None,
    database_year: Annotated[
        int | None, typer.Option(help="The starting year, such as 2026 for 2026-2027.")
    ] = None,
    allow_http: Annotated[bool, typer.Option(help="Allow plain http to another machine.")] = False,
) -> None:
    """Store where Aeries is. The certificate is encrypted and never shown again."""
    changes: ConnectionChanges = {"url": url}
    if allow_http:
        changes["allow_http"] = True
    if certificate_file is not None:
        changes["certificate"] = _certificate(certificate_file)
    if database_year is not None:
        changes["database_year"] = database_year
    connection.put(changes)
    say("Stored. `twinbook aeries check` looks whether it works.")


def _certificate(file: str) -> str:
    if file == "-":
        return sys.stdin.read().strip()
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Failed(
            f"The certificate file cannot be read: {error.strerror}.", "Name a file, or - for stdin."
        ) from None


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Reachability, version, and each permission that is needed: granted, missing or too wide."""
    found = connecting.check()
    if as_json:
        print_json(found)
    else:
        _tell(found)
    if found["error"] is not None:
        say(f"{found['error']['message']}\n{found['error']['hint']}")
        end(Ending.NEEDS_PERSON)


def _tell(found: connecting.Json) -> None:
    if not found["reachable"]:
        print("Aeries does not answer.")
        return
    print(f"Aeries {found['aeries_version']}, database year {found['database_year']}")
    for permission in found["permissions"]:
        print(f"{permission['area']} ({permission['right']}): {_word(permission)}")


def _word(permission: dict[str, str]) -> str:
    match permission["needed"], permission["granted"]:
        case "yes", "no":
            return "missing"
        case "no", "yes":
            return "too wide: not needed, but granted"
        case "no", "no":
            return "not granted, as it should be"
        case "optional", "no":
            return "not granted; optional"
        case _, "unknown":
            return "cannot be seen by reading"
        case _:
            return "granted"
