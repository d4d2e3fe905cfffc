"""`twinbook class`: classes and their sync."""

from pathlib import Path
from typing import Annotated, Any

import typer

from twinbook.cli.output import Ending, Failed, end, print_json, say
from twinbook.cli.running import carried_out
from twinbook.gradebook.models import SchoolClass
from twinbook.sync import backup as class_backup
from twinbook.sync import errors, force, overview, problems, runs, second_plan
from twinbook.sync import restore as class_restore
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
    as_json: Json = False,
) -> None:
    """Write both gradebooks of a class into a file, readable and versioned."""
    number = _existing(class_id)
    say("Reading the Aeries gradebook.")
    trouble: errors.SyncError | None = None
    try:
        theirs = class_backup.read_aeries(number)
    except (errors.AeriesUnavailable, errors.AeriesRefuses) as error:
        theirs, trouble = [], error
    document = class_backup.body(number, theirs)
    try:
        class_backup.put(out, document)
    except OSError as error:
        raise Failed(f"The file cannot be written: {error.strerror}.", "Choose another place.") from None
    counts = {
        "activities": len(document["lms"]["activities"]),
        "scores": len(document["lms"]["scores"]),
        "aeries_assignments": sum(len(one["assignments"]) for one in document["aeries"]),
    }
    if as_json:
        print_json({"file": str(out), "version": document["version"], **counts})
    else:
        print(f"{out}: {counts['activities']} activities and {counts['scores']} scores")
    if trouble is not None:
        say(f"{trouble.message} The file holds this side only.\n{trouble.hint or ''}")
        end(Ending.NEEDS_PERSON)


@app.command()
def restore(
    class_id: Annotated[str, typer.Argument(metavar="CLASS")],
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Set a class back to a backup. Aeries follows only once its own preview has been confirmed."""
    number = _existing(class_id)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Failed(f"The file cannot be read: {error.strerror}.", "Name a file of a backup.") from None
    try:
        run = class_restore.begin(number, raw, "system", dry_run=dry_run, awake=False)
    except errors.SyncError as error:
        raise Failed(error.message, error.hint, error.code) from None
    run = carried_out(run)
    if run.state == RunState.FAILED:
        told = run.error or {}
        raise Failed(told.get("message", "It failed."), told.get("hint"), told.get("code", "failed"))
    plan = runs.plan(run)
    _tell(runs.shown(run), plan, as_json=as_json, dry_run=dry_run)
    for line in plan["left"]:
        say(f"{line['activity']} {line['student'] or ''}".strip() + f": {line['message']}")
    if not dry_run and second_plan.needed(number):
        say(
            "The class is paused. `twinbook class sync CLASS --dry-run` shows what would follow in Aeries; it goes on "
            "once that plan is confirmed (class › Force sync, or `sync-settings` with its fingerprint)."
        )


def _existing(class_id: str) -> int:
    if class_id.isdecimal() and SchoolClass.objects.filter(id=int(class_id)).exists():
        return int(class_id)
    raise Failed(f"There is no class “{class_id}”.", "`twinbook class list` shows the ids.", "not_found")
