"""The students whose cells a link answers for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery

from twinbook.gradebook.models import ClassStudent
from twinbook.sync.models import Link, StudentHome


@dataclass(frozen=True, slots=True)
class Member:
    """`home_since`: values saved before it are older than the student's home here (C7); None: none are."""

    student: int
    sis_student_id: int
    home_since: datetime | None


def of_link(link: Link) -> list[Member]:
    """Active students whom Aeries knows and whose home the link is, by our id. One statement: every look at a pair
    asks it. In a plain class no home is stored, and everybody's is its one link."""
    homes = StudentHome.objects.filter(school_class_id=link.school_class_id)
    here = homes.filter(student_id=OuterRef("student_id"), link=link)
    rows = (
        ClassStudent.objects.filter(
            school_class_id=link.school_class_id, active=True, student__sis_student_id__isnull=False
        )
        .filter(~Exists(homes) | Exists(here))
        .annotate(home_since=Subquery(here.values("since")[:1]))
        .order_by("student_id")
        .values_list("student_id", "student__sis_student_id", "home_since")
    )
    return [Member(student, sis, since) for student, sis, since in rows if sis is not None]


def elsewhere(link: Link) -> list[int]:
    """Students of the class whose home is another link, or none."""
    rows = StudentHome.objects.filter(school_class_id=link.school_class_id).exclude(link=link)
    return list(rows.values_list("student_id", flat=True))
