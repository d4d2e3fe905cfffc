"""Students' totals as this gradebook computes them (behaviour §6 is Aeries' way)."""

from typing import assert_never

from gradebook_math import LmsCategoryRule, LmsItem, LmsMark, LmsTotal, LmsValue, lms_total
from twinbook.core.values import Blank, ForeignMark, Mark, Number, OurValue
from twinbook.gradebook.overview import Gradebook


def totals(book: Gradebook) -> dict[int, LmsTotal]:
    """The exact total of every student of the class, by student id; hidden activities count too."""
    rules = tuple(
        LmsCategoryRule(str(category.id), category.weight, category.drop_lowest)
        for category in book.categories
    )
    items = tuple(
        LmsItem(
            str(activity.id),
            None if activity.category_id is None else str(activity.category_id),
            activity.points,
            activity.extra_credit,
        )
        for activity in book.activities
    )
    values: dict[int, dict[str, LmsValue]] = {place.student_id: {} for place in book.students}
    for (activity_id, student_id), cell in book.cells.items():
        values.setdefault(student_id, {})[str(activity_id)] = _counted(cell.value)
    return {student_id: lms_total(rules, items, own) for student_id, own in values.items()}


def _counted(value: OurValue) -> LmsValue:
    match value:
        case Blank() | ForeignMark():
            return None
        case Number(number):
            return number
        case Mark(kind):
            return LmsMark(kind.value)
        case _:
            assert_never(value)
