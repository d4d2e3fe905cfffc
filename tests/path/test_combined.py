"""Combined sections (C7): one class here over several sections, each with its own gradebook."""

from __future__ import annotations

import pytest

from tests.district_and_sandbox import TEACHER, Class, finished, row_of
from tests.path.combined import FIRST, QUIZ, SECOND, Combined, combine, join_second
from twinbook.district.errors import SectionInUseError
from twinbook.district.models import ClassSection
from twinbook.gradebook.models import Category, SchoolClass
from twinbook.gradebook.origin import person
from twinbook.sync import force, links, night, overview, runs, sections
from twinbook.sync.models import CategoryPair, Run, StudentHome
from twinbook.sync.undo import request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def half(joined: Class) -> Combined:
    """Combined, and only the first section's gradebook is joined."""
    return combine(joined)


@pytest.fixture
def combined(half: Combined) -> Combined:
    join_second(half)
    return half


def test_a_section_comes_into_the_class_with_its_students_and_its_own_class_ends(joined: Class) -> None:
    former = ClassSection.objects.get(section__number=SECOND).school_class_id
    half = combine(joined)
    assert {row["section_number"]: row["gradebook_number"] for row in sections.of_class(joined.id)} == {
        FIRST: joined.gradebook,
        SECOND: None,
    }
    assert set(half.of(half.second_gradebook)) <= set(joined.students())
    assert SchoolClass.objects.get(id=former).ended_on is not None


def test_a_section_whose_class_holds_work_or_is_synced_is_not_taken(joined: Class) -> None:
    other = ClassSection.objects.get(section__number=SECOND).school_class_id
    Class(other, 0, joined.aeries).activity("Essay")
    with pytest.raises(SectionInUseError, match="already has activities"):
        combine(joined)
    assert joined.id in {row.school_class_id for row in ClassSection.objects.filter(section__number=FIRST)}
    with pytest.raises(SectionInUseError, match="joined with an Aeries gradebook"):
        sections.combine(other, [FIRST], person(TEACHER), lambda class_id: True)


def test_students_whose_section_has_no_gradebook_stay_here(half: Combined) -> None:
    first, other = half.of(half.one.gradebook)[0], half.of(half.second_gradebook)[0]
    quiz = half.agreed({first: "8"})
    half.one.save(quiz, other, "9")
    half.one.look()
    half.one.force()
    assert half.one.stands(quiz, other) == "local"
    assert half.one.codes() == []


def test_the_set_up_of_the_second_gradebook_matches_what_exists_here(half: Combined) -> None:
    """Its summary is about its own students, and the answers of the first are proposed."""
    first, other = half.of(half.one.gradebook)[0], half.of(half.second_gradebook)[0]
    quiz = half.agreed({first: "8"})
    half.one.save(quiz, other, "9")
    half.aeries.adds(half.second_gradebook, QUIZ)
    second = Class(half.one.id, half.second_gradebook, half.aeries)
    draft = second.draft()
    row = row_of(draft["aeries_activities"], QUIZ)
    assert (row["action"], row["lms_id"]) == ("match", str(quiz.id))
    assert [check["code"] for check in draft["checks"]].count("students_missing") == 0
    join_second(half)
    assert half.mark(half.second_gradebook, other) == "9"
    assert half.mark(half.one.gradebook, first) == "8"
    links_shown = overview.class_sync(half.one.id)["links"]
    assert [(one["gradebook_number"], one["sections"]) for one in links_shown] == [
        (half.one.gradebook, [FIRST]),
        (half.second_gradebook, [SECOND]),
    ]


def test_one_activity_is_one_assignment_in_each_and_a_score_goes_to_the_students_own(
    combined: Combined,
) -> None:
    first, second = combined.gradebooks
    ours, theirs = combined.of(first)[0], combined.of(second)[0]
    quiz = combined.agreed({ours: "8", theirs: "9"})
    assert [combined.aeries.titles(book).count(QUIZ) for book in combined.gradebooks] == [1, 1]
    assert (combined.mark(first, ours), combined.mark(first, theirs)) == ("8", None)
    assert (combined.mark(second, theirs), combined.mark(second, ours)) == ("9", None)
    combined.aeries.forget()
    combined.one.save(quiz, theirs, "7")
    combined.one.look()
    (write,) = combined.aeries.writes()
    assert combined.pair(second, quiz).unique_id in write["path"]
    combined.aeries.forget()
    combined.one.force()
    assert combined.aeries.writes() == []
    assert combined.one.codes() == []


