"""The page while the world changes: slow and silent Aeries, other teachers, lost networks, ended sessions."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Route, expect

from tests.path.conftest import Class
from tests.web.class_page.conftest import GridPage
from tests.web.conftest import ADMINISTRATOR, PASSWORD, Visitors, eventually
from twinbook.district.models import User
from twinbook.gradebook import activities
from twinbook.gradebook.origin import person


@pytest.fixture
def live(synced: Class, visitors: Visitors, teacher: User, running_worker: None) -> GridPage:
    return GridPage(visitors.signed_in(teacher), synced).open()


def test_a_save_becomes_synced_without_reload_while_aeries_is_slow(live: GridPage) -> None:
    sis = live.in_order()[0]
    live.school_class.aeries.fault(kind="delay_before", delay_ms=700)
    live.cell("Quiz", sis).click()
    live.type("8")
    live.press("Enter")
    live.expect_stands("Quiz", sis, "waiting")
    expect(live.page.locator("[data-waiting]")).to_have_text("1 score waits to be sent")
    live.expect_stands("Quiz", sis, "synced")
    expect(live.page.locator("[data-waiting]")).to_have_text("Nothing waits to be sent")
    expect(live.total(sis)).to_have_text("80.00 %")
    assert live.school_class.aeries.mark(live.school_class.gradebook, "Quiz", sis) == "8"


def test_the_outage_banner_comes_and_ends_by_itself(live: GridPage) -> None:
    sis = live.in_order()[0]
    live.school_class.aeries.fault(kind="status", status=503)
    live.cell("Quiz", sis).click()
    live.type("8")
    live.press("Enter")
    banner = live.page.locator("[data-outage]")
    expect(banner).to_contain_text("Aeries has not answered since")
    expect(banner).not_to_contain_text("T0")
    expect(live.page.locator("[data-aeries]")).to_have_text("Aeries does not answer")
    live.expect_stands("Quiz", sis, "waiting")
    live.school_class.aeries.heal()
    live.expect_stands("Quiz", sis, "synced")
    expect(banner).to_have_text("")
    expect(live.page.locator("[data-aeries]")).to_have_text("Aeries answers")


def test_two_teachers_see_each_other_and_overwrite_nothing_unseen(grid: GridPage, visitors: Visitors) -> None:
    other = GridPage(visitors.signed_in(ADMINISTRATOR), grid.school_class).open()
    first, second = grid.in_order()[:2]
    quiz = grid.school_class.named("Quiz")
    grid.cell("Quiz", first).click()
    grid.type("8")
    grid.press("Enter")
    expect(other.cell("Quiz", first)).to_have_text("8")
    other.cell("Quiz", second).click()
    other.type("3")
    grid.type("4")
    grid.press("Enter")
    expect(other.page.locator("#grid-hint")).to_contain_text("Meanwhile this became 4")
    expect(other.page.locator("td input")).to_have_value("3")
    other.press("Enter")
    other.expect_stands("Quiz", second, "clash")
    assert grid.school_class.value(quiz, second) == "4"
    other.press("ArrowUp")
    expect(other.page.locator("#grid-hint")).to_have_text("You typed 3; meanwhile 4 was saved.")
    other.press("k")
    expect(grid.cell("Quiz", second)).to_have_text("3")
    other.expect_saved()
    assert grid.school_class.value(quiz, second) == "3"


def test_a_change_that_the_page_has_not_heard_of_is_not_overwritten(
    grid: GridPage, visitors: Visitors
) -> None:
    first, second = grid.in_order()[:2]
    quiz = grid.school_class.named("Quiz")
    visitors.expect_error(grid.page, "ERR_FAILED|Failed to load")
    grid.page.route("**/live/**", lambda route: route.abort())
    grid.page.reload()
    grid.ready()
    for sis in (first, second):
        grid.school_class.save(quiz, sis, "7")
    grid.cell("Quiz", first).click()
    grid.paste("9\n9")
    expect(grid.page.locator("[data-look] button")).to_have_text("2 cells need a look")
    assert grid.school_class.value(quiz, first) == "7"
    grid.press("t")
    expect(grid.cell("Quiz", first)).to_have_text("7")
    grid.press("F8")
    grid.page.get_by_role("button", name="Keep mine").click()
    grid.expect_saved()
    assert [grid.school_class.value(quiz, sis) for sis in (first, second)] == ["7", "9"]


def test_scores_for_points_that_have_changed_are_asked_about(grid: GridPage, visitors: Visitors) -> None:
    first = grid.in_order()[0]
    quiz = grid.school_class.named("Quiz")
    activities.update(grid.school_class.id, quiz.id, {"points": Decimal(40)}, person(ADMINISTRATOR))
    expect(grid.page.locator("[data-structure-notice]")).to_contain_text("have changed")
    grid.cell("Quiz", first).click()
    grid.type("9")
    grid.press("Enter", "ArrowUp")
    expect(grid.page.locator("#grid-hint")).to_contain_text("now worth 40 points, not 10")
    assert grid.school_class.value(quiz, first) == ""
    grid.press("k")
    grid.expect_saved()
    assert grid.school_class.value(quiz, first) == "9"


def test_a_lost_network_loses_nothing(grid: GridPage, visitors: Visitors) -> None:
    first, second = grid.in_order()[:2]
    quiz = grid.school_class.named("Quiz")
    visitors.expect_error(grid.page, "INTERNET_DISCONNECTED|Failed to load|ERR_FAILED|ERR_ABORTED")
    answered_late: list[Route] = []

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        answered_late.append(route)
        route.abort()

    grid.page.route("**/scores", lose_the_answer)
    grid.cell("Quiz", first).click()
    grid.type("8")
    grid.press("Enter")
    unsent = grid.page.locator("[data-unsent]")
    expect(unsent).to_contain_text("1 cell is not saved yet. Twinbook cannot be reached")
    eventually(lambda: answered_late)
    grid.page.unroute("**/scores")
    grid.page.context.set_offline(True)
    grid.type("7")
    grid.press("Enter")
    grid.expect_stands("Quiz", second, "unsent")
    grid.page.context.set_offline(False)
    grid.expect_saved()
    expect(unsent).to_have_text("")
    expect(grid.page.locator("[data-look]")).to_be_hidden()
    assert [grid.school_class.value(quiz, sis) for sis in (first, second)] == ["8", "7"]


def test_our_own_value_whose_answer_was_lost_is_no_clash_with_what_was_typed_since(
    grid: GridPage, visitors: Visitors
) -> None:
    """Found on a machine so busy that answers came too late: the page asked whether 8 or 95, both the teacher's own."""
    first = grid.in_order()[0]
    quiz = grid.school_class.named("Quiz")
    visitors.expect_error(grid.page, "INTERNET_DISCONNECTED|Failed to load|ERR_FAILED|ERR_ABORTED")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    grid.page.route("**/scores", lose_the_answer)
    grid.cell("Quiz", first).click()
    grid.type("8")
    grid.press("Enter")
    expect(grid.page.locator("[data-unsent]")).to_contain_text("1 cell is not saved yet")
    eventually(lambda: grid.school_class.value(quiz, first) == "8")
    grid.press("ArrowUp")
    grid.type("9.5")
    grid.press("Enter")
    grid.page.unroute("**/scores")
    grid.page.evaluate("window.dispatchEvent(new Event('online'))")
    grid.expect_saved()
    expect(grid.page.locator("[data-look]")).to_be_hidden()
    eventually(lambda: grid.school_class.value(quiz, first) == "9.5")


