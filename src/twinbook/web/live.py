"""Live state over server-sent events, and the same once as JSON for who cannot have a stream.

/live/classes/ID sends `sync`, `cells`, `activities`, `structure`; /live/runs/ID sends `run` until the run has ended, then
`end`. Both send `beat` in quiet times. A stream ends after STREAM_SECONDS; the browser comes again by itself and is
asked anew who it is.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from twinbook.sync import announce, runs
from twinbook.web import access, live_class, live_feed
from twinbook.web.live_feed import Event, Picture

STREAM_SECONDS = 300.0
RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class RunPicture:
    run: dict[str, Any]

    def whole(self) -> list[Event]:
        shown = [Event("run", self.run)]
        return [*shown, Event("end", {})] if self.last else shown

    def since(self, earlier: RunPicture) -> list[Event]:
        return [] if earlier.run == self.run else self.whole()

    @property
    def last(self) -> bool:
        return self.run["state"] not in ("queued", "running")


def _run_picture(run_id: int) -> RunPicture:
    return RunPicture(runs.shown(runs.get(run_id)))


@require_GET
@never_cache
def class_stream(request: HttpRequest, class_id: int) -> HttpResponseBase:
    return _guarded(
        request,
        lambda: access.seen(request, class_id),
        lambda: _stream(announce.class_subject(class_id), partial(live_class.picture, class_id)),
    )


@require_GET
@never_cache
def class_now(request: HttpRequest, class_id: int) -> HttpResponseBase:
    return _guarded(
        request, lambda: access.seen(request, class_id), lambda: _once(live_class.picture(class_id))
    )


@require_GET
@never_cache
def run_stream(request: HttpRequest, run_id: int) -> HttpResponseBase:
    return _guarded(
        request,
        lambda: access.seen_run(request, run_id),
        lambda: _stream(announce.run_subject(run_id), partial(_run_picture, run_id)),
    )


@require_GET
@never_cache
def run_now(request: HttpRequest, run_id: int) -> HttpResponseBase:
    return _guarded(request, lambda: access.seen_run(request, run_id), lambda: _once(_run_picture(run_id)))


def _guarded(
    request: HttpRequest, check: Callable[[], object], answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """A stream is no page: without a session it answers 401 and leads nowhere. Raises Http404."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    check()
    return answer()


def _once(picture: Picture) -> JsonResponse:
    return JsonResponse({"events": [{"event": event.name, "data": event.data} for event in picture.whole()]})


def _stream(subject: str, read: Callable[[], Picture]) -> StreamingHttpResponse:
    # A stream lives for minutes, and its thread's connection would be taken from the pool for as long.
    connection.close()
    response = StreamingHttpResponse(_lines(subject, read), content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _lines(subject: str, read: Callable[[], Picture]) -> AsyncIterator[str]:
    until = time.monotonic() + STREAM_SECONDS
    yield f"retry: {RETRY_MS}\n\n"
    async for events in live_feed.hub().watch(subject, read):
        if not events:
            yield _line(Event("beat", {}))
        for event in events:
            yield _line(event)
        if time.monotonic() > until:
            return


def _line(event: Event) -> str:
    return f"event: {event.name}\ndata: {json.dumps(event.data, cls=DjangoJSONEncoder, separators=(',', ':'))}\n\n"
