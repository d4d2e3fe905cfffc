"""The class page opened in a browser, and what tests ask of its grid."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.path.conftest import Class


@dataclass
class GridPage:
    """A page with its grid; columns are named by activity, rows by student number of Aeries."""

    page: Page
    school_class: Class

    def open(self) -> GridPage:
        self.page.goto(f"/classes/{self.school_class.id}/")
        self.ready()
        return self

    def ready(self) -> None:
        expect(self.page.locator("twinbook-grid[data-upgraded]")).to_be_attached()

    def cell(self, title: str, sis: int) -> Locator:
        """The `td` of an activity's title and a student's number in Aeries."""
        activity = self.school_class.named(title).id
        column = self.page.locator(f'th[data-activity="{activity}"]').get_attribute("aria-colindex")
        row = f'tr[data-student="{self.school_class.student(sis)}"]'
        return self.page.locator(f'{row} > td[aria-colindex="{column}"]')

    def total(self, sis: int) -> Locator:
        return self.page.locator(f'tr[data-student="{self.school_class.student(sis)}"] > td.total')

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def paste(self, text: str) -> None:
        """As the browser does with what another program has copied."""
        self.page.evaluate(
            """text => {
              const data = new DataTransfer();
              data.setData('text/plain', text);
              document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
            }""",
            text,
        )

    def copied(self) -> str:
        text: str = self.page.evaluate(
            """() => {
              const data = new DataTransfer();
              document.activeElement.dispatchEvent(
                new ClipboardEvent('copy', {clipboardData: data, bubbles: true, cancelable: true}));
              return data.getData('text/plain');
            }"""
        )
        return text

    def in_order(self) -> list[int]:
        """Students' numbers as the rows stand."""
        ids = self.page.locator("tr[data-student]").evaluate_all(
            "rows => rows.map(row => row.dataset.student)"
        )
        known = {str(self.school_class.student(sis)): sis for sis in self.school_class.students()}
        return [known[one] for one in ids]

    def expect_stands(self, title: str, sis: int, state: str) -> None:
        expect(self.cell(title, sis)).to_have_attribute("data-s", state)

    def expect_saved(self) -> None:
        """Nothing is on its way, and nothing waits in this browser, also not for a person."""
        expect(self.page.locator('td[data-s="unsent"]')).to_have_count(0)
        expect(self.page.locator('td[data-s="clash"]')).to_have_count(0)


@pytest.fixture
def grid(school_class: Class, teacher_page: Page) -> GridPage:
    """A class that is not synced, with two activities and no scores."""
    school_class.activity("Quiz", "10")
    school_class.activity("Essay", "20")
    return GridPage(teacher_page, school_class).open()


@pytest.fixture
def synced(joined: Class) -> Class:
    """Joined, with one activity whose scores both sides hold; ask for a worker after this."""
    joined.agreed("Quiz", dict.fromkeys(joined.students(), "5"))
    return joined
