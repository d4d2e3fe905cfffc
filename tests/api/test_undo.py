"""Undo over REST (public surface §3.4): who may, what is answered, and what is refused in clear words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asking import Caller
from tests.api.people import caller, make_user
from tests.district_and_sandbox import Class, finished
from twinbook.district.models import Permission, Section, SectionStaff, User
from twinbook.sync import night
from twinbook.sync.models import Run

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ = "Quiz on rivers"


@pytest.fixture
def pulled(joined: Class) -> Run:
    """A force sync that took a 6 over where 8 was agreed."""
    student = joined.students()[0]
    joined.agreed(QUIZ, {student: "8"})
    joined.aeries.types(joined.gradebook, 1, student, "6")
    return joined.force()


def _values(joined: Class) -> tuple[str, str]:
    student = joined.students()[0]
    return joined.value(joined.named(QUIZ), student), joined.aeries.mark(joined.gradebook, QUIZ, student)


def _staff(joined: Class, name: str, permission: Permission) -> Caller:
    user: User = make_user(f"{name}@example.org", sis=900 + len(name))
    section = Section.objects.get(class_section__school_class_id=joined.id)
    assert user.staff is not None
    SectionStaff.objects.create(section=section, staff=user.staff, permission=permission, primary=False)
    return caller(user)


def test_a_preview_then_the_undo(office: Caller, joined: Class, pulled: Run) -> None:
    asked = office.post(f"/runs/{pulled.id}/undo", {"dry_run": True}).ok(202)
    assert (asked["kind"], asked["dry_run"], asked["class_id"]) == ("undo", True, str(joined.id))
    finished(Run.objects.get(id=asked["id"]))
    plan: dict[str, Any] = office.get(f"/runs/{asked['id']}/plan").ok()
    assert {(c["side"], c["before"], c["after"]) for c in plan["changes"]} == {
        ("lms", "6", "8"),
        ("aeries", "6", "8"),
    }
    assert (plan["left"], plan["tasks"]) == ([], [])
    assert _values(joined) == ("6", "6")
    done = office.post(f"/runs/{pulled.id}/undo").ok(202)
    finished(Run.objects.get(id=done["id"]))
    assert _values(joined) == ("8", "8")
    shown = office.get(f"/runs/{done['id']}").ok()
    assert (shown["state"], shown["counts"]["lms"]["scores_set"]) == ("done", 1)


def test_clear_words_and_nothing_changed(office: Caller, joined: Class, pulled: Run) -> None:
    finished(Run.objects.get(id=office.post(f"/runs/{pulled.id}/undo").ok(202)["id"]))
    before = (_values(joined), Run.objects.count())
    again = office.post(f"/runs/{pulled.id}/undo").problem(409, "already_undone")
    assert again["hint"]
    idle = joined.force()
    assert office.post(f"/runs/{idle.id}/undo").problem(409, "nothing_to_undo")["detail"]
    office.post("/runs/999999/undo").problem(404, "not_found")
    office.post(f"/runs/{pulled.id}/undo", {"dry_run": "yes"}).problem(422, "invalid")
    office.post(f"/runs/{idle.id}/undo", {"class_id": "999999"}).problem(404, "not_found")
    assert (_values(joined), Run.objects.count()) == (before[0], before[1] + 1)


def test_who_may_not_change_a_class_undoes_nothing(joined: Class, pulled: Run) -> None:
    reader = _staff(joined, "reader", Permission.READ)
    stranger = caller(make_user("stranger@example.org", sis=77))
    reader.post(f"/runs/{pulled.id}/undo").problem(403, "forbidden")
    reader.post(f"/runs/{pulled.id}/undo", {"dry_run": True}).problem(403, "forbidden")
    stranger.post(f"/runs/{pulled.id}/undo").problem(404, "not_found")
    assert not Run.objects.filter(kind="undo").exists()
    assert _values(joined) == ("6", "6")


def test_a_teacher_undoes_a_night_for_one_own_class_and_an_administrator_all_of_it(
    office: Caller, joined: Class, pulled: Run
) -> None:
    student = joined.students()[0]
    joined.aeries.types(joined.gradebook, 1, student, "5")
    whole = finished(night.begin("schedule", awake=False))
    teacher = _staff(joined, "teacher", Permission.FULL)
    stranger = caller(make_user("stranger@example.org", sis=77))
    assert "class_id" in teacher.post(f"/runs/{whole.id}/undo").problem(403, "forbidden")["hint"]
    stranger.post(f"/runs/{whole.id}/undo", {"class_id": str(joined.id)}).problem(404, "not_found")
    body = {"class_id": str(joined.id)}
    undo = teacher.post(f"/runs/{whole.id}/undo", body).ok(202)
    assert undo["class_id"] == str(joined.id)
    finished(Run.objects.get(id=undo["id"]))
    assert _values(joined) == ("6", "6")
    office.post(f"/runs/{whole.id}/undo").problem(409, "nothing_to_undo")
    joined.aeries.types(joined.gradebook, 1, student, "4")
    another = finished(night.begin("schedule", awake=False))
    undo = office.post(f"/runs/{another.id}/undo").ok(202)
    assert undo["class_id"] is None
    finished(Run.objects.get(id=undo["id"]))
    assert _values(joined) == ("6", "6")


def test_a_task_is_a_question_whose_one_choice_is_done(office: Caller, joined: Class) -> None:
    poster = joined.assigned("Volcano poster")
    joined.save(poster, joined.students()[0], "9")
    joined.look()
    push = Run.objects.filter(kind="push").order_by("-id")[0]
    finished(Run.objects.get(id=office.post(f"/runs/{push.id}/undo").ok(202)["id"]))
    (problem,) = office.get(f"/classes/{joined.id}/problems").items
    assert (problem["code"], problem["choices"]) == ("undo_by_hand", ["done"])
    office.post(f"/problems/{problem['id']}/resolve", {"choice": "done"}).ok()
    assert office.get(f"/classes/{joined.id}/problems").items == []


def test_the_history_says_who_changed_a_cell_and_whether_the_other_side_got_it(
    office: Caller, joined: Class
) -> None:
    """One search answers who, when, from which side, from what to what, in which run, and what became of it there."""
    first, second, *_ = joined.students()
    quiz = joined.agreed(QUIZ, {first: "8"})
    path = f"/classes/{joined.id}/history?activity={quiz.id}&student={joined.student(first)}"

    def newest() -> dict[str, Any]:
        return office.get(path).items[0]

    joined.save(quiz, first, "9")
    assert newest()["other_side"] == {"state": "waiting", "at": None, "run_id": None}
    joined.save(quiz, first, "7")
    joined.look()
    sent, saved, replaced = office.get(path).items[:3]
    push = Run.objects.filter(kind="push").order_by("-id")[0]
    assert (sent["side"], sent["before"], sent["after"], sent["run_id"]) == ("aeries", "8", "7", str(push.id))
    assert (saved["who"], saved["side"], saved["before"], saved["after"]) == (
        "teacher@example.org",
        "lms",
        "9",
        "7",
    )
    assert (saved["other_side"]["state"], saved["other_side"]["run_id"]) == ("arrived", str(push.id))
    assert saved["other_side"]["at"] == sent["at"]
    assert replaced["other_side"]["state"] == "replaced"
    joined.aeries.types(joined.gradebook, 1, first, "5")
    run = joined.force()
    assert (newest()["before"], newest()["after"], newest()["run_id"]) == ("7", "5", str(run.id))
    assert newest()["other_side"]["state"] == "arrived"
    joined.aeries.types(joined.gradebook, 1, first, "4")
    joined.save(quiz, first, "6")
    joined.look()
    assert newest()["other_side"]["state"] == "conflict"
    path = f"/classes/{joined.id}/history?activity={quiz.id}&student={joined.student(second)}"
    score = f"/classes/{joined.id}/activities/{quiz.id}/scores/{joined.student(second)}"
    office.put(score, {"mark": "excused", "comment": "ill"}).ok()
    joined.look()
    found = {item["field"]: item["other_side"] for item in office.get(path).items}
    assert (found["score"]["state"], found["comment"]) == ("held", None)
