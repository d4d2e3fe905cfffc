"""Set-up onto two filled gradebooks: what is matched, made, ignored, and whose scores count (G5, A2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.district_and_sandbox import DUE, TEACHER, Class, answers, finished, row_of
from twinbook.core.setup import summary as summaries
from twinbook.core.values import Mark, MarkKind
from twinbook.gradebook.models import Activity
from twinbook.sync import backup, links, setup
from twinbook.sync.errors import SummaryOutOfDate
from twinbook.sync.models import Run

pytestmark = pytest.mark.django_db(transaction=True)

ESSAY, HOMEWORK, BELL_WORK, NOTES = "Essay on tides", "Worksheet 12", "Bell work", "Private notes"


@dataclass
class Filled:
    """“Essay on tides” stands on both sides with its category; the others on one side each.

    Scores of the essay (Aeries, here): equal; there only; here only; different.
    """

    school_class: Class
    essay: Activity
    homework: Activity
    notes: Activity
    number: int

    @property
    def students(self) -> list[int]:
        return self.school_class.students()

    def draft(self) -> dict[str, Any]:
        """Read, with everything answered but what a test answers itself."""
        draft = self.school_class.draft()
        body = answers(draft)
        body["aeries_activities"] = [
            {"aeries_id": row_of(draft["aeries_activities"], BELL_WORK)["aeries_id"], "action": "ignore"},
            self.match(draft),
        ]
        body["lms_activities"] = [
            {"lms_id": str(self.homework.id), "action": "create"},
            {"lms_id": str(self.notes.id), "action": "ignore"},
        ]
        return setup.patch(self.school_class.id, body)

    def match(self, draft: dict[str, Any], **more: str) -> dict[str, Any]:
        row = row_of(draft["aeries_activities"], ESSAY)
        return {"aeries_id": row["aeries_id"], "action": "match", "lms_id": str(self.essay.id), **more}

    def confirm(self, **more: str) -> Run:
        draft = self.draft()
        if more:
            setup.patch(self.school_class.id, {"aeries_activities": [self.match(draft, **more)]})
        return self.school_class.confirm()

    def here(self) -> list[str]:
        return [self.school_class.value(self.essay, sis) for sis in self.students]

    def there(self) -> list[str]:
        aeries, book = self.school_class.aeries, self.school_class.gradebook
        return [aeries.mark(book, ESSAY, sis) for sis in self.students]


@pytest.fixture
def filled(school_class: Class) -> Filled:
    aeries, book = school_class.aeries, school_class.gradebook
    number = aeries.adds(book, ESSAY, "20")
    aeries.adds(book, BELL_WORK, "5")
    category = school_class.category("Homework", "10")
    essay = school_class.activity(ESSAY, "20", category_id=category, due_on=DUE)
    homework = school_class.activity(HOMEWORK, "12", category_id=category, due_on=DUE)
    notes = school_class.activity(NOTES, "3", category_id=category)
    first, second, third, fourth = school_class.students()
    for sis, text in ((first, "17"), (second, "18"), (fourth, "11")):
        aeries.types(book, number, sis, text)
    for sis, text in ((first, "17"), (third, "16"), (fourth, "12")):
        school_class.save(essay, sis, text)
    school_class.save(homework, first, "12")
    return Filled(school_class, essay, homework, notes, number)


def test_the_same_work_on_both_sides_is_proposed_as_one(filled: Filled) -> None:
    draft = filled.school_class.draft()
    essay = row_of(draft["aeries_activities"], ESSAY)
    assert (essay["action"], essay["lms_id"], essay["confidence"]) == ("match", str(filled.essay.id), "sure")
    assert ESSAY not in [row["title"] for row in draft["lms_activities"]]


def test_nothing_is_written_before_confirm(filled: Filled) -> None:
    filled.school_class.aeries.forget()
    filled.draft()
    setup.summary(filled.school_class.id)
    assert filled.school_class.aeries.writes() == []
    assert filled.school_class.titles() == sorted([ESSAY, HOMEWORK, NOTES])


def test_matched_items_are_joined_and_no_side_gets_a_second_one(filled: Filled) -> None:
    filled.confirm()
    filled.school_class.look()
    filled.school_class.force()
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    assert aeries.titles(book) == sorted([ESSAY, BELL_WORK, HOMEWORK])
    assert filled.school_class.titles() == sorted([ESSAY, HOMEWORK, NOTES])


def test_ignored_items_stay_on_their_own_side(filled: Filled) -> None:
    filled.confirm()
    first = filled.students[0]
    filled.school_class.save(filled.notes, first, "3")
    filled.school_class.look()
    filled.school_class.force()
    states = {item["name"]: item["state"] for item in links.of_class(filled.school_class.id)}
    assert states[BELL_WORK] == "ignored_in_aeries"
    assert states[NOTES] == "ignored_in_lms"
    assert NOTES not in filled.school_class.aeries.titles(filled.school_class.gradebook)
    assert filled.school_class.stands(filled.notes, first) == "local"


def test_what_stands_there_only_is_made_here_with_its_scores(filled: Filled) -> None:
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    number = aeries.adds(book, "Lab on ice", "30", grading_completed=True)
    first, second, *_ = filled.students
    aeries.types(book, number, first, "28.5")
    aeries.types(book, number, second, "TX")
    draft = filled.draft()
    row = row_of(draft["aeries_activities"], "Lab on ice")
    setup.patch(
        filled.school_class.id,
        {"aeries_activities": [{"aeries_id": row["aeries_id"], "action": "create"}]},
    )
    run = filled.school_class.confirm()
    made = filled.school_class.named("Lab on ice")
    assert (made.points, made.due_on, made.grading_completed) == (30, DUE, True)
    assert [filled.school_class.value(made, sis) for sis in filled.students] == ["28.5", "incomplete", "", ""]
    assert run.counts["lms"]["activities_created"] == 1
    assert run.counts["aeries"]["activities_created"] == 1


def test_what_stands_here_only_is_made_there_with_its_scores(filled: Filled) -> None:
    filled.confirm()
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    made = aeries.assignment(book, HOMEWORK)
    assert (made["points_possible"], made["number_correct_possible"], made["date_due"]) == (
        "12",
        "12",
        "2020-10-02",
    )
    marks = [made["scores"][str(sis)]["mark"] for sis in filled.students]
    assert marks == ["12", "", "", ""]


@pytest.mark.parametrize(
    ("scores_from", "here", "there", "conflicts"),
    [
        ("ask", ["17", "18", "16", "12"], ["17", "18", "16", "11"], ["conflict"]),
        ("aeries", ["17", "18", "16", "11"], ["17", "18", "16", "11"], []),
        ("lms", ["17", "18", "16", "12"], ["17", "18", "16", "12"], []),
    ],
)
def test_blanks_are_filled_both_ways_and_only_scores_from_decides_the_rest(
    filled: Filled, scores_from: str, here: list[str], there: list[str], conflicts: list[str]
) -> None:
    filled.confirm(scores_from=scores_from)
    assert filled.here() == here
    assert filled.there() == there
    assert filled.school_class.codes() == conflicts
    filled.school_class.force()
    assert (filled.here(), filled.there()) == (here, there)


def test_an_unanswered_first_conflict_is_no_business_of_a_later_policy(filled: Filled) -> None:
    filled.confirm(scores_from="ask")
    filled.school_class.set(conflict_policy="lms")
    filled.school_class.force()
    assert filled.there()[3] == "11"
    assert filled.school_class.codes() == ["conflict"]


def test_the_summary_says_value_by_value_what_the_run_then_does(filled: Filled) -> None:
    filled.draft()
    summary = setup.summary(filled.school_class.id)
    told = {(c["side"], c["kind"], c["activity"], c["before"], c["after"]) for c in summary["changes"]}
    assert ("lms", "set_score", ESSAY, None, "18") in told
    assert ("aeries", "set_score", ESSAY, None, "16") in told
    assert ("aeries", "set_score", HOMEWORK, None, "12") in told
    assert summary["counts"]["conflicts"] == 1
    before = (filled.here(), filled.there())
    run = filled.school_class.confirm()
    assert run.counts["lms"] == summary["counts"]["lms"]
    assert run.counts["aeries"] == summary["counts"]["aeries"]
    moved = sum(
        a != b
        for side in zip(before, (filled.here(), filled.there()), strict=True)
        for a, b in zip(*side, strict=True)
    )
    homework = 1
    assert (
        moved + homework == summary["counts"]["lms"]["scores_set"] + summary["counts"]["aeries"]["scores_set"]
    )


def test_first_meeting_keeps_the_fields_of_both_sides(filled: Filled) -> None:
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    aeries.edits(book, filled.number, description="Essay: tides", date_due="2020-10-05")
    draft = filled.school_class.draft()
    body = answers(draft)
    row = row_of(draft["aeries_activities"], "Essay: tides")
    body["aeries_activities"] = [
        {"aeries_id": row["aeries_id"], "action": "match", "lms_id": str(filled.essay.id)},
        {"aeries_id": row_of(draft["aeries_activities"], BELL_WORK)["aeries_id"], "action": "ignore"},
    ]
    body["lms_activities"] = [
        {"lms_id": str(item.id), "action": "ignore"} for item in (filled.homework, filled.notes)
    ]
    setup.patch(filled.school_class.id, body)
    summary = setup.summary(filled.school_class.id)
    assert {item["field"] for item in summary["field_differences"]} >= {"title", "due_on"}
    filled.school_class.confirm()
    filled.school_class.look()
    filled.school_class.force()
    assert aeries.assignment(book, "Essay: tides")["date_due"] == "2020-10-05"
    here = filled.school_class.named(ESSAY)
    assert here.due_on == DUE
    filled.school_class.edit(here, title="Essay on tides and moon")
    filled.school_class.look()
    moved = aeries.assignment(book, "Essay on tides and moon")
    assert moved["date_due"] == "2020-10-05"


@pytest.mark.parametrize(
    ("fields_from", "title"),
    [("keep", ("Essay: tides", ESSAY)), ("aeries", ("Essay: tides",) * 2), ("lms", (ESSAY,) * 2)],
)
def test_fields_are_carried_over_only_where_the_summary_said_so(
    filled: Filled, fields_from: str, title: tuple[str, str]
) -> None:
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    aeries.edits(book, filled.number, description="Essay: tides")
    draft = filled.school_class.draft()
    body = answers(draft)
    row = row_of(draft["aeries_activities"], "Essay: tides")
    answer = {"aeries_id": row["aeries_id"], "action": "match", "lms_id": str(filled.essay.id)}
    body["aeries_activities"] = [
        {**answer, "fields_from": fields_from},
        {"aeries_id": row_of(draft["aeries_activities"], BELL_WORK)["aeries_id"], "action": "ignore"},
    ]
    body["lms_activities"] = [
        {"lms_id": str(item.id), "action": "ignore"} for item in (filled.homework, filled.notes)
    ]
    setup.patch(filled.school_class.id, body)
    filled.school_class.confirm()
    filled.school_class.look()
    filled.essay.refresh_from_db()
    assert (aeries.truth(book)["assignments"][0]["description"], filled.essay.title) == title
    assert filled.school_class.codes() == ["conflict"]


def test_an_assignment_scored_by_standard_can_only_be_ignored(filled: Filled) -> None:
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    aeries.adds(book, "Standards check", "8", input_by_standard=True)
    draft = filled.draft()
    row = row_of(draft["aeries_activities"], "Standards check")
    setup.patch(
        filled.school_class.id, {"aeries_activities": [{"aeries_id": row["aeries_id"], "action": "ignore"}]}
    )
    before = aeries.assignment(book, "Standards check")
    filled.school_class.confirm()
    filled.school_class.look()
    filled.school_class.force()
    assert aeries.assignment(book, "Standards check") == before
    assert "Standards check" not in filled.school_class.titles()


def test_a_mark_that_aeries_cannot_take_is_counted_and_held(filled: Filled) -> None:
    third = filled.students[2]
    filled.school_class.save(filled.essay, third, Mark(MarkKind.EXCUSED))
    filled.draft()
    summary = setup.summary(filled.school_class.id)
    assert summary["counts"]["held"] == 1
    filled.school_class.confirm()
    assert filled.there()[2] == ""
    assert filled.school_class.stands(filled.essay, third) == "held"


def test_a_value_that_moved_after_the_summary_is_left_to_the_rules_and_counted(filled: Filled) -> None:
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    draft = filled.draft()
    setup.patch(filled.school_class.id, {"aeries_activities": [filled.match(draft, scores_from="lms")]})
    fourth = filled.students[3]
    summary = setup.summary(filled.school_class.id)
    aeries.types(book, filled.number, fourth, "9")
    run = _confirmed(filled.school_class, summary)
    assert run.counts["skipped"] == 1
    assert filled.there()[3] == "9"
    assert filled.school_class.codes() == ["conflict"]


def test_a_score_saved_after_the_summary_makes_it_out_of_date(filled: Filled) -> None:
    filled.draft()
    summary = setup.summary(filled.school_class.id)
    filled.school_class.save(filled.essay, filled.students[0], "15")
    with pytest.raises(SummaryOutOfDate) as refused:
        setup.confirm(filled.school_class.id, summary["fingerprint"], TEACHER)
    assert refused.value.extra["summary"]["fingerprint"] != summary["fingerprint"]
    assert filled.school_class.aeries.writes() == []


def test_without_comparing_the_fingerprint_a_value_goes_that_the_teacher_did_not_see(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard removed: the summary said that 12 replaces the 11 there."""
    monkeypatch.setattr(summaries, "fingerprint", lambda shown: "one for all")
    draft = filled.draft()
    setup.patch(filled.school_class.id, {"aeries_activities": [filled.match(draft, scores_from="lms")]})
    summary = setup.summary(filled.school_class.id)
    filled.school_class.save(filled.essay, filled.students[3], "1")
    _confirmed(filled.school_class, summary)
    assert filled.there()[3] == "1"


