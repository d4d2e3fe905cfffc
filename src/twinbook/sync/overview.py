"""How a class stands with Aeries: one function for screens, REST and command line (public surface §3.2, §3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q

from twinbook.core.sentence import sentence
from twinbook.core.values import BLANK, Blank, OurValue
from twinbook.district import settings as district_settings
from twinbook.gradebook import overview
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.models import Activity, ClassStudent
from twinbook.gradebook.overview import Gradebook
from twinbook.said import said_if_any
from twinbook.sync import clock, codec, installation, load, mass_change, moved
from twinbook.sync.models import (
    CellBaseRow,
    ClassSync,
    Link,
    LinkStudent,
    Mode,
    NewItems,
    Pair,
    PairState,
    Problem,
    RemoteState,
    Run,
    RunKind,
    StudentHome,
)

Json = dict[str, Any]


class CellSync(StrEnum):
    LOCAL = "local"
    SYNCED = "synced"
    WAITING = "waiting"
    HELD = "held"
    CONFLICT = "conflict"


class ClassState(StrEnum):
    NOT_SYNCED = "not_synced"
    SETTING_UP = "setting_up"
    SYNCED = "synced"
    PAUSED = "paused"
    HELD = "held"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CellStand:
    """`synced_at`: when Aeries was last seen to hold the value; only where `sync` is synced."""

    sync: CellSync
    synced_at: datetime | None = None


LOCAL = CellStand(CellSync.LOCAL)


class ClassStand:
    """Everything needed to say how each cell of a class, or of some of its activities, stands. Eight queries.

    With several gradebooks a cell stands as it does in its student's home (C7). `pairs`: activity → the pair that is
    shown for it, of the oldest link that has an assignment for it.
    """

    def __init__(self, class_id: int, activity_ids: Iterable[int] | None = None) -> None:
        self.class_id = class_id
        self.links = list(Link.objects.filter(school_class_id=class_id, ended_on=None).order_by("id"))
        self.link = self.links[0] if self.links else None
        self.pairs: dict[int, Pair] = {}
        if self.link is None:
            return
        pairs = Pair.objects.filter(link__in=self.links, activity__isnull=False).select_related("activity")
        if activity_ids is not None:
            pairs = pairs.filter(activity_id__in=list(activity_ids))
        self.pair_in = {
            (pair.link_id, pair.activity_id): pair
            for pair in pairs.order_by("link_id")
            if pair.activity_id is not None
        }
        for (_, activity), pair in self.pair_in.items():
            known = self.pairs.get(activity)
            if known is None or (known.unique_id is None and pair.unique_id is not None):
                self.pairs[activity] = pair
        self.sync = ClassSync.objects.get(school_class_id=class_id)
        self.known = dict(
            ClassStudent.objects.filter(
                school_class_id=class_id, active=True, student__sis_student_id__isnull=False
            ).values_list("student_id", "student__sis_student_id")
        )
        self.homes = dict(
            StudentHome.objects.filter(school_class_id=class_id).values_list("student_id", "link_id")
        )
        self.listed = set(
            LinkStudent.objects.filter(link__in=self.links).values_list("link_id", "sis_student_id")
        )
        ids = [pair.id for pair in self.pair_in.values()]
        self.bases = {
            (row.pair_id, row.student_id): row
            for row in CellBaseRow.objects.filter(pair_id__in=ids).iterator()
        }
        self.problems = _Problems(class_id)

    def home_of(self, student_id: int) -> int | None:
        """The link that holds the student's cells."""
        if not self.homes:
            return None if self.link is None else self.link.id
        return self.homes.get(student_id)

    def of(self, activity: Activity, student_id: int, value: OurValue) -> CellStand:
        if self.link is None or student_id not in self.known:
            return LOCAL
        home = self.home_of(student_id)
        if home is None:
            return LOCAL
        pair = self.pair_in.get((home, activity.id))
        if not self.takes_part(activity, pair):
            return LOCAL
        question = self.problems.of(home, activity.id, student_id)
        if question is not None:
            return CellStand(question)
        if pair is None:
            return CellStand(CellSync.WAITING)
        base = self.bases.get((pair.id, student_id))
        if self.problems.kept.get((activity.id, student_id)) == value:
            return LOCAL
        if base is not None and _agreed(base, value):
            # In a class whose brake holds, the newest reading may well have shown something else.
            read_at = None if home in self.problems.class_braked else pair.scores_read_at
            seen = max((moment for moment in (base.agreed_at, read_at) if moment is not None), default=None)
            return CellStand(CellSync.SYNCED, seen)
        if (home, activity.id) in self.problems.activities:
            return CellStand(CellSync.HELD)
        if (activity.id, student_id) in self.problems.left:
            return LOCAL
        if base is None and isinstance(value, Blank) and (home, self.known[student_id]) not in self.listed:
            return LOCAL
        return CellStand(CellSync.WAITING)

    def takes_part(self, activity: Activity, pair: Pair | None) -> bool:
        """A draft never leaves; what is ignored or unlinked stays here (A4)."""
        if pair is None:
            return activity.published and self.sync.new_in_lms != NewItems.IGNORE
        if pair.state == PairState.CREATING:
            return activity.published
        return pair.state in (PairState.LINKED, PairState.HELD)


