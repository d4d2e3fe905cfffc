"""A gradebook or a category that is not found any more: a question after a second look, and nothing written meanwhile."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import Class
from twinbook.district import connection
from twinbook.sync import problems
from twinbook.sync.models import CategoryPair

pytestmark = pytest.mark.django_db(transaction=True)


def _codes(school_class: Class) -> list[str]:
    return [question["code"] for question in problems.of_class(school_class.id)]


def test_a_gradebook_that_is_gone_is_a_question_only_at_the_second_look(school_class: Class) -> None:
    school_class.join()
    school_class.look()
    connection.put({"second_look_seconds": 0})
    gone = rf"^/gradebooks/{school_class.gradebook}(/assignments)?$"
    school_class.aeries.fault(kind="status", status=404, path=gone)
    school_class.force()
    assert _codes(school_class) == []
    school_class.force()
    assert _codes(school_class) == ["gradebook_gone"]
    school_class.aeries.heal()
    school_class.force()
    assert _codes(school_class) == []


def test_a_gradebook_that_only_one_route_misses_is_no_question(school_class: Class) -> None:
    school_class.join()
    quiz = school_class.activity("Quiz", category_id=_a_category(school_class))
    school_class.save(quiz, school_class.students()[0], "8")
    school_class.look()
    connection.put({"second_look_seconds": 0})
    school_class.aeries.fault(kind="status", status=404, path=rf"^/gradebooks/{school_class.gradebook}$")
    for _ in range(3):
        school_class.force()
    assert _codes(school_class) == []


def test_nothing_is_created_in_a_category_that_aeries_no_longer_has(school_class: Class) -> None:
    school_class.join()
    school_class.look()
    connection.put({"second_look_seconds": 0})
    row = CategoryPair.objects.get(code="0")
    kept = [c for c in school_class.aeries.truth(school_class.gradebook)["categories"] if c["code"] != "0"]
    school_class.aeries.control("PATCH", f"/gradebooks/{school_class.gradebook}", {"categories": kept})
    school_class.force()
    quiz = school_class.activity("Quiz", category_id=row.category_id)
    school_class.save(quiz, school_class.students()[0], "8")
    school_class.look()
    school_class.force()
    assert school_class.aeries.truth(school_class.gradebook)["assignments"] == []
    assert sorted(_codes(school_class)) == ["category_gone", "category_unmapped"]


def _a_category(school_class: Class) -> int:
    row = CategoryPair.objects.filter(link__school_class_id=school_class.id, category__isnull=False).first()
    assert row is not None and row.category_id is not None
    return row.category_id
