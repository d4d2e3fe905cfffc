"""The class's list of students against those of its Aeries gradebooks: who stands on one of them only."""

from __future__ import annotations

from dataclasses import dataclass, field

from twinbook.gradebook.models import Student
from twinbook.sync import members
from twinbook.sync.look import live_links
from twinbook.sync.models import LinkStudent


@dataclass(frozen=True, slots=True)
class Listed:
    """`name` is blank for a student whom the roster has never told of."""

    sis_student_id: int
    name: str
    gradebook_number: int


@dataclass(slots=True)
class Compared:
    """`only_here`: their scores wait until they are in the gradebook. `only_in_aeries`: nothing is taken over for them."""

    only_here: list[Listed] = field(default_factory=list)
    only_in_aeries: list[Listed] = field(default_factory=list)


def of_class(class_id: int) -> Compared:
    """As the gradebooks' lists were last read; nothing for one that never was."""
    found = Compared()
    links = [link for link in live_links(class_id) if link.students_read_at is not None]
    everybody = {member.sis_student_id for link in links for member in members.of_link(link)}
    for link in links:
        own = {member.sis_student_id for member in members.of_link(link)}
        active = LinkStudent.objects.filter(link=link, tag="")
        listed = set(active.values_list("sis_student_id", flat=True))
        found.only_here += _named(own - listed, link.gradebook_number)
        # A student of another section may still stand in the former gradebook.
        found.only_in_aeries += _named(listed - everybody, link.gradebook_number)
    return found


def _named(ids: set[int], gradebook_number: int) -> list[Listed]:
    names = {s.sis_student_id: s.name for s in Student.objects.filter(sis_student_id__in=ids)}
    return [Listed(sis, names.get(sis, ""), gradebook_number) for sis in sorted(ids)]
