"""Repairing one pair later: match, create, ignore, unlink, each previewed and carried out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished
from twinbook.core.cells import Policy
from twinbook.core.setup.draft import FieldsFrom
from twinbook.gradebook.models import Activity
from twinbook.sync import errors, links, repair, runs
from twinbook.sync.models import Run
from twinbook.sync.repair_plan import Wish

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


def repaired(school_class: Class, action: Any, dry_run: bool = False, **wish: Any) -> Run:
    begun = repair.begin(school_class.id, Wish(action, **wish), TEACHER, dry_run=dry_run, awake=False)
    return finished(begun)


def done(school_class: Class, action: Any, **wish: Any) -> dict[str, Any]:
    run = repaired(school_class, action, **wish)
    assert run.state == "done", run.error
    return runs.plan(run)


def states(school_class: Class) -> dict[str, str]:
    return {item["name"]: item["state"] for item in links.of_class(school_class.id)}


def there(school_class: Class, title: str) -> str:
    return str(school_class.aeries.assignment(school_class.gradebook, title)["unique_id"])


@pytest.fixture
def quiz(joined: Class) -> Activity:
    first, second, third, *_ = joined.students()
    return joined.agreed(TITLE, {first: "8", second: "9", third: "7"})


def test_unlink_keeps_everything_on_both_sides(joined: Class, quiz: Activity) -> None:
    first = joined.students()[0]
    plan = done(joined, "unlink", activity_id=quiz.id)
    assert "Both keep all their scores (3 are equal now)" in plan["note"]
    joined.save(quiz, first, "5")
    joined.aeries.types(joined.gradebook, _number(joined), joined.students()[1], "4")
    joined.look()
    joined.force()
    assert (joined.value(quiz, first), joined.aeries.mark(joined.gradebook, TITLE, first)) == ("5", "8")
    assert joined.value(quiz, joined.students()[1]) == "9"
    assert joined.stands(quiz, first) == "local"
    assert joined.titles().count(TITLE) == joined.aeries.titles(joined.gradebook).count(TITLE) == 1


def _number(joined: Class) -> int:
    return int(joined.aeries.assignment(joined.gradebook, TITLE)["assignment_number"])


@pytest.mark.parametrize(
    ("scores_from", "here", "in_aeries", "conflicts"),
    [(Policy.ASK, "5", "8", 1), (Policy.LMS, "5", "5", 0), (Policy.AERIES, "8", "8", 0)],
)
def test_a_match_fills_blanks_and_spends_scores_from_on_what_both_hold(
    joined: Class, quiz: Activity, scores_from: Policy, here: str, in_aeries: str, conflicts: int
) -> None:
    first, *_, last = joined.students()
    done(joined, "unlink", activity_id=quiz.id)
    joined.save(quiz, first, "5")
    joined.save(quiz, last, "6")
    wish: dict[str, Any] = {
        "activity_id": quiz.id,
        "aeries_id": there(joined, TITLE),
        "scores_from": scores_from,
    }
    shown = runs.plan(repaired(joined, "match", dry_run=True, **wish))
    assert shown["counts"]["conflicts"] == conflicts
    assert {"side": "aeries", "kind": "set_score", "activity": TITLE}.items() <= shown["changes"][-1].items()
    assert joined.stands(quiz, first) == "local"
    plan = done(joined, "match", **wish)
    assert plan["changes"] == shown["changes"]
    mark = joined.aeries.mark(joined.gradebook, TITLE, first)
    assert (joined.value(quiz, first), mark) == (here, in_aeries)
    assert joined.aeries.mark(joined.gradebook, TITLE, last) == "6"
    assert joined.stands(quiz, last) == "synced"
    assert joined.codes() == ["conflict"] * conflicts
    joined.aeries.forget()
    joined.force()
    assert joined.aeries.writes() == []


def test_a_dry_run_writes_nothing(joined: Class, quiz: Activity) -> None:
    joined.aeries.forget()
    for action, wish in [
        ("unlink", {"activity_id": quiz.id}),
        ("unlink", {"aeries_id": there(joined, TITLE)}),
    ]:
        assert repaired(joined, action, dry_run=True, **wish).state == "done"
    assert states(joined)[TITLE] == "linked"
    assert joined.aeries.writes() == []


def test_an_ignored_activity_is_created_there_after_all(joined: Class) -> None:
    first = joined.students()[0]
    joined.set(new_in_lms="ignore")
    quiz = joined.assigned(TITLE)
    joined.save(quiz, first, "8")
    joined.look()
    assert states(joined)[TITLE] == "ignored_in_lms"
    shown = runs.plan(repaired(joined, "create", dry_run=True, activity_id=quiz.id))
    assert shown["counts"]["aeries"] == {
        "activities_created": 1,
        "activities_updated": 0,
        "scores_set": 1,
        "scores_cleared": 0,
    }
    done(joined, "create", activity_id=quiz.id)
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "8"
    assert joined.stands(quiz, first) == "synced"


def test_an_ignored_assignment_is_created_here_after_all(joined: Class) -> None:
    first = joined.students()[0]
    joined.set(new_in_aeries="ignore")
    number = joined.aeries.adds(joined.gradebook, TITLE)
    joined.aeries.types(joined.gradebook, number, first, "8")
    joined.force()
    assert states(joined)[TITLE] == "ignored_in_aeries"
    done(joined, "create", aeries_id=there(joined, TITLE))
    assert joined.value(joined.named(TITLE), first) == "8"
    assert joined.stands(joined.named(TITLE), first) == "synced"
    joined.force()
    assert joined.titles().count(TITLE) == 1


def test_an_unlinked_activity_may_be_created_anew_and_its_old_partner_stays_as_it_is(
    joined: Class, quiz: Activity
) -> None:
    done(joined, "unlink", activity_id=quiz.id)
    plan = done(joined, "create", activity_id=quiz.id)
    assert plan["twins"] == [f"“{TITLE}” (number {1}) in Aeries"] or "Quiz on rivers" in plan["twins"][0]
    assert joined.aeries.titles(joined.gradebook).count(TITLE) == 2
    joined.force()
    assert joined.titles().count(TITLE) == 1
    assert joined.codes() == []


def test_ignoring_what_was_unlinked_leaves_both_alone(joined: Class, quiz: Activity) -> None:
    done(joined, "unlink", activity_id=quiz.id)
    done(joined, "ignore", activity_id=quiz.id)
    kept = sorted(item["state"] for item in links.of_class(joined.id) if item["name"] == TITLE)
    assert kept == ["ignored_in_aeries", "ignored_in_lms"]
    joined.force()
    assert joined.titles().count(TITLE) == joined.aeries.titles(joined.gradebook).count(TITLE) == 1


def test_a_linked_item_is_unlinked_first(joined: Class, quiz: Activity) -> None:
    other = joined.activity("Essay")
    with pytest.raises(errors.PartnerTaken, match=r"“Quiz on rivers” is paired already"):
        repair.begin(joined.id, Wish("match", other.id, there(joined, TITLE)), TEACHER)


@pytest.mark.parametrize(
    "wish",
    [
        Wish("match", activity_id=1),
        Wish("create"),
        Wish("ignore", activity_id=1, aeries_id="x"),
        Wish("unlink", aeries_id="no such id"),
    ],
)
def test_a_wish_that_names_no_pair_is_refused(joined: Class, wish: Wish) -> None:
    with pytest.raises(errors.InvalidLink):
        repair.begin(joined.id, wish, TEACHER)


def test_fields_from_is_carried_over_once(joined: Class, quiz: Activity) -> None:
    done(joined, "unlink", activity_id=quiz.id)
    joined.edit(quiz, title="Quiz on streams")
    plan = done(
        joined,
        "match",
        activity_id=quiz.id,
        aeries_id=there(joined, TITLE),
        fields_from=FieldsFrom.LMS,
    )
    assert plan["counts"]["aeries"]["activities_updated"] == 1
    assert "Quiz on streams" in joined.aeries.titles(joined.gradebook)


def test_a_repair_that_died_after_its_pair_was_made_goes_on(
    joined: Class, quiz: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the structure and the scores: the run is carried out again and ends the same."""
    first = joined.students()[0]
    done(joined, "unlink", activity_id=quiz.id)
    joined.save(quiz, first, "5")
    wish = Wish("match", quiz.id, there(joined, TITLE), Policy.LMS)
    run = repair.begin(joined.id, wish, TEACHER, awake=False)
    with monkeypatch.context() as broken:
        broken.setattr(repair, "set_up", _killed)
        with pytest.raises(KeyboardInterrupt):
            finished(run)
    assert finished(run).state == "done"
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "5"


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
