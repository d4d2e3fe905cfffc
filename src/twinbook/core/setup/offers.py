"""Which Aeries gradebooks a class may be joined with, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from twinbook.core.sentence import sentence
from twinbook.core.setup.context import SetupContext


@dataclass(frozen=True, slots=True)
class GradebookFacts:
    """One gradebook as the list shows it. `already_used_by`: another class with a live link to it."""

    gradebook_number: int
    name: str
    school_code: int
    database_year: str
    term_codes: tuple[str, ...]
    linked_group: int
    rubric: bool
    ends_on: date | None
    students: int | None = None
    assignments: int | None = None
    already_used_by: str | None = None
    of_section: bool = True
    """Of one of the class's own sections; else of a teacher's other ones."""


def why_not(facts: GradebookFacts, context: SetupContext) -> str | None:
    """A sentence for the teacher; None: suitable. A linked group is suitable (with a warning in the draft)."""
    if facts.rubric:
        return sentence(
            "This is a rubric gradebook. Its scores are levels, which cannot be synced; use a points "
            "gradebook."
        )
    if facts.school_code != context.school_code:
        return sentence(
            "This gradebook belongs to school %(its_school)s, the class to school %(school)s.",
            its_school=facts.school_code,
            school=context.school_code,
        )
    if facts.database_year != context.database_year:
        return sentence(
            "This gradebook belongs to the year %(its_year)s; Aeries is connected for %(year)s.",
            its_year=facts.database_year,
            year=context.database_year,
        )
    if facts.ends_on is not None and context.today > facts.ends_on + timedelta(days=context.grace_days):
        return sentence(
            "This gradebook ended on %(day)s; choose the one of the present term.",
            day=facts.ends_on.isoformat(),
        )
    if facts.already_used_by is not None:
        return sentence(
            "This gradebook is already joined with another class. Stop the sync there first, or choose "
            "another."
        )
    return None


def offer(facts: GradebookFacts, context: SetupContext) -> dict[str, object]:
    """One item of `GET /classes/{class}/aeries-gradebooks`."""
    reason = why_not(facts, context)
    return {
        "gradebook_number": facts.gradebook_number,
        "name": facts.name,
        "term_codes": list(facts.term_codes),
        "students": facts.students,
        "assignments": facts.assignments,
        "linked_group": facts.linked_group,
        "already_used_by": facts.already_used_by,
        "suitable": reason is None,
        "why_not": reason,
    }
