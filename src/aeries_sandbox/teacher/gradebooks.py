"""A teacher makes gradebooks and changes their options, categories, terms, links and locks."""

from copy import deepcopy
from datetime import date, timedelta

import msgspec
from msgspec import UNSET, UnsetType

from aeries_sandbox.assignments import give_blank_rows
from aeries_sandbox.model import (
    Category,
    FinalMark,
    Gradebook,
    GradebookSection,
    GradebookStudent,
    GradebookTerm,
    NarrativeMark,
    Row,
    Settings,
)
from aeries_sandbox.seeds.usual import usual_final_marks
from aeries_sandbox.teacher.acting import NotPossible, spread, the_gradebook
from aeries_sandbox.world import World


class NewGradebookBody(Row):
    """Sections are objects or bare section numbers of the school, terms objects or codes of its terms."""

    school_code: int
    staff_id: int
    name: str
    sections: list[GradebookSection | int] = []
    terms: list[GradebookTerm | str] = []
    categories: list[Category] = []
    students: list[int] = []
    settings: dict[str, object] = {}
    linked_group: int = 0
    gradebook_number: int | None = None
    comment: str = ""
    final_marks: list[FinalMark] | None = None


class GradebookPatch(Row):
    name: str | UnsetType = UNSET
    comment: str | UnsetType = UNSET
    settings: dict[str, object] | UnsetType = UNSET
    linked_group: int | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    start_date: date | UnsetType = UNSET
    end_date: date | UnsetType = UNSET
    terms: list[GradebookTerm] | UnsetType = UNSET
    sections: list[GradebookSection] | UnsetType = UNSET
    categories: list[Category] | UnsetType = UNSET
    final_marks: list[FinalMark] | UnsetType = UNSET
    narrative_marks: list[NarrativeMark] | UnsetType = UNSET


_SPREADING = ("categories", "final_marks")


def make_gradebook(world: World, body: NewGradebookBody) -> Gradebook:
    database = world.database
    school = database.schools.get(body.school_code)
    if school is None:
        raise NotPossible(f"there is no school {body.school_code}")
    if body.staff_id not in database.staff:
        raise NotPossible(f"there is no staff member {body.staff_id}")
    number = body.gradebook_number or database.next_gradebook_number()
    if number in database.gradebooks:
        raise NotPossible(f"there is a gradebook {number} already")
    sections = [
        GradebookSection(school_code=body.school_code, section_number=row) if isinstance(row, int) else row
        for row in body.sections
    ]
    for section in sections:
        if (section.school_code, section.section_number) not in database.sections:
            raise NotPossible(f"school {section.school_code} has no section {section.section_number}")
    terms = [_term(world, body.school_code, term) for term in body.terms]
    _check_terms(terms)
    _check_categories(body.categories)
    for student_id in body.students:
        if not database.school_rows(student_id):
            raise NotPossible(f"there is no student {student_id}")
    if len(set(body.students)) != len(body.students):
        raise NotPossible("a student stands twice in students")
    year = world.database_year
    start = min((term.start_date for term in terms), default=date(year, 7, 1))
    end = max((term.end_date for term in terms), default=date(year + 1, 6, 30))
    gradebook = Gradebook(
        gradebook_number=number,
        name=body.name,
        school_code=body.school_code,
        staff_id=body.staff_id,
        start_date=start,
        end_date=end,
        comment=body.comment,
        linked_group=body.linked_group,
        sections=sections,
        terms=terms,
        settings=changed_settings(Settings(), body.settings),
        categories=body.categories,
        students=[
            GradebookStudent(student_id=student_id, start_date=start, end_date=end)
            for student_id in body.students
        ],
        final_marks=usual_final_marks() if body.final_marks is None else body.final_marks,
    )
    period = (
        database.sections.get((sections[0].school_code, sections[0].section_number)) if sections else None
    )
    gradebook.period = period.period if period else ""
    database.add_gradebook(gradebook)
    for student in gradebook.students:
        give_blank_rows(gradebook, student)
    return gradebook


