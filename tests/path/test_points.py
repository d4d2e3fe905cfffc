"""Points changed after scores exist (A3), on either side: settled before any cell, then at rest. Each case is followed by
two nights that send nothing and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.district_and_sandbox import TEACHER, Class, answers, finished, row_of
from twinbook.core.values import Mark, MarkKind
from twinbook.gradebook import scores
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.errors import PointsChangedError
from twinbook.gradebook.models import Activity, HistoryEntry
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import night, setup

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


@pytest.fixture
def at_rest(joined: Class) -> Iterator[Class]:
    """The class, which must be at rest when the test is over."""
    yield joined
    joined.aeries.forget()
    for _ in range(2):
        assert finished(night.begin(TEACHER, awake=False)).plan["changes"] == []
    assert joined.aeries.writes() == []


def _there(school_class: Class) -> dict[str, Any]:
    return school_class.aeries.assignment(school_class.gradebook, TITLE)


def _maxima(school_class: Class) -> tuple[str, str]:
    there = _there(school_class)
    return str(there["number_correct_possible"]), str(there["points_possible"])


def _marks(school_class: Class, *students: int) -> list[str]:
    return [school_class.aeries.mark(school_class.gradebook, TITLE, sis) for sis in students]


def _here(school_class: Class, quiz: Activity, *students: int) -> list[str]:
    return [school_class.value(quiz, sis) for sis in students]


def _change_there(school_class: Class, points: str, possible: str) -> None:
    number = _there(school_class)["assignment_number"]
    school_class.aeries.edits(
        school_class.gradebook, number, points_possible=points, number_correct_possible=possible
    )


def _of_different_maxima(school_class: Class) -> Activity:
    """40 points over 20 items; 30 of 40 is 15 of 20."""
    first = school_class.students()[0]
    number = school_class.aeries.adds(school_class.gradebook, TITLE, "40", number_correct_possible="20")
    school_class.aeries.types(school_class.gradebook, number, first, "15")
    school_class.force()
    quiz = school_class.named(TITLE)
    assert _here(school_class, quiz, first) == ["30"]
    return quiz


# Changed here


@pytest.mark.parametrize("rescale", ["keep_number_correct", "scale"])
def test_changed_here_both_maxima_follow_and_raw_scores_stay(at_rest: Class, rescale: str) -> None:
    at_rest.aeries.control("POST", "/switches", {"rescale_on_points_change": rescale})
    first, second, *_ = at_rest.students()
    quiz = at_rest.agreed(TITLE, {first: "8", second: "6"})
    at_rest.edit(quiz, points=Decimal(20))
    at_rest.look()
    assert _maxima(at_rest) == ("20", "20")
    assert _marks(at_rest, first, second) == ["8", "6"]
    assert _here(at_rest, quiz, first, second) == ["8", "6"]
    assert at_rest.codes() == []
    assert at_rest.stands(quiz, first) == "synced"


@pytest.mark.parametrize("rescale", ["keep_number_correct", "scale"])
def test_changed_here_with_differing_maxima_only_the_weight_follows_and_rows_are_converted(
    at_rest: Class, rescale: str
) -> None:
    at_rest.aeries.control("POST", "/switches", {"rescale_on_points_change": rescale})
    first = at_rest.students()[0]
    quiz = _of_different_maxima(at_rest)
    at_rest.edit(quiz, points=Decimal(80))
    at_rest.look()
    assert _maxima(at_rest) == ("20", "80")
    assert (_here(at_rest, quiz, first), _marks(at_rest, first)) == (["30"], ["7.5"])
    assert at_rest.codes() == []


def test_changed_here_together_with_a_score(at_rest: Class) -> None:
    first, second, *_ = at_rest.students()
    quiz = at_rest.agreed(TITLE, {first: "8", second: "6"})
    at_rest.edit(quiz, points=Decimal(20))
    at_rest.save(quiz, first, "15")
    at_rest.look()
    assert _maxima(at_rest) == ("20", "20")
    assert _marks(at_rest, first, second) == ["15", "6"]
    assert at_rest.codes() == []


def test_changed_here_while_a_score_was_changed_there_takes_that_over(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    second = at_rest.students()[1]
    at_rest.aeries.types(at_rest.gradebook, _there(at_rest)["assignment_number"], second, "4")
    at_rest.edit(quiz, points=Decimal(20))
    at_rest.look()
    at_rest.force()
    assert (_here(at_rest, quiz, first, second), _marks(at_rest, first, second)) == (["8", "4"], ["8", "4"])
    assert at_rest.codes() == []


def test_changed_here_with_a_percent_mark_there_the_raw_score_counts(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"}, "30")
    at_rest.aeries.types(at_rest.gradebook, _there(at_rest)["assignment_number"], first, "95%")
    at_rest.force()
    assert _here(at_rest, quiz, first) == ["28.5"]
    at_rest.edit(quiz, points=Decimal(60))
    at_rest.look()
    assert (_here(at_rest, quiz, first), _marks(at_rest, first)) == (["28.5"], ["28.5"])


def test_changed_here_and_lost_on_the_way_is_settled_once(at_rest: Class) -> None:
    """The PUT takes effect and its answer is lost: its maxima are our own doing, and no score moves here."""
    at_rest.aeries.control("POST", "/switches", {"rescale_on_points_change": "scale"})
    first = at_rest.students()[0]
    quiz = _of_different_maxima(at_rest)
    at_rest.aeries.fault(kind="drop_after", method="PUT", path="assignments/", times=1)
    at_rest.edit(quiz, points=Decimal(80))
    at_rest.look()
    at_rest.force()
    assert _maxima(at_rest) == ("20", "80")
    assert (_here(at_rest, quiz, first), _marks(at_rest, first)) == (["30"], ["7.5"])
    assert at_rest.codes() == []


def test_changed_here_and_refused_lets_the_scores_wait_and_says_so(joined: Class) -> None:
    first = joined.students()[0]
    quiz = joined.agreed(TITLE, {first: "8"})
    joined.aeries.control("PATCH", f"/gradebooks/{joined.gradebook}", {"locked": True})
    joined.edit(quiz, points=Decimal(20))
    joined.save(quiz, first, "15")
    joined.look()
    (question,) = joined.questions()
    assert (question["code"], question["field"]) == ("rejected_by_aeries", "points")
    assert (_maxima(joined), _marks(joined, first)) == (("10", "10"), ["8"])
    assert joined.stands(quiz, first) == "held"
    joined.aeries.control("PATCH", f"/gradebooks/{joined.gradebook}", {"locked": False})
    joined.answer("rejected_by_aeries", "retry")
    joined.look()
    assert (_maxima(joined), _marks(joined, first), joined.codes()) == (("20", "20"), ["15"], [])


# Changed in Aeries


@pytest.mark.parametrize(
    ("rescale", "value"), [("keep_number_correct", "8"), ("scale", "16")], ids=["kept", "scaled"]
)
def test_changed_there_points_and_scores_move_in_one_transaction(
    at_rest: Class, rescale: str, value: str
) -> None:
    """What the rows say under the new maxima: 8 stays 8 of 20, or Aeries scaled it to 16."""
    at_rest.aeries.control("POST", "/switches", {"rescale_on_points_change": rescale})
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    _change_there(at_rest, "20", "20")
    at_rest.force()
    quiz.refresh_from_db()
    assert (quiz.points, _here(at_rest, quiz, first), _marks(at_rest, first)) == (20, [value], [value])
    assert at_rest.codes() == []


def test_changed_there_the_weight_alone_keeps_the_percentage_under_one_name_in_the_history(
    at_rest: Class,
) -> None:
    first, second, *_ = at_rest.students()
    quiz = at_rest.agreed(TITLE, {first: "8", second: "6"})
    _change_there(at_rest, "20", "10")
    at_rest.force()
    quiz.refresh_from_db()
    assert (quiz.points, _here(at_rest, quiz, first, second)) == (20, ["16", "12"])
    assert _marks(at_rest, first, second) == ["8", "6"]
    why = "points changed in Aeries from 10 to 20"
    moved = HistoryEntry.objects.filter(activity=quiz, why=why).order_by("id")
    assert [(e.field, e.before, e.after) for e in moved] == [
        ("points", "10", "20"),
        ("score", "8", "16"),
        ("score", "6", "12"),
    ]
    assert len({e.run_id for e in moved}) == 1


def test_changed_there_a_whole_class_of_scores_moves_without_the_brake(at_rest: Class) -> None:
    everyone = at_rest.students()
    quiz = at_rest.agreed(TITLE, dict.fromkeys(everyone, "8"))
    others = [at_rest.agreed(f"Essay {n}", dict.fromkeys(everyone, "5")) for n in range(3)]
    _change_there(at_rest, "20", "10")
    at_rest.force()
    assert set(_here(at_rest, quiz, *everyone)) == {"16"}
    assert {at_rest.value(other, sis) for other in others for sis in everyone} == {"5"}
    assert at_rest.codes() == []


def test_changed_there_an_unsent_score_keeps_its_percentage_and_is_sent(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    _change_there(at_rest, "20", "10")
    at_rest.set(reuse_seconds=0)
    at_rest.save(quiz, first, "9")
    at_rest.look()
    at_rest.force()
    assert (_here(at_rest, quiz, first), _marks(at_rest, first)) == (["18"], ["9"])
    assert at_rest.codes() == []


def test_changed_there_scores_of_who_has_left_and_of_hand_made_students_move_along(joined: Class) -> None:
    first, left, *_ = joined.students()
    quiz = joined.agreed(TITLE, {first: "8", left: "5"})
    joined_left = joined.student(left)
    quiz.school_class.memberships.filter(student_id=joined_left).update(active=False)
    _change_there(joined, "20", "10")
    joined.force()
    assert scores.of_activity(quiz.id)[joined_left].value == parse_number("10")


def test_changed_there_marks_and_blanks_stay_what_they_are(at_rest: Class) -> None:
    first, second, third, *_ = at_rest.students()
    quiz = at_rest.agreed(TITLE, {first: "8"})
    number = _there(at_rest)["assignment_number"]
    at_rest.aeries.types(at_rest.gradebook, number, second, "NA")
    at_rest.force()
    _change_there(at_rest, "20", "10")
    at_rest.force()
    assert _here(at_rest, quiz, first, second, third) == ["16", "excused", ""]
    assert _marks(at_rest, first, second, third) == ["8", "NA", ""]
    assert at_rest.codes() == []


def test_changed_there_a_percent_mark_is_that_percentage_of_the_new_points(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"}, "30")
    at_rest.aeries.types(at_rest.gradebook, _there(at_rest)["assignment_number"], first, "95%")
    at_rest.force()
    _change_there(at_rest, "60", "60")
    at_rest.force()
    assert (_here(at_rest, quiz, first), _marks(at_rest, first)) == (["57"], ["95%"])


def test_a_save_that_still_speaks_of_the_old_points_is_refused(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    _change_there(at_rest, "20", "10")
    at_rest.force()
    stale = [ScoreWrite(at_rest.student(first), parse_number("9"))]
    with pytest.raises(PointsChangedError, match="now worth 20 points, not 10"):
        scores.save_scores(at_rest.id, quiz.id, stale, person(TEACHER), points=Decimal(10))
    assert _here(at_rest, quiz, first) == ["16"]


def test_a_push_that_meets_other_maxima_settles_the_points_first(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    _change_there(at_rest, "20", "20")
    at_rest.set(reuse_seconds=0)
    at_rest.save(quiz, first, "9")
    at_rest.look()
    quiz.refresh_from_db()
    assert quiz.points == 20
    assert _here(at_rest, quiz, first) == _marks(at_rest, first) == ["18"]


def test_a_preview_shows_points_and_scores_and_changes_nothing(joined: Class) -> None:
    first = joined.students()[0]
    quiz = joined.agreed(TITLE, {first: "8"})
    _change_there(joined, "20", "10")
    run = joined.force(dry_run=True)
    assert [(c["side"], c["before"], c["after"]) for c in run.plan["changes"]] == [
        ("lms", "points: 10", "points: 20")
    ]
    quiz.refresh_from_db()
    assert (quiz.points, _here(joined, quiz, first)) == (10, ["8"])


# Changed on both sides


def _both_changed(school_class: Class) -> tuple[Activity, int]:
    first = school_class.students()[0]
    quiz = school_class.agreed(TITLE, {first: "8"})
    _change_there(school_class, "20", "20")
    school_class.edit(quiz, points=Decimal(40))
    school_class.set(reuse_seconds=0)
    school_class.save(quiz, first, "9")
    school_class.look()
    school_class.force()
    (question,) = school_class.questions()
    assert (question["code"], question["field"]) == ("conflict", "points")
    return quiz, first


def test_changed_on_both_sides_is_one_question_and_the_cells_wait(joined: Class) -> None:
    quiz, first = _both_changed(joined)
    assert (_maxima(joined), _marks(joined, first), _here(joined, quiz, first)) == (
        ("20", "20"),
        ["8"],
        ["9"],
    )
    assert joined.stands(quiz, first) == "held"


@pytest.mark.parametrize(
    ("choice", "maxima", "value"), [("lms", ("40", "40"), "9"), ("aeries", ("20", "20"), "4.5")]
)
def test_a_conflict_of_points_is_settled_by_a_choice_and_the_cells_go_on(
    at_rest: Class, choice: str, maxima: tuple[str, str], value: str
) -> None:
    """9 of 40 is 4.5 of 20."""
    quiz, first = _both_changed(at_rest)
    at_rest.answer("conflict", choice)
    at_rest.look()
    at_rest.force()
    assert _maxima(at_rest) == maxima
    assert _here(at_rest, quiz, first) == _marks(at_rest, first) == [value]
    assert at_rest.codes() == []


def test_the_same_points_on_both_sides_need_no_question(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    _change_there(at_rest, "20", "20")
    at_rest.edit(quiz, points=Decimal(20))
    at_rest.force()
    assert _here(at_rest, quiz, first) == _marks(at_rest, first) == ["8"]
    assert at_rest.codes() == []


# To and from 0


def test_to_extra_credit_there_nothing_is_rescaled(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    _change_there(at_rest, "0", "0")
    at_rest.force()
    quiz.refresh_from_db()
    assert (quiz.points, quiz.extra_credit) == (0, True)
    assert _here(at_rest, quiz, first) == _marks(at_rest, first) == ["8"]
    assert at_rest.codes() == []


def test_from_extra_credit_there_nothing_is_rescaled(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "3"}, "0", extra_credit=True)
    _change_there(at_rest, "10", "10")
    at_rest.force()
    quiz.refresh_from_db()
    assert (quiz.points, quiz.extra_credit) == (10, False)
    assert _here(at_rest, quiz, first) == _marks(at_rest, first) == ["3"]


def test_to_extra_credit_here_both_maxima_become_0(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = _of_different_maxima(at_rest)
    at_rest.edit(quiz, points=Decimal(0), extra_credit=True)
    at_rest.look()
    assert _maxima(at_rest) == ("0", "0")
    assert _here(at_rest, quiz, first) == _marks(at_rest, first) == ["30"]
    assert at_rest.codes() == []


def test_from_extra_credit_here_both_maxima_are_the_points(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "3"}, "0", extra_credit=True)
    at_rest.edit(quiz, points=Decimal(10), extra_credit=False)
    at_rest.look()
    assert _maxima(at_rest) == ("10", "10")
    assert _here(at_rest, quiz, first) == _marks(at_rest, first) == ["3"]


def test_no_points_with_items_there_is_asked_about_moves_nothing_and_closes_by_itself(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    _change_there(at_rest, "0", "10")
    at_rest.save(quiz, first, "9")
    at_rest.look()
    at_rest.force()
    assert at_rest.codes() == ["unsupported_maxima"]
    quiz.refresh_from_db()
    assert (quiz.points, quiz.extra_credit, _marks(at_rest, first)) == (10, False, ["8"])
    _change_there(at_rest, "10", "10")
    at_rest.force()
    assert (_marks(at_rest, first), at_rest.codes()) == (["9"], [])


def test_an_odd_one_that_was_made_there_is_synced_once_it_has_points(at_rest: Class) -> None:
    first = at_rest.students()[0]
    number = at_rest.aeries.adds(at_rest.gradebook, TITLE, "0", number_correct_possible="10")
    at_rest.aeries.types(at_rest.gradebook, number, first, "4")
    at_rest.force()
    assert at_rest.codes() == ["unsupported_maxima"]
    _change_there(at_rest, "10", "10")
    at_rest.force()
    at_rest.force()
    assert at_rest.codes() == []
    assert _here(at_rest, at_rest.named(TITLE), first) == ["4"]


# Kept different when they first met


def test_points_that_were_kept_different_are_a_question_when_they_change(school_class: Class) -> None:
    """20 points here, 10 there, both with scores: 10 of 20 is 5 of 10."""
    first = school_class.students()[0]
    quiz = school_class.activity(TITLE, "20", category_id=None)
    school_class.save(quiz, first, "16")
    number = school_class.aeries.adds(school_class.gradebook, TITLE, "10")
    school_class.aeries.types(school_class.gradebook, number, first, "8")
    draft = school_class.draft()
    wanted = answers(draft)
    row = row_of(draft["aeries_activities"], TITLE)
    wanted["aeries_activities"] = [{"aeries_id": row["aeries_id"], "action": "match", "lms_id": str(quiz.id)}]
    wanted["lms_activities"] = []
    setup.patch(school_class.id, wanted)
    school_class.confirm()
    school_class.look()
    school_class.edit(quiz, points=Decimal(30))
    school_class.aeries.forget()
    school_class.look()
    school_class.force()
    assert "points_changed" in school_class.codes()
    assert school_class.aeries.writes() == []
    school_class.edit(quiz, points=Decimal(20))
    school_class.force()
    assert "points_changed" not in school_class.codes()
    school_class.save(quiz, first, "10")
    school_class.look()
    assert _marks(school_class, first) == ["5"]


# Rows with maxima of their own


def test_a_row_whose_own_maximum_moved_is_a_change_of_that_cell(at_rest: Class) -> None:
    first, second, *_ = at_rest.students()
    quiz = at_rest.agreed(TITLE, {first: "8", second: "8"})
    number = _there(at_rest)["assignment_number"]
    path = f"/gradebooks/{at_rest.gradebook}/assignments/{number}/scores/{first}"
    at_rest.aeries.control("PUT", path, {"mark": "8", "number_correct_possible": "16"})
    at_rest.force()
    assert _here(at_rest, quiz, first, second) == ["5", "8"]
    at_rest.save(quiz, first, "10")
    at_rest.look()
    assert _marks(at_rest, first, second) == ["16", "8"]
    assert at_rest.codes() == []


def test_marks_beside_a_change_of_points_are_neither_zeros_nor_questions(at_rest: Class) -> None:
    first, second, *_ = at_rest.students()
    quiz = at_rest.agreed(TITLE, {first: "8"})
    at_rest.aeries.types(at_rest.gradebook, _there(at_rest)["assignment_number"], second, "NA")
    at_rest.force()
    at_rest.edit(quiz, points=Decimal(20))
    at_rest.look()
    assert _marks(at_rest, first, second) == ["8", "NA"]
    assert at_rest.value(quiz, second) == str(Mark(MarkKind.EXCUSED))
    assert at_rest.codes() == []


def test_points_that_aeries_refused_may_be_given_up_for_those_of_aeries(at_rest: Class) -> None:
    first = at_rest.students()[0]
    quiz = at_rest.agreed(TITLE, {first: "8"})
    at_rest.aeries.fault(kind="status", status=400, method="PUT", path="assignments/", times=1)
    at_rest.edit(quiz, points=Decimal(20))
    at_rest.look()
    at_rest.answer("rejected_by_aeries", "use_aeries")
    at_rest.look()
    at_rest.force()
    quiz.refresh_from_db()
    assert (quiz.points, _maxima(at_rest)) == (10, ("10", "10"))
    assert _here(at_rest, quiz, first) == _marks(at_rest, first) == ["8"]
    assert at_rest.codes() == []
