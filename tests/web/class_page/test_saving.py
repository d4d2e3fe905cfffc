"""The door through which the grid saves: cell by cell, never over a value that the person has not seen."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.path.conftest import Class
from tests.web.conftest import ADMINISTRATOR
from twinbook.core.values import Number
from twinbook.district import accounts
from twinbook.district.models import Permission, SectionStaff, User
from twinbook.gradebook import activities, scores
from twinbook.gradebook.models import ClassStudent
from twinbook.gradebook.origin import person

SOMEBODY = person(ADMINISTRATOR)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(teacher: User) -> Client:
    found = Client()
    found.force_login(teacher)
    found.user = teacher  # type: ignore[attr-defined]
    return found


def send(client: Client, class_id: int, *cells: dict[str, Any], user: int | None = None) -> Any:
    body = {"user": str(user or client.user.id), "cells": list(cells)}  # type: ignore[attr-defined]
    return client.post(
        f"/classes/{class_id}/scores",
        json.dumps(body),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def cell(activity: Any, student: int, **more: Any) -> dict[str, Any]:
    return {"activity_id": str(activity.id), "student_id": str(student), "version": 0, **more}


def test_a_cell_is_saved_with_its_history(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz")
    student = school_class.student(school_class.students()[0])
    answer = send(client, school_class.id, cell(quiz, student, score="8.5", late=True, points="10"))
    assert answer.status_code == 200
    (saved,) = answer.json()["cells"]
    assert (saved["score"], saved["late"], saved["version"], saved["sync"]) == ("8.5", True, 1, "local")
    assert str(scores.of_activity(quiz.id)[student].value) == "8.5"


def test_a_value_that_was_not_seen_is_never_overwritten(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz")
    first, second = (school_class.student(sis) for sis in school_class.students()[:2])
    school_class.save(quiz, school_class.students()[0], "7")
    answer = send(client, school_class.id, cell(quiz, first, score="9"), cell(quiz, second, score="6")).json()
    assert [one["student_id"] for one in answer["cells"]] == [str(second)]
    (refused,) = answer["refused"]
    assert (refused["code"], refused["cell"]["score"], refused["cell"]["version"]) == (
        "version_conflict",
        "7",
        1,
    )
    assert scores.of_activity(quiz.id)[first].value == Number(Decimal("7"))


def test_the_same_request_twice_saves_once(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz")
    student = school_class.student(school_class.students()[0])
    for _ in range(2):
        answer = send(client, school_class.id, cell(quiz, student, score="8")).json()
        assert answer["refused"] == []
        assert answer["cells"][0]["version"] == 1


def test_a_score_for_other_points_is_asked_about(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz", "10")
    activities.update(school_class.id, quiz.id, {"points": Decimal("20")}, SOMEBODY)
    student = school_class.student(school_class.students()[0])
    answer = send(client, school_class.id, cell(quiz, student, score="8", points="10")).json()
    (refused,) = answer["refused"]
    assert (refused["code"], refused["points"]) == ("points_changed", "20")
    assert scores.of_activity(quiz.id) == {}


def test_one_bad_cell_keeps_no_other_from_being_saved(school_class: Class, client: Client) -> None:
    quiz, essay = school_class.activity("Quiz"), school_class.activity("Essay")
    first, second, third = (school_class.student(sis) for sis in school_class.students()[:3])
    ClassStudent.objects.filter(school_class_id=school_class.id, student_id=second).update(active=False)
    activities.delete(school_class.id, essay.id, SOMEBODY)
    answer = send(
        client,
        school_class.id,
        cell(quiz, first, score="8"),
        cell(quiz, second, score="8"),
        cell(quiz, third, score="eight"),
        cell(quiz, 999999999, score="8"),
        cell(essay, first, score="8"),
    ).json()
    assert [one["student_id"] for one in answer["cells"]] == [str(first)]
    codes = {(one["activity_id"], one["student_id"]): one["code"] for one in answer["refused"]}
    assert codes == {
        (str(quiz.id), str(second)): "student_inactive",
        (str(quiz.id), str(third)): "invalid_score",
        (str(quiz.id), "999999999"): "not_found",
        (str(essay.id), str(first)): "not_found",
    }


def test_who_may_not_change_the_class_saves_nothing(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz")
    student = school_class.student(school_class.students()[0])
    wanted = cell(quiz, student, score="8")
    other = accounts.find(ADMINISTRATOR)
    assert send(client, school_class.id, wanted, user=other.id).json()["code"] == "other_user"
    assert send(client, school_class.id + 9999, wanted).status_code == 404
    client.logout()
    answer = send(client, school_class.id, wanted)
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    assert scores.of_activity(quiz.id) == {}


def test_an_unreadable_request_is_refused(school_class: Class, client: Client) -> None:
    for body in ("", "[]", "{}", '{"user": "1", "cells": [{"score": "1"}]}', '{"user": 1, "cells": 3}'):
        answer = client.post(f"/classes/{school_class.id}/scores", body, content_type="application/json")
        assert answer.status_code == 422, body


def test_who_may_only_look_gets_a_locked_grid_and_saves_nothing(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz")
    student = school_class.student(school_class.students()[0])
    SectionStaff.objects.update(permission=Permission.READ.value)
    page = client.get(f"/classes/{school_class.id}/").content.decode()
    assert "data-locked" in page
    assert "New activity" not in page
    answer = send(client, school_class.id, cell(quiz, student, score="8"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (
        client.post(f"/classes/{school_class.id}/activities/{quiz.id}/", {f"c{student}": "8"}).status_code
        == 403
    )
    assert client.get(f"/classes/{school_class.id}/activities/{quiz.id}/edit/").status_code == 403
    assert scores.of_activity(quiz.id) == {}