def _agreed(base: CellBaseRow, value: OurValue) -> bool:
    return base.theirs_kind is not None and codec.optional_value(base.ours_kind, base.ours_text) == value


_ASKED = (
    "subject",
    "code",
    "link_id",
    "activity_id",
    "student_id",
    "field",
    "details",
    "closed_at",
    "ours_kind",
    "ours_text",
)


class _Problems:
    """The open questions of a class by what they are about. Those about an activity are questions of one link."""

    def __init__(self, class_id: int) -> None:
        self.cells: dict[tuple[int, int], CellSync] = {}
        self.activities: set[tuple[int, int]] = set()
        self.braked: set[tuple[int, int]] = set()
        self.students: set[int] = set()
        self.class_braked: set[int] = set()
        self.left: set[tuple[int, int]] = set()
        """Cells that a person left behind when their student moved."""
        self.kept: dict[tuple[int, int], OurValue | None] = {}
        """Values of which a person said after the term's end that they stay here."""
        answered = Q(answer=load.KEEP_HERE) | Q(code="student_moved", answer="leave_here")
        rows = Problem.objects.filter(Q(closed_at=None) | answered, school_class_id=class_id)
        for row in rows.order_by("id").only(*_ASKED):
            subject, code, link = row.subject, row.code, row.link_id or 0
            activity, student = row.activity_id or 0, row.student_id
            if code == "student_moved":
                self._moved(student or 0, row.details, left=row.closed_at is not None)
            elif row.closed_at is not None:
                kept = codec.optional_value(row.ours_kind, row.ours_text)
                self.kept[activity, student or 0] = kept
            elif subject.startswith("cell:") and student is not None:
                self.cells[activity, student] = CellSync.CONFLICT if code == "conflict" else CellSync.HELD
            elif subject in mass_change.WHOLE_CLASS:
                self.class_braked.add(link)
            elif subject.startswith("brake:activity:"):
                self.braked.add((link, activity))
            elif code == load.ZEROS_AHEAD:
                continue
            elif student is not None:
                self.students.add(student)
            elif row.activity_id is not None and row.field in (None, "points"):
                self.activities.add((link, activity))

    def _moved(self, student: int, details: Json, *, left: bool) -> None:
        for cell in moved.offered(details):
            if left:
                self.left.add((cell.activity, student))
            else:
                self.cells[cell.activity, student] = CellSync.HELD

    def of(self, link_id: int, activity_id: int, student_id: int) -> CellSync | None:
        found = self.cells.get((activity_id, student_id))
        if found is None and ((link_id, activity_id) in self.braked or student_id in self.students):
            return CellSync.HELD
        return found


RESTORED = sentence(
    "The class was restored from a backup. Preview a force sync to see what would follow in Aeries, "
    "then confirm it."
)


def class_sync(class_id: int, book: Gradebook | None = None, stand: ClassStand | None = None) -> Json:
    """The `sync` of a class. `book` and `stand`: where they are loaded already; waiting cells are counted from them."""
    sync = ClassSync.objects.filter(school_class_id=class_id).first()
    stand = stand or ClassStand(class_id)
    links, link = stand.links, stand.link
    problems = Problem.objects.filter(school_class_id=class_id, closed_at=None)
    reachable, why = _reachable(links)
    if why is None and sync is not None and link is not None:
        why = _only_observed(sync)
    if why is None:
        why = _unseen(class_id, _oldest(links))
    if sync is not None and sync.restored_by_id is not None and link is not None:
        why = RESTORED
    return {
        "state": state_of(class_id, sync, links).value,
        "gradebook_number": None if link is None else link.gradebook_number,
        "last_pulled_at": _iso(_oldest(links)),
        "last_pushed_at": _iso(
            max((link.last_pushed_at for link in links if link.last_pushed_at), default=None)
        ),
        "waiting": _waiting(class_id, stand, book),
        "conflicts": problems.filter(code="conflict").count(),
        "problems": problems.count(),
        "aeries_reachable": reachable,
        "why": said_if_any(why),
        "links": [_shown_link(one) for one in links],
    }


def _unseen(class_id: int, seen_at: datetime | None) -> str | None:
    """Why the last look at everything did not see the whole class, long after saves go again. None: it did."""
    looks = Run.objects.filter(
        school_class_id=class_id,
        kind__in=[RunKind.NIGHTLY, RunKind.FORCE],
        dry_run=False,
        finished_at__isnull=False,
    )
    last = looks.order_by("-id").values_list("id", "started_at").first()
    if last is None or last[1] is None or seen_at is None or last[1] <= seen_at:
        return None
    run = Run.objects.only("plan", "error").get(id=last[0])
    troubles: list[str] = run.plan.get("troubles") or ([] if run.error is None else [run.error["message"]])
    if not troubles:
        return None
    return sentence("The last look did not see the whole class. %(what)s", what=troubles[0])


