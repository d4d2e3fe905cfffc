"""The forms of the class: errors stand at the field, nothing typed is lost, what a person has not seen is not overwritten."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.path.conftest import Class
from tests.web.conftest import ADMINISTRATOR
from twinbook.district.models import User
from twinbook.gradebook import activities, categories, scores
from twinbook.gradebook.cells import parse_number
from twinbook.gradebook.models import Activity, ClassStudent
from twinbook.gradebook.origin import person
from twinbook.gradebook.scores import ScoreWrite
from twinbook.sync import settings as sync_settings

pytestmark = pytest.mark.django_db(transaction=True)
SOMEBODY = person(ADMINISTRATOR)


@pytest.fixture
def client(teacher: User) -> Client:
    found = Client()
    found.force_login(teacher)
    return found


def fields(**more: Any) -> dict[str, Any]:
    return {"title": "Quiz", "points": "10", "published": "on", "category_id": "", **more}


def test_an_activity_is_added_with_all_its_fields(school_class: Class, client: Client) -> None:
    category = categories.create(school_class.id, categories.CategoryFields("Homework"), SOMEBODY)
    sent = fields(
        title="Essay <b>one</b>",
        points="12.5",
        category_id=str(category.id),
        assigned_on="2020-10-01",
        due_on="2020-09-30",
        description="Read it",
        extra_credit="on",
        grading_completed="on",
    )
    answer = client.post(f"/classes/{school_class.id}/activities/new/", sent, follow=True)
    row = Activity.objects.get(title="Essay <b>one</b>")
    assert (row.points, row.category_id, row.due_on) == (Decimal("12.5"), category.id, date(2020, 9, 30))
    assert (row.extra_credit, row.grading_completed, row.published) == (True, True, True)
    page = answer.content.decode()
    assert "is due before it is assigned" in page
    assert "<b>one" not in page


def test_what_is_wrong_stands_at_the_field_and_what_was_typed_stays(
    school_class: Class, client: Client
) -> None:
    sent = fields(title="My quiz", points="0", description="Bring a ruler")
    answer = client.post(f"/classes/{school_class.id}/activities/new/", sent)
    form = answer.context["form"]
    assert list(form.errors) == ["points"]
    page = answer.content.decode()
    assert 'value="My quiz"' in page
    assert "Bring a ruler" in page
    assert 'aria-invalid="true"' in page
    assert not Activity.objects.filter(title="My quiz").exists()


def test_a_change_by_somebody_else_is_shown_before_it_is_overwritten(
    school_class: Class, client: Client
) -> None:
    quiz = school_class.activity("Quiz")
    address = f"/classes/{school_class.id}/activities/{quiz.id}/edit/"
    version = client.get(address).context["form"].initial["version"]
    activities.update(school_class.id, quiz.id, {"points": Decimal(20)}, SOMEBODY)
    answer = client.post(address, fields(title="Quiz one", version=version))
    assert answer.context["changed_meanwhile"] == [("Title", "Quiz"), ("Points", "20")]
    assert Activity.objects.get(id=quiz.id).points == 20
    again = answer.context["form"]
    client.post(address, fields(title="Quiz one", version=again["version"].value()))
    row = Activity.objects.get(id=quiz.id)
    assert (row.title, row.points) == ("Quiz one", 10)


def test_an_activity_is_deleted_only_after_a_question_and_comes_back(
    school_class: Class, client: Client
) -> None:
    quiz = school_class.activity("Quiz")
    sis = school_class.students()[0]
    school_class.save(quiz, sis, "8")
    base = f"/classes/{school_class.id}/activities/{quiz.id}"
    assert "Its 1 score no longer counts" in client.get(f"{base}/delete/").content.decode()
    assert Activity.objects.get(id=quiz.id).deleted_at is None
    client.post(f"{base}/delete/")
    assert Activity.objects.get(id=quiz.id).deleted_at is not None
    client.post(f"{base}/restore/")
    assert school_class.value(school_class.named("Quiz"), sis) == "8"


def test_categories_are_added_changed_and_deleted_when_unused(school_class: Class, client: Client) -> None:
    base = f"/classes/{school_class.id}/categories/"
    client.post(base, {"name": "Homework", "weight": "40", "drop_lowest": "1"})
    (row,) = categories.of_class(school_class.id)
    assert (row.weight, row.drop_lowest) == (40, 1)
    twice = client.post(base, {"name": "Homework", "weight": "", "drop_lowest": ""})
    assert list(twice.context["form"].errors) == ["name"]
    client.post(f"{base}{row.id}/", {"name": "Home", "weight": "", "drop_lowest": ""})
    (row,) = categories.of_class(school_class.id)
    assert (row.name, row.weight, row.drop_lowest) == ("Home", None, 0)
    school_class.activity("Quiz", category_id=row.id)
    refused = client.post(f"{base}{row.id}/delete/", follow=True)
    assert "is the category of 1" in refused.content.decode()
    activities.delete(school_class.id, school_class.named("Quiz").id, SOMEBODY)
    client.post(f"{base}{row.id}/delete/")
    assert categories.of_class(school_class.id) == []


def test_a_student_is_added_by_hand(school_class: Class, client: Client) -> None:
    client.post(f"/classes/{school_class.id}/students/", {"name": "Ana María de la Cruz"})
    added = ClassStudent.objects.get(school_class_id=school_class.id, student__last_name="Cruz")
    assert added.student.first_name == "Ana María de la"
    blank = client.post(f"/classes/{school_class.id}/students/", {"name": "  "})
    assert list(blank.context["form"].errors) == ["name"]


def test_settings_are_saved_and_refused_at_their_field(school_class: Class, client: Client) -> None:
    address = f"/classes/{school_class.id}/settings/"
    sent = sync_settings.get(school_class.id) | {
        "mode": "paused",
        "conflict_policy": "lms",
        "grace_days": "3",
    }
    assert client.post(address, sent).status_code == 302
    stored = sync_settings.get(school_class.id)
    assert (stored["mode"], stored["conflict_policy"], stored["grace_days"]) == ("paused", "lms", 3)
    wrong = client.post(address, sent | {"grace_days": "999", "create_after_seconds": "soon"})
    assert set(wrong.context["form"].errors) == {"grace_days", "create_after_seconds"}
    assert 'value="soon"' in wrong.content.decode()


def test_scores_of_one_activity_are_typed_in_a_plain_form(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz")
    first, second, third = (school_class.student(sis) for sis in school_class.students()[:3])
    address = f"/classes/{school_class.id}/activities/{quiz.id}/"
    sent = _lines(client.get(address))
    sent |= {f"c{first}": "8,5 L", f"c{second}": "abc", f"c{third}": "", f"c{third}-comment": "See me"}
    answer = client.post(address, sent)
    page = answer.content.decode()
    assert 'value="abc"' in page
    assert "1 field needs a look" in page
    stored = scores.of_activity(quiz.id)
    assert (str(stored[first].value), stored[first].late) == ("8.5", True)
    assert (str(stored[third].value), stored[third].comment) == ("", "See me")
    assert second not in stored


def test_a_plain_form_never_overwrites_what_was_not_seen(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz")
    student = school_class.student(school_class.students()[0])
    address = f"/classes/{school_class.id}/students/{student}/"
    sent = _lines(client.get(address))
    scores.save_scores(
        school_class.id, quiz.id, [ScoreWrite(student, parse_number("7"), comment="by Ms Roe")], SOMEBODY
    )
    answer = client.post(address, sent | {f"c{quiz.id}": "9"})
    assert "Meanwhile this was changed to 7" in answer.content.decode()
    assert str(scores.of_activity(quiz.id)[student].value) == "7"
    client.post(address, _lines(answer) | {f"c{quiz.id}": "9"})
    after = scores.of_activity(quiz.id)[student]
    assert (str(after.value), after.comment) == ("9", "by Ms Roe")


def _lines(answer: Any) -> dict[str, str]:
    """What the browser would send back unchanged."""
    sent = {}
    for line in answer.context["lines"]:
        sent |= {
            line.name: line.text,
            f"{line.name}-was": line.shown,
            f"{line.name}-version": str(line.cell.version),
            f"{line.name}-comment": line.comment,
            f"{line.name}-comment-was": line.cell.comment or "",
        }
    return sent


def test_pages_of_a_class_that_one_may_not_see_do_not_exist(school_class: Class, client: Client) -> None:
    quiz = school_class.activity("Quiz")
    foreign = school_class.id + 9999
    for path in (
        "",
        "settings/",
        "activities/",
        f"activities/{quiz.id}/",
        "categories/",
        "students/",
        "force/",
    ):
        assert client.get(f"/classes/{foreign}/{path}").status_code == 404, path
    assert client.get(f"/classes/{school_class.id}/activities/{quiz.id + 99}/").status_code == 404
    assert client.get(f"/classes/{school_class.id}/students/99999999/").status_code == 404
    assert client.get(f"/classes/{school_class.id}/force/99999999/").status_code == 404
