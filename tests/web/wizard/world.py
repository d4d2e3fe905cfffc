"""Two gradebooks of one class before their set-up, with something of everything that the screens ask about."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from tests.district_and_sandbox import Class, answers, row_of
from twinbook.core.values import Mark, MarkKind
from twinbook.gradebook.models import Activity
from twinbook.sync import drafts, lease, runs, setup
from twinbook.sync.models import Run, RunKind, SetupDraft

ESSAY, LAB, BELL_WORK, QUIZ = "Essay on tides", "Lab on ice", "Bell work", "Quiz 3 on volcanoes"
WORKSHEET, NOTES = "Worksheet 12", "Private notes"


@dataclass
class Filled:
    """In Aeries: the essay (also here, one score of four differs), a lab, bell work, a quiz. Only here: a worksheet,
    private notes in a category without partner. The category of Aeries' code 0 is here too, with another weight."""

    school_class: Class
    essay: Activity
    worksheet: Activity
    notes: Activity
    numbers: dict[str, int]

    @property
    def id(self) -> int:
        return self.school_class.id

    def path(self, step: str = "") -> str:
        return f"/classes/{self.id}/setup/{step}"

    def finish(self, *kinds: RunKind) -> Run:
        """Carries out the run that a page has just started, in this thread."""
        run = drafts.last_run(self.id, *(kinds or tuple(RunKind)))
        assert run is not None
        with lease.hold_run(run.id, lease.this_process()):
            runs.carry_out(run.id)
        run.refresh_from_db()
        return run

    def answer_all(self, **essay: str) -> None:
        """Everything that is proposed or can be created, but the private notes stay here. `essay`: more about its match."""
        draft = setup.draft(self.id)
        body = answers(draft)
        body["lms_activities"] = [
            {"lms_id": str(self.worksheet.id), "action": "create"},
            {"lms_id": str(self.notes.id), "action": "ignore"},
        ]
        setup.patch(self.id, body)
        if essay:
            aeries_id = row_of(draft["aeries_activities"], ESSAY)["aeries_id"]
            setup.patch(self.id, {"aeries_activities": [{"aeries_id": aeries_id, **essay}]})

    def draft(self) -> SetupDraft:
        return SetupDraft.objects.get(school_class_id=self.id)

    def answer(self, title: str) -> str:
        """Of an activity in Aeries or here, as the draft stores it: action and partner."""
        draft = drafts.of_class(self.id).draft
        for row in draft.assignments:
            if row.name == title:
                return row.action.value if row.action else ""
        matched = draft.matched_activities()
        (own,) = [row for row in draft.activities if row.title == title]
        if own.lms_id in matched:
            return "match"
        return own.action.value if own.action else ""


def fill(school_class: Class) -> Filled:
    aeries, book = school_class.aeries, school_class.gradebook
    name = aeries.truth(book)["categories"][0]["description"]
    category = school_class.category(name, "15")
    apart = school_class.category("Projects", "20")
    essay = school_class.activity(ESSAY, "20", category_id=category)
    worksheet = school_class.activity(WORKSHEET, "12", category_id=category)
    notes = school_class.activity(NOTES, "5", category_id=apart)
    first, second, third, fourth = school_class.students()[:4]
    numbers = {
        ESSAY: aeries.adds(book, ESSAY, "20"),
        LAB: aeries.adds(book, LAB, "30", grading_completed=True),
        BELL_WORK: aeries.adds(book, BELL_WORK, "5"),
        QUIZ: aeries.adds(book, QUIZ, "10"),
    }
    for student, mark in ((first, "17"), (second, "18"), (fourth, "11")):
        aeries.types(book, numbers[ESSAY], student, mark)
    for student, value in ((first, "17"), (third, "16"), (fourth, "12")):
        school_class.save(essay, student, value)
    aeries.types(book, numbers[LAB], first, "28.5")
    school_class.save(worksheet, first, "12")
    school_class.save(worksheet, second, Mark(MarkKind.EXCUSED))
    return Filled(school_class, essay, worksheet, notes, numbers)


def row(page: Page, title: str) -> Locator:
    """The row of a screen that asks about the item with this title."""
    return page.locator("[data-row]").filter(has=page.get_by_role("heading", name=title, exact=True))


def pick(page: Page, title: str, answer: str) -> None:
    """Presses one of the three answers, as a mouse does."""
    row(page, title).locator(".pick").filter(has_text=answer).click()