def edit_gradebook(world: World, gradebook_number: int, patch: GradebookPatch) -> Gradebook:
    gradebook = the_gradebook(world, gradebook_number)
    if patch.terms is not UNSET:
        _check_terms(patch.terms)
    if patch.categories is not UNSET:
        _check_categories(patch.categories)
    start = gradebook.start_date if patch.start_date is UNSET else patch.start_date
    end = gradebook.end_date if patch.end_date is UNSET else patch.end_date
    if end < start:
        raise NotPossible(f"the gradebook would end on {end}, before it starts on {start}")
    if patch.linked_group is not UNSET and patch.linked_group < 0:
        raise NotPossible("linked_group is 0 for an unlinked gradebook, else a positive number")
    if patch.settings is not UNSET:
        gradebook.settings = changed_settings(gradebook.settings, patch.settings)
    group = spread(world, gradebook)
    for name in patch.__struct_fields__:
        value = getattr(patch, name)
        if value is UNSET or name == "settings":
            continue
        for target in group if name in _SPREADING else [gradebook]:
            setattr(target, name, deepcopy(value))
    return gradebook


def end_term(world: World, gradebook_number: int, code: str, end: date | None) -> Gradebook:
    """Ends a term of the gradebook, yesterday unless said otherwise; it stays editable (behaviour §9)."""
    gradebook = the_gradebook(world, gradebook_number)
    term = next((term for term in gradebook.terms if term.code == code), None)
    if term is None:
        raise NotPossible(f"gradebook {gradebook_number} has no term {code!r}")
    end = end or world.today() - timedelta(days=1)
    if end < term.start_date:
        raise NotPossible(f"term {code} starts on {term.start_date}, after {end}")
    term.end_date = end
    gradebook.end_date = max(term.end_date for term in gradebook.terms)
    return gradebook


def changed_settings(settings: Settings, changes: dict[str, object]) -> Settings:
    """New settings; names count as Aeries writes them or with underscores. Raises NotPossible."""
    names = {name.replace("_", ""): name for name in settings.__struct_fields__}
    encoded = dict(zip(settings.__struct_fields__, settings.__struct_encode_fields__, strict=True))
    document = msgspec.to_builtins(settings)
    for name, value in changes.items():
        field = names.get(name.replace("_", "").lower())
        if field is None:
            raise NotPossible(f"there is no setting {name!r}; settings are {', '.join(encoded.values())}")
        document[encoded[field]] = value
    try:
        return msgspec.convert(document, Settings)
    except msgspec.ValidationError as error:
        raise NotPossible(f"settings: {error}") from error


def _term(world: World, school_code: int, term: GradebookTerm | str) -> GradebookTerm:
    if isinstance(term, GradebookTerm):
        return term
    for known in world.database.schools[school_code].terms:
        if known.code == term:
            return GradebookTerm(
                code=known.code, name=known.description, start_date=known.start_date, end_date=known.end_date
            )
    raise NotPossible(f"school {school_code} has no term {term!r}")


def _check_terms(terms: list[GradebookTerm]) -> None:
    codes = [term.code for term in terms]
    if len(set(codes)) != len(codes):
        raise NotPossible("a term code stands twice")
    for term in terms:
        if len(term.code) != 1:
            raise NotPossible(f"a term code is one character, not {term.code!r}")
        if term.end_date < term.start_date:
            raise NotPossible(f"term {term.code} ends before it starts")


def _check_categories(categories: list[Category]) -> None:
    codes = [category.code for category in categories]
    if len(set(codes)) != len(codes):
        raise NotPossible("a category code stands twice")
    for category in categories:
        if len(category.code) != 1:
            raise NotPossible(f"a category code is one character, not {category.code!r}")
        if category.percent < 0:
            raise NotPossible("a category's percent is 0 or more")
