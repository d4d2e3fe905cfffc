"""`twinbook roster`: schools, staff, sections and students from Aeries."""

from typing import Annotated, Any

import typer

from twinbook.cli.output import Ending, Failed, end, print_json, say
from twinbook.sync import rosters, runs
from twinbook.sync.models import RunState

app = typer.Typer()


@app.callback()
def _subcommands() -> None:
    pass


@app.command()
def sync(
    school: Annotated[int | None, typer.Option(help="Choose this school, and remember it.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Read the roster and make classes, students and accounts what Aeries tells."""
    say("Reading the roster from Aeries.")
    run = runs.in_this_process(rosters.begin("system", school, awake=False))
    if run.state == RunState.FAILED:
        error = run.error or {}
        raise Failed(
            error.get("message", "The roster was not read."), error.get("hint"), error.get("code", "failed")
        )
    roster = runs.plan(run)["roster"]
    if as_json:
        print_json({"run": runs.shown(run), "roster": roster})
    else:
        _tell(roster)
    if roster["problems"]:
        end(Ending.NEEDS_PERSON)


def _tell(roster: dict[str, Any]) -> None:
    for name, count in sorted(roster["counts"].items()):
        print(f"{name.replace('_', ' ')}: {count}")
    for problem in roster["problems"]:
        say(f"{problem['message']}\n  {problem['hint']}")
        for item in problem["items"]:
            say(f"  - {item}")