def test_fields_go_to_both_and_come_back_from_either(combined: Combined) -> None:
    first, second = combined.gradebooks
    quiz = combined.agreed({combined.of(first)[0]: "8", combined.of(second)[0]: "9"})
    combined.one.edit(quiz, title="Quiz on streams")
    combined.one.look()
    assert all("Quiz on streams" in combined.aeries.titles(book) for book in combined.gradebooks)
    combined.aeries.edits(second, combined.number(second, "Quiz on streams"), description="Quiz on water")
    combined.one.force()
    combined.one.look()
    assert combined.one.titles().count("Quiz on water") == 1
    assert all("Quiz on water" in combined.aeries.titles(book) for book in combined.gradebooks)
    assert combined.one.codes() == []


def test_categories_are_mapped_for_each_gradebook_on_its_own(half: Combined) -> None:
    """The codes differ: what is 0 in the first gradebook is H in the second."""
    book = half.second_gradebook
    categories = half.aeries.truth(book)["categories"]
    changed = [{**row, "code": {"0": "H"}.get(row["code"], row["code"])} for row in categories]
    half.aeries.control("PATCH", f"/gradebooks/{book}", {"categories": changed})
    join_second(half)
    half.agreed({half.of(half.one.gradebook)[0]: "8", half.of(book)[0]: "9"})
    assert half.aeries.assignment(half.one.gradebook, QUIZ)["category_code"] == "0"
    assert half.aeries.assignment(book, QUIZ)["category_code"] == "H"
    homework = Category.objects.get(school_class_id=half.one.id, name="Homework")
    assert CategoryPair.objects.filter(category=homework).count() == 2


def test_a_conflict_in_one_gradebook_does_not_delay_the_other(combined: Combined) -> None:
    first, second = combined.gradebooks
    ours, theirs = combined.of(first)[0], combined.of(second)[0]
    quiz = combined.agreed({ours: "8", theirs: "9"})
    combined.aeries.types(first, combined.number(first), ours, "6")
    combined.one.save(quiz, ours, "5")
    combined.one.save(quiz, theirs, "4")
    combined.one.look()
    combined.one.force()
    assert combined.one.codes() == ["conflict"]
    assert combined.mark(second, theirs) == "4"
    assert (combined.one.stands(quiz, ours), combined.one.stands(quiz, theirs)) == ("conflict", "synced")


def test_a_field_in_question_in_one_gradebook_is_no_question_of_the_other(combined: Combined) -> None:
    first, second = combined.gradebooks
    quiz = combined.agreed({combined.of(first)[0]: "8", combined.of(second)[0]: "9"})
    combined.aeries.edits(first, combined.number(first), description="Rivers")
    combined.aeries.edits(second, combined.number(second), description="Streams")
    combined.one.edit(quiz, title="Water")
    combined.one.force()
    assert combined.one.codes() == ["conflict", "conflict"]
    combined.one.force()
    assert combined.one.codes() == ["conflict", "conflict"]


def test_one_gradebook_that_cannot_be_read_stops_only_itself(combined: Combined) -> None:
    first, second = combined.gradebooks
    ours, theirs = combined.of(first)[0], combined.of(second)[0]
    quiz = combined.agreed({ours: "8", theirs: "9"})
    combined.aeries.fault(kind="status", status=500, path=f"gradebooks/{first}/.*")
    combined.one.save(quiz, theirs, "4")
    combined.one.look()
    combined.aeries.heal()
    assert combined.mark(second, theirs) == "4"


def test_unlinking_one_keeps_the_other(combined: Combined) -> None:
    first, second = combined.gradebooks
    ours, theirs = combined.of(first)[0], combined.of(second)[0]
    quiz = combined.agreed({ours: "8", theirs: "9"})
    links.unlink(combined.one.id, second)
    combined.one.save(quiz, ours, "7")
    combined.one.save(quiz, theirs, "6")
    combined.one.look()
    assert (combined.mark(first, ours), combined.mark(second, theirs)) == ("7", "9")
    assert (combined.one.stands(quiz, ours), combined.one.stands(quiz, theirs)) == ("synced", "local")
    assert overview.class_sync(combined.one.id)["state"] == "synced"


