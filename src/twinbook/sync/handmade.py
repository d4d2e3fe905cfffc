"""A student added by hand who turns up in the roster: offered for merging, never merged by itself.

Merging saves the hand-made student's values for the student of the roster, cell by cell, as a person's edits with their
history. Where both hold different values, each is a question of its own. The hand-made student then leaves the class; the
cells stay on record.
"""

from __future__ import annotations

from twinbook.core.values import Blank
from twinbook.gradebook import scores, students
from twinbook.gradebook.cells import Cell
from twinbook.gradebook.models import ClassStudent, MembershipSource
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import UNCHANGED, ScoreWrite
from twinbook.sync import announce, questions
from twinbook.sync.models import Problem

SAME, CELL = "same_student", "merge_conflict"
WHY = "merged with the student added by hand"


def judge(class_id: int) -> None:
    """Opens a question for each student added by hand whose name stands once in the roster; closes it when one of the two
    left. What was answered is not asked again. Called after the roster was read."""
    places = [place for place in students.of_class(class_id) if place.active]
    by_hand = [p for p in places if p.source == MembershipSource.HAND and p.student.sis_student_id is None]
    wanted: dict[str, tuple[ClassStudent, ClassStudent]] = {}
    for place in by_hand:
        twins = [p for p in places if p.student.sis_student_id is not None and _key(p) == _key(place)]
        if len(twins) == 1:
            wanted[f"same:{place.student_id}"] = (place, twins[0])
    rows = Problem.objects.filter(school_class_id=class_id, code=SAME)
    for row in rows.filter(closed_at=None).exclude(subject__in=list(wanted)):
        questions.close(row, questions.FOUND_FINE)
    asked = set(rows.values_list("subject", flat=True))
    for subject, (place, twin) in wanted.items():
        if subject not in asked:
            _open(
                class_id, subject, SAME, place, {"roster": str(twin.student_id), "name": place.student.name}
            )
    if wanted:
        announce.announce(class_id)


def _key(place: ClassStudent) -> str:
    return " ".join(place.student.name.split()).casefold()


def _open(
    class_id: int, subject: str, code: str, place: ClassStudent, details: dict[str, str], **more: int
) -> None:
    Problem.objects.create(
        school_class_id=class_id,
        subject=subject,
        code=code,
        student_id=more.get("student", place.student_id),
        activity_id=more.get("activity"),
        details=details,
    )


def merge(row: Problem, actor: str) -> None:
    """Fills what is blank, asks about what differs. In the transaction of the answer."""
    roster = int(row.details["roster"])
    assert row.student_id is not None
    place = ClassStudent.objects.select_related("student").get(
        school_class_id=row.school_class_id, student_id=row.student_id
    )
    open_cells = False
    for hand in _values_of(row.school_class_id, place.student_id):
        theirs = scores.of_activity(hand.activity_id).get(roster)
        if theirs is None or isinstance(theirs.value, Blank):
            _save(row.school_class_id, hand, roster, actor)
        elif theirs.value != hand.value:
            details = {"by_hand": str(place.student_id), "value": str(hand.value), "name": place.student.name}
            subject = f"merge:{place.student_id}:{hand.activity_id}"
            _open(
                row.school_class_id, subject, CELL, place, details, student=roster, activity=hand.activity_id
            )
            open_cells = True
    questions.close(row, "a person merged them")
    if not open_cells:
        _leave(row.school_class_id, place.student_id, actor)


def settle(row: Problem, actor: str, *, by_hand_counts: bool) -> None:
    """One cell of a merge; the last one lets the hand-made student go."""
    by_hand = int(row.details["by_hand"])
    if by_hand_counts and row.activity_id is not None and row.student_id is not None:
        cell = scores.of_activity(row.activity_id).get(by_hand)
        if cell is not None:
            _save(row.school_class_id, cell, row.student_id, actor)
    questions.close(row, "a person chose")
    left = Problem.objects.filter(
        school_class_id=row.school_class_id,
        code=CELL,
        closed_at=None,
        subject__startswith=f"merge:{by_hand}:",
    )
    if not left.exists():
        _leave(row.school_class_id, by_hand, actor)


def _values_of(class_id: int, student_id: int) -> list[Cell]:
    """Live activities only."""
    return [
        cell
        for (_, student), cell in sorted(scores.of_class(class_id).items())
        if student == student_id and not isinstance(cell.value, Blank)
    ]


def _save(class_id: int, cell: Cell, student_id: int, actor: str) -> None:
    write = ScoreWrite(
        student_id,
        cell.value,
        UNCHANGED if cell.late is None else cell.late,
        UNCHANGED if cell.comment is None else cell.comment,
    )
    scores.save_scores(class_id, cell.activity_id, [write], person(actor), why=WHY)


def _leave(class_id: int, student_id: int, actor: str) -> None:
    students.leave(class_id, student_id, person(actor), why="merged with the student of the roster")
