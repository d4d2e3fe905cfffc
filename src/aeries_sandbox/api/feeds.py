"""Change feeds (reference §9): keys only, district-wide, since a moment in the district's local time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from aeries_sandbox.api.call import Answer, Call, Json, Refused, rows
from aeries_sandbox.model import STUDENT_AREAS


def roster_changes(call: Call) -> Answer:
    return _feed(call, "roster", _section_key)


def section_changes(call: Call) -> Answer:
    return _feed(call, "section", _section_key)


def student_changes(call: Call) -> Answer:
    area = call.text("area").lower()
    if area not in STUDENT_AREAS:
        raise Refused(400, f"DataArea must be one of {', '.join(STUDENT_AREAS)}")
    return _feed(call, f"student/{area}", _student_key)


def staff_changes(call: Call) -> Answer:
    return _feed(call, "staff", lambda key: {"ID": key[0]})


def course_changes(call: Call) -> Answer:
    return _feed(call, "course", lambda key: {"ID": key[0]})


def _feed(call: Call, feed: str, shown: Callable[[list[int | str]], Json]) -> Answer:
    since = _since(call)
    visible_until = call.world.clock.now() - timedelta(minutes=call.world.number("feed_lag_minutes"))
    inclusive = call.world.switches["changes_since"] == "ge"
    keys: dict[tuple[int | str, ...], None] = {}
    for change in call.database.changes:
        if change.feed != feed or change.at > visible_until:
            continue
        if change.at > since or (inclusive and change.at == since):
            keys[tuple(change.key)] = None
    items = [
        shown(list(key)) for key in keys if call.world.on("feed_includes_deleted") or _exists(call, feed, key)
    ]
    if call.world.on("feed_duplicates"):
        items += items
    return rows("DataChange", items)


def _since(call: Call) -> datetime:
    """The moment of the path; raises Refused when it is malformed or in the future."""
    year, month, day, hour, minute = (
        call.number(name) for name in ("year", "month", "day", "hour", "minute")
    )
    try:
        since = datetime(year, month, day, hour, minute, tzinfo=call.world.clock.zone)
    except ValueError as error:
        raise Refused(400, f"The date in the path is not valid: {error}") from error
    if since > call.world.clock.now():
        raise Refused(400, "The date in the path lies in the future")
    return since


def _exists(call: Call, feed: str, key: tuple[int | str, ...]) -> bool:
    if feed in ("roster", "section"):
        return key in call.database.sections
    if feed == "staff":
        return key[0] in call.database.staff
    if feed == "course":
        return key[0] in call.database.courses
    return bool(call.database.school_rows(int(key[0])))


def _section_key(key: list[int | str]) -> Json:
    return {"SchoolCode": key[0], "SectionNumber": key[1]}


def _student_key(key: list[int | str]) -> Json:
    return {"StudentID": key[0], "SchoolCode": key[1], "StudentNumber": key[2]}
