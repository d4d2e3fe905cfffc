"""The LMS gradebook over REST (public surface §3.2), for a class that is not synced."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asking import Caller
from tests.api.people import Room, make_room
from twinbook.gradebook.models import HistoryEntry, Score

pytestmark = pytest.mark.django_db


# Classes


def test_a_class_is_shown_with_its_teachers_and_how_it_stands(room: Room, teacher: Caller) -> None:
    (item,) = teacher.get("/classes").items
    assert item == {
        "id": str(room.id),
        "name": "Algebra 1038",
        "school_code": 994,
        "section_number": 1038,
        "term": "Y",
        "teachers": ["teacher@example.org"],
        "sync_state": "not_synced",
    }
    one = teacher.get(room.path).ok()
    sync = one.pop("sync")
    assert one == item
    assert (sync["state"], sync["gradebook_number"], sync["waiting"]) == ("not_synced", None, 0)
    assert (sync["last_pulled_at"], sync["last_pushed_at"], sync["why"]) == (None, None, None)
    assert (sync["conflicts"], sync["problems"], sync["aeries_reachable"]) == (0, 0, True)


def test_a_long_list_goes_on_at_next(admin: Caller) -> None:
    rooms = [make_room(number) for number in range(2001, 2006)]
    first = admin.get("/classes", limit=2).ok()
    assert first["next"].startswith("http://testserver/api/v1/classes?")
    seen, following = list(first["items"]), first["next"]
    while following is not None:
        page = admin.get(following).ok()
        assert 0 < len(page["items"]) <= 2
        seen += page["items"]
        following = page["next"]
    assert [item["id"] for item in seen] == [str(room.id) for room in rooms]


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": -1}, {"after": 2**63}, {"limit": "many"}])
def test_a_list_does_not_take_just_any_place(query: dict[str, Any], room: Room, teacher: Caller) -> None:
    assert teacher.get("/classes", **query).problem(422, "invalid")["field"] in query


@pytest.mark.parametrize("name", ["0", "-1", "999999", "9" * 30, "abc", "1.0", "٣"])
def test_a_class_that_is_not_there_answers_404(name: str, teacher: Caller) -> None:
    teacher.get(f"/classes/{name}").problem(404, "not_found")


def test_an_unknown_route_and_a_wrong_method_are_problems_too(teacher: Caller) -> None:
    assert "docs" in teacher.get("/nothing/here").problem(404, "not_found")["hint"]
    reply = teacher.delete("/classes")
    assert "GET" in reply.problem(405, "method_not_allowed")["hint"]
    assert reply.headers["Allow"] == "GET"


def test_a_body_that_is_no_json_is_refused(room: Room, teacher: Caller) -> None:
    assert "JSON" in teacher.post(f"{room.path}/categories", b"{").problem(400, "bad_request")["detail"]
    teacher.post(f"{room.path}/categories", b"\xff\xfe").problem(400, "bad_request")
    teacher.post(f"{room.path}/categories", []).problem(422, "invalid")


# Categories


def test_categories_are_made_changed_and_deleted(room: Room, teacher: Caller) -> None:
    path = f"{room.path}/categories"
    made = teacher.post(path, {"name": "Tests", "weight": "25.50", "drop_lowest": 1}).ok(201)
    assert made == {"id": made["id"], "name": "Tests", "weight": "25.5", "drop_lowest": 1}
    changed = teacher.patch(f"{path}/{made['id']}", {"weight": None}).ok()
    assert changed == {**made, "weight": None}
    assert [item["name"] for item in teacher.get(path).items] == ["Homework", "Tests"]
    assert teacher.delete(f"{path}/{made['id']}").ok(204) is None
    teacher.patch(f"{path}/{made['id']}", {"name": "x"}).problem(404, "not_found")
    teacher.delete(f"{path}/{made['id']}").problem(404, "not_found")


def test_a_category_in_use_or_with_a_taken_name_is_a_conflict(room: Room, teacher: Caller) -> None:
    path = f"{room.path}/categories"
    assert teacher.delete(f"{path}/{room.category}").problem(409, "category_in_use")["hint"]
    assert teacher.post(path, {"name": "Homework"}).problem(409, "name_taken")["field"] == "name"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "x\x00"}, "name"),
        ({"name": "x", "weight": 12.5}, "weight"),
        ({"name": "x", "weight": "-1"}, "weight"),
        ({"name": "x", "weight": "1.23456"}, "weight"),
        ({"name": "x", "weight": "NaN"}, "weight"),
        ({"name": "x", "drop_lowest": -1}, "drop_lowest"),
        ({"name": "x", "drop_lowest": 10**9}, "drop_lowest"),
        ({"name": "x", "colour": "red"}, "colour"),
    ],
)
def test_what_a_category_cannot_be(body: dict[str, Any], field: str, room: Room, teacher: Caller) -> None:
    problem = teacher.post(f"{room.path}/categories", body).problem(422, "invalid")
    assert problem["field"] == field


# Activities

FULL = {
    "title": "Essay",
    "description": "Two pages",
    "points": "20.50",
    "assigned_on": "2026-10-01",
    "due_on": "2026-10-09",
    "extra_credit": False,
    "grading_completed": True,
    "published": False,
}


def test_activities_are_made_changed_and_deleted(room: Room, teacher: Caller) -> None:
    path = f"{room.path}/activities"
    made = teacher.post(path, {**FULL, "category_id": str(room.category)}).ok(201)
    own = {"id": made["id"], "version": made["version"], "aeries": None, "sync": "local"}
    assert made == {**FULL, "category_id": str(room.category), "points": "20.5", **own}
    assert teacher.get(f"{path}/{made['id']}").ok() == made
    changed = teacher.patch(f"{path}/{made['id']}", {"title": "Long essay", "due_on": None}).ok()
    assert changed == {**made, "title": "Long essay", "due_on": None, "version": made["version"] + 1}
    assert [item["title"] for item in teacher.get(path).items] == ["Worth 10", "Long essay"]
    assert teacher.delete(f"{path}/{made['id']}").ok(204) is None
    teacher.get(f"{path}/{made['id']}").problem(404, "not_found")


def test_an_activity_needs_only_a_title_and_points(room: Room, teacher: Caller) -> None:
    made = teacher.post(f"{room.path}/activities", {"title": "Quiz", "points": "5"}).ok(201)
    assert (made["description"], made["category_id"], made["due_on"], made["assigned_on"]) == (
        "",
        None,
        None,
        None,
    )
    assert (made["extra_credit"], made["grading_completed"], made["published"]) == (False, False, True)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": ""}, "invalid", "title"),
        ({"title": "x" * 256}, "invalid", "title"),
        ({"title": "x\x00"}, "invalid", "title"),
        ({"title": None}, "invalid", "title"),
        ({"points": "0"}, "zero_points", "points"),
        ({"points": "-1"}, "invalid", "points"),
        ({"points": "1.23456"}, "invalid", "points"),
        ({"points": 10.5}, "invalid", "points"),
        ({"points": "ten"}, "invalid", "points"),
        ({"points": "1e9"}, "invalid", "points"),
        ({"category_id": "999999"}, "invalid", "category_id"),
        ({"category_id": "0"}, "invalid", "category_id"),
        ({"due_on": "tomorrow"}, "invalid", "due_on"),
        ({"due_on": "2026-02-30"}, "invalid", "due_on"),
        ({"due_on": 20260101}, "invalid", "due_on"),
        ({"published": "no"}, "invalid", "published"),
        ({"late": True}, "invalid", "late"),
    ],
)
def test_what_an_activity_cannot_be(
    change: dict[str, Any], code: str, field: str, room: Room, teacher: Caller
) -> None:
    path = f"{room.path}/activities"
    assert teacher.post(path, {**FULL, **change}).problem(422, code)["field"] == field
    assert teacher.patch(f"{path}/{room.activity}", change).problem(422, code)["field"] == field
    assert [item["title"] for item in teacher.get(path).items] == ["Worth 10"]


def test_zero_points_say_what_to_do_and_are_fine_for_extra_credit(room: Room, teacher: Caller) -> None:
    path = f"{room.path}/activities"
    problem = teacher.post(path, {"title": "Bonus", "points": "0"}).problem(422, "zero_points")
    assert "extra credit" in problem["hint"]
    teacher.post(path, {"title": "Bonus", "points": "0", "extra_credit": True}).ok(201)


def test_quotes_and_angle_brackets_are_kept_here(room: Room, teacher: Caller) -> None:
    title = '"Romeo & Juliet" <Act 1>'
    made = teacher.post(f"{room.path}/activities", {"title": title, "points": "5"}).ok(201)
    assert made["title"] == title


def test_another_class_category_is_not_taken(room: Room, teacher: Caller) -> None:
    other = make_room(3000)
    body = {"title": "Quiz", "points": "5", "category_id": str(other.category)}
    assert teacher.post(f"{room.path}/activities", body).problem(422, "invalid")["hint"]


# Scores

BLANK = {"score": None, "mark": None, "sis_mark": None, "late": None, "comment": None, "over_maximum": False}


def test_a_score_is_saved_and_the_cell_comes_back(room: Room, teacher: Caller) -> None:
    cell = teacher.put(room.score(room.ada), {"score": "8.750"}).ok()
    assert cell == {
        **BLANK,
        "student_id": str(room.ada),
        "activity_id": str(room.activity),
        "score": "8.75",
        "version": 1,
        "sync": "local",
        "synced_at": None,
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"score": "8.75"}, {"score": "8.75", "mark": None}),
        ({"score": "0"}, {"score": "0", "mark": None}),
        ({"score": "0.0000"}, {"score": "0", "mark": None}),
        ({"score": 7}, {"score": "7", "mark": None}),
        ({"score": "100"}, {"score": "100", "mark": None, "over_maximum": True}),
        ({"score": "33.3333"}, {"score": "33.3333", "mark": None, "over_maximum": True}),
        ({"mark": "excused"}, {"score": None, "mark": "excused"}),
        ({"mark": "missing"}, {"score": None, "mark": "missing"}),
        ({"mark": "incomplete"}, {"score": None, "mark": "incomplete"}),
        ({"score": None, "late": True}, {"score": None, "mark": None, "late": True}),
        ({"late": False}, {"score": None, "mark": None, "late": False}),
        ({"comment": 'Nice "work" <3'}, {"score": None, "mark": None, "comment": 'Nice "work" <3'}),
    ],
)
def test_the_values_of_a_cell(
    value: dict[str, Any], shown: dict[str, Any], room: Room, teacher: Caller
) -> None:
    cell = teacher.put(room.score(room.ada), value).ok()
    assert {name: cell[name] for name in BLANK} == {**BLANK, **shown}


def test_what_is_left_out_stays_and_null_clears(room: Room, teacher: Caller) -> None:
    path = room.score(room.ada)
    teacher.put(path, {"score": "8", "late": True, "comment": "Good"})
    cell = teacher.put(path, {"score": "9"}).ok()
    assert (cell["score"], cell["late"], cell["comment"]) == ("9", True, "Good")
    cell = teacher.put(path, {"late": None}).ok()
    assert (cell["score"], cell["late"], cell["comment"]) == ("9", None, "Good")
    cell = teacher.put(path, {"comment": None}).ok()
    assert (cell["score"], cell["late"], cell["comment"]) == ("9", None, None)
    cell = teacher.put(path, {"score": None}).ok()
    assert (cell["score"], cell["version"]) == (None, 5)


def test_saving_the_same_value_again_changes_nothing(room: Room, teacher: Caller) -> None:
    path = room.score(room.ada)
    first = teacher.put(path, {"score": "8"}).ok()
    assert teacher.put(path, {"score": "8.0"}).ok() == first
    assert HistoryEntry.objects.filter(field="score").count() == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"score": "-1"}, "negative"),
        ({"score": "ten"}, "not a number"),
        ({"score": "NaN"}, "not a number"),
        ({"score": "1e3"}, "not a number"),
        ({"score": "95%"}, "not a number"),
        ({"score": "٣"}, "not a number"),
        ({"score": ""}, "not a number"),
        ({"score": "1.23456"}, "more than four decimals"),
        ({"score": "100000000"}, "larger than"),
        ({"score": 8.5}, "decimal as text"),
        ({"score": True}, "decimal as text"),
        ({"score": ["8"]}, "decimal as text"),
        ({"score": "8", "mark": "excused"}, "not both"),
        ({"score": None, "mark": "excused"}, "not both"),
        ({"mark": "late"}, "no mark"),
        ({"mark": None}, "never null"),
        ({}, "Nothing to save"),
    ],
)
def test_what_a_score_cannot_be(value: dict[str, Any], said: str, room: Room, teacher: Caller) -> None:
    problem = teacher.put(room.score(room.ada), value).problem(422, "invalid_score")
    assert said in problem["detail"]
    assert problem["hint"]
    assert not Score.objects.exists()


def test_fields_that_a_score_does_not_have_are_refused(room: Room, teacher: Caller) -> None:
    assert teacher.put(room.score(room.ada), {"scores": "8"}).problem(422, "invalid")["field"] == "scores"
    assert teacher.put(room.score(room.ada), {"late": "yes"}).problem(422, "invalid")["field"] == "late"
    long = {"comment": "x" * 10_001}
    assert teacher.put(room.score(room.ada), long).problem(422, "invalid")["hint"] == "Shorten it."


def test_only_students_of_the_class_who_are_there_get_scores(room: Room, teacher: Caller) -> None:
    other = make_room(3000)
    teacher.put(room.score(999_999), {"score": "8"}).problem(404, "not_found")
    assert teacher.put(room.score(other.ada), {"score": "8"}).problem(404, "not_found")["hint"]
    assert teacher.put(room.score(room.left), {"score": "8"}).problem(422, "student_inactive")["hint"]
    foreign = f"{room.path}/activities/{other.activity}/scores/{room.ada}"
    teacher.put(foreign, {"score": "8"}).problem(404, "not_found")


def test_if_match_answers_412_when_someone_else_saved_first(room: Room, teacher: Caller) -> None:
    path = room.score(room.ada)
    first = teacher.put(path, {"score": "8"}, If_Match="0").ok()
    second = teacher.put(path, {"score": "9"}, If_Match=str(first["version"])).ok()
    stale = teacher.put(path, {"score": "7"}, If_Match=str(first["version"]))
    assert stale.problem(412, "version_conflict")["hint"]
    (cell,) = teacher.get(f"{room.path}/gradebook").ok()["scores"]
    assert cell == second
    assert teacher.put(path, {"score": "6"}, If_Match=f'"{second["version"]}"').ok()["score"] == "6"
    assert teacher.put(path, {"score": "5"}, If_Match="*").ok()["score"] == "5"
    teacher.put(path, {"score": "4"}, If_Match="yesterday").problem(422, "invalid")


def test_points_that_are_no_longer_the_activitys_are_a_conflict(room: Room, teacher: Caller) -> None:
    path = room.score(room.ada)
    teacher.put(path, {"score": "8", "points": "10.0"}).ok()
    problem = teacher.put(path, {"score": "9", "points": "12"}).problem(409, "points_changed")
    assert "10 points" in problem["detail"]
    bulk = path.rpartition("/")[0]
    row = {"student_id": str(room.ada), "score": "9"}
    teacher.put(bulk, {"scores": [row], "points": "12"}).problem(409, "points_changed")
    teacher.put(bulk, {"scores": [{**row, "points": "12"}]}).problem(409, "points_changed")
    teacher.put(bulk, {"scores": [{**row, "points": "10"}], "points": "12"}).problem(422, "invalid_score")
    assert teacher.get(f"{room.path}/gradebook").ok()["scores"][0]["score"] == "8"


def test_bulk_scores_are_all_or_nothing(room: Room, teacher: Caller) -> None:
    path = room.score(0).rpartition("/")[0]
    ada, ben = str(room.ada), str(room.ben)
    both = {"scores": [{"student_id": ben, "score": "7"}, {"student_id": ada, "mark": "excused"}]}
    cells = teacher.put(path, both).items
    assert [(c["student_id"], c["score"], c["mark"]) for c in cells] == [
        (ben, "7", None),
        (ada, None, "excused"),
    ]
    for wrong, status, code in (
        ({"student_id": ada, "score": "-1"}, 422, "invalid_score"),
        ({"student_id": str(room.left), "score": "1"}, 422, "student_inactive"),
        ({"student_id": "999999", "score": "1"}, 404, "not_found"),
        ({"student_id": ben, "score": "2"}, 422, "invalid"),
        ({"student_id": "abc", "score": "2"}, 422, "invalid"),
        ({"score": "2"}, 422, "invalid"),
    ):
        body = {"scores": [{"student_id": ben, "score": "1"}, wrong]}
        problem = teacher.put(path, body).problem(status, code)
        assert problem["field"], problem
    shown = teacher.get(f"{room.path}/gradebook").ok()["scores"]
    assert {cell["student_id"]: cell["score"] for cell in shown} == {ben: "7", ada: None}
    assert teacher.put(path, {"scores": []}).items == []


def test_the_item_concerned_is_named(room: Room, teacher: Caller) -> None:
    path = room.score(0).rpartition("/")[0]
    rows = [{"student_id": str(room.ada), "score": "1"}, {"student_id": str(room.ben), "score": "1.23456"}]
    problem = teacher.put(path, {"scores": rows}).problem(422, "invalid_score")
    assert problem["field"] == f"students/{room.ben}/score"


def test_the_gradebook_lists_the_cells_that_are_not_blank(room: Room, teacher: Caller) -> None:
    teacher.put(room.score(room.ada), {"score": "8.5"})
    teacher.put(room.score(room.ben), {"score": "3"})
    teacher.put(room.score(room.ben), {"score": None})
    book = teacher.get(f"{room.path}/gradebook").ok()
    assert [cell["student_id"] for cell in book["scores"]] == [str(room.ada)]
    assert [(s["name"], s["active"]) for s in book["students"]] == [
        ("Ada Test", True),
        ("Ben Test", True),
        ("Cy Test", False),
    ]
    assert [c["name"] for c in book["categories"]] == ["Homework"]
    assert [(a["title"], a["sync"], a["aeries"]) for a in book["activities"]] == [("Worth 10", "local", None)]
    assert book["sync"]["state"] == "not_synced"


def test_a_comment_on_a_blank_cell_is_not_lost_from_the_list(room: Room, teacher: Caller) -> None:
    teacher.put(room.score(room.ada), {"comment": "Come and see me"})
    (cell,) = teacher.get(f"{room.path}/gradebook").ok()["scores"]
    assert (cell["score"], cell["comment"]) == (None, "Come and see me")


def test_each_student_has_a_total(room: Room, teacher: Caller) -> None:
    teacher.put(room.score(room.ada), {"score": "8.75"})
    ada, ben, _ = teacher.get(f"{room.path}/gradebook").ok()["students"]
    assert ada["totals"] == {"percent": "87.5", "points": "8.75", "maximum": "10"}
    assert ben["totals"] == {"percent": None, "points": "0", "maximum": "0"}


# Students


def test_a_student_whom_aeries_does_not_know_is_added(room: Room, teacher: Caller) -> None:
    made = teacher.post(f"{room.path}/students", {"name": "Dee van Dyke"}).ok(201)
    assert made == {"id": made["id"], "name": "Dee van Dyke", "sis_student_id": None, "active": True}
    assert made in teacher.get(f"{room.path}/students").items
    teacher.post(f"{room.path}/students", {"name": " "}).problem(422, "invalid")
    assert teacher.put(room.score(int(made["id"])), {"score": "4"}).ok()["sync"] == "local"


# History


def test_the_history_tells_who_changed_what(room: Room, teacher: Caller) -> None:
    teacher.put(room.score(room.ada), {"score": "8"})
    teacher.put(room.score(room.ben), {"mark": "excused"})
    teacher.put(room.score(room.ada), {"score": None})
    newest, *_ = teacher.get(f"{room.path}/history").items
    at = newest.pop("at")
    assert newest == {
        "who": "teacher@example.org",
        "run_id": None,
        "side": "lms",
        "activity": {"id": str(room.activity), "name": "Worth 10"},
        "student": {"id": str(room.ada), "name": "Ada Test"},
        "field": "score",
        "before": "8",
        "after": None,
        "why": "",
        "other_side": {"state": "local", "at": None, "run_id": None},
    }
    assert at.endswith("+00:00")
    ada = teacher.get(f"{room.path}/history", student=room.ada, activity=room.activity).items
    assert [(item["before"], item["after"]) for item in ada] == [("8", None), (None, "8")]
    assert len(teacher.get(f"{room.path}/history?student=&activity=").items) == 3
    pages = teacher.get(f"{room.path}/history", limit=2).ok()
    rest = teacher.get(pages["next"]).ok()
    assert (len(pages["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    teacher.get(f"{room.path}/history", student="nobody").problem(404, "not_found")
