"""The brake over the whole district (G1), with two classes where a district has twenty."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, UNLINKED, Aeries, Class, finished
from tests.path.test_night import SECOND, _class_of
from twinbook.district import settings
from twinbook.gradebook.models import Activity
from twinbook.sync import district_question, errors, night, night_class, problems
from twinbook.sync.models import Run

pytestmark = pytest.mark.django_db(transaction=True)

TITLES = ("Alpine lakes", "Weather diary", "Map drawing")
Classes = tuple[Class, Class]


@pytest.fixture
def two(district: Aeries) -> Classes:
    """Two classes, every value 8 on both sides; two classes are enough for the district's brake."""
    settings.patch({"brake": {"district": {"classes": 2}}})
    found = _class_of(district, UNLINKED), _class_of(district, SECOND)
    for school_class in found:
        school_class.join()
        school_class.all_agreed(TITLES, "8")
    return found


def types(school_class: Class, title: str, sis: int, mark: str) -> None:
    number = school_class.aeries.assignment(school_class.gradebook, title)["assignment_number"]
    school_class.aeries.types(school_class.gradebook, number, sis, mark)


def one_value_in_each(two: Classes, mark: str = "3") -> None:
    """Far below each class's own limits, and more than 3 % of all."""
    for school_class in two:
        types(school_class, TITLES[0], school_class.students()[0], mark)


def tonight() -> Run:
    return finished(night.begin(TEACHER, awake=False))


def values(two: Classes) -> list[str]:
    return [one.value(one.named(TITLES[0]), one.students()[0]) for one in two]


def marks(two: Classes) -> list[str]:
    return [one.aeries.mark(one.gradebook, TITLES[0], one.students()[0]) for one in two]


def looks(two: Classes) -> None:
    for one in two:
        one.look()


def test_a_few_values_in_every_class_stop_the_night_with_one_question(two: Classes) -> None:
    one_value_in_each(two)
    run = tonight()
    assert run.state == "held"
    assert run.plan["brake"]["stopped"] == "cells"
    assert {item["state"] for item in run.plan["classes"]} == {"held"}
    assert all("administrator" in item["why"] for item in run.plan["classes"])
    assert values(two) == ["8", "8"]
    (question,) = district_question.all_open()
    assert (question["replaced"], question["blanked"]) == (2, 0)
    assert question["values_before"] == question["values_after"] == run.plan["brake"]["compared"]
    assert [one["plan"]["examples"][0]["after"] for one in question["classes"]] == ["3", "3"]
    assert "in 2 classes" in question["message"]
    for one in two:
        (own,) = one.questions()
        assert own["code"] == "mass_change"
        assert "administrator" in own["message"]
    # Saves go on, and take nothing over.
    first = two[0]
    first.set(reuse_seconds=0)
    first.save(first.named(TITLES[0]), first.students()[1], "9")
    first.look()
    assert first.aeries.mark(first.gradebook, TITLES[0], first.students()[1]) == "9"
    assert values(two) == ["8", "8"]
    # Force does not go past it either, and a further night asks no second question.
    first.force()
    tonight()
    assert values(two) == ["8", "8"]
    assert len(district_question.all_open()) == 1


def test_approved_by_its_fingerprint_each_class_takes_over_what_is_still_the_same(two: Classes) -> None:
    one_value_in_each(two)
    tonight()
    (question,) = district_question.all_open()
    with pytest.raises(errors.ProblemChanged):
        district_question.resolve("approve", TEACHER, "0" * 64)
    types(two[1], TITLES[0], two[1].students()[0], "2")
    district_question.resolve("approve", TEACHER, question["fingerprint"])
    looks(two)
    assert values(two) == ["3", "8"]
    (anew,) = district_question.all_open()
    assert [one["id"] for one in anew["classes"]] == [str(two[1].id)]
    assert anew["classes"][0]["plan"]["answered"] is None
    district_question.resolve("approve", TEACHER, anew["fingerprint"])
    looks(two)
    assert values(two) == ["3", "2"]
    assert district_question.all_open() == []
    assert tonight().state == "done"


def test_discarded_the_values_here_go_back_into_aeries(two: Classes) -> None:
    one_value_in_each(two)
    tonight()
    (question,) = district_question.all_open()
    district_question.resolve("discard", TEACHER, question["fingerprint"])
    looks(two)
    assert (values(two), marks(two)) == (["8", "8"], ["8", "8"])
    assert district_question.all_open() == []
    assert [one.codes() for one in two] == [[], []]


def test_it_closes_by_itself_where_aeries_was_put_right_and_one_class_may_be_answered_alone(
    two: Classes,
) -> None:
    one_value_in_each(two)
    tonight()
    types(two[0], TITLES[0], two[0].students()[0], "8")
    (own,) = two[1].questions()
    problems.resolve(int(own["id"]), "approve", TEACHER, fingerprint=own["plan"]["fingerprint"])
    looks(two)
    tonight()
    assert values(two) == ["8", "3"]
    assert district_question.all_open() == []


def test_below_the_limits_a_night_takes_over_and_is_remembered_as_usual(two: Classes) -> None:
    settings.patch({"brake": {"district": {"cells_percent": 50}}})
    one_value_in_each(two)
    run = tonight()
    assert (run.state, run.plan["brake"]["stopped"]) == ("done", None)
    assert run.plan["brake"]["losing"] == 2
    assert values(two) == ["3", "3"]
    assert tonight().counts["lms"]["scores_set"] == 0


def test_a_night_that_goes_on_after_a_kill_does_not_read_again_what_it_had_planned(two: Classes) -> None:
    """Killed between reading and taking over; the classes were free for saves meanwhile."""
    settings.patch({"brake": {"district": {"cells_percent": 50}}})
    one_value_in_each(two)
    run = night.begin(TEACHER, awake=False)
    for one in two:
        night_class.plan(run, one.id, None)
    assert values(two) == ["8", "8"]
    two[0].save(two[0].named(TITLES[0]), two[0].students()[0], "7")
    two[0].aeries.forget()
    done = finished(run)
    assert done.state == "done"
    assert two[0].aeries.asked()["read scores"] == 0
    assert values(two) == ["7", "3"]
    looks(two)
    assert two[0].codes() == ["conflict"]
    assert Activity.objects.filter(title=TITLES[0]).count() == 2
