"""Force, runs, history, settings and questions over REST (public surface §3.4, §3.6), against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.functions import Now

from tests.api.asking import Caller
from tests.district_and_sandbox import UNLINKED, Aeries, Class, finished
from twinbook.sync import problems
from twinbook.sync.models import Problem, RemoteState, Run, RunState

pytestmark = pytest.mark.django_db(transaction=True)


class Desk:
    """The joined class as its caller sees it, with one activity in both gradebooks."""

    def __init__(self, caller: Caller, joined: Class, title: str = "Quiz on rivers", **fields: Any) -> None:
        self.caller = caller
        self.joined = joined
        self.path = f"/classes/{joined.id}"
        self.title = title
        category = caller.get(f"{self.path}/categories").items[0]["id"]
        body = {"title": title, "points": "10", "category_id": category, **fields}
        self.activity = str(caller.post(f"{self.path}/activities", body).ok(201)["id"])
        self.sis = joined.students()

    @property
    def aeries(self) -> Aeries:
        return self.joined.aeries

    def student(self, place: int) -> str:
        return str(self.joined.student(self.sis[place]))

    def save(self, place: int, **value: Any) -> dict[str, Any]:
        path = f"{self.path}/activities/{self.activity}/scores/{self.student(place)}"
        return dict(self.caller.put(path, value).ok())

    def cell(self, place: int) -> dict[str, Any]:
        """The cell as the gradebook lists it; blank and synced when it does not."""
        wanted = (self.activity, self.student(place))
        for cell in self.book()["scores"]:
            if (cell["activity_id"], cell["student_id"]) == wanted:
                return dict(cell)
        return {"score": None, "mark": None, "sync": "synced"}

    def book(self) -> dict[str, Any]:
        return dict(self.caller.get(f"{self.path}/gradebook").ok())

    def number(self) -> int:
        return int(self.aeries.assignment(UNLINKED, self.title)["assignment_number"])

    def types(self, place: int, mark: str) -> None:
        self.aeries.types(UNLINKED, self.number(), self.sis[place], mark)

    def force(self, body: Any = None) -> dict[str, Any]:
        run = self.caller.post(f"{self.path}/force-sync", body).ok(202)
        finished(Run.objects.get(id=run["id"]))
        return dict(self.caller.get(f"/runs/{run['id']}").ok())

    def settings(self, **changes: Any) -> dict[str, Any]:
        return dict(self.caller.patch(f"{self.path}/sync-settings", changes).ok())

    def problems(self) -> list[dict[str, Any]]:
        return self.caller.get(f"{self.path}/problems").items

    def resolve(self, problem: dict[str, Any], choice: str, **more: Any) -> Any:
        return self.caller.post(f"/problems/{problem['id']}/resolve", {"choice": choice, **more})

    def conflict(self, place: int = 0) -> dict[str, Any]:
        """Agreed on 8, then 9 here and 6 there."""
        self.save(place, score="8")
        self.joined.look()
        self.types(place, "6")
        self.save(place, score="9")
        self.force()
        (problem,) = self.problems()
        return problem


@pytest.fixture
def desk(office: Caller, joined: Class) -> Desk:
    return Desk(office, joined)


# Force and runs


def test_force_needs_a_synced_class(office: Caller, school_class: Class) -> None:
    for body in (None, {}, {"dry_run": True}):
        assert office.post(f"/classes/{school_class.id}/force-sync", body).problem(409, "not_synced")["hint"]


def test_a_dry_run_shows_the_plan_and_writes_nothing(desk: Desk) -> None:
    desk.save(0, score="8.50")
    desk.joined.look()
    desk.types(1, "7")
    before, ours = desk.aeries.truth(UNLINKED), desk.book()
    run = desk.force({"dry_run": True})
    assert (run["kind"], run["dry_run"], run["state"], run["error"]) == ("force", True, "done", None)
    assert (run["class_id"], run["created_by"]) == (str(desk.joined.id), "admin@example.org")
    assert run["counts"]["lms"]["scores_set"] == 1 and run["counts"]["skipped"] == 0
    plan = desk.caller.get(f"/runs/{run['id']}/plan").ok()
    assert plan["counts"] == run["counts"] and len(plan["fingerprint"]) == 64
    (change,) = plan["changes"]
    assert (change["side"], change["kind"], change["activity"], change["before"], change["after"]) == (
        "lms",
        "set_score",
        desk.title,
        None,
        "7",
    )
    assert change["student"] in {student["name"] for student in ours["students"]}
    assert (desk.aeries.truth(UNLINKED), desk.book()["scores"]) == (before, ours["scores"])
    again = desk.caller.get(f"/runs/{desk.force({'dry_run': True})['id']}/plan").ok()
    assert again["fingerprint"] == plan["fingerprint"]


def test_a_force_takes_over_and_its_plan_says_what_it_did(desk: Desk) -> None:
    desk.save(0, score="8.5")
    desk.joined.look()
    desk.types(1, "7")
    desk.types(2, "NA")
    run = desk.force()
    assert (run["state"], run["counts"]["lms"]["scores_set"]) == ("done", 2)
    assert (desk.cell(1)["score"], desk.cell(1)["sync"]) == ("7", "synced")
    assert (desk.cell(2)["mark"], desk.cell(2)["sync"]) == ("excused", "synced")
    kinds = {change["kind"] for change in desk.caller.get(f"/runs/{run['id']}/plan").ok()["changes"]}
    assert kinds == {"set_score", "set_mark"}
    runs = desk.caller.get(f"{desk.path}/runs").items
    assert runs[0] == run
    assert [int(one["id"]) for one in runs] == sorted((int(one["id"]) for one in runs), reverse=True)
    assert {"force", "push", "setup", "read"} == {one["kind"] for one in runs}
    page = desk.caller.get(f"{desk.path}/runs", limit=1).ok()
    assert page["items"] == [run]
    assert desk.caller.get(page["next"]).ok()["items"][0] == runs[1]


def test_a_force_while_aeries_is_down_fails_with_a_sentence_and_heals(desk: Desk) -> None:
    desk.save(0, score="8.5")
    desk.aeries.fault(kind="drop_before", path=".*")
    for _ in range(3):  # one odd ending is no outage yet
        run = desk.force()
    assert (run["state"], run["error"]["code"]) == ("failed", "aeries_unavailable")
    assert run["error"]["message"] and run["error"]["hint"]
    sync = desk.caller.get(desk.path).ok()["sync"]
    assert (sync["state"], sync["waiting"], sync["aeries_reachable"]) == ("synced", 4, False)
    assert "Aeries" in sync["why"]
    assert desk.caller.get("/aeries-connection").ok()["state"] == "unreachable"
    assert desk.cell(0)["sync"] == "waiting"
    desk.aeries.heal()
    RemoteState.objects.update(next_probe_at=Now())
    assert desk.force()["state"] == "done"
    sync = desk.caller.get(desk.path).ok()["sync"]
    assert (desk.cell(0)["sync"], sync["aeries_reachable"], sync["why"]) == ("synced", True, None)


def test_routes_that_are_not_built_yet_answer_501(desk: Desk) -> None:
    for reply in (desk.caller.get(f"{desk.path}/agreement"),):
        reply.problem(501, "not_yet")


# The state of a cell


def test_a_cell_waits_then_is_synced_as_of_a_time(desk: Desk) -> None:
    saved = desk.save(0, score="8.5")
    assert (saved["sync"], saved["synced_at"]) == ("waiting", None)
    desk.joined.look()
    cell = desk.cell(0)
    assert (cell["score"], cell["sync"]) == ("8.5", "synced") and cell["synced_at"]
    assert desk.aeries.mark(UNLINKED, desk.title, desk.sis[0]) == "8.5"
    (activity,) = desk.book()["activities"]
    truth = desk.aeries.assignment(UNLINKED, desk.title)
    assert activity["aeries"] == {"unique_id": truth["unique_id"], "number": truth["assignment_number"]}
    assert activity["sync"] == "synced"
    assert [c["student_id"] for c in desk.book()["scores"]] == [desk.student(0)]


def test_drafts_ignored_activities_and_students_by_hand_are_local(desk: Desk) -> None:
    added = desk.caller.post(f"{desk.path}/students", {"name": "Dee Dee"}).ok(201)
    path = f"{desk.path}/activities/{desk.activity}/scores/{added['id']}"
    assert desk.caller.put(path, {"score": "5"}).ok()["sync"] == "local"
    draft = Desk(desk.caller, desk.joined, "Not yet", published=False)
    assert draft.save(0, score="3")["sync"] == "local"
    desk.save(0, score="4")
    desk.joined.look()
    assert desk.problems() == [] and desk.caller.get(desk.path).ok()["sync"]["waiting"] == 0


def test_a_paused_class_waits_and_goes_on(desk: Desk) -> None:
    desk.joined.look()
    assert desk.settings(mode="paused")["mode"] == "paused"
    assert desk.save(0, score="8")["sync"] == "waiting"
    desk.joined.look()
    assert desk.cell(0)["sync"] == "waiting"
    sync = desk.caller.get(desk.path).ok()["sync"]
    assert (sync["state"], sync["waiting"]) == ("paused", 4)
    assert desk.caller.get("/classes", limit=500).items[-1]["sync_state"] in ("paused", "not_synced")
    assert desk.caller.post(f"{desk.path}/force-sync").problem(409, "paused")["hint"]
    assert desk.force({"dry_run": True})["state"] == "done"
    desk.settings(mode="sync")
    desk.joined.look()
    assert desk.cell(0)["sync"] == "synced"


def test_a_paused_district_pauses_force_too(desk: Desk) -> None:
    desk.caller.patch("/district-settings", {"mode": "paused"}).ok()
    problem = desk.caller.post(f"{desk.path}/force-sync").problem(409, "paused")
    assert "district" in problem["detail"]
    assert desk.force({"dry_run": True})["state"] == "done"


def test_observing_reads_and_writes_nothing(desk: Desk) -> None:
    desk.save(0, score="8")
    desk.joined.look()
    desk.settings(mode="observe")
    desk.save(0, score="9")
    desk.types(1, "7")
    desk.joined.look()
    run = desk.force()
    assert run["state"] == "done"
    assert desk.aeries.mark(UNLINKED, desk.title, desk.sis[0]) == "8"
    assert (desk.cell(1)["score"], desk.cell(0)["sync"]) == (None, "waiting")


# Sync settings


def test_sync_settings_are_changed_field_by_field(desk: Desk) -> None:
    first = desk.caller.get(f"{desk.path}/sync-settings").ok()
    assert first == {
        "mode": "sync",
        "conflict_policy": "ask",
        "new_in_aeries": "create",
        "new_in_lms": "create",
        "grading_completed": "by_hand",
        "reuse_seconds": 3,
        "create_after_seconds": 30,
        "grace_days": 14,
    }
    changes = {"conflict_policy": "lms", "new_in_aeries": "ask", "new_in_lms": "ignore", "reuse_seconds": 0}
    assert desk.settings(**changes) == {**first, **changes}
    assert desk.settings(grace_days=7) == {**first, **changes, "grace_days": 7}
    assert desk.settings() == {**first, **changes, "grace_days": 7}
    for wrong in (
        {"mode": "off"},
        {"mode": None},
        {"conflict_policy": "newest"},
        {"new_in_lms": "maybe"},
        {"grading_completed": "never"},
        {"reuse_seconds": -1},
        {"reuse_seconds": 10**6},
        {"grace_days": "x"},
        {"colour": "red"},
    ):
        reply = desk.caller.patch(f"{desk.path}/sync-settings", {"create_after_seconds": 1, **wrong})
        assert reply.status == 422, (wrong, reply)
        assert reply.body["field"] in wrong and reply.body["hint"]
    assert desk.settings() == {**first, **changes, "grace_days": 7}


def test_a_districts_policy_counts_until_the_class_has_its_own(desk: Desk) -> None:
    desk.caller.patch("/district-settings", {"conflict_policy": "aeries"}).ok()
    assert desk.caller.get(f"{desk.path}/sync-settings").ok()["conflict_policy"] == "aeries"
    assert desk.settings(conflict_policy="ask")["conflict_policy"] == "ask"


# What needs a person


def test_a_conflict_is_listed_with_all_three_values(desk: Desk) -> None:
    problem = desk.conflict()
    assert problem == {
        **problem,
        "code": "conflict",
        "activity_id": desk.activity,
        "student_id": desk.student(0),
        "field": None,
        "lms_value": "9",
        "aeries_value": "6",
        "agreed_value": "8",
        "choices": ["lms", "aeries"],
    }
    assert problem["message"] and problem["hint"]
    assert (desk.cell(0)["score"], desk.cell(0)["sync"]) == ("9", "conflict")
    sync = desk.caller.get(desk.path).ok()["sync"]
    assert (sync["conflicts"], sync["problems"], sync["waiting"]) == (1, 1, 0)
    desk.force()
    assert desk.problems() == [problem]


@pytest.mark.parametrize(("choice", "value"), [("lms", "9"), ("aeries", "6")])
def test_a_conflict_is_settled_by_a_choice(desk: Desk, choice: str, value: str) -> None:
    problem = desk.conflict()
    assert desk.resolve(problem, choice, seen={"lms": "9.0", "aeries": "6"}).ok()["id"] == problem["id"]
    desk.joined.look()
    assert desk.problems() == []
    assert (desk.cell(0)["score"], desk.cell(0)["sync"]) == (value, "synced")
    assert desk.aeries.mark(UNLINKED, desk.title, desk.sis[0]) == value
    desk.resolve(problem, choice).problem(404, "not_found")
    side, lost = ("lms", "9") if choice == "aeries" else ("aeries", "6")
    newest = desk.caller.get(f"{desk.path}/history", student=desk.student(0)).items
    won = next(item for item in newest if item["side"] == side and item["before"] == lost)
    assert won["after"] == value
    assert won["activity"] == {"id": desk.activity, "name": desk.title}


def test_values_that_are_no_longer_those_seen_are_not_chosen_between(desk: Desk) -> None:
    problem = desk.conflict()
    desk.save(0, score="5")
    for seen in ({"lms": "9", "aeries": "6"}, {"lms": "5", "aeries": "7"}, {"lms": None, "aeries": "6"}):
        assert desk.resolve(problem, "lms", seen=seen).problem(409, "problem_changed")["hint"]
    desk.resolve(problem, "lms").problem(409, "problem_changed")
    (still,) = desk.problems()
    assert (still["id"], still["lms_value"]) == (problem["id"], "5")
    desk.resolve(problem, "lms", seen={"lms": "5", "aeries": "6"}).ok()


def test_only_the_choices_of_a_question_are_taken(desk: Desk) -> None:
    problem = desk.conflict()
    hint = desk.resolve(problem, "retry").problem(422, "invalid_choice")["hint"]
    assert "lms, aeries" in hint
    desk.caller.post(f"/problems/{problem['id']}/resolve", {}).problem(422, "invalid")
    desk.caller.post("/problems/999999/resolve", {"choice": "lms"}).problem(404, "not_found")
    assert desk.problems() == [problem]


def test_a_conflict_closes_by_itself_when_its_cause_is_gone(desk: Desk) -> None:
    desk.conflict()
    desk.types(0, "9")
    desk.force()
    assert desk.problems() == []
    assert desk.cell(0)["sync"] == "synced"


@pytest.mark.parametrize(("policy", "value"), [("lms", "9"), ("aeries", "6")])
def test_a_policy_decides_later_conflicts(desk: Desk, policy: str, value: str) -> None:
    desk.settings(conflict_policy=policy)
    desk.save(0, score="8")
    desk.joined.look()
    desk.types(0, "6")
    desk.save(0, score="9")
    desk.force()
    desk.joined.look()
    assert desk.problems() == []
    assert (desk.cell(0)["score"], desk.aeries.mark(UNLINKED, desk.title, desk.sis[0])) == (value, value)


def test_a_mark_that_aeries_cannot_take_is_held_until_it_is_typed(desk: Desk) -> None:
    desk.save(0, mark="excused")
    desk.joined.look()
    desk.joined.look()
    (problem,) = desk.problems()
    assert (problem["code"], problem["choices"]) == ("mark_needs_typing", ["check_again", "use_aeries"])
    assert "NA" in problem["hint"]
    assert desk.cell(0)["sync"] == "held"
    desk.resolve(problem, "check_again").ok()
    desk.joined.look()
    assert [one["id"] for one in desk.problems()] == [problem["id"]]
    desk.types(0, "NA")
    desk.resolve(problem, "check_again").ok()
    desk.joined.look()
    assert desk.problems() == []
    assert (desk.cell(0)["mark"], desk.cell(0)["sync"]) == ("excused", "synced")


def test_a_cleared_score_is_held_and_never_sent_as_zero(desk: Desk) -> None:
    desk.save(0, score="8")
    desk.joined.look()
    desk.save(0, score=None)
    desk.joined.look()
    (problem,) = desk.problems()
    assert (problem["code"], problem["choices"]) == ("clear_needs_typing", ["check_again", "use_aeries"])
    assert (problem["lms_value"], problem["aeries_value"]) == (None, "8")
    assert desk.aeries.mark(UNLINKED, desk.title, desk.sis[0]) == "8"
    desk.resolve(problem, "use_aeries", seen={"lms": None, "aeries": "8"}).ok()
    desk.joined.look()
    assert (desk.cell(0)["score"], desk.cell(0)["sync"], desk.problems()) == ("8", "synced", [])


def test_a_mark_of_aeries_that_nobody_mapped_is_shown_as_it_stands(desk: Desk) -> None:
    desk.save(0, score="8")
    desk.joined.look()
    desk.types(1, "NT")
    desk.force()
    cell = desk.cell(1)
    assert (cell["score"], cell["mark"], cell["sis_mark"]) == (None, None, "NT")


def test_a_category_without_partner_is_a_question_that_says_what_to_do(desk: Desk) -> None:
    other = desk.caller.post(f"{desk.path}/categories", {"name": "Only here"}).ok(201)
    body = {"title": "Field trip", "points": "10", "category_id": other["id"]}
    made = desk.caller.post(f"{desk.path}/activities", body).ok(201)
    path = f"{desk.path}/activities/{made['id']}/scores/{desk.student(0)}"
    desk.caller.put(path, {"score": "5"}).ok()
    desk.joined.look()
    (problem,) = desk.problems()
    assert (problem["code"], problem["activity_id"]) == ("category_unmapped", made["id"])
    assert "check_again" in problem["choices"] and "category" in problem["hint"]
    cell = next(c for c in desk.book()["scores"] if c["activity_id"] == made["id"] and c["score"] == "5")
    assert cell["sync"] == "held"
    category = desk.caller.get(f"{desk.path}/categories").items[0]["id"]
    desk.caller.patch(f"{desk.path}/activities/{made['id']}", {"category_id": category}).ok()
    desk.joined.look()
    assert desk.problems() == []
    assert desk.aeries.mark(UNLINKED, "Field trip", desk.sis[0]) == "5"


def test_a_student_who_is_missing_in_aeries_is_a_question_at_the_cell(desk: Desk) -> None:
    sis = desk.sis[0]
    desk.aeries.control("DELETE", f"/gradebooks/{UNLINKED}/students/{sis}", {"end_date": "2020-08-01"})
    desk.force()
    desk.save(0, score="8")
    desk.save(1, score="7")
    desk.joined.look()
    (problem,) = desk.problems()
    assert (problem["code"], problem["student_id"]) == ("student_not_in_gradebook", desk.student(0))
    assert "Aeries" in problem["hint"] and "check_again" in problem["choices"]
    assert (desk.cell(0)["sync"], desk.cell(1)["sync"]) == ("held", "synced")


def test_a_date_outside_every_term_is_a_question_and_the_rest_goes_on(desk: Desk) -> None:
    late = Desk(desk.caller, desk.joined, "Much too late", due_on="2031-01-01")
    late.save(0, score="8")
    desk.save(0, score="7")
    desk.joined.look()
    assert desk.cell(0)["sync"] == "synced"
    (problem,) = [one for one in desk.problems() if one["activity_id"] == late.activity]
    assert (late.cell(0)["score"], late.cell(0)["sync"]) == ("8", "held")
    assert "date" in problem["message"] + problem["hint"]


def test_a_title_of_the_full_length_goes_to_aeries(desk: Desk) -> None:
    long = Desk(desk.caller, desk.joined, "x" * 255)
    long.save(0, score="8")
    desk.joined.look()
    assert (long.cell(0)["sync"], desk.problems()) == ("synced", [])


def test_quotes_and_angle_brackets_do_not_go_back_and_forth(desk: Desk) -> None:
    """Aeries strips them on output; ours stay here, and no further write follows."""
    title = '"Romeo" <Act 1> & more'
    desk.caller.patch(f"{desk.path}/activities/{desk.activity}", {"title": title, "description": "<b>x</b>"})
    desk.save(0, score="8")
    desk.joined.look()
    for _ in range(2):
        desk.aeries.forget()
        assert desk.force()["state"] == "done"
        assert [one for one in desk.aeries.requests() if one["method"] != "GET"] == []
    (activity,) = desk.book()["activities"]
    assert (activity["title"], activity["description"]) == (title, "<b>x</b>")
    assert desk.problems() == []


def test_each_question_has_exactly_the_choices_of_the_table() -> None:
    again = ("check_again",)
    table = {
        "conflict": ("lms", "aeries"),
        "mark_needs_typing": ("check_again", "use_aeries"),
        "clear_needs_typing": ("check_again", "use_aeries"),
        "rejected_by_aeries": ("retry", "use_aeries"),
        "unknown_mark": ("check_again", "keep_mark"),
        "student_not_in_gradebook": again,
        "student_readded": ("check_again", "send_ours"),
        "student_moved": ("take_along", "leave_here"),
        "same_student": ("merge", "keep_apart"),
        "merge_conflict": ("use_by_hand", "keep_roster"),
        "category_gone": again,
        "category_unmapped": again,
        "gradebook_gone": again,
        "deleted_in_aeries": ("recreate", "keep_here", "delete_here"),
        "deleted_in_lms": ("restore_here", "leave_in_aeries"),
        "possible_duplicate": ("match", "create", "ignore"),
        "zeros_ahead": ("switch", "leave"),
        "unsupported_maxima": again,
        "points_changed": again,
        "copy_suspected": ("ours", "other", "ignore"),
        "mass_change": ("approve", "discard"),
        "term_ended": ("send_anyway", "keep_here"),
        "undo_by_hand": ("done",),
    }
    assert table == problems.CHOICES


def test_a_mass_change_that_was_not_read_whole_cannot_be_answered(desk: Desk) -> None:
    row = Problem.objects.create(school_class_id=desk.joined.id, subject="brake:class", code="mass_change")
    (problem,) = desk.problems()
    assert (problem["choices"], problem["plan"]) == (["approve", "discard"], None)
    assert desk.caller.get(desk.path).ok()["sync_state"] == "held"
    desk.resolve(problem, "approve").problem(409, "problem_changed")
    row.refresh_from_db()
    assert (row.closed_at, row.answer) == (None, None)
    assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_a_brake_holds_the_run_and_the_class_and_a_night_names_it(desk: Desk) -> None:
    desks = [desk, *(Desk(desk.caller, desk.joined, title) for title in ("Lakes", "Rocks", "Stars", "Ponds"))]
    for one in desks:
        for place in range(4):
            one.save(place, score="8")
    desk.joined.look()
    for number, one in enumerate(desks):
        for place in (0, 1) if number % 2 else (2, 3):
            one.types(place, "3")
    run = desk.force()
    assert (run["state"], run["error"]) == ("held", None)
    sync = desk.caller.get(desk.path).ok()["sync"]
    assert sync["state"] == "held" and sync["problems"] >= 1
    assert desk.cell(2)["score"] == "8"
    problem = next(one for one in desk.problems() if one["student_id"] is None and one["activity_id"] is None)
    assert (problem["code"], problem["choices"]) == ("mass_change", ["approve", "discard"])
    plan = problem["plan"]
    assert (plan["values_before"], plan["values_after"]) == (20, 20)
    assert (plan["replaced"], plan["blanked"], plan["filled"]) == (10, 0, 0)
    assert {(one["before"], one["after"]) for one in plan["examples"]} == {("8", "3")}
    stale = {"choice": "approve", "fingerprint": "another"}
    desk.caller.post(f"/problems/{problem['id']}/resolve", stale).problem(409, "problem_changed")
    night = desk.caller.post("/nightly").ok(202)
    finished(Run.objects.get(id=night["id"]))
    assert desk.caller.get(f"/runs/{night['id']}").ok()["state"] == "done"
    (named,) = desk.caller.get(f"/runs/{night['id']}/plan").ok()["classes"]
    assert (named["class_id"], named["state"]) == (str(desk.joined.id), "held")


def test_a_possible_duplicate_is_matched_by_a_choice(desk: Desk) -> None:
    assignment = {"description": desk.title, "category_code": "0", "points_possible": "10"}
    desk.aeries.control("POST", f"/gradebooks/{UNLINKED}/assignments", assignment)
    desk.save(0, score="8")
    desk.joined.look()
    (problem,) = desk.problems()
    assert (problem["code"], problem["activity_id"]) == ("possible_duplicate", desk.activity)
    assert problem["choices"] == ["match", "create", "ignore"]
    assert (problem["student_id"], problem["lms_value"], problem["aeries_value"]) == (None, None, None)
    (link,) = desk.caller.get(f"{desk.path}/links").items
    assert (link["activity_id"], link["aeries_id"], link["state"]) == (desk.activity, None, "held")
    assert desk.cell(0)["sync"] == "held"
    desk.resolve(problem, "match").ok()
    desk.joined.look()
    (link,) = desk.caller.get(f"{desk.path}/links").items
    truth = desk.aeries.assignment(UNLINKED, desk.title)
    assert (link["aeries_id"], link["state"]) == (truth["unique_id"], "linked")
    assert (desk.cell(0)["sync"], desk.problems()) == ("synced", [])


def test_several_questions_are_answered_alike_and_each_is_accounted_for(desk: Desk) -> None:
    for place in (0, 1):
        desk.save(place, score="8")
    desk.joined.look()
    for place in (0, 1):
        desk.types(place, "6")
        desk.save(place, score="9")
    desk.force()
    first, second = desk.problems()
    assert first["lms_changed_by"] and first["lms_changed_at"]
    rows = [
        {"id": first["id"], "seen": {"lms": "9", "aeries": "6"}},
        {"id": second["id"], "seen": {"lms": "9", "aeries": "5"}},
        {"id": "999999999"},
    ]
    answered = desk.caller.post(f"{desk.path}/problems/resolve", {"choice": "lms", "problems": rows}).ok()
    assert answered == {
        "done": [first["id"]],
        "changed": [second["id"]],
        "closed": ["999999999"],
        "refused": [],
    }
    body = {"choice": "approve", "problems": [{"id": second["id"]}]}
    (refused,) = desk.caller.post(f"{desk.path}/problems/resolve", body).ok()["refused"]
    assert (refused["id"], refused["code"]) == (second["id"], "invalid_choice")
    desk.joined.look()
    assert [one["id"] for one in desk.problems()] == [second["id"]]
