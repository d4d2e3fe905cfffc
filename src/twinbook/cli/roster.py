"""`twinbook roster`: schools, staff, sections and students from Aeries."""

from typing import Annotated, Any

import typer

from twinbook.cli.output import Ending, end, print_json, say
from twinbook.cli.running import carried_out, end_if_failed
from twinbook.sync import rosters, runs

app = typer.Typer()

# For information: the roster was read whole, and there is nobody for whom something must be done at once.
NO_QUESTION = {"email_blank", "email_invalid", "email_shared", "email_taken", "course_titles_missing"}


@app.callback()
def _subcommands() -> None:
    pass


@app.command()
def sync(
    school: Annotated[int | None, typer.Option(help="Choose this school, and remember it.")] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Read every roster, also those in which Aeries tells of no change."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Read the roster and make classes, students and accounts what Aeries tells."""
    say("Reading the roster from Aeries.")
    run = carried_out(rosters.begin("system", school, whole=whole, awake=False))
    end_if_failed(run, {"run": runs.shown(run), "roster": None} if as_json else None)
    roster = runs.plan(run)["roster"]
    if as_json:
        print_json({"run": runs.shown(run), "roster": roster})
    else:
        _tell(roster)
    _warn(roster)
    if any(problem["code"] not in NO_QUESTION for problem in roster["problems"]):
        end(Ending.NEEDS_PERSON)


def _tell(roster: dict[str, Any]) -> None:
    for name, count in sorted(roster["counts"].items()):
        print(f"{name.replace('_', ' ')}: {count}")


def _warn(roster: dict[str, Any]) -> None:
    for problem in roster["problems"]:
        say(f"{problem['message']}\n  {problem['hint']}")
        for item in problem["items"]:
            say(f"  - {item}")
