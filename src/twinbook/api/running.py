"""Force, runs, history, settings and questions (public surface §3.4, §3.6)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Status

from twinbook.api import access, answers, paging
from twinbook.api.bodies import ForceBody, ResolveBody, ResolveSeveralBody, SettingsBody, UndoBody
from twinbook.api.openapi import answer
from twinbook.api.problem import Forbidden
from twinbook.core.sentence import sentence
from twinbook.district import roles
from twinbook.gradebook import history
from twinbook.gradebook.models import HistoryEntry
from twinbook.said import said, said_again, said_if_any
from twinbook.sync import arrived, errors, force, problems, runs, settings
from twinbook.sync.arrived import OtherSide
from twinbook.sync.lease import LeaseBusy
from twinbook.sync.models import Run
from twinbook.sync.problems import Seen
from twinbook.sync.undo import request as undo_request

router = Router(tags=["running"])
Json = dict[str, Any]


@router.post("/classes/{class_id}/force-sync", **answer(answers.Run, 202, refuses=[409]))
def force_sync(request: HttpRequest, class_id: str, body: ForceBody | None = None) -> Status[Any]:
    """Look at everything of a class now. With `dry_run` nothing is written."""
    found = access.editable(request, class_id)
    dry_run = body is not None and body.dry_run
    return Status(202, runs.shown(force.begin(found, access.actor(request), dry_run=dry_run)))


@router.get("/classes/{class_id}/runs", **answer(answers.Runs))
def list_runs(
    request: HttpRequest, class_id: str, after: paging.After | None = None, limit: int = 100
) -> Json:
    """The runs of a class, newest first."""
    limit = min(max(limit, 1), paging.PAGE)
    rows = runs.of_class(access.seen(request, class_id))
    if after is not None:
        rows = rows.filter(id__lt=after)
    return paging.page(request, list(rows[: limit + 1]), runs.shown, lambda run: run.id, limit)


@router.get("/runs/{run_id}", **answer(answers.Run))
def get_run(request: HttpRequest, run_id: str) -> Json:
    """One run and how far it is."""
    return runs.shown(_run(request, run_id))


@router.get("/runs/{run_id}/plan", **answer(answers.Plan))
def get_plan(request: HttpRequest, run_id: str) -> Json:
    """What a run did or, for a dry run, would do."""
    return runs.plan(_run(request, run_id))


@router.post("/runs/{run_id}/undo", **answer(answers.Run, 202, refuses=[409]))
def undo_run(request: HttpRequest, run_id: str, body: UndoBody | None = None) -> Status[Any]:
    """Both sides back to the values agreed before the run, only where nobody has edited since. With `dry_run` nothing is
    written. Of a district-wide run: `class_id` names one of your classes; the whole of it is an administrator's."""
    body = body or UndoBody()
    run = runs.get(access.number(run_id))
    class_id = _class_to_undo(request, run, body.class_id)
    undo = undo_request.begin(run.id, access.actor(request), class_id=class_id, dry_run=body.dry_run)
    return Status(202, runs.shown(undo))


def _class_to_undo(request: HttpRequest, run: Run, wanted: str | None) -> int | None:
    """The one class of which the run is to be undone; None: all of a district-wide run. Raises Http404, Forbidden,
    WholeRunIsForAdministrators."""
    if run.school_class_id is not None:
        access.editable(request, str(run.school_class_id))
    class_id = None if wanted is None else access.editable(request, wanted)
    if run.school_class_id is None and class_id is None and not roles.is_admin(access.user_of(request)):
        raise errors.WholeRunIsForAdministrators
    return class_id


def _run(request: HttpRequest, run_id: str) -> Run:
    """A run of a class that the user may see; district-wide ones are an administrator's."""
    run = runs.get(access.number(run_id))
    if run.school_class_id is None:
        if not roles.is_admin(access.user_of(request)):
            raise Http404
    else:
        access.seen(request, str(run.school_class_id))
    return run


@router.get("/classes/{class_id}/history", **answer(answers.History))
def get_history(
    request: HttpRequest,
    class_id: str,
    student: str | None = None,
    activity: str | None = None,
    after: paging.After | None = None,
    limit: int = paging.PAGE,
) -> Json:
    """Every value that moved, newest first, and whether the other side got it. A value that lost a conflict stands in
    `before`."""
    limit = min(max(limit, 1), paging.PAGE)
    rows = history.of_class(
        access.seen(request, class_id),
        activity_id=access.number(activity) if activity else None,
        student_id=access.number(student) if student else None,
        older_than=after,
    )
    page = list(rows[: limit + 1])
    other = arrived.of_entries(page[0].school_class_id, page) if page else {}
    return paging.page(request, page, lambda row: _entry(row, other.get(row.id)), lambda row: row.id, limit)


