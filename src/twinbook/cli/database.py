"""`twinbook database`: the installation's own data as a whole."""

from pathlib import Path

import typer

from twinbook.cli.output import not_yet

app = typer.Typer()


@app.command()
def backup(file: Path) -> None:
    """Write everything into FILE."""
    not_yet("`twinbook database backup`")


@app.command()
def restore(file: Path) -> None:
    """Replace everything by FILE."""
    not_yet("`twinbook database restore`")


@app.command()
def upgrade() -> None:
    """Move the data to a newer PostgreSQL."""
    not_yet("`twinbook database upgrade`")