def test_the_night_reads_both(combined: Combined) -> None:
    first, second = combined.gradebooks
    ours, theirs = combined.of(first)[0], combined.of(second)[0]
    quiz = combined.agreed({ours: "8", theirs: "9"})
    combined.aeries.types(first, combined.number(first), ours, "6")
    combined.aeries.types(second, combined.number(second), theirs, "5")
    run = finished(night.begin("schedule", awake=False))
    assert run.state == "done"
    assert (combined.one.value(quiz, ours), combined.one.value(quiz, theirs)) == ("6", "5")
    assert runs.plan(run)["counts"]["lms"]["scores_set"] == 2


def test_a_night_in_which_one_gradebook_fails_takes_the_other_over(combined: Combined) -> None:
    first, second = combined.gradebooks
    ours, theirs = combined.of(first)[0], combined.of(second)[0]
    quiz = combined.agreed({ours: "8", theirs: "9"})
    combined.aeries.types(second, combined.number(second), theirs, "5")
    combined.aeries.fault(kind="html", path=f"gradebooks/{first}$")
    run = finished(night.begin("schedule", awake=False))
    combined.aeries.heal()
    (told,) = [one for one in runs.plan(run)["classes"] if one["class_id"] == str(combined.one.id)]
    assert told["state"] == "failed"
    assert combined.one.value(quiz, theirs) == "5"


def test_a_preview_tells_of_both(combined: Combined) -> None:
    first, second = combined.gradebooks
    ours, theirs = combined.of(first)[0], combined.of(second)[0]
    combined.agreed({ours: "8", theirs: "9"})
    combined.aeries.types(first, combined.number(first), ours, "6")
    combined.aeries.types(second, combined.number(second), theirs, "5")
    plan = runs.plan(finished(force.begin(combined.one.id, TEACHER, dry_run=True, awake=False)))
    assert sorted(change["after"] for change in plan["changes"]) == ["5", "6"]


def test_a_further_gradebook_of_the_same_section_takes_its_place(joined: Class) -> None:
    """The next term's gradebook: the section has one live link, and the summary says that it moves."""
    first = joined.students()[0]
    joined.agreed(QUIZ, {first: "8"})
    following = joined.aeries.opens(FIRST, "Algebra 1 P3 Spring", joined.students())
    second = Class(joined.id, following, joined.aeries)
    draft = second.draft()
    (check,) = [check for check in draft["checks"] if check["code"] == "sections_move"]
    assert str(joined.gradebook) in check["items"][0]
    assert overview.class_sync(joined.id)["state"] == "synced"
    second.join()
    (link,) = overview.class_sync(joined.id)["links"]
    assert (link["gradebook_number"], link["sections"]) == (following, [FIRST])
    assert not StudentHome.objects.exists()
    assert joined.aeries.mark(joined.gradebook, QUIZ, first) == "8"


def test_undoing_the_second_set_up_leaves_the_first_gradebook_joined(half: Combined) -> None:
    first, other = half.of(half.one.gradebook)[0], half.of(half.second_gradebook)[0]
    quiz = half.agreed({first: "8"})
    half.aeries.adds(half.second_gradebook, QUIZ)
    half.aeries.types(half.second_gradebook, 1, other, "6")
    join_second(half)
    assert half.one.value(quiz, other) == "6"
    run = Run.objects.filter(kind="setup").order_by("-id")[0]
    undo = finished(request.begin(run.id, TEACHER, awake=False))
    assert undo.state == "done", undo.error
    assert (half.one.value(quiz, other), half.mark(half.second_gradebook, other)) == ("", "6")
    assert [link["gradebook_number"] for link in overview.class_sync(half.one.id)["links"]] == [
        half.one.gradebook
    ]
    half.one.save(quiz, first, "9")
    half.one.look()
    assert half.mark(half.one.gradebook, first) == "9"


def test_undoing_a_create_asks_for_a_delete_in_each_gradebook(combined: Combined) -> None:
    first, other = combined.of(combined.one.gradebook)[0], combined.of(combined.second_gradebook)[0]
    activity = combined.assigned("Volcano poster")
    for sis in (first, other):
        combined.one.save(activity, sis, "9")
    combined.one.look()
    runs_of_it = Run.objects.filter(kind="push", plan__changes__contains=[{"kind": "create_activity"}])
    for run in runs_of_it:
        if request.may_be_undone(run):
            finished(request.begin(run.id, TEACHER, awake=False))
    tasks = [q for q in combined.one.questions() if q["code"] == "undo_by_hand"]
    assert len(tasks) == 2
    assert combined.one.value(activity, first) == "9"
