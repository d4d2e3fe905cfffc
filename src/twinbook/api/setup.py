"""The wizard's five screens as one resource, and the pairs (public surface §3.3)."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Router, Status

from twinbook.api import access, answers, paging
from twinbook.api.bodies import ConfirmBody, LinkBody, SectionsBody, SetupBody, UnlinkBody
from twinbook.api.openapi import answer
from twinbook.sync import links, overview, repair, runs, sections, setup

router = Router(tags=["set-up"])
Json = dict[str, Any]
DraftBody = Annotated[dict[str, Any], Body()]


@router.get("/classes/{class_id}/aeries-gradebooks", **answer(answers.AeriesGradebooks, refuses=[409, 503]))
def list_gradebooks(request: HttpRequest, class_id: str) -> Json:
    """The Aeries gradebooks of the class and of its teachers. Asks Aeries."""
    return paging.whole(setup.gradebooks(access.seen(request, class_id)))


@router.post("/classes/{class_id}/setup", **answer(answers.Begun, 202, refuses=[409, 503]))
def begin(request: HttpRequest, class_id: str, body: SetupBody) -> Status[Any]:
    """Begin a set-up, or go on with another gradebook. Reads the gradebook as a run and proposes everything. On a synced
    class another number drafts a further link."""
    found = access.editable(request, class_id)
    run, draft = setup.begin(found, body.gradebook_number, access.actor(request))
    return Status(202, {"run": runs.shown(run), "setup": draft})


@router.get("/classes/{class_id}/setup", **answer(answers.Draft))
def get_draft(request: HttpRequest, class_id: str) -> Json:
    """The draft of the set-up."""
    return setup.draft(access.seen(request, class_id))


@router.patch("/classes/{class_id}/setup", **answer(answers.Draft, refuses=[409]))
def patch_draft(request: HttpRequest, class_id: str, body: DraftBody) -> Json:
    """Answer questions of the set-up. Send the three lists with only the rows and fields to change."""
    return setup.patch(access.editable(request, class_id), body)


@router.delete("/classes/{class_id}/setup", **answer(None, 204, refuses=[409]))
def discard(request: HttpRequest, class_id: str) -> Status[Any]:
    """Discard the draft. Nothing was written to either gradebook."""
    setup.discard(access.editable(request, class_id))
    return Status(204, None)


@router.post("/classes/{class_id}/setup/refresh", **answer(answers.Run, 202, refuses=[409]))
def refresh(request: HttpRequest, class_id: str) -> Status[Any]:
    """Read the gradebook again. Rows whose item vanished or changed since their answer become stale."""
    found = access.editable(request, class_id)
    return Status(202, runs.shown(setup.refresh(found, access.actor(request))))


@router.get("/classes/{class_id}/setup/summary", **answer(answers.Plan))
def get_summary(request: HttpRequest, class_id: str) -> Json:
    """What Confirm will do, value by value."""
    return setup.summary(access.seen(request, class_id))


@router.post("/classes/{class_id}/setup/confirm", **answer(answers.Run, 202, refuses=[409]))
def confirm(request: HttpRequest, class_id: str, body: ConfirmBody) -> Status[Any]:
    """Carry out the summary that has this fingerprint."""
    found = access.editable(request, class_id)
    return Status(202, runs.shown(setup.confirm(found, body.fingerprint, access.actor(request))))


@router.get("/classes/{class_id}/links", **answer(answers.Pairs))
def list_links(request: HttpRequest, class_id: str) -> Json:
    """Which activity is paired with which assignment."""
    return paging.whole(links.of_class(access.seen(request, class_id)))


@router.post("/classes/{class_id}/links", **answer(answers.Run, 202, refuses=[409]))
def repair_link(request: HttpRequest, class_id: str, body: LinkBody) -> Status[Any]:
    """Match, create, ignore or unlink one pair. With `dry_run` the run's plan says value by value what would happen."""
    found = access.editable(request, class_id)
    run = repair.begin(found, body.wish(), access.actor(request), dry_run=body.dry_run)
    return Status(202, runs.shown(run))


@router.get("/classes/{class_id}/sections", **answer(answers.Sections))
def list_sections(request: HttpRequest, class_id: str) -> Json:
    """The sections of a class, each with the Aeries gradebook that its scores go to."""
    return paging.whole(sections.of_class(access.seen(request, class_id)))


@router.post("/classes/{class_id}/sections", **answer(answers.Sections, 201, refuses=[409]))
def combine_sections(request: HttpRequest, class_id: str, body: SectionsBody) -> Status[Any]:
    """Combine sections. Their students come into this class; the sections' own classes must be unused, and end. Join each
    section's gradebook with `POST setup` afterwards: a score goes to the gradebook of the student's own section."""
    found = access.editable(request, class_id)
    made = sections.combine(
        found, body.sections, access.origin(request), lambda other: access.may_edit(request, other)
    )
    return Status(201, paging.whole(made))


@router.post("/classes/{class_id}/unlink", **answer(answers.Sync, refuses=[409, 503]))
def unlink(request: HttpRequest, class_id: str, body: UnlinkBody | None = None) -> Json:
    """Stop syncing, with all gradebooks of the class or with one of several. Both sides keep all their data."""
    found = access.editable(request, class_id)
    links.unlink(found, None if body is None else body.gradebook_number)
    return overview.class_sync(found)
