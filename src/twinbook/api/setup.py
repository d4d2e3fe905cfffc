"""The wizard's five screens as one resource, and the pairs (public surface §3.3)."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Router, Status

from twinbook.api import access, paging
from twinbook.api.bodies import ConfirmBody, SetupBody
from twinbook.sync import errors, links, overview, runs, setup

router = Router(tags=["set-up"])
Json = dict[str, Any]
NOT_YET = {"x-not-yet": True}
DraftBody = Annotated[dict[str, Any], Body()]


@router.get("/classes/{class_id}/aeries-gradebooks", response=dict[str, Any])
def list_gradebooks(request: HttpRequest, class_id: str) -> Json:
    """The gradebooks of the class's sections and teachers; asks Aeries."""
    return paging.whole(setup.gradebooks(access.seen(request, class_id)))


@router.post("/classes/{class_id}/setup", response={202: dict[str, Any]})
def begin(request: HttpRequest, class_id: str, body: SetupBody) -> Status[Any]:
    """Reads the gradebook as a run and proposes everything."""
    found = access.editable(request, class_id)
    run, draft = setup.begin(found, body.gradebook_number, access.actor(request))
    return Status(202, {"run": runs.shown(run), "setup": draft})


@router.get("/classes/{class_id}/setup", response=dict[str, Any])
def get_draft(request: HttpRequest, class_id: str) -> Json:
    return setup.draft(access.seen(request, class_id))


@router.patch("/classes/{class_id}/setup", response=dict[str, Any])
def patch_draft(request: HttpRequest, class_id: str, body: DraftBody) -> Json:
    """The three lists with only the rows and fields to change."""
    return setup.patch(access.editable(request, class_id), body)


@router.delete("/classes/{class_id}/setup", response={204: None})
def discard(request: HttpRequest, class_id: str) -> Status[Any]:
    setup.discard(access.editable(request, class_id))
    return Status(204, None)


@router.post("/classes/{class_id}/setup/refresh", response={202: dict[str, Any]})
def refresh(request: HttpRequest, class_id: str) -> Status[Any]:
    """Reads again; rows whose item vanished or changed since their answer become stale."""
    found = access.editable(request, class_id)
    return Status(202, runs.shown(setup.refresh(found, access.actor(request))))


@router.get("/classes/{class_id}/setup/summary", response=dict[str, Any])
def get_summary(request: HttpRequest, class_id: str) -> Json:
    """What Confirm will do, value by value."""
    return setup.summary(access.seen(request, class_id))


@router.post("/classes/{class_id}/setup/confirm", response={202: dict[str, Any]})
def confirm(request: HttpRequest, class_id: str, body: ConfirmBody) -> Status[Any]:
    found = access.editable(request, class_id)
    return Status(202, runs.shown(setup.confirm(found, body.fingerprint, access.actor(request))))


@router.get("/classes/{class_id}/links", response=dict[str, Any])
def list_links(request: HttpRequest, class_id: str) -> Json:
    return paging.whole(links.of_class(access.seen(request, class_id)))


@router.post("/classes/{class_id}/links", response={202: dict[str, Any]}, openapi_extra=NOT_YET)
def repair_link(request: HttpRequest, class_id: str) -> Status[Any]:
    """Not yet: answers 501."""
    access.editable(request, class_id)
    raise errors.NotYet("Repairing one pair is not built yet.")


@router.post("/classes/{class_id}/sections", response={202: dict[str, Any]}, openapi_extra=NOT_YET)
def combine_sections(request: HttpRequest, class_id: str) -> Status[Any]:
    """Not yet: answers 501."""
    access.editable(request, class_id)
    raise errors.NotYet("Combining sections is not built yet.")


@router.post("/classes/{class_id}/unlink", response=dict[str, Any])
def unlink(request: HttpRequest, class_id: str) -> Json:
    """Stops syncing; both gradebooks keep all their data."""
    found = access.editable(request, class_id)
    links.unlink(found)
    return overview.class_sync(found)
