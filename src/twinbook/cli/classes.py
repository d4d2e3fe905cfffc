"""`twinbook class`: classes and their sync."""

from pathlib import Path
from typing import Annotated, Any

import typer

from twinbook.cli.output import Ending, Failed, end, not_yet, print_json, say
from twinbook.cli.running import carried_out
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import errors, force, overview, problems, runs
from twinbook.sync.models import RunState

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command("list")
def list_classes(as_json: Json = False) -> None:
    """Every class: id, state, name."""
    rows = list(SchoolClass.objects.order_by("id"))
    states = overview.states_of(row.id for row in rows)
    items = [
        {
            "id": str(row.id),
            "name": row.name,
            "school_code": row.school_code,
            "section_number": row.section_number,
            "term": row.term,
            "sync_state": states[row.id].value,
        }
        for row in rows
    ]
    if as_json:
        print_json({"items": items, "next": None})
        return
    for item in items:
        print(f"{item['id']}\t{item['sync_state']}\t{item['name']}")
    if not items:
        say("There are no classes yet. `twinbook roster sync` reads them from Aeries.")


@app.command()
def sync(
    class_id: Annotated[str, typer.Argument(metavar="CLASS")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look at everything of a class now, in this process, and make both gradebooks equal."""
    number = _existing(class_id)
    try:
        run = force.begin(number, "system", dry_run=dry_run, awake=False)
    except errors.SyncError as error:
        raise Failed(error.message, error.hint, error.code) from None
    say("Looking at the Aeries gradebook.")
    run = carried_out(run)
    _tell(runs.shown(run), runs.plan(run), as_json=as_json, dry_run=dry_run)
    if run.state == RunState.FAILED:
        error_shown = run.error or {}
        say(f"{error_shown.get('message', 'It failed.')} {error_shown.get('hint', '')}".strip())
        end(Ending.NEEDS_PERSON if error_shown.get("code") == "aeries_unavailable" else Ending.FAILED)
    questions = problems.of_class(number)
    for question in questions:
        say(f"{question['message']}\n  {question['hint']}")
    if questions or run.state == RunState.HELD:
        end(Ending.NEEDS_PERSON)


def _tell(run: dict[str, Any], plan: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        print_json({**plan, "run": run} if dry_run else {"run": run, "counts": run["counts"], "plan": plan})
        return
    for side, name in (("lms", "here"), ("aeries", "in Aeries")):
        done = ", ".join(
            f"{count} {what.replace('_', ' ')}" for what, count in run["counts"][side].items() if count
        )
        print(f"{name}: {done or 'nothing to change'}")


@app.command()
def backup(
    class_id: Annotated[str, typer.Argument(metavar="CLASS")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Write both gradebooks of a class into a file."""
    not_yet("`twinbook class backup`")


@app.command()
def restore(
    class_id: Annotated[str, typer.Argument(metavar="CLASS")],
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> None:
    """Set a class back to a backup."""
    not_yet("`twinbook class restore`")


def _existing(class_id: str) -> int:
    if class_id.isdecimal() and SchoolClass.objects.filter(id=int(class_id)).exists():
        return int(class_id)
    raise Failed(f"There is no class “{class_id}”.", "`twinbook class list` shows the ids.", "not_found")
