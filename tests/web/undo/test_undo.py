"""Undo in a browser: from a run to its preview, value by value, and back on both sides."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.api.people import make_user
from tests.web.conftest import Class, Visitors, check_everywhere
from twinbook.sync.models import Run

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ = "Quiz on rivers"


def _both(joined: Class, sis: int) -> tuple[str, str]:
    return joined.value(joined.named(QUIZ), sis), joined.aeries.mark(joined.gradebook, QUIZ, sis)


def test_a_run_is_previewed_and_undone(teacher_page: Page, joined: Class, running_worker: None) -> None:
    page = teacher_page
    first, second, third, *_ = joined.students()
    quiz = joined.agreed(QUIZ, {first: "8", second: "8"})
    for sis in (first, second, third):
        joined.aeries.types(joined.gradebook, 1, sis, "6")
    run = joined.force()
    joined.save(quiz, second, "9")
    page.goto(f"/runs/{run.id}/")
    page.get_by_role("button", name="Undo this run…").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("preview")
    changed = (
        page.get_by_role("region").or_(page.locator("section")).filter(has_text="What would change").last
    )
    expect(changed.get_by_role("row").filter(has_text="In Aeries")).to_have_count(1)
    expect(page.locator("section").filter(has_text="Left as it is").last).to_contain_text(
        "Changed here since"
    )
    tasks = page.locator("section").filter(has_text="To do by hand in Aeries").last
    expect(tasks).to_contain_text("clear the cell there")
    assert _both(joined, first) == ("6", "6")
    check_everywhere(page, picture="undo-preview")
    page.get_by_role("button", name="Undo now").click()
    expect(page.get_by_text("This undid")).to_be_visible()
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    assert _both(joined, first) == ("8", "8")
    assert joined.value(quiz, second) == "9"
    check_everywhere(page, picture="undo-done")
    page.goto(f"/runs/{run.id}/")
    expect(page.get_by_text("This run was undone by")).to_be_visible()
    expect(page.get_by_role("button", name="Undo this run…")).to_have_count(0)


def test_what_cannot_be_undone_offers_no_button_and_says_why(teacher_page: Page, joined: Class) -> None:
    page = teacher_page
    joined.agreed(QUIZ, {joined.students()[0]: "8"})
    idle = joined.force()
    page.goto(f"/runs/{idle.id}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Undo this run…")).to_have_count(0)
    without_token = page.request.post(f"/runs/{idle.id}/undo/", form={"kind": "undo"})
    assert without_token.status == 403
    assert not Run.objects.filter(kind="undo").exists()


def test_nobody_else_sees_the_run(visitors: Visitors, joined: Class) -> None:
    sis = joined.students()[0]
    joined.agreed(QUIZ, {sis: "8"})
    joined.aeries.types(joined.gradebook, 1, sis, "6")
    run = joined.force()
    page = visitors.signed_in(make_user("stranger@example.org", sis=77))
    visitors.expect_error(page, "404")
    page.goto(f"/runs/{run.id}/")
    expect(page.get_by_role("button", name="Undo this run…")).to_have_count(0)
    assert _both(joined, sis) == ("6", "6")


def test_the_history_shows_whether_the_other_side_got_it(teacher_page: Page, joined: Class) -> None:
    page = teacher_page
    sis = joined.students()[0]
    quiz = joined.agreed(QUIZ, {sis: "8"})
    joined.save(quiz, sis, "9")
    page.goto(f"/classes/{joined.id}/history/?activity={quiz.id}&student={joined.student(sis)}")
    newest = page.locator("tbody tr").first
    expect(newest.locator(".badge")).to_have_text("Waits for Aeries")
    joined.look()
    page.reload()
    saved = page.locator("tbody tr").filter(has_text="teacher@example.org").first
    expect(saved.locator(".badge")).to_have_text("In Aeries too")
    check_everywhere(page, picture="history-other-side")
