"""`twinbook nightly`: the nightly run now, in this process."""

from typing import Annotated

import typer

from twinbook.cli.output import Ending, end, print_json, say
from twinbook.cli.running import carried_out, end_if_failed
from twinbook.sync import night, runs
from twinbook.sync.models import Problem


def command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Read the roster, then look at everything of every synced class."""
    say("The night begins: the roster, then every synced class.")
    run = carried_out(night.begin("system", awake=False))
    plan = runs.plan(run)
    end_if_failed(run, {"run": runs.shown(run), "plan": plan} if as_json else None)
    if as_json:
        print_json({"run": runs.shown(run), "plan": plan})
    else:
        for result in plan["classes"]:
            print(f"{result['class_id']}\t{result['state']}\t{result['why'] or ''}".rstrip())
    visited = [int(result["class_id"]) for result in plan["classes"]]
    unserved = [result for result in plan["classes"] if result["state"] in ("held", "failed")]
    open_questions = Problem.objects.filter(school_class_id__in=visited, closed_at=None).count()
    if open_questions:
        say(f"{open_questions} questions need a person.")
    if unserved or open_questions or "error" in plan["roster"]:
        end(Ending.NEEDS_PERSON)
