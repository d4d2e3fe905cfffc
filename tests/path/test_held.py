"""Cells that need a person (C2, C3, C8): said in words, held alone, and closed by themselves."""

from __future__ import annotations

from datetime import date

import pytest

from tests.district_and_sandbox import Class
from twinbook.core.values import BLANK, Mark, MarkKind
from twinbook.district import settings as district_settings
from twinbook.gradebook.models import Activity

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


def _number(school_class: Class) -> int:
    return int(school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"])


def _types(school_class: Class, student: int, mark: str) -> None:
    school_class.aeries.types(school_class.gradebook, _number(school_class), student, mark)


def _mark(school_class: Class, student: int) -> str:
    return school_class.aeries.mark(school_class.gradebook, TITLE, student)


@pytest.fixture
def quiz(joined: Class) -> Activity:
    return joined.agreed(TITLE, {joined.students()[0]: "8"})


@pytest.mark.parametrize(
    ("kind", "to_type"), [(MarkKind.EXCUSED, "NA"), (MarkKind.INCOMPLETE, "TX"), (MarkKind.MISSING, "MI")]
)
def test_a_mark_is_held_with_the_text_to_type_and_closes_once_it_was_typed(
    joined: Class, quiz: Activity, kind: MarkKind, to_type: str
) -> None:
    district_settings.patch({"missing_mark": "MI"})
    student = joined.students()[0]
    joined.save(quiz, student, Mark(kind))
    joined.look()
    (question,) = joined.questions()
    assert question["code"] == "mark_needs_typing"
    assert f"Type it in Aeries: {to_type}." in question["hint"]
    assert joined.stands(quiz, student) == "held"
    assert _mark(joined, student) == "8"
    _types(joined, student, to_type)
    joined.force()
    assert joined.codes() == []
    assert (joined.value(quiz, student), _mark(joined, student)) == (kind.value, to_type)
    assert joined.stands(quiz, student) == "synced"


def test_missing_without_a_mark_of_the_district_agrees_with_a_blank_while_grading_is_completed(
    joined: Class,
) -> None:
    student = joined.students()[0]
    quiz = joined.assigned(TITLE)
    joined.save(quiz, student, Mark(MarkKind.MISSING))
    joined.look()
    (question,) = joined.questions()
    assert "leave it blank and complete grading, or type 0" in question["hint"]
    joined.aeries.edits(joined.gradebook, _number(joined), grading_completed=True)
    joined.force()
    assert joined.codes() == []
    assert joined.stands(quiz, student) == "synced"


@pytest.mark.parametrize(
    ("mark", "value"), [("NA", "excused"), ("TX", "incomplete"), ("MI", "missing"), ("INC", "incomplete")]
)
def test_marks_of_aeries_are_taken_over_by_the_districts_table(
    joined: Class, quiz: Activity, mark: str, value: str
) -> None:
    district_settings.patch({"missing_mark": "MI", "marks": {"INC": "incomplete"}})
    _types(joined, joined.students()[0], mark)
    joined.force()
    assert joined.value(quiz, joined.students()[0]) == value
    assert joined.codes() == []


def test_a_number_over_an_agreed_mark_is_sent(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    _types(joined, student, "NA")
    joined.force()
    joined.save(quiz, student, "7")
    joined.look()
    assert _mark(joined, student) == "7"
    assert joined.codes() == []


def test_a_mark_here_against_another_number_there_is_a_conflict(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.save(quiz, student, Mark(MarkKind.EXCUSED))
    _types(joined, student, "5")
    joined.force()
    assert joined.codes() == ["conflict"]


@pytest.mark.parametrize("policy", ["lms", "aeries"])
def test_a_mark_against_a_blank_stays_to_be_typed_whatever_the_policy(joined: Class, policy: str) -> None:
    joined.set(conflict_policy=policy)
    student = joined.students()[0]
    quiz = joined.assigned(TITLE)
    joined.save(quiz, student, Mark(MarkKind.EXCUSED))
    joined.look()
    joined.force()
    assert joined.codes() == ["mark_needs_typing"]
    assert (joined.value(quiz, student), _mark(joined, student)) == ("excused", "")


def test_a_cleared_cell_is_held_and_no_zero_is_sent(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.save(quiz, student, BLANK)
    joined.aeries.forget()
    joined.look()
    assert joined.codes() == ["clear_needs_typing"]
    assert joined.aeries.writes() == []
    assert _mark(joined, student) == "8"
    _types(joined, student, "")
    joined.force()
    assert joined.codes() == []
    assert joined.stands(quiz, student) == "synced"


def test_taking_the_value_of_aeries_back_undoes_the_clearing(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.save(quiz, student, BLANK)
    joined.look()
    joined.answer("clear_needs_typing", "use_aeries")
    joined.look()
    assert joined.value(quiz, student) == "8"
    assert joined.codes() == []


def test_a_refused_batch_is_halved_until_the_refused_cell_is_alone(joined: Class, quiz: Activity) -> None:
    joined.aeries.control("POST", "/switches", {"score_over_max": "error"})
    *fine, odd = joined.students()
    for sis in fine:
        joined.save(quiz, sis, "7")
    joined.save(quiz, odd, "11")
    joined.look()
    assert [_mark(joined, sis) for sis in fine] == ["7", "7", "7"]
    (question,) = joined.questions()
    assert (question["code"], question["student_id"]) == ("rejected_by_aeries", str(joined.student(odd)))
    assert "above the maximum" in question["message"]
    assert joined.stands(quiz, odd) == "held"


def test_a_refused_value_is_not_sent_again_until_somebody_says_so(joined: Class, quiz: Activity) -> None:
    joined.aeries.control("POST", "/switches", {"score_over_max": "error"})
    student = joined.students()[0]
    joined.save(quiz, student, "11")
    joined.look()
    joined.aeries.forget()
    joined.force()
    assert joined.aeries.writes() == []
    assert joined.codes() == ["rejected_by_aeries"]
    joined.aeries.control("POST", "/switches", {"score_over_max": "accept"})
    joined.answer("rejected_by_aeries", "retry")
    joined.look()
    assert _mark(joined, student) == "11"
    assert joined.codes() == []


def test_another_value_after_a_refusal_goes_at_once(joined: Class, quiz: Activity) -> None:
    joined.aeries.control("POST", "/switches", {"score_over_max": "error"})
    student = joined.students()[0]
    joined.save(quiz, student, "11")
    joined.look()
    joined.save(quiz, student, "10")
    joined.look()
    assert _mark(joined, student) == "10"
    assert joined.codes() == []


def test_an_unknown_custom_mark_is_shown_and_never_overwritten(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    _types(joined, student, "NT")
    joined.force()
    assert joined.value(quiz, student) == "NT"
    joined.save(quiz, student, "9")
    joined.aeries.forget()
    joined.look()
    assert joined.aeries.writes() == []
    assert _mark(joined, student) == "NT"
    assert joined.codes() == ["unknown_mark"]


def test_keeping_an_unknown_mark_takes_it_over(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    _types(joined, student, "NT")
    joined.force()
    joined.save(quiz, student, "9")
    joined.look()
    joined.answer("unknown_mark", "keep_mark")
    joined.look()
    assert (joined.value(quiz, student), _mark(joined, student)) == ("NT", "NT")
    assert joined.codes() == []


def test_a_student_who_is_not_in_the_gradebook_holds_alone_and_goes_by_itself_once_added(
    joined: Class, quiz: Activity
) -> None:
    first, outsider, *_ = joined.students()
    joined.aeries.control("DELETE", f"/gradebooks/{joined.gradebook}/students/{outsider}")
    joined.force()
    joined.save(quiz, first, "7")
    joined.save(quiz, outsider, "5")
    joined.look()
    assert _mark(joined, first) == "7"
    assert joined.codes() == ["student_not_in_gradebook"]
    joined.aeries.control("POST", f"/gradebooks/{joined.gradebook}/students", {"student_id": outsider})
    joined.force()
    assert _mark(joined, outsider) == "5"
    assert joined.codes() == []


def test_after_the_terms_grace_days_a_save_is_held_and_pulling_goes_on(joined: Class, quiz: Activity) -> None:
    first, second, *_ = joined.students()
    joined.move_clock("2021-01-07")
    joined.save(quiz, first, "7")
    joined.look()
    assert joined.codes() == ["term_ended"]
    assert _mark(joined, first) == "8"
    _types(joined, second, "4")
    joined.force()
    assert joined.value(quiz, second) == "4"


def test_within_the_grace_days_saves_go(joined: Class, quiz: Activity) -> None:
    joined.move_clock("2021-01-06")
    joined.save(quiz, joined.students()[0], "7")
    joined.look()
    assert _mark(joined, joined.students()[0]) == "7"


def test_a_person_may_send_after_the_terms_end(joined: Class, quiz: Activity) -> None:
    student = joined.students()[0]
    joined.move_clock("2021-02-01")
    joined.save(quiz, student, "7")
    joined.look()
    joined.answer("term_ended", "send_anyway")
    joined.look()
    assert _mark(joined, student) == "7"
    joined.save(quiz, student, "6")
    joined.look()
    assert joined.codes() == ["term_ended"]


def test_a_score_of_the_running_term_goes_although_another_term_has_ended(joined: Class) -> None:
    student = joined.students()[0]
    joined.move_clock("2021-02-01")
    spring = joined.assigned("Spring lab", due_on=date(2021, 2, 2))
    joined.save(spring, student, "7")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, "Spring lab", student) == "7"
    assert joined.codes() == []
