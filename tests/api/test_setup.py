"""The set-up of a class over REST (public surface §3.3), against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asking import Caller, Reply
from tests.district_and_sandbox import UNLINKED, Aeries, Class, answers, finished
from twinbook.district.models import ClassSection
from twinbook.sync.models import Run

pytestmark = pytest.mark.django_db(transaction=True)


def carried_out(run: dict[str, Any]) -> Run:
    done = finished(Run.objects.get(id=run["id"]))
    assert done.state == "done", done.error
    return done


class Wizard:
    """A teacher at the wizard of one class."""

    def __init__(self, caller: Caller, school_class: Class) -> None:
        self.caller = caller
        self.path = f"/classes/{school_class.id}"
        self.aeries = school_class.aeries

    def activity(self, title: str, **fields: Any) -> str:
        body = {"title": title, "points": "10", **fields}
        return str(self.caller.post(f"{self.path}/activities", body).ok(201)["id"])

    def category(self, name: str, **fields: Any) -> str:
        return str(self.caller.post(f"{self.path}/categories", {"name": name, **fields}).ok(201)["id"])

    def save(self, activity: str, sis: int, value: dict[str, Any]) -> dict[str, Any]:
        path = f"{self.path}/activities/{activity}/scores/{self.student(sis)}"
        return dict(self.caller.put(path, value).ok())

    def student(self, sis: int) -> str:
        rows = self.caller.get(f"{self.path}/students").items
        return str(next(row["id"] for row in rows if row["sis_student_id"] == sis))

    def students(self) -> list[int]:
        return [row["sis_student_id"] for row in self.caller.get(f"{self.path}/students").items]

    def assignment(self, title: str, **fields: Any) -> dict[str, Any]:
        body = {"description": title, "category_code": "0", "points_possible": "10", **fields}
        made = self.aeries.control("POST", f"/gradebooks/{UNLINKED}/assignments", body)
        return dict(made)

    def begin(self, number: int = UNLINKED) -> dict[str, Any]:
        reply = self.caller.post(f"{self.path}/setup", {"gradebook_number": number}).ok(202)
        carried_out(reply["run"])
        return self.draft()

    def draft(self) -> dict[str, Any]:
        return dict(self.caller.get(f"{self.path}/setup").ok())

    def patch(self, **lists: Any) -> Reply:
        return self.caller.patch(f"{self.path}/setup", lists)

    def summary(self) -> dict[str, Any]:
        return dict(self.caller.get(f"{self.path}/setup/summary").ok())

    def confirm(self, fingerprint: str) -> Reply:
        return self.caller.post(f"{self.path}/setup/confirm", {"fingerprint": fingerprint})


@pytest.fixture
def wizard(office: Caller, school_class: Class) -> Wizard:
    return Wizard(office, school_class)


def row(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    found = [one for one in rows if all(one[name] == value for name, value in wanted.items())]
    assert len(found) == 1, (wanted, rows)
    return found[0]


# Choosing a gradebook


def test_the_gradebooks_of_the_class_and_of_its_staff_are_offered(wizard: Wizard) -> None:
    items = wizard.caller.get(f"{wizard.path}/aeries-gradebooks").items
    assert row(items, gradebook_number=UNLINKED) == {
        "gradebook_number": UNLINKED,
        "name": "Algebra 1 P3",
        "term_codes": ["F", "S"],
        "students": 4,
        "assignments": 0,
        "linked_group": 0,
        "already_used_by": None,
        "suitable": True,
        "why_not": None,
    }
    linked = row(items, gradebook_number=4366926)
    assert (linked["linked_group"], linked["assignments"], linked["suitable"]) == (1, 1, True)


def test_a_rubric_gradebook_is_refused_and_says_why(wizard: Wizard) -> None:
    wizard.aeries.control("PATCH", f"/gradebooks/{UNLINKED}", {"settings": {"doing_rubric": True}})
    item = row(wizard.caller.get(f"{wizard.path}/aeries-gradebooks").items, gradebook_number=UNLINKED)
    assert item["suitable"] is False and "rubric" in item["why_not"]
    reply = wizard.caller.post(f"{wizard.path}/setup", {"gradebook_number": UNLINKED})
    assert "rubric" in reply.problem(422, "gradebook_unsuitable")["detail"]
    wizard.caller.get(f"{wizard.path}/setup").problem(404, "no_draft")


def test_a_number_that_is_not_listed_answers_404(wizard: Wizard) -> None:
    reply = wizard.caller.post(f"{wizard.path}/setup", {"gradebook_number": 1})
    assert reply.problem(404, "gradebook_not_listed")["hint"]
    wizard.caller.post(f"{wizard.path}/setup", {}).problem(422, "invalid")
    wizard.caller.post(f"{wizard.path}/setup", {"gradebook_number": "x"}).problem(422, "invalid")


def test_a_gradebook_that_another_class_uses_is_not_suitable(wizard: Wizard, joined: Class) -> None:
    other = ClassSection.objects.exclude(school_class_id=joined.id).order_by("id").first()
    assert other is not None
    path = f"/classes/{other.school_class_id}"
    item = row(wizard.caller.get(f"{path}/aeries-gradebooks").items, gradebook_number=UNLINKED)
    assert (item["already_used_by"], item["suitable"]) == (str(joined.id), False)
    reply = wizard.caller.post(f"{path}/setup", {"gradebook_number": UNLINKED})
    reply.problem(422, "gradebook_unsuitable")


def test_aeries_not_answering_is_said_and_leaves_no_draft(wizard: Wizard) -> None:
    wizard.aeries.fault(kind="drop_before", path=".*")
    for reply in (
        wizard.caller.get(f"{wizard.path}/aeries-gradebooks"),
        wizard.caller.post(f"{wizard.path}/setup", {"gradebook_number": UNLINKED}),
    ):
        assert reply.problem(503, "aeries_unavailable")["hint"]
    wizard.aeries.heal()
    wizard.caller.get(f"{wizard.path}/setup").problem(404, "no_draft")


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"certificate": "0" * 32}, "permission_missing", "certificate"),
        ({"database_year": 2033}, "wrong_year", "2033"),
        ({"url": "/elsewhere"}, "wrong_address", "address"),
    ],
)
def test_a_connection_that_is_wrong_says_what_to_change(
    wizard: Wizard, change: dict[str, Any], code: str, said: str
) -> None:
    if "url" in change:
        change = {"url": wizard.aeries.url + change["url"]}
    wizard.caller.put("/aeries-connection", change).ok()
    for reply in (
        wizard.caller.get(f"{wizard.path}/aeries-gradebooks"),
        wizard.caller.post(f"{wizard.path}/setup", {"gradebook_number": UNLINKED}),
    ):
        problem = reply.problem(409, code)
        assert said in problem["detail"] and problem["hint"]
    wizard.caller.get(f"{wizard.path}/setup").problem(404, "no_draft")


def test_html_where_json_belongs_is_no_answer(wizard: Wizard) -> None:
    wizard.aeries.fault(kind="html", path="gradebooks")
    problem = wizard.caller.get(f"{wizard.path}/aeries-gradebooks").problem(503, "aeries_unavailable")
    assert problem["hint"]


# The draft


def test_the_draft_is_read_as_a_run_and_shown_row_by_row(wizard: Wizard) -> None:
    homework, projects = wizard.category("Homework", weight="10"), wizard.category("Projects")
    quiz = wizard.activity("Quiz 1", category_id=homework, due_on="2020-09-11")
    poster = wizard.activity("Poster", category_id=projects, points="20")
    first = wizard.assignment("Quiz 1", date_due="2020-09-11")
    second = wizard.assignment("Reading log", points_possible="5", date_due="2020-09-18")
    wizard.aeries.types(UNLINKED, second["assignment_number"], 99400001, "4")
    wizard.save(poster, 99400001, {"score": "15"})

    begun = wizard.caller.post(f"{wizard.path}/setup", {"gradebook_number": UNLINKED}).ok(202)
    assert (begun["run"]["kind"], begun["setup"]["state"]) == ("read", "reading")
    assert (begun["setup"]["gradebook_number"], begun["setup"]["read_at"]) == (UNLINKED, None)
    wizard.patch(categories=[]).problem(422, "not_ready")
    wizard.caller.get(f"{wizard.path}/setup/summary").problem(422, "not_ready")
    assert wizard.caller.get(wizard.path).ok()["sync_state"] == "not_synced"
    carried_out(begun["run"])

    draft = wizard.draft()
    assert (draft["state"], bool(draft["read_at"])) == ("ready", True)
    assert row(draft["categories"], aeries_code="0") == {
        "aeries_code": "0",
        "name": "Homework",
        "percent": "10",
        "lms_id": homework,
        "action": "match",
        "confidence": "sure",
        "stale": False,
    }
    leftover = row(draft["categories"], aeries_code=None)
    assert (leftover["name"], leftover["lms_id"], leftover["action"]) == ("Projects", projects, None)
    log = row(draft["aeries_activities"], aeries_id=second["unique_id"])
    assert log == {
        "aeries_id": second["unique_id"],
        "number": second["assignment_number"],
        "name": "Reading log",
        "category_code": "0",
        "points": "5",
        "due_on": "2020-09-18",
        "scores": 1,
        "action": None,
        "lms_id": None,
        "confidence": "none",
        "reason": log["reason"],
        "scores_from": "ask",
        "fields_from": "keep",
        "stale": False,
    }
    shown = row(draft["lms_activities"], lms_id=poster)
    assert (shown["title"], shown["category_id"], shown["points"], shown["scores"]) == (
        "Poster",
        projects,
        "20",
        1,
    )
    assert (shown["action"], shown["aeries_id"], shown["due_on"]) == (None, None, None)
    pair = row(draft["aeries_activities"], aeries_id=first["unique_id"])
    assert (pair["action"], pair["lms_id"]) in (("match", quiz), (None, quiz))


def test_only_what_is_sure_carries_an_answer_and_an_answer_never_loses_another(wizard: Wizard) -> None:
    homework = wizard.category("Homework", weight="10")
    ours = [wizard.activity(title, category_id=homework) for title in ("Alpha", "Beta")]
    theirs = [wizard.assignment(title)["unique_id"] for title in ("Gamma", "Delta")]
    draft = wizard.begin()
    for one in (*draft["aeries_activities"], *draft["categories"]):
        assert (one["action"] is None) == (one["confidence"] != "sure")
    wizard.patch(aeries_activities=[{"aeries_id": theirs[0], "action": "match", "lms_id": ours[0]}]).ok()
    changed = wizard.patch(lms_activities=[{"lms_id": ours[1], "action": "ignore"}]).ok()
    assert row(changed["aeries_activities"], aeries_id=theirs[0])["lms_id"] == ours[0]
    assert [one["lms_id"] for one in changed["lms_activities"]] == [ours[1]]
    again = wizard.patch(
        aeries_activities=[{"aeries_id": theirs[0], "scores_from": "lms", "fields_from": "aeries"}]
    ).ok()
    pair = row(again["aeries_activities"], aeries_id=theirs[0])
    assert (pair["action"], pair["lms_id"], pair["scores_from"], pair["fields_from"]) == (
        "match",
        ours[0],
        "lms",
        "aeries",
    )
    assert row(again["lms_activities"], lms_id=ours[1])["action"] == "ignore"
    taken_back = wizard.patch(aeries_activities=[{"aeries_id": theirs[0], "action": None}]).ok()
    assert {one["lms_id"] for one in taken_back["lms_activities"]} == set(ours)


def test_what_a_patch_refuses(wizard: Wizard) -> None:
    homework = wizard.category("Homework", weight="10")
    ours = [wizard.activity(title, category_id=homework) for title in ("Alpha", "Beta")]
    theirs = [wizard.assignment(title)["unique_id"] for title in ("Gamma", "Delta")]
    before = wizard.begin()
    both = [{"aeries_id": one, "action": "match", "lms_id": ours[0]} for one in theirs]
    assert wizard.patch(aeries_activities=both).problem(422, "partner_taken")["hint"]
    for lists, code in (
        ({"colours": []}, "unknown_field"),
        ({"categories": {}}, "invalid_value"),
        ({"aeries_activities": [{"aeries_id": theirs[0], "colour": "red"}]}, "unknown_field"),
        ({"aeries_activities": [{"aeries_id": theirs[0], "points": "99"}]}, "read_only"),
        ({"aeries_activities": [{"aeries_id": "no such", "action": "ignore"}]}, "unknown_row"),
        ({"aeries_activities": [{"action": "ignore"}]}, "unknown_row"),
        ({"aeries_activities": [{"aeries_id": theirs[0], "action": "delete"}]}, "invalid_value"),
        ({"aeries_activities": [{"aeries_id": theirs[0], "action": "match"}]}, "partner_missing"),
        ({"aeries_activities": [{"aeries_id": theirs[0], "scores_from": "both"}]}, "invalid_value"),
        ({"lms_activities": [{"lms_id": "999999", "action": "ignore"}]}, "unknown_row"),
        ({"lms_activities": ["x"]}, "invalid_value"),
        ({"categories": [{"aeries_code": "0", "action": "match", "lms_id": "999999"}]}, "unknown_partner"),
    ):
        problem = wizard.patch(**lists).problem(422, code)
        assert problem["field"], problem
    wizard.caller.patch(f"{wizard.path}/setup", []).problem(422, "invalid")
    assert wizard.draft() == before


def test_a_contradiction_between_the_two_lists_is_partner_taken(wizard: Wizard) -> None:
    homework = wizard.category("Homework", weight="10")
    ours = wizard.activity("Alpha", category_id=homework)
    theirs = wizard.assignment("Gamma")["unique_id"]
    wizard.begin()
    wizard.patch(
        aeries_activities=[{"aeries_id": theirs, "action": "match", "lms_id": ours}],
        lms_activities=[{"lms_id": ours, "action": "create"}],
    ).problem(422, "partner_taken")
    wizard.patch(aeries_activities=[{"aeries_id": theirs, "action": "create"}]).ok()
    wizard.patch(lms_activities=[{"lms_id": ours, "action": "match", "aeries_id": theirs}]).problem(
        422, "partner_taken"
    )
    moved = wizard.patch(
        aeries_activities=[{"aeries_id": theirs, "action": None}],
        lms_activities=[{"lms_id": ours, "action": "match", "aeries_id": theirs}],
    ).ok()
    assert moved["lms_activities"] == []
    assert row(moved["aeries_activities"], aeries_id=theirs)["lms_id"] == ours


def test_reading_again_makes_what_changed_stale(wizard: Wizard) -> None:
    kept, changed, gone = (wizard.assignment(title) for title in ("Gamma", "Delta", "Epsilon"))
    draft = wizard.begin()
    assert len(draft["aeries_activities"]) == 3
    wizard.patch(
        aeries_activities=[
            {"aeries_id": one["unique_id"], "action": "create"} for one in (kept, changed, gone)
        ]
    ).ok()
    number = changed["assignment_number"]
    wizard.aeries.control(
        "PATCH", f"/gradebooks/{UNLINKED}/assignments/{number}", {"description": "Delta renamed"}
    )
    wizard.aeries.control("DELETE", f"/gradebooks/{UNLINKED}/assignments/{gone['assignment_number']}")
    new = wizard.assignment("Zeta")
    run = wizard.caller.post(f"{wizard.path}/setup/refresh").ok(202)
    assert run["kind"] == "read" and wizard.draft()["state"] == "reading"
    carried_out(run)
    rows = {one["aeries_id"]: one for one in wizard.draft()["aeries_activities"]}
    assert (rows[kept["unique_id"]]["action"], rows[kept["unique_id"]]["stale"]) == ("create", False)
    assert (rows[changed["unique_id"]]["action"], rows[changed["unique_id"]]["stale"]) == (None, True)
    assert rows[gone["unique_id"]]["stale"] is True
    assert rows[new["unique_id"]]["action"] is None
    codes = [stop["code"] for stop in wizard.summary()["blocking"]]
    assert "stale_answers" in codes
    again = wizard.patch(aeries_activities=[{"aeries_id": changed["unique_id"], "action": "create"}]).ok()
    assert row(again["aeries_activities"], aeries_id=changed["unique_id"])["stale"] is False


def test_another_gradebook_keeps_the_answers_that_apply(wizard: Wizard) -> None:
    projects = wizard.category("Projects")
    poster = wizard.activity("Poster", category_id=projects)
    wizard.begin()
    wizard.patch(lms_activities=[{"lms_id": poster, "action": "ignore"}]).ok()
    linked = wizard.begin(4366926)
    assert linked["gradebook_number"] == 4366926
    assert row(linked["lms_activities"], lms_id=poster)["action"] == "ignore"
    assert row(linked["checks"], code="linked_group")["level"] == "warning"
    assert [one["name"] for one in linked["aeries_activities"]] == ["Chapter 1 Test"]
    back = wizard.begin(UNLINKED)
    assert row(back["lms_activities"], lms_id=poster)["action"] == "ignore"
    assert back["aeries_activities"] == []


def test_a_draft_is_discarded_and_nothing_was_written(wizard: Wizard) -> None:
    wizard.assignment("Gamma")
    before = wizard.aeries.truth(UNLINKED)
    wizard.begin()
    assert wizard.caller.delete(f"{wizard.path}/setup").ok(204) is None
    wizard.caller.get(f"{wizard.path}/setup").problem(404, "no_draft")
    wizard.caller.delete(f"{wizard.path}/setup").problem(404, "no_draft")
    for path in ("setup/refresh", "setup/confirm"):
        body = {"fingerprint": "x"} if path.endswith("confirm") else None
        wizard.caller.post(f"{wizard.path}/{path}", body).problem(404, "no_draft")
    wizard.caller.get(f"{wizard.path}/setup/summary").problem(404, "no_draft")
    assert wizard.aeries.truth(UNLINKED) == before
    assert wizard.caller.get(f"{wizard.path}/activities").items == []


# Checks and what blocks


def test_what_keeps_a_set_up_from_being_confirmed_is_said_at_the_item(wizard: Wizard) -> None:
    homework, projects = wizard.category("Homework", weight="10"), wizard.category("Projects")
    poster = wizard.activity("Poster", category_id=projects)
    late = wizard.activity("Much too late", category_id=homework, due_on="2031-01-01")
    theirs = wizard.assignment("Gamma", category_code="2")["unique_id"]
    draft = wizard.begin()
    assert "Much too late" in row(draft["checks"], code="dates_outside_term")["items"][0]
    categories = [
        {"aeries_code": one["aeries_code"], "action": "ignore"}
        for one in draft["categories"]
        if one["aeries_code"] not in (None, "0")
    ]
    changed = wizard.patch(
        categories=categories,
        aeries_activities=[{"aeries_id": theirs, "action": "create"}],
        lms_activities=[{"lms_id": poster, "action": "create"}, {"lms_id": late, "action": "ignore"}],
    ).ok()
    assert "Projects" in row(changed["lms_activities"], lms_id=poster)["reason"]
    summary = wizard.summary()
    assert summary["ready"] is False
    stops = {stop["code"]: stop for stop in summary["blocking"]}
    assert stops.keys() == {"category_without_partner", "category_ignored"}
    assert "Poster" in stops["category_without_partner"]["message"]
    assert "Gamma" in stops["category_ignored"]["message"]
    assert all(stop["hint"] for stop in stops.values())
    refused = wizard.confirm(summary["fingerprint"]).problem(422, "not_ready")
    assert {stop["code"] for stop in refused["blocking"]} == stops.keys()
    assert wizard.caller.get(wizard.path).ok()["sync_state"] == "not_synced"


def test_students_who_are_missing_or_extra_are_named(wizard: Wizard) -> None:
    wizard.aeries.control("DELETE", f"/gradebooks/{UNLINKED}/students/99400001", {"end_date": "2020-08-01"})
    wizard.aeries.control("POST", f"/gradebooks/{UNLINKED}/students", {"student_id": 99000007})
    checks = wizard.begin()["checks"]
    missing, extra = row(checks, code="students_missing"), row(checks, code="extra_students")
    assert (missing["level"], extra["level"]) == ("warning", "warning")
    assert len(missing["items"]) == len(extra["items"]) == 1
    assert "Aeries" in missing["hint"]


def test_an_empty_gradebook_says_what_to_do_in_aeries(wizard: Wizard) -> None:
    made = wizard.aeries.control(
        "POST",
        "/gradebooks",
        {
            "school_code": 994,
            "staff_id": 994605,
            "name": "Nothing in it",
            "sections": [1040],
            "terms": [],
            "categories": [],
            "students": [],
        },
    )
    draft = wizard.begin(made["gradebook_number"])
    levels = {check["code"]: check["level"] for check in draft["checks"]}
    assert levels["no_students"] == levels["no_categories"] == "blocking"
    assert all(check["hint"] for check in draft["checks"])
    wizard.confirm(wizard.summary()["fingerprint"]).problem(422, "not_ready")


def test_what_is_scored_by_standard_can_only_be_ignored(wizard: Wizard) -> None:
    draft = wizard.begin(4454703)
    (assignment,) = draft["aeries_activities"]
    assert "standard" in assignment["reason"]
    for action in ("create", "match"):
        change = {"aeries_id": assignment["aeries_id"], "action": action}
        wizard.patch(aeries_activities=[change]).problem(422, "ignore_only")
    wizard.patch(aeries_activities=[{"aeries_id": assignment["aeries_id"], "action": "ignore"}]).ok()


# Summary and confirm


def ready(wizard: Wizard) -> tuple[str, str]:
    """An activity with scores here and an assignment with scores there, matched with `ask`; all else created."""
    homework = wizard.category("Homework", weight="10")
    ours = wizard.activity("Alpha", category_id=homework)
    wizard.activity("Beta", category_id=homework)
    theirs = wizard.assignment("Gamma")
    wizard.assignment("Delta")
    number = theirs["assignment_number"]
    first, second, third, fourth = wizard.students()
    wizard.save(ours, first, {"score": "8"})
    wizard.aeries.types(UNLINKED, number, first, "7")
    wizard.save(ours, second, {"score": "9.50"})
    wizard.aeries.types(UNLINKED, number, third, "6")
    wizard.save(ours, fourth, {"mark": "excused"})
    draft = wizard.begin()
    wizard.patch(
        aeries_activities=[{"aeries_id": theirs["unique_id"], "action": "match", "lms_id": ours}]
    ).ok()
    wizard.caller.patch(f"{wizard.path}/setup", answers(wizard.draft())).ok()
    assert draft["gradebook_number"] == UNLINKED
    return ours, theirs["unique_id"]


def test_the_summary_says_value_by_value_what_confirm_will_do(wizard: Wizard) -> None:
    _, theirs = ready(wizard)
    summary = wizard.summary()
    assert (summary["ready"], summary["blocking"], bool(summary["backup"])) == (True, [], True)
    counts = summary["counts"]
    assert (counts["matched"], counts["conflicts"], counts["held"]) == (1, 1, 1)
    assert (counts["lms"]["activities_created"], counts["lms"]["scores_set"]) == (1, 1)
    assert (counts["aeries"]["activities_created"], counts["aeries"]["scores_set"]) == (1, 1)
    assert counts["lms"]["categories_created"] == 4
    sent = row(summary["changes"], side="aeries", kind="set_score")
    assert (sent["activity"], sent["before"], sent["after"]) == ("Alpha", None, "9.5")
    taken = row(summary["changes"], side="lms", kind="set_score")
    assert (taken["activity"], taken["before"], taken["after"]) == ("Alpha", None, "6")
    by_policy = {}
    for policy in ("aeries", "lms", "ask"):
        wizard.patch(aeries_activities=[{"aeries_id": theirs, "scores_from": policy}]).ok()
        again = wizard.summary()
        changes = [
            (change["side"], change["before"], change["after"])
            for change in again["changes"]
            if change["before"] is not None and change["student"]
        ]
        by_policy[policy] = (again["counts"]["conflicts"], changes)
    assert by_policy == {
        "aeries": (0, [("lms", "8", "7")]),
        "lms": (0, [("aeries", "7", "8")]),
        "ask": (1, []),
    }


def test_a_summary_that_would_now_differ_is_out_of_date_and_comes_back_new(wizard: Wizard) -> None:
    ours, _ = ready(wizard)
    old = wizard.summary()
    wizard.save(ours, wizard.students()[1], {"score": "4"})
    refused = wizard.confirm(old["fingerprint"]).problem(409, "summary_out_of_date")
    new = refused["summary"]
    assert new["fingerprint"] != old["fingerprint"]
    assert row(new["changes"], side="aeries", kind="set_score")["after"] == "4"
    assert new == wizard.summary()
    wizard.confirm(new["fingerprint"]).ok(202)


def test_a_confirmed_set_up_joins_the_class(wizard: Wizard, school_class: Class) -> None:
    ours, theirs = ready(wizard)
    run = wizard.confirm(wizard.summary()["fingerprint"]).ok(202)
    assert (run["kind"], run["class_id"]) == ("setup", str(school_class.id))
    # While it is being set up
    assert wizard.caller.get(wizard.path).ok()["sync_state"] == "setting_up"
    assert wizard.draft()["state"] == "confirmed"
    for reply in (
        wizard.caller.post(f"{wizard.path}/force-sync"),
        wizard.caller.post(f"{wizard.path}/force-sync", {"dry_run": True}),
        wizard.caller.post(f"{wizard.path}/setup", {"gradebook_number": UNLINKED}),
        wizard.caller.post(f"{wizard.path}/setup/refresh"),
        wizard.patch(categories=[]),
        wizard.caller.delete(f"{wizard.path}/setup"),
        wizard.confirm("x"),
        wizard.caller.post(f"{wizard.path}/unlink"),
    ):
        assert reply.problem(409, "setup_running")["hint"]
    assert wizard.save(ours, wizard.students()[1], {"score": "9.25"})["score"] == "9.25"

    done = carried_out(run)
    shown = wizard.caller.get(f"/runs/{done.id}").ok()
    assert (shown["state"], shown["counts"]["matched"]) == ("done", 1)
    assert shown["counts"]["skipped"] == 1
    plan = wizard.caller.get(f"/runs/{done.id}/plan").ok()
    assert plan["counts"]["lms"]["activities_created"] == 1
    school_class.look()
    sync = wizard.caller.get(wizard.path).ok()["sync"]
    assert (sync["state"], sync["gradebook_number"]) == ("synced", UNLINKED)
    assert sync["last_pulled_at"] and sync["last_pushed_at"]
    assert sync["links"] == [
        {"gradebook_number": UNLINKED, "sections": [1040], "from": sync["links"][0]["from"], "to": None}
    ]
    assert (sync["conflicts"], sync["problems"]) == (1, 2)
    pairs = {(one["name"], one["state"]) for one in wizard.caller.get(f"{wizard.path}/links").items}
    assert pairs == {("Alpha", "linked"), ("Beta", "linked"), ("Delta", "linked")}
    own = row(wizard.caller.get(f"{wizard.path}/links").items, activity_id=ours)
    assert own["aeries_id"] == theirs and isinstance(own["number"], int)
    wizard.caller.get(f"{wizard.path}/setup").problem(404, "no_draft")
    again = wizard.caller.post(f"{wizard.path}/setup", {"gradebook_number": UNLINKED})
    again.problem(409, "already_synced")


def test_unlinking_keeps_both_gradebooks(wizard: Wizard, joined: Class) -> None:
    before = wizard.aeries.truth(UNLINKED)
    book = wizard.caller.get(f"{wizard.path}/gradebook").ok()
    sync = wizard.caller.post(f"{wizard.path}/unlink").ok()
    assert (sync["state"], sync["links"]) == ("not_synced", [])
    assert wizard.aeries.truth(UNLINKED) == before
    after = wizard.caller.get(f"{wizard.path}/gradebook").ok()
    assert (after["activities"], after["categories"]) == (book["activities"], book["categories"])
    wizard.caller.post(f"{wizard.path}/unlink").problem(409, "not_synced")
    assert wizard.begin()["state"] == "ready"


def test_a_reading_that_fails_leaves_the_answers(wizard: Wizard, aeries: Aeries) -> None:
    theirs = wizard.assignment("Gamma")["unique_id"]
    wizard.begin()
    wizard.patch(aeries_activities=[{"aeries_id": theirs, "action": "create"}]).ok()
    run = wizard.caller.post(f"{wizard.path}/setup/refresh").ok(202)
    aeries.fault(kind="html", path=".*")
    failed = finished(Run.objects.get(id=run["id"]))
    aeries.heal()
    shown = wizard.caller.get(f"/runs/{failed.id}").ok()
    assert shown["state"] == "failed" and shown["error"]["hint"]
    draft = wizard.draft()
    assert draft["state"] == "ready"
    assert row(draft["aeries_activities"], aeries_id=theirs)["action"] == "create"


# Repairing one pair


@pytest.fixture
def paired(wizard: Wizard, joined: Class) -> dict[str, Any]:
    """The link of an activity that both sides hold."""
    joined.agreed("Quiz on rivers", {joined.students()[0]: "8"})
    return row(wizard.caller.get(f"{wizard.path}/links").items, name="Quiz on rivers")


def test_a_pair_is_unlinked_and_matched_again(wizard: Wizard, paired: dict[str, Any], joined: Class) -> None:
    path = f"{wizard.path}/links"
    wish = {"action": "unlink", "activity_id": paired["activity_id"]}
    begun = wizard.caller.post(path, {**wish, "dry_run": True}).ok(202)
    assert (begun["kind"], begun["dry_run"], begun["state"]) == ("link", True, "queued")
    carried_out(begun)
    assert row(wizard.caller.get(path).items, name="Quiz on rivers") == paired
    carried_out(wizard.caller.post(path, wish).ok(202))
    assert {one["state"] for one in wizard.caller.get(path).items if one["name"] == "Quiz on rivers"} == {
        "ignored_in_lms",
        "ignored_in_aeries",
    }
    joined.save(joined.named("Quiz on rivers"), joined.students()[0], "5")
    match = {
        "action": "match",
        "activity_id": paired["activity_id"],
        "aeries_id": paired["aeries_id"],
        "scores_from": "lms",
    }
    dry = carried_out(wizard.caller.post(path, {**match, "dry_run": True}).ok(202))
    plan = wizard.caller.get(f"/runs/{dry.id}/plan").ok()
    assert plan["counts"]["aeries"]["scores_set"] == 1
    assert [(c["side"], c["kind"], c["before"], c["after"]) for c in plan["changes"]] == [
        ("aeries", "set_score", "8", "5")
    ]
    done = carried_out(wizard.caller.post(path, match).ok(202))
    assert wizard.caller.get(f"/runs/{done.id}").ok()["counts"]["aeries"]["scores_set"] == 1
    assert row(wizard.caller.get(path).items, name="Quiz on rivers") == paired


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"action": "sever"}, 422, "invalid"),
        ({"action": "match", "activity_id": "1"}, 422, "invalid_link"),
        ({"action": "create", "activity_id": "999999"}, 404, "not_found"),
        ({"action": "ignore", "aeries_id": "x", "gradebook_number": 7}, 404, "not_found"),
    ],
)
def test_a_repair_that_cannot_be_is_refused(
    wizard: Wizard, joined: Class, body: dict[str, Any], status: int, code: str
) -> None:
    wizard.caller.post(f"{wizard.path}/links", body).problem(status, code)


def test_a_pair_that_stands_is_not_given_away(wizard: Wizard, paired: dict[str, Any]) -> None:
    other = wizard.activity("Essay")
    wish = {"action": "match", "activity_id": other, "aeries_id": paired["aeries_id"]}
    wizard.caller.post(f"{wizard.path}/links", wish).problem(409, "partner_taken")


# Combined sections and further gradebooks


def test_sections_are_combined_and_a_further_gradebook_is_joined(wizard: Wizard, joined: Class) -> None:
    path = f"{wizard.path}/sections"
    assert [(one["section_number"], one["gradebook_number"]) for one in wizard.caller.get(path).items] == [
        (1040, UNLINKED)
    ]
    wizard.caller.post(path, {"sections": [7777]}).problem(404, "not_found")
    wizard.caller.post(path, {"sections": []}).problem(422, "invalid")
    made = wizard.caller.post(path, {"sections": [1041]}).ok(201)
    assert [one["section_number"] for one in made["items"]] == [1040, 1041]
    assert wizard.caller.post(path, {"sections": [1041]}).ok(201) == made
    second = joined.aeries.opens(1041, "Algebra 1 P4", [99000007, 99000018])
    draft = wizard.begin(second)
    assert wizard.caller.get(wizard.path).ok()["sync_state"] == "synced"
    wizard.patch(**answers(draft)).ok()
    carried_out(wizard.confirm(wizard.summary()["fingerprint"]).ok(202))
    sync = wizard.caller.get(wizard.path).ok()["sync"]
    assert [(one["gradebook_number"], one["sections"]) for one in sync["links"]] == [
        (UNLINKED, [1040]),
        (second, [1041]),
    ]
    left = wizard.caller.post(f"{wizard.path}/unlink", {"gradebook_number": second}).ok()
    assert [one["gradebook_number"] for one in left["links"]] == [UNLINKED]


def test_a_section_in_use_is_not_taken(wizard: Wizard, joined: Class) -> None:
    other = ClassSection.objects.get(section__number=1041).school_class_id
    Class(other, 0, joined.aeries).activity("Essay")
    told = wizard.caller.post(f"{wizard.path}/sections", {"sections": [1041]})
    assert "already has activities" in told.problem(409, "section_in_use")["detail"]