def _entry(row: HistoryEntry, other: OtherSide | None) -> Json:
    return {
        "at": row.at.isoformat(),
        "who": row.who,
        "run_id": None if row.run_id is None else str(row.run_id),
        "side": row.side,
        "activity": None
        if row.activity is None
        else {"id": str(row.activity_id), "name": row.activity.title},
        "student": None if row.student is None else {"id": str(row.student_id), "name": row.student.name},
        "field": row.field,
        "before": row.before,
        "after": row.after,
        "why": said_again(row.why),
        "other_side": None
        if other is None
        else {
            "state": other.state,
            "at": None if other.at is None else other.at.isoformat(),
            "run_id": None if other.run_id is None else str(other.run_id),
        },
    }


@router.get("/classes/{class_id}/agreement", **answer(answers.Agreements, not_yet=True))
def get_agreement(request: HttpRequest, class_id: str) -> Json:
    """Both totals of each student and why they differ. Not yet: answers 501."""
    access.seen(request, class_id)
    raise errors.NotYet(sentence("Comparing both totals is not built yet."))


@router.get("/classes/{class_id}/sync-settings", **answer(answers.SyncSettings))
def get_sync_settings(request: HttpRequest, class_id: str) -> Json:
    """How a class is synced."""
    return settings.get(access.seen(request, class_id))


@router.patch("/classes/{class_id}/sync-settings", **answer(answers.SyncSettings, refuses=[409, 501, 503]))
def patch_sync_settings(request: HttpRequest, class_id: str, body: SettingsBody) -> Json:
    """Change how a class is synced. Fields left out stay. `mode` `sync` with the `fingerprint` of a force sync's dry run
    confirms exactly that plan; after a restore only so the class leaves its pause."""
    return settings.patch(access.editable(request, class_id), body.sent(), access.actor(request))


@router.get("/classes/{class_id}/problems", **answer(answers.Questions))
def list_problems(request: HttpRequest, class_id: str) -> Json:
    """What needs a person. Only open questions are listed."""
    return paging.whole(problems.of_class(access.seen(request, class_id)))


@router.post("/classes/{class_id}/problems/resolve", **answer(answers.SeveralAnswered))
def resolve_problems(request: HttpRequest, class_id: str, body: ResolveSeveralBody) -> Json:
    """The same choice for several questions of a class. One that cannot be answered so keeps no other from it."""
    found = access.editable(request, class_id)
    seen = {
        access.number(row.id): None if row.seen is None else Seen(row.seen.lms, row.seen.aeries)
        for row in body.problems
    }
    done = problems.resolve_several(found, body.choice, access.actor(request), seen)
    return {
        "done": [str(id_) for id_ in done.done],
        "changed": [str(id_) for id_ in done.changed],
        "closed": [str(id_) for id_ in done.closed],
        "refused": [_refused(id_, error) for id_, error in done.refused],
    }


def _refused(problem_id: int, error: errors.SyncError | LeaseBusy) -> Json:
    if isinstance(error, errors.SyncError):
        return {
            "id": str(problem_id),
            "code": error.code,
            "message": said(error.message),
            "hint": said_if_any(error.hint),
        }
    message = "The class is being worked on just now."
    return {"id": str(problem_id), "code": "busy", "message": message, "hint": "Try again in a moment."}


@router.post("/problems/{problem_id}/resolve", **answer(answers.Question, refuses=[409, 501]))
def resolve_problem(request: HttpRequest, problem_id: str, body: ResolveBody) -> Json:
    """Carry out one of the choices of a question. It closes once the next look finds its cause gone."""
    number = access.number(problem_id)
    row = problems.get(number)
    try:
        access.editable(request, str(row.school_class_id))
    except Forbidden:
        raise
    except Http404:
        raise errors.NoSuchProblem from None
    seen = None if body.seen is None else Seen(body.seen.lms, body.seen.aeries)
    return problems.resolve(number, body.choice, access.actor(request), seen, body.fingerprint)
