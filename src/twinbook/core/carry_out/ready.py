"""Before a look: identity, and the gradebook and its students where their last reading is too old (G2)."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from twinbook.core.carry_out import changes as ch
from twinbook.core.carry_out import effects as ef
from twinbook.core.carry_out.gone import gradebook_found, gradebook_missing
from twinbook.core.carry_out.views import LinkView
from twinbook.core.sentence import sentence

TRUST = timedelta(hours=24)
"""How long the student list and the gradebook are trusted after their last reading (G2)."""


def ready(link: LinkView, lane: ef.Lane) -> Generator[ef.Effect, Any, ef.Trouble | None]:
    """Identity, and the gradebook and its students where their last reading is too old (G2)."""
    identity = yield ef.CheckIdentity(lane)
    if isinstance(identity, ef.Trouble):
        return identity
    now: datetime = yield ef.Now()
    if is_stale(link.gradebook_read_at, now):
        head = yield from read_gradebook(link, lane)
        if isinstance(head, ef.Trouble):
            return head
    if is_stale(link.students_read_at, now):
        listed = yield from read_students(link, lane)
        if isinstance(listed, ef.Trouble):
            return listed
    return None


def is_stale(read_at: datetime | None, now: datetime) -> bool:
    return read_at is None or now - read_at > TRUST


def read_gradebook(link: LinkView, lane: ef.Lane) -> Generator[ef.Effect, Any, ef.GradebookHead | ef.Trouble]:
    """A dry run keeps the reading to itself."""
    head: ef.GradebookHead | ef.Trouble = yield ef.ReadGradebook(lane)
    if isinstance(head, ef.Trouble):
        if head.family is ef.Family.NOT_FOUND:
            yield from gradebook_missing(link, lane)
        return head
    if link.writes:
        now: datetime = yield ef.Now()
        seen = ch.GradebookSeen(head.categories, head.terms, now, head.sections)
        yield ef.Commit((seen, *gradebook_found(link)))
    return head


def read_students(link: LinkView, lane: ef.Lane) -> Generator[ef.Effect, Any, ef.StudentList | ef.Trouble]:
    """A dry run keeps the reading to itself."""
    listed: ef.StudentList | ef.Trouble = yield ef.ReadStudents(lane)
    if isinstance(listed, ef.Trouble):
        return listed
    if not listed.students and link.students:
        # An empty list proves nothing (A7): yesterday's stays, and nothing is written on the strength of it.
        return ef.Trouble(
            ef.Family.BAD_ANSWER, sentence("Aeries listed no students for a gradebook that had some.")
        )
    if link.writes:
        lacking = _lacking(link, listed)
        if lacking and (_all_new(link, listed) or not _twice_lacking(link, listed.began_at)):
            if link.students_missing_since is None:
                yield ef.Commit((ch.StudentsMissing(listed.began_at),))
            return ef.Trouble(
                ef.Family.BAD_ANSWER,
                sentence(
                    "Aeries' list of students lacks %(count)s that it had; it is read once more before they count as gone.",
                    count=lacking,
                ),
            )
        yield ef.Commit((ch.StudentsSeen(listed.students, listed.began_at),))
    return listed


def _lacking(link: LinkView, listed: ef.StudentList) -> int:
    """Active students whose row is gone: who leaves keeps a row with an inactive tag (reference §10.6)."""
    told = {student.student_id for student in listed.students}
    return sum(not student.tag.strip() and student.student_id not in told for student in link.students)


def _all_new(link: LinkView, listed: ef.StudentList) -> bool:
    """Not one known student among them: another gradebook's list, however often it comes (G2)."""
    return not {student.student_id for student in link.students} & {
        student.student_id for student in listed.students
    }


def _twice_lacking(link: LinkView, now: datetime) -> bool:
    since = link.students_missing_since
    return since is not None and now >= since + link.second_look