def test_both_sides_are_in_the_backup_before_the_first_write(filled: Filled) -> None:
    run = filled.confirm()
    (path,) = backup.folder().glob(f"class-{filled.school_class.id}-run-{run.id}.json")
    kept = json.loads(path.read_text())
    assert kept["format"] == "twinbook-class-backup"
    (there,) = kept["aeries"]
    theirs = {a["title"] for a in there["assignments"]}
    ours = {a["title"] for a in kept["lms"]["activities"]}
    assert theirs == {ESSAY, BELL_WORK}
    assert ours == {ESSAY, HOMEWORK, NOTES}


def test_saves_during_a_set_up_wait_and_go_afterwards(filled: Filled) -> None:
    filled.draft()
    summary = setup.summary(filled.school_class.id)
    run = setup.confirm(filled.school_class.id, summary["fingerprint"], TEACHER)
    second = filled.students[1]
    filled.school_class.save(filled.homework, second, "7")
    filled.school_class.look()
    assert HOMEWORK not in filled.school_class.aeries.titles(filled.school_class.gradebook)
    _finish(run)
    filled.school_class.look()
    aeries, book = filled.school_class.aeries, filled.school_class.gradebook
    assert aeries.mark(book, HOMEWORK, second) == "7"


def _confirmed(school_class: Class, summary: dict[str, Any]) -> Run:
    return _finish(setup.confirm(school_class.id, summary["fingerprint"], TEACHER))


def _finish(run: Run) -> Run:
    done = finished(run)
    assert done.state == "done", done.error
    return done
