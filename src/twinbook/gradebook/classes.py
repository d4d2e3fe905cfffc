"""Classes: made by the roster, ended by it, never deleted."""

from dataclasses import dataclass
from datetime import date

from twinbook.core.sentence import sentence
from twinbook.gradebook import text
from twinbook.gradebook.change import lock_class
from twinbook.gradebook.errors import NotFoundError
from twinbook.gradebook.models import NAME_LENGTH, SchoolClass


@dataclass(frozen=True, slots=True)
class ClassFields:
    """`section_number` is for show; `term` is the code Aeries gives the section's term."""

    name: str
    school_code: int
    section_number: int
    term: str = ""


def create(fields: ClassFields) -> SchoolClass:
    return SchoolClass.objects.create(
        name=text.checked_name(fields.name, "name", NAME_LENGTH),
        school_code=fields.school_code,
        section_number=fields.section_number,
        term=fields.term,
    )


def get(class_id: int) -> SchoolClass:
    """Raises NotFoundError."""
    found = SchoolClass.objects.filter(id=class_id).first() if 0 < class_id < 2**63 else None
    if found is None:
        raise NotFoundError(sentence("There is no such class."))
    return found


def describe(class_id: int, fields: ClassFields, ended_on: date | None) -> bool:
    """Sets what the roster tells of a class; within the caller's transaction. Returns whether anything changed."""
    found = lock_class(class_id)
    wanted = {
        "name": text.checked_name(fields.name, "name", NAME_LENGTH),
        "school_code": fields.school_code,
        "section_number": fields.section_number,
        "term": fields.term,
        "ended_on": ended_on,
    }
    changed = [name for name, value in wanted.items() if getattr(found, name) != value]
    for name in changed:
        setattr(found, name, wanted[name])
    if changed:
        found.save(update_fields=changed)
    return bool(changed)
