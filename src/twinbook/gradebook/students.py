"""Students and their places in classes. Nobody is ever removed: who leaves becomes inactive, scores stay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from twinbook.gradebook import text
from twinbook.gradebook.change import ClassChange, changing
from twinbook.gradebook.history import Entry
from twinbook.gradebook.models import NAME_LENGTH, ClassStudent, MembershipSource, Student
from twinbook.gradebook.origin import Origin


@dataclass(frozen=True, slots=True)
class KnownStudent:
    """A student as Aeries tells it."""

    sis_student_id: int
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A student's place in a class on the day of the roster sync."""

    student_id: int
    active: bool
    started_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class RosterChange:
    """Ids of the students who came (or came back), left, or whose dates changed."""

    added: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    moved_dates: tuple[int, ...] = ()


def of_class(class_id: int) -> list[ClassStudent]:
    """All places with their students, also inactive ones, by name."""
    return list(
        ClassStudent.objects.filter(school_class_id=class_id)
        .select_related("student")
        .order_by("student__last_name", "student__first_name", "student_id")
    )


def add_by_hand(class_id: int, name: str, origin: Origin) -> ClassStudent:
    """A student whom Aeries does not know. The last word of the name is the last name.

    Raises NotFoundError, InvalidError.
    """
    first_name, _, last_name = text.checked_name(name, "name", NAME_LENGTH).rpartition(" ")
    with changing(class_id, origin) as change:
        student = Student.objects.create(first_name=first_name.strip(), last_name=last_name)
        place = ClassStudent.objects.create(
            school_class_id=class_id, student=student, source=MembershipSource.HAND.value
        )
        _record(change, student.id, None, "active", "added by hand")
        return place


def know(students: Iterable[KnownStudent]) -> dict[int, int]:
    """Makes sure that Aeries' students are here under their present names; our id by Aeries' id."""
    wanted = {student.sis_student_id: student for student in students}
    with transaction.atomic():
        present = {
            student.sis_student_id: student
            for student in Student.objects.select_for_update(no_key=True)
            .filter(sis_student_id__in=wanted)
            .order_by("id")
        }
        renamed = []
        for sis_id, row in present.items():
            told = wanted[sis_id] if sis_id is not None else None
            if told and (row.first_name, row.last_name) != (told.first_name, told.last_name):
                row.first_name, row.last_name = told.first_name, told.last_name
                renamed.append(row)
        Student.objects.bulk_update(renamed, ["first_name", "last_name"], batch_size=1000)
        Student.objects.bulk_create(
            [
                Student(sis_student_id=sis_id, first_name=told.first_name, last_name=told.last_name)
                for sis_id, told in sorted(wanted.items())
                if sis_id not in present
            ],
            ignore_conflicts=True,
        )
    rows = Student.objects.filter(sis_student_id__in=wanted).values_list("sis_student_id", "id")
    return {sis_id: student_id for sis_id, student_id in rows if sis_id is not None}


def set_roster(
    class_id: int, places: Sequence[Place], origin: Origin, *, today: date, why: str = ""
) -> RosterChange:
    """Makes the class's roster places what Aeries tells; students added by hand are left alone.

    A student of the roster who is not in `places` at all is dropped as of `today`. Doing it again changes
    nothing. Raises NotFoundError.
    """
    with changing(class_id, origin) as change:
        present = {
            place.student_id: place
            for place in ClassStudent.objects.filter(school_class_id=class_id).order_by("student_id")
        }
        told = {place.student_id: place for place in places}
        for student_id, row in present.items():
            if student_id not in told and row.active and row.source == MembershipSource.ROSTER.value:
                told[student_id] = Place(student_id, False, row.started_on, today)
        return _apply(change, present, told, why)


def join(class_id: int, places: Iterable[Place], origin: Origin, *, why: str) -> RosterChange:
    """Further students of the roster come into the class; nobody leaves. Raises NotFoundError."""
    with changing(class_id, origin) as change:
        present = {place.student_id: place for place in ClassStudent.objects.filter(school_class_id=class_id)}
        told = {
            place.student_id: place for place in places if place.active or place.student_id not in present
        }
        return _apply(change, present, told, why)


def leave(class_id: int, student_id: int, origin: Origin, *, why: str) -> None:
    """A student added by hand leaves the class; scores stay. Doing it again changes nothing. Raises NotFoundError."""
    with changing(class_id, origin) as change:
        present = {
            row.student_id: row
            for row in ClassStudent.objects.filter(school_class_id=class_id, student_id=student_id)
        }
        told = {id_: Place(id_, False, row.started_on, row.ended_on) for id_, row in present.items()}
        _apply(change, present, told, why)


def _apply(
    change: ClassChange, present: Mapping[int, ClassStudent], told: Mapping[int, Place], why: str
) -> RosterChange:
    added: list[int] = []
    dropped: list[int] = []
    moved: list[int] = []
    new: list[ClassStudent] = []
    for student_id, place in sorted(told.items()):
        row = present.get(student_id)
        if row is None:
            new.append(_new_row(change.school_class.id, place))
            if place.active:
                added.append(student_id)
            _record(change, student_id, None, _state(place.active), why)
            continue
        if (row.active, row.started_on, row.ended_on) == (place.active, place.started_on, place.ended_on):
            continue
        if row.active == place.active:
            moved.append(student_id)
            change.record(Entry("membership dates", _span(row), _span(place), student_id=student_id, why=why))
            change.generation()
        else:
            (added if place.active else dropped).append(student_id)
            _record(change, student_id, _state(row.active), _state(place.active), why)
        row.active, row.started_on, row.ended_on = place.active, place.started_on, place.ended_on
        row.save(update_fields=["active", "started_on", "ended_on"])
    ClassStudent.objects.bulk_create(new)
    return RosterChange(tuple(added), tuple(dropped), tuple(moved))


def _new_row(class_id: int, place: Place) -> ClassStudent:
    return ClassStudent(
        school_class_id=class_id,
        student_id=place.student_id,
        active=place.active,
        started_on=place.started_on,
        ended_on=place.ended_on,
        source=MembershipSource.ROSTER.value,
    )


def _record(change: ClassChange, student_id: int, before: str | None, after: str, why: str) -> None:
    change.record(Entry("membership", before, after, student_id=student_id, why=why))
    change.generation()


def _state(active: bool) -> str:
    return "active" if active else "inactive"


def _span(place: ClassStudent | Place) -> str:
    start = place.started_on.isoformat() if place.started_on else ""
    end = place.ended_on.isoformat() if place.ended_on else ""
    return f"{start}/{end}"