def _oldest(links: list[Link]) -> datetime | None:
    """Every gradebook of the class was looked at since then."""
    pulled = [link.last_pulled_at for link in links]
    return None if None in pulled else min((one for one in pulled if one is not None), default=None)


def _shown_link(link: Link) -> Json:
    return {
        "gradebook_number": link.gradebook_number,
        "sections": link.sections,
        "from": link.started_on.isoformat(),
        "to": None if link.ended_on is None else link.ended_on.isoformat(),
    }


def states_of(class_ids: Iterable[int]) -> Mapping[int, ClassState]:
    """For lists: three queries for any number of classes."""
    ids = list(class_ids)
    syncs = {sync.school_class_id: sync for sync in ClassSync.objects.filter(school_class_id__in=ids)}
    links: dict[int, list[Link]] = {class_id: [] for class_id in ids}
    for link in Link.objects.filter(school_class_id__in=ids, ended_on=None):
        links[link.school_class_id].append(link)
    braked = set(_braked(ids))
    return {
        class_id: _state(syncs.get(class_id), links[class_id], braked=class_id in braked) for class_id in ids
    }


def state_of(class_id: int, sync: ClassSync | None, links: list[Link]) -> ClassState:
    return _state(sync, links, braked=bool(_braked([class_id])))


def _braked(class_ids: list[int]) -> list[int]:
    rows = Problem.objects.filter(
        school_class_id__in=class_ids, closed_at=None, subject__in=mass_change.WHOLE_CLASS
    )
    return list(rows.values_list("school_class_id", flat=True))


def _state(sync: ClassSync | None, links: list[Link], *, braked: bool) -> ClassState:
    if sync is not None and sync.setting_up:
        return ClassState.SETTING_UP
    if sync is None or not links:
        return ClassState.NOT_SYNCED
    if all(_ended(sync, link) for link in links):
        return ClassState.ENDED
    if sync.mode == Mode.PAUSED:
        return ClassState.PAUSED
    return ClassState.HELD if braked else ClassState.SYNCED


def _ended(sync: ClassSync, link: Link) -> bool:
    """Every term of the gradebook is past its grace days."""
    ends = [term["ends_on"] for term in link.terms if term.get("ends_on")]
    if not ends or len(ends) < len(link.terms):
        return False
    today = load.today(link.connection_id, clock.now())
    return today > date.fromisoformat(max(ends)) + timedelta(days=sync.grace_days)


def _only_observed(sync: ClassSync) -> str | None:
    if sync.mode == Mode.OBSERVE:
        return sentence(
            "Twinbook only observes this class: it reads and shows what it would do, and writes nothing."
        )
    if installation.observes():
        return sentence(
            "Twinbook only observes until an administrator confirms its restored database. Scores are kept here."
        )
    if district_settings.get().mode == Mode.OBSERVE:
        return sentence(
            "Twinbook only observes the whole district: it reads and shows what it would do, and writes nothing."
        )
    return None


def _reachable(links: list[Link]) -> tuple[bool, str | None]:
    if not links:
        return True, None
    state = RemoteState.objects.filter(connection_id=links[0].connection_id).first()
    if state is not None and state.down_since is not None:
        since = state.down_since.isoformat(timespec="seconds")
        return (
            False,
            sentence(
                "Aeries has not answered since %(since)s. Scores are kept here and go by themselves once it "
                "does.",
                since=since,
            ),
        )
    return True, next((link.why for link in links if link.why is not None), None)


def _waiting(class_id: int, stand: ClassStand, book: Gradebook | None) -> int:
    if stand.link is None:
        return 0
    if book is None:
        book = overview.gradebook(class_id)
    return sum(
        1
        for activity in book.activities
        for member in book.students
        if _stand(stand, activity, member, book.cells).sync is CellSync.WAITING
    )


def _stand(
    stand: ClassStand, activity: Activity, member: ClassStudent, cells: Mapping[tuple[int, int], Cell]
) -> CellStand:
    cell = cells.get((activity.id, member.student_id))
    value: OurValue = BLANK if cell is None else cell.value
    return stand.of(activity, member.student_id, value)


def activity_aeries(pair: Pair | None) -> Json | None:
    if pair is None or pair.unique_id is None:
        return None
    return {"unique_id": pair.unique_id, "number": pair.number}


def activity_sync(stand: ClassStand, activity: Activity) -> str:
    """`local`, `waiting`, `synced` or `held`: how the activity itself stands, in all gradebooks of the class."""
    found = {_activity_in(stand, link, activity) for link in stand.links}
    for state in (CellSync.HELD, CellSync.WAITING, CellSync.SYNCED):
        if state in found:
            return state.value
    return CellSync.LOCAL.value


def _activity_in(stand: ClassStand, link: Link, activity: Activity) -> CellSync:
    pair = stand.pair_in.get((link.id, activity.id))
    if not stand.takes_part(activity, pair):
        return CellSync.LOCAL
    if (link.id, activity.id) in stand.problems.activities | stand.problems.braked:
        return CellSync.HELD
    if pair is None or pair.state == PairState.CREATING:
        return CellSync.WAITING
    return CellSync.SYNCED


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
