"""`twinbook match`: the proposer for any file of classes."""

from pathlib import Path
from typing import Annotated

import typer

from twinbook.cli.output import Failed
from twinbook.core.matching import propose_line

app = typer.Typer()


@app.callback()
def _subcommands() -> None:
    pass


@app.command()
def propose(classes: Annotated[Path, typer.Argument(metavar="CLASSES.jsonl")]) -> None:
    """One line of proposals for each line of classes."""
    try:
        lines = classes.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Failed(f"{classes} cannot be read: {error.strerror}.") from None
    for line in lines:
        if line.strip():
            print(propose_line(line))
