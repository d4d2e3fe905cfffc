"""Every pair of a class, and what stands alone on either side, as the page of links shows it: one board a gradebook."""

from __future__ import annotations

from dataclasses import dataclass, field

from twinbook.gradebook.models import Activity
from twinbook.sync import questions
from twinbook.sync.look import live_links
from twinbook.sync.models import Link, Pair, PairState


@dataclass(frozen=True, slots=True)
class Half:
    """One item that stands alone. `asked`: an open question is about it; `key`: its id on its own side."""

    key: str
    name: str
    number: int | None = None
    was_paired: bool = False
    asked: bool = False


@dataclass(slots=True)
class Board:
    link: Link
    paired: list[Pair] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    """Ids of pairs about which a question is open."""
    here: list[Half] = field(default_factory=list)
    there: list[Half] = field(default_factory=list)


def of_class(class_id: int) -> list[Board]:
    """What is new in Aeries stands here from the look that finds it, not before."""
    return [_board(link) for link in live_links(class_id)]


def _board(link: Link) -> Board:
    board = Board(link)
    open_rows = questions.open_problems(link.school_class_id).filter(link=link)
    asked = {row.subject: row for row in open_rows if row.student_id is None}
    for pair in Pair.objects.filter(link=link).select_related("activity").order_by("id"):
        _place(board, pair, set(asked))
    board.here += _in_no_pair(link)
    for subject, row in asked.items():
        if subject.startswith("aeries:") and "aeries_id" in row.details:
            details = row.details
            number = int(details["number"]) if details.get("number") else None
            board.there.append(Half(details["aeries_id"], details.get("name", ""), number, asked=True))
    board.here.sort(key=lambda half: half.name.casefold())
    board.there.sort(key=lambda half: (half.number or 0, half.name))
    return board


def _place(board: Board, pair: Pair, asked: set[str]) -> None:
    activity = pair.activity
    if activity is not None and activity.deleted_at is not None and pair.state != PairState.LINKED:
        return
    subject = "" if activity is None else questions.activity_subject(activity.id)
    if pair.state in (PairState.LINKED, PairState.HELD) or (
        pair.state == PairState.CREATING and subject not in asked
    ):
        board.paired.append(pair)
        if subject in asked:
            board.held.add(pair.id)
        return
    if activity is not None:
        was = pair.state == PairState.UNLINKED
        board.here.append(Half(str(activity.id), activity.title, was_paired=was, asked=subject in asked))
    if pair.unique_id is not None and pair.missing_since is None:
        board.there.append(
            Half(pair.unique_id, pair.their_title, pair.number, was_paired=activity is not None)
        )


def _in_no_pair(link: Link) -> list[Half]:
    paired = Pair.objects.filter(link=link, activity__isnull=False).values("activity_id")
    rows = Activity.objects.filter(school_class_id=link.school_class_id, deleted_at=None)
    return [Half(str(row.id), row.title) for row in rows.exclude(id__in=paired)]
