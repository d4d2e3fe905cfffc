"""`twinbook token`: tokens for the REST API."""

from typing import Annotated

import typer

from twinbook.cli.output import say
from twinbook.district import accounts, tokens

app = typer.Typer()


@app.callback()
def _subcommands() -> None:
    pass


@app.command()
def create(
    user: Annotated[str, typer.Option("--user", help="The e-mail address of whom the token acts for.")],
    name: Annotated[str, typer.Option(help="What the token is for.")] = "",
) -> None:
    """Print a new token. It cannot be shown again."""
    print(tokens.create(accounts.find(user), name))
    say("Keep it: only its hash is stored.")
