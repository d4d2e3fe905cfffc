"""A district's first weeks: everything is read, planned and shown; nothing is written on either side, by any door."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.district_and_sandbox import TEACHER, Class, answers, finished
from twinbook.core.carry_out.look import look_through
from twinbook.district import settings as district_settings
from twinbook.gradebook import history
from twinbook.gradebook.models import Activity
from twinbook.sync import (
    backup,
    errors,
    installation,
    lease,
    night,
    overview,
    problems,
    repair,
    repair_plan,
    restore,
    runs,
    setup,
)
from twinbook.sync.interpreter import Interpreter
from twinbook.sync.models import Run, RunKind
from twinbook.sync.undo import request as undo

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Quiz on rivers"


def _class(joined: Class) -> None:
    joined.set(mode="observe")


def _district(joined: Class) -> None:
    district_settings.patch({"mode": "observe"})


def _installation(joined: Class) -> None:
    installation.stop("It was restored.")


MODES = pytest.mark.parametrize("observe", [_class, _district, _installation])
Observe = Callable[[Class], None]


@pytest.fixture
def quiz(joined: Class) -> Activity:
    return joined.agreed(TITLE, dict.fromkeys(joined.students(), "8"))


def _everything_changes(joined: Class, quiz: Activity) -> None:
    """On both sides: scores, fields, new items, and one cell on both."""
    first, second, third, *_ = joined.students()
    number = joined.aeries.assignment(joined.gradebook, TITLE)["assignment_number"]
    joined.aeries.types(joined.gradebook, number, first, "5")
    joined.aeries.types(joined.gradebook, number, third, "4")
    joined.aeries.edits(joined.gradebook, number, date_due="2020-10-03")
    joined.aeries.adds(joined.gradebook, "Bell work")
    joined.save(quiz, second, "9")
    joined.save(quiz, third, "7")
    joined.edit(quiz, title="Quiz on lakes")
    joined.save(joined.assigned("Volcano poster"), first, "4")


def _here(joined: Class) -> tuple[object, ...]:
    """All that stands in the gradebook here, and how often it was written."""
    cells = [
        (activity.title, activity.due_on, sis, joined.value(activity, sis))
        for activity in Activity.objects.filter(school_class_id=joined.id, deleted_at=None).order_by("id")
        for sis in joined.students()
    ]
    return (*cells, history.of_class(joined.id).count())


@MODES
def test_push_force_and_night_write_nothing_and_show_everything(
    joined: Class, quiz: Activity, observe: Observe
) -> None:
    observe(joined)
    _everything_changes(joined, quiz)
    before = _here(joined)
    joined.aeries.forget()
    joined.look()
    forced = joined.force()
    whole = finished(night.begin("schedule", awake=False))
    assert joined.aeries.writes() == []
    assert _here(joined) == before
    part = whole.parts.get()
    for run in (forced, part):
        plan = runs.plan(run)
        assert plan["observed"] is True
        told = {(c["side"], c["kind"], c["after"]) for c in plan["changes"]}
        assert {
            ("lms", "set_score", "5"),
            ("aeries", "set_score", "9"),
            ("lms", "create_activity", "Bell work"),
            ("aeries", "create_activity", "Volcano poster"),
        } <= told
        assert {side for side, kind, _ in told if kind == "update_activity"} == {"lms", "aeries"}
        assert plan["counts"]["conflicts"] == 1
    assert runs.plan(whole)["observed"] is True
    assert "only observes" in overview.class_sync(joined.id)["why"]


@pytest.mark.parametrize("observe", [_class, _installation])
def test_what_a_person_starts_is_refused_with_the_way_out(
    joined: Class, quiz: Activity, observe: Observe
) -> None:
    done = joined.force()
    first = joined.students()[0]
    joined.save(quiz, first, "9")
    joined.look()
    pushed = Run.objects.filter(kind=RunKind.PUSH).order_by("-id").first()
    assert pushed is not None and done.state == "done"
    there = joined.aeries.adds(joined.gradebook, "Bell work")
    assert there
    kept = backup.as_text(backup.body(joined.id, backup.read_aeries(joined.id))).encode()
    alone = joined.aeries.assignment(joined.gradebook, "Bell work")["unique_id"]
    observe(joined)
    before = _here(joined)
    joined.aeries.forget()
    with pytest.raises(errors.Observing) as refused:
        undo.begin(pushed.id, TEACHER, awake=False)
    assert refused.value.hint
    wish = repair_plan.Wish("create", aeries_id=alone)  # type: ignore[arg-type]
    with pytest.raises(errors.SyncError):
        repair.begin(joined.id, wish, TEACHER, awake=False)
    with pytest.raises(errors.Observing):
        restore.begin(joined.id, kept, TEACHER, awake=False)
    assert joined.aeries.writes() == []
    assert _here(joined) == before


@pytest.mark.parametrize("observe", [_district])
def test_an_answer_is_kept_and_sent_only_afterwards(joined: Class, quiz: Activity, observe: Observe) -> None:
    first = joined.students()[0]
    number = joined.aeries.assignment(joined.gradebook, TITLE)["assignment_number"]
    joined.aeries.types(joined.gradebook, number, first, "5")
    joined.save(quiz, first, "9")
    joined.look()
    (question,) = joined.questions()
    observe(joined)
    joined.aeries.forget()
    problems.resolve(int(question["id"]), "lms", TEACHER)
    joined.look()
    joined.force()
    assert joined.aeries.writes() == []
    assert joined.aeries.mark(joined.gradebook, TITLE, first) == "5"


@pytest.mark.parametrize("observe", [_district, _installation])
def test_a_set_up_is_read_and_summed_up_but_not_confirmed(school_class: Class, observe: Observe) -> None:
    draft = school_class.draft()
    observe(school_class)
    setup.patch(school_class.id, answers(draft))
    summary = setup.summary(school_class.id)
    assert summary["ready"] and summary["counts"]
    with pytest.raises(errors.Observing):
        setup.confirm(school_class.id, summary["fingerprint"], TEACHER)
    assert school_class.aeries.writes() == []
    assert setup.draft(school_class.id)["state"] == "ready"


def test_a_confirmed_set_up_that_had_not_begun_writes_nothing_any_more(school_class: Class) -> None:
    setup.patch(school_class.id, answers(school_class.draft()))
    run = setup.confirm(school_class.id, setup.summary(school_class.id)["fingerprint"], TEACHER)
    _district(school_class)
    done = finished(run)
    assert (done.state, (done.error or {})["code"]) == ("failed", "observing")
    assert school_class.aeries.writes() == [] and school_class.titles() == []


@MODES
def test_a_run_under_way_stops_writing_the_moment_it_may_only_observe(
    joined: Class, quiz: Activity, observe: Observe
) -> None:
    """The last question before each request, whatever the run had planned when it began."""
    joined.save(quiz, joined.students()[0], "9")
    joined.aeries.forget()
    told: list[str] = []

    def switched(done: int, total: int, label: str) -> None:
        if not told:
            observe(joined)
        told.append(label)

    with lease.hold(joined.id, lease.this_process()) as held:
        link = joined.link()
        interpreter = Interpreter(link, held, told=switched)
        interpreter._link_view()
        outcome = interpreter.drive(look_through())
    assert told and joined.aeries.writes() == []
    assert outcome.trouble is not None or outcome.report.counts["aeries.scores_set"] == 0
    assert joined.stands(quiz, joined.students()[0]) == "waiting"