def test_a_session_that_ends_while_typing_loses_nothing(
    grid: GridPage, visitors: Visitors, teacher: User
) -> None:
    first, second = grid.in_order()[:2]
    quiz = grid.school_class.named("Quiz")
    visitors.expect_error(grid.page, "401|403")
    cookies = grid.page.context.cookies()
    grid.page.context.clear_cookies(name="sessionid")
    grid.cell("Quiz", first).click()
    grid.type("8")
    grid.press("Enter")
    grid.type("wrong")
    grid.press("Enter")
    unsent = grid.page.locator("[data-unsent]")
    expect(unsent).to_contain_text("Your session has ended; what you typed is kept here.")
    expect(unsent.get_by_role("link")).to_have_attribute("target", "_blank")
    grid.page.context.add_cookies([one for one in cookies if one["name"] == "sessionid"])  # type: ignore[misc]
    grid.page.on("dialog", lambda dialog: dialog.accept())
    grid.open()
    expect(grid.cell("Quiz", second)).to_have_text("wrong")
    grid.expect_saved()
    expect(grid.cell("Quiz", first)).to_have_text("8")
    assert grid.school_class.value(quiz, first) == "8"


def test_what_waits_in_the_browser_never_goes_out_as_somebody_else(
    grid: GridPage, visitors: Visitors
) -> None:
    first = grid.in_order()[0]
    visitors.expect_error(grid.page, "401|409")
    grid.page.context.clear_cookies(name="sessionid")
    other = visitors.signed_in(ADMINISTRATOR)
    session = [one for one in other.context.cookies() if one["name"] == "sessionid"]
    grid.page.context.add_cookies(session)  # type: ignore[arg-type]
    grid.cell("Quiz", first).click()
    grid.type("8")
    grid.press("Enter")
    expect(grid.page.locator("[data-unsent]")).to_contain_text("Somebody else has signed in")
    assert grid.school_class.value(grid.school_class.named("Quiz"), first) == ""


