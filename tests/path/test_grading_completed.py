"""Grading completed by the class's rule (A6): once for each activity, on Aeries' answer, and never to make an unmeant zero."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.core.values import Mark, MarkKind
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, night, problems
from twinbook.sync.problems import Seen

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


def _completed(school_class: Class) -> bool:
    return bool(school_class.aeries.assignment(school_class.gradebook, TITLE)["grading_completed"])


def _number(school_class: Class) -> int:
    return int(school_class.aeries.assignment(school_class.gradebook, TITLE)["assignment_number"])


def _everyone(school_class: Class, value: str = "8") -> dict[int, str]:
    return dict.fromkeys(_in_the_gradebook(school_class), value)


def _in_the_gradebook(school_class: Class) -> list[int]:
    rows = school_class.aeries.truth(school_class.gradebook)["students"]
    listed = {int(row["student_id"]) for row in rows if not row["inactive"]}
    return [sis for sis in school_class.students() if sis in listed]


def _two_quiet_nights(school_class: Class) -> None:
    school_class.aeries.forget()
    for _ in range(2):
        assert finished(night.begin(TEACHER, awake=False)).plan["changes"] == []
    assert school_class.aeries.writes() == []


def _due_with_one_blank(school_class: Class) -> tuple[Activity, int]:
    *scored, blank = _in_the_gradebook(school_class)
    quiz = school_class.agreed(TITLE, dict.fromkeys(scored, "8"))
    school_class.set(grading_completed="on_due_date")
    school_class.move_clock("2020-10-02")
    school_class.force()
    assert school_class.codes() == ["zeros_ahead"]
    return quiz, blank


def test_by_hand_is_carried_over_as_a_person_sets_it(joined: Class) -> None:
    quiz = joined.agreed(TITLE, _everyone(joined))
    joined.force()
    assert not _completed(joined)
    joined.edit(quiz, grading_completed=True)
    joined.look()
    assert _completed(joined)


def test_once_everyone_has_a_value_it_is_switched_on_both_sides(joined: Class) -> None:
    joined.set(grading_completed="when_everyone_has_a_value")
    *most, last = _in_the_gradebook(joined)
    quiz = joined.agreed(TITLE, dict.fromkeys(most, "8"))
    joined.look()
    assert not _completed(joined)
    joined.save(quiz, last, "0")
    joined.look()
    quiz.refresh_from_db()
    assert (_completed(joined), quiz.grading_completed) == (True, True)
    assert joined.codes() == []
    _two_quiet_nights(joined)


def test_a_mark_in_aeries_is_a_value_and_one_that_is_still_to_be_typed_is_none(joined: Class) -> None:
    joined.set(grading_completed="when_everyone_has_a_value")
    *most, last = _in_the_gradebook(joined)
    quiz = joined.agreed(TITLE, dict.fromkeys(most, "8"))
    joined.save(quiz, last, Mark(MarkKind.EXCUSED))
    joined.look()
    assert not _completed(joined)
    joined.aeries.types(joined.gradebook, _number(joined), last, "NA")
    joined.force()
    joined.look()
    assert _completed(joined)


def test_a_student_whose_span_does_not_hold_the_due_date_is_not_waited_for(joined: Class) -> None:
    joined.set(grading_completed="when_everyone_has_a_value")
    *most, gone = _in_the_gradebook(joined)
    joined.aeries.control(
        "DELETE", f"/gradebooks/{joined.gradebook}/students/{gone}", {"end_date": "2020-09-30"}
    )
    joined.force()
    joined.agreed(TITLE, dict.fromkeys(most, "8"))
    joined.look()
    assert _completed(joined)


@pytest.mark.parametrize("side", ["here", "in Aeries"])
def test_a_later_switch_by_a_person_on_either_side_stands(joined: Class, side: str) -> None:
    joined.set(grading_completed="when_everyone_has_a_value")
    quiz = joined.agreed(TITLE, _everyone(joined))
    joined.look()
    assert _completed(joined)
    if side == "here":
        joined.edit(quiz, grading_completed=False)
        joined.look()
    else:
        joined.aeries.edits(joined.gradebook, _number(joined), grading_completed=False)
        joined.force()
    _two_quiet_nights(joined)
    quiz.refresh_from_db()
    assert (_completed(joined), quiz.grading_completed) == (False, False)


def test_a_person_who_switched_before_the_rule_and_took_it_back_is_not_overruled(joined: Class) -> None:
    *most, last = _in_the_gradebook(joined)
    joined.set(grading_completed="when_everyone_has_a_value")
    quiz = joined.agreed(TITLE, dict.fromkeys(most, "8"))
    joined.edit(quiz, grading_completed=True)
    joined.look()
    joined.edit(quiz, grading_completed=False)
    joined.save(quiz, last, "8")
    joined.look()
    joined.force()
    assert not _completed(joined)


def test_on_the_due_date_it_is_switched_where_nobody_is_blank(joined: Class) -> None:
    joined.set(grading_completed="on_due_date")
    joined.agreed(TITLE, _everyone(joined))
    joined.force()
    assert not _completed(joined)
    joined.move_clock("2020-10-02")
    joined.force()
    joined.look()
    assert _completed(joined)
    _two_quiet_nights(joined)


def test_a_blank_that_would_become_a_zero_is_asked_about_with_name_and_number(joined: Class) -> None:
    quiz, blank = _due_with_one_blank(joined)
    (question,) = joined.questions()
    name = quiz.school_class.memberships.get(student__sis_student_id=blank).student.name
    assert "1 blank would become a zero" in question["message"]
    assert name in question["message"]
    assert question["aeries_value"] == "1"
    assert not _completed(joined)
    assert joined.stands(quiz, blank) == "synced"
    _two_quiet_nights(joined)


def test_leave_is_the_end_of_the_rule_for_this_activity(joined: Class) -> None:
    quiz, blank = _due_with_one_blank(joined)
    joined.answer("zeros_ahead", "leave")
    joined.look()
    joined.save(quiz, blank, "7")
    joined.look()
    joined.force()
    assert (joined.codes(), _completed(joined)) == ([], False)


def test_switch_completes_grading_in_spite_of_the_zeros(joined: Class) -> None:
    quiz, blank = _due_with_one_blank(joined)
    joined.answer("zeros_ahead", "switch")
    joined.look()
    assert (joined.codes(), _completed(joined)) == ([], True)
    assert joined.aeries.mark(joined.gradebook, TITLE, blank) == ""
    assert joined.value(quiz, blank) == ""
    _two_quiet_nights(joined)


def test_once_the_blank_is_filled_it_is_switched_and_the_question_closes(joined: Class) -> None:
    quiz, blank = _due_with_one_blank(joined)
    joined.save(quiz, blank, "7")
    joined.look()
    assert (joined.codes(), _completed(joined)) == ([], True)


def test_back_to_by_hand_closes_the_question(joined: Class) -> None:
    _due_with_one_blank(joined)
    joined.set(grading_completed="by_hand")
    joined.look()
    assert (joined.codes(), _completed(joined)) == ([], False)


def test_an_answer_that_saw_fewer_zeros_switches_nothing(joined: Class) -> None:
    _due_with_one_blank(joined)
    (question,) = joined.questions()
    other = _in_the_gradebook(joined)[0]
    joined.aeries.types(joined.gradebook, _number(joined), other, "")
    joined.force()
    with pytest.raises(errors.ProblemChanged):
        problems.resolve(int(question["id"]), "switch", TEACHER, Seen(None, "1"))
    assert not _completed(joined)
    assert joined.questions()[0]["aeries_value"] == "2"


def test_an_activity_without_any_score_on_its_due_date_is_asked_about(joined: Class) -> None:
    joined.set(grading_completed="on_due_date", create_after_seconds=0)
    joined.assigned(TITLE)
    joined.move_clock("2020-10-02")
    joined.look()
    joined.force()
    everyone = len(_in_the_gradebook(joined))
    (question,) = joined.questions()
    assert f"{everyone} blanks would become zeros" in question["message"]
    assert not _completed(joined)


def test_a_preview_says_that_it_would_be_switched_and_switches_nothing(joined: Class) -> None:
    joined.agreed(TITLE, _everyone(joined))
    joined.set(grading_completed="on_due_date")
    joined.move_clock("2020-10-02")
    run = joined.force(dry_run=True)
    assert [c["after"] for c in run.plan["changes"]] == ["grading_completed: yes"]
    assert not _completed(joined)


def test_completed_here_before_its_first_score_is_completed_there_in_the_same_look(joined: Class) -> None:
    """An insert cannot say it (reference §14): it follows the scores."""
    quiz = joined.assigned(TITLE, grading_completed=True)
    joined.save(quiz, joined.students()[0], "8")
    joined.look()
    assert _completed(joined)
