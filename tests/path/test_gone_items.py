"""An item that is gone on one side (A7): what a person may answer, and that it closes by itself once the cause is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.gradebook import activities
from twinbook.gradebook.models import Activity, HistoryEntry
from twinbook.gradebook.origin import person
from twinbook.sync import errors, links, night, problems
from twinbook.sync.models import Pair

pytestmark = pytest.mark.django_db(transaction=True)

TITLE, OTHER = "Quiz on rivers", "Essay on tides"


@pytest.fixture
def quiz(joined: Class) -> Activity:
    """There are two, so that the list is not empty when one of them is gone."""
    first, second, *_ = joined.students()
    joined.agreed(OTHER, {first: "5"})
    return joined.agreed(TITLE, {first: "8", second: "6"})


def _number(school_class: Class, title: str = TITLE) -> int:
    return int(school_class.aeries.assignment(school_class.gradebook, title)["assignment_number"])


def _there(school_class: Class) -> list[str]:
    return school_class.aeries.titles(school_class.gradebook)


def _second_look_is_due(school_class: Class) -> None:
    ago = timedelta(seconds=60)
    pairs = Pair.objects.filter(link__school_class_id=school_class.id, missing_since__isnull=False)
    pairs.update(missing_since=F("missing_since") - ago, look_again_at=F("look_again_at") - ago)


def _gone_from_aeries(school_class: Class) -> None:
    school_class.aeries.deletes(school_class.gradebook, _number(school_class))
    school_class.force()
    _second_look_is_due(school_class)
    school_class.look()
    assert school_class.codes() == ["deleted_in_aeries"]


def _deleted_here(school_class: Class, quiz: Activity) -> None:
    activities.delete(school_class.id, quiz.id, person(TEACHER))
    school_class.look()
    assert school_class.codes() == ["deleted_in_lms"]


def _two_quiet_nights(school_class: Class) -> None:
    school_class.aeries.forget()
    for _ in range(2):
        assert finished(night.begin(TEACHER, awake=False)).plan["changes"] == []
    assert school_class.aeries.writes() == []


def test_recreate_makes_it_in_aeries_again_with_every_score(joined: Class, quiz: Activity) -> None:
    first, second, *_ = joined.students()
    old = joined.aeries.assignment(joined.gradebook, TITLE)
    _gone_from_aeries(joined)
    joined.answer("deleted_in_aeries", "recreate")
    joined.look()
    new = joined.aeries.assignment(joined.gradebook, TITLE)
    assert new["unique_id"] != old["unique_id"]
    assert new["external_id"] != old["external_id"]
    assert [joined.aeries.mark(joined.gradebook, TITLE, sis) for sis in (first, second)] == ["8", "6"]
    assert joined.stands(quiz, first) == "synced"
    assert joined.codes() == []
    _two_quiet_nights(joined)


def test_recreate_asks_first_when_the_teacher_made_it_again_by_hand(joined: Class, quiz: Activity) -> None:
    first = joined.students()[0]
    _gone_from_aeries(joined)
    joined.aeries.adds(joined.gradebook, TITLE)
    joined.answer("deleted_in_aeries", "recreate")
    joined.look()
    assert joined.codes() == ["possible_duplicate"]
    joined.answer("possible_duplicate", "match")
    joined.look()
    joined.force()
    assert _there(joined).count(TITLE) == 1
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "8"
    assert joined.codes() == []


def test_keep_here_leaves_it_local_and_asks_no_more(joined: Class, quiz: Activity) -> None:
    first = joined.students()[0]
    _gone_from_aeries(joined)
    joined.answer("deleted_in_aeries", "keep_here")
    joined.save(quiz, first, "9")
    joined.look()
    assert (joined.stands(quiz, first), joined.value(quiz, first)) == ("local", "9")
    assert joined.codes() == []
    _two_quiet_nights(joined)
    assert {item["name"]: item["state"] for item in links.of_class(joined.id)} == {
        OTHER: "linked",
        TITLE: "ignored_in_lms",
    }


def test_delete_here_deletes_it_with_its_scores_in_the_history(joined: Class, quiz: Activity) -> None:
    _gone_from_aeries(joined)
    joined.answer("deleted_in_aeries", "delete_here")
    joined.look()
    assert joined.titles() == [OTHER]
    assert joined.codes() == []
    entry = HistoryEntry.objects.filter(activity=quiz, field="activity", after=None).get()
    assert (entry.who, entry.before) == (TEACHER, TITLE)
    _two_quiet_nights(joined)


def test_restored_in_aeries_before_anybody_answered_closes_by_itself(joined: Class, quiz: Activity) -> None:
    first = joined.students()[0]
    backup = joined.aeries.control("POST", f"/gradebooks/{joined.gradebook}/backup")["backup"]
    _gone_from_aeries(joined)
    joined.aeries.control(
        "POST", f"/gradebooks/{joined.gradebook}/restore", {"backup": backup, "mode": "same_ids"}
    )
    joined.force()
    assert joined.codes() == []
    joined.save(quiz, first, "9")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "9"


def test_a_push_that_reads_it_forgets_that_it_was_missing(joined: Class, quiz: Activity) -> None:
    first = joined.students()[0]
    backup = joined.aeries.control("POST", f"/gradebooks/{joined.gradebook}/backup")["backup"]
    _gone_from_aeries(joined)
    joined.aeries.control(
        "POST", f"/gradebooks/{joined.gradebook}/restore", {"backup": backup, "mode": "same_ids"}
    )
    joined.save(quiz, first, "9")
    joined.look()
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "9"
    assert joined.codes() == []
    assert Pair.objects.get(activity=quiz).missing_since is None


def test_deleted_here_says_what_to_delete_in_aeries_and_closes_once_it_is_gone(
    joined: Class, quiz: Activity
) -> None:
    number = _number(joined)
    _deleted_here(joined, quiz)
    (question,) = joined.questions()
    assert f"Delete it in Aeries: assignment {number}, “{TITLE}”." in question["hint"]
    joined.aeries.deletes(joined.gradebook, number)
    joined.force()
    assert joined.codes() == ["deleted_in_lms"]
    _second_look_is_due(joined)
    joined.look()
    assert joined.codes() == []
    _two_quiet_nights(joined)
    assert not Pair.objects.filter(activity=quiz, look_again_at__isnull=False).exists()


def test_deleting_here_asks_at_once_and_without_a_request(joined: Class, quiz: Activity) -> None:
    joined.aeries.forget()
    _deleted_here(joined, quiz)
    assert joined.aeries.requests() == []


def test_restore_here_brings_it_back_with_what_aeries_changed_meanwhile(
    joined: Class, quiz: Activity
) -> None:
    first, second, *_ = joined.students()
    _deleted_here(joined, quiz)
    joined.aeries.types(joined.gradebook, _number(joined), second, "7")
    joined.answer("deleted_in_lms", "restore_here")
    joined.look()
    joined.force()
    assert [joined.value(joined.named(TITLE), sis) for sis in (first, second)] == ["8", "7"]
    assert joined.codes() == []
    _two_quiet_nights(joined)


def test_leave_in_aeries_keeps_its_scores_there_and_makes_none_here(joined: Class, quiz: Activity) -> None:
    first = joined.students()[0]
    _deleted_here(joined, quiz)
    joined.answer("deleted_in_lms", "leave_in_aeries")
    joined.look()
    _two_quiet_nights(joined)
    assert joined.titles() == [OTHER]
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "8"
    assert joined.codes() == []


def test_an_unsent_new_item_that_is_deleted_here_leaves_nothing_to_do(joined: Class) -> None:
    poster = joined.assigned("Volcano poster")
    joined.look()
    activities.delete(joined.id, poster.id, person(TEACHER))
    joined.look()
    assert (_there(joined), joined.codes()) == ([], [])
    assert not Pair.objects.filter(activity=poster, look_again_at__isnull=False).exists()


def test_an_answer_to_a_question_that_has_closed_changes_nothing(joined: Class, quiz: Activity) -> None:
    _gone_from_aeries(joined)
    (question,) = joined.questions()
    joined.answer("deleted_in_aeries", "keep_here")
    with pytest.raises(errors.NoSuchProblem):
        problems.resolve(int(question["id"]), "delete_here", TEACHER)
    assert TITLE in joined.titles()


def test_a_score_kept_here_after_the_term_stays_here_and_a_new_value_is_asked_about(
    joined: Class, quiz: Activity
) -> None:
    first = joined.students()[0]
    joined.move_clock("2021-02-01")
    joined.save(quiz, first, "9")
    joined.look()
    joined.answer("term_ended", "keep_here")
    joined.look()
    _two_quiet_nights(joined)
    assert (joined.value(quiz, first), joined.stands(quiz, first)) == ("9", "local")
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "8"
    joined.save(quiz, first, "10")
    joined.look()
    assert joined.codes() == ["term_ended"]


def test_a_score_kept_here_that_aeries_changes_is_a_conflict(joined: Class, quiz: Activity) -> None:
    first = joined.students()[0]
    joined.move_clock("2021-02-01")
    joined.save(quiz, first, "9")
    joined.look()
    joined.answer("term_ended", "keep_here")
    joined.aeries.types(joined.gradebook, _number(joined), first, "3")
    joined.force()
    assert joined.codes() == ["conflict"]
    assert joined.value(quiz, first) == "9"