def test_a_form_that_comes_back_after_the_sign_in_overwrites_nothing_unseen(
    grid: GridPage, visitors: Visitors, teacher: User
) -> None:
    first, second = grid.in_order()[:2]
    school_class, page = grid.school_class, grid.page
    quiz = school_class.named("Quiz")
    visitors.expect_error(page, "422")
    fields = [page.locator(f"#c{school_class.student(sis)}") for sis in (first, second)]
    page.goto(f"/classes/{school_class.id}/activities/{quiz.id}/")
    fields[0].fill("9")
    page.context.clear_cookies(name="sessionid")
    for sis in (first, second):
        school_class.save(quiz, sis, "5")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Email").fill(teacher.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(fields[0]).to_have_value("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Meanwhile this was changed to 5.")).to_have_count(1)
    assert [school_class.value(quiz, sis) for sis in (first, second)] == ["5", "5"]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("1 score is saved")
    assert [school_class.value(quiz, sis) for sis in (first, second)] == ["9", "5"]


def test_what_is_typed_last_arrives_when_the_page_is_left_at_once(grid: GridPage) -> None:
    first, second = grid.in_order()[:2]
    quiz = grid.school_class.named("Quiz")
    grid.cell("Quiz", first).click()
    grid.type("8")
    grid.press("Enter")
    grid.type("7")
    grid.press("Enter")
    grid.page.goto("/")
    eventually(lambda: [grid.school_class.value(quiz, sis) for sis in (first, second)] == ["8", "7"])


def test_an_edit_begun_while_the_own_save_is_under_way_is_no_clash(grid: GridPage) -> None:
    """What arrived meanwhile is what this teacher typed before: nobody else's value, and no question."""
    first = grid.in_order()[0]
    held: list[Route] = []
    grid.page.route("**/scores", lambda route: held.append(route))
    cell = grid.cell("Quiz", first)
    cell.click()
    grid.type("8")
    with grid.page.expect_request("**/scores"):
        grid.press("Enter")
    grid.press("ArrowUp", "F2")
    with grid.page.expect_response("**/scores"):
        held[0].continue_()
    grid.page.unroute("**/scores")
    grid.type("5")
    grid.press("Enter")
    expect(cell).to_have_text("85")
    grid.expect_saved()
    assert grid.school_class.value(grid.school_class.named("Quiz"), first) == "85"
