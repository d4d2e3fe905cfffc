"""The whole set-up with the keyboard alone: nothing is clicked, and one always sees where one is."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.wizard.world import BELL_WORK, ESSAY, LAB, NOTES, QUIZ, WORKSHEET, Filled
from twinbook.sync.models import RunKind

MOST_STOPS = 120


def _tab_to(page: Page, what: str) -> None:
    """Presses Tab until the focus is on what matches; it must be seen there."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            assert page.evaluate(_NOT_COVERED), f"{what} has the focus and is covered"
            return
    raise AssertionError(f"{what} is not reached by Tab on {page.url}")


_NOT_COVERED = """() => {
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return top !== null && (focused.contains(top) || top.closest("label")?.contains(focused) || top.contains(focused));
}"""


def _answer(page: Page, title: str, value: str) -> None:
    """Tabs into the row's group of answers and moves with the arrows to the wanted one."""
    identity = page.locator("[data-row]", has=page.get_by_role("heading", name=title, exact=True))
    row = identity.get_attribute("id")
    _tab_to(page, f"#{row} .pick input")
    if page.evaluate("document.activeElement.value") == value:
        page.keyboard.press("Space")
    for _ in range(3):
        if page.evaluate("document.activeElement.value === " + repr(value)) and page.evaluate(
            "document.activeElement.checked"
        ):
            break
        page.keyboard.press("ArrowRight")
    expect(page.locator(f'#{row} .pick input[value="{value}"]')).to_be_checked()
    expect(page.locator(f"#{row}")).to_have_attribute("data-group", value)
    assert page.evaluate("document.activeElement.value") == value, "saving took the focus away"


def test_from_not_synced_to_synced(teacher_page: Page, filled: Filled) -> None:
    page = teacher_page
    page.goto(filled.path())
    _tab_to(page, '[role="switch"]')
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Read this gradebook")).to_be_visible()
    _tab_to(page, 'input[name="gradebook_number"]:checked')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Reading the Aeries gradebook")).to_be_focused()
    assert filled.finish().state == "done"
    expect(page.get_by_role("heading", name="Algebra 1 P3")).to_be_visible()
    _tab_to(page, ".wizard-bar .primary")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Which categories belong together?")).to_be_visible()
    _tab_to(page, '[name="bulk"][value="create"]')
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_be_focused()
    expect(page.locator(".notice.good")).to_contain_text("4 are to be created.")
    _tab_to(page, '[name="go"][value="next"]')
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="What about each activity in Aeries?")).to_be_visible()
    _answer(page, ESSAY, "match")
    _tab_to(page, 'input[name^="scores:"]')
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Aeries’: 1 score changes here")).to_be_checked()
    _answer(page, LAB, "create")
    _answer(page, BELL_WORK, "ignore")
    _answer(page, QUIZ, "ignore")
    expect(page.locator("[data-status]")).to_contain_text("Everything here is answered.")
    _tab_to(page, '[name="go"][value="next"]')
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="What about the activities that are only here?")).to_be_visible()
    _answer(page, WORKSHEET, "create")
    _answer(page, NOTES, "ignore")
    _tab_to(page, '[name="go"][value="next"]')
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="What Confirm will do")).to_be_visible()
    _tab_to(page, ".wizard-bar .primary")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Joining the two gradebooks")).to_be_focused()
    assert filled.finish(RunKind.SETUP).state == "done"
    expect(page.get_by_role("heading", name="Your gradebook is now synced")).to_be_focused()
    assert filled.school_class.value(filled.essay, filled.school_class.students()[3]) == "11"


def test_the_next_unanswered_question_is_one_key_away(teacher_page: Page, read: Filled) -> None:
    page = teacher_page
    page.goto(read.path("aeries/?show=all"))
    _answer(page, ESSAY, "ignore")
    button = page.get_by_role("button", name="Next unanswered")
    button.focus()
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.closest('[data-row]').querySelector('h3').textContent")
    assert focused == LAB
