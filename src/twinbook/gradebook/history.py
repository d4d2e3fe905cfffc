"""The history of a class: every value that moved, on either side, written with the change itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from twinbook.gradebook.models import HistoryEntry, Side
from twinbook.gradebook.origin import Origin


@dataclass(frozen=True, slots=True)
class Entry:
    """`before` and `after` are text as a person reads it; None is a blank. A value that lost a conflict
    stands in `before`."""

    field: str
    before: str | None
    after: str | None
    activity_id: int | None = None
    student_id: int | None = None
    side: Side = Side.LMS
    why: str = ""


def record(class_id: int, origin: Origin, entries: Iterable[Entry]) -> None:
    """Appends to the history; call it in the transaction of the change that it tells of."""
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            school_class_id=class_id,
            who=origin.who,
            run_id=origin.run_id,
            side=entry.side,
            activity_id=entry.activity_id,
            student_id=entry.student_id,
            field=entry.field,
            before=entry.before,
            after=entry.after,
            why=entry.why,
        )
        for entry in entries
    )


def of_class(
    class_id: int,
    *,
    activity_id: int | None = None,
    student_id: int | None = None,
    older_than: int | None = None,
) -> QuerySet[HistoryEntry]:
    """Newest first, with activity and student loaded; `older_than` is the id of the last entry already shown."""
    entries = HistoryEntry.objects.filter(school_class_id=class_id).select_related("activity", "student")
    if activity_id is not None:
        entries = entries.filter(activity_id=activity_id)
    if student_id is not None:
        entries = entries.filter(student_id=student_id)
    if older_than is not None:
        entries = entries.filter(id__lt=older_than)
    return entries.order_by("-id")
