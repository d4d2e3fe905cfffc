"""Backup and restore in a browser: the file, its preview, the restore, and what follows in Aeries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Class, check_everywhere
from twinbook.sync import overview

pytestmark = pytest.mark.django_db(transaction=True)

QUIZ = "Quiz on rivers"


def test_from_the_file_to_both_gradebooks(
    teacher_page: Page, joined: Class, running_worker: None, tmp_path: Path
) -> None:
    page = teacher_page
    sis = joined.students()[0]
    quiz = joined.agreed(QUIZ, {sis: "8"})
    page.goto(f"/classes/{joined.id}/setup/")
    page.get_by_role("link", name="Backup and restore").click()
    check_everywhere(page, picture="backup")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download a backup").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    kept = json.loads(file.read_text())
    assert (len(kept["lms"]["scores"]), len(kept["aeries"])) == (1, 1)
    joined.save(quiz, sis, "1")
    joined.look()
    page.get_by_label("Backup file").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    row = page.get_by_role("row").filter(has_text=QUIZ)
    expect(row.get_by_role("cell").last).to_have_text("8")
    # Only an ended run has it: until then the page loads itself anew.
    expect(page.get_by_role("button", name="Restore now")).to_be_visible()
    check_everywhere(page, picture="restore-preview")
    assert joined.value(quiz, sis) == "1"
    page.get_by_role("button", name="Restore now").click()
    expect(page.get_by_text("The class is paused now.")).to_be_visible()
    assert joined.value(quiz, sis) == "8"
    assert overview.class_sync(joined.id)["state"] == "paused"
    check_everywhere(page, picture="restore-done")
    page.get_by_role("button", name="Show what would follow in Aeries").click()
    page.get_by_role("button", name="Confirm, and sync again").click()
    expect(page.get_by_text("Done.", exact=True)).to_be_visible()
    assert joined.aeries.mark(joined.gradebook, QUIZ, sis) == "8"
    assert overview.class_sync(joined.id)["state"] == "synced"


def test_a_file_that_cannot_be_used_says_so_at_the_field(
    teacher_page: Page, joined: Class, tmp_path: Path
) -> None:
    page = teacher_page
    file = tmp_path / "notes.json"
    file.write_text("{}")
    page.goto(f"/classes/{joined.id}/backup/")
    page.get_by_label("Backup file").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator(".errors, .errorlist").first).to_contain_text("no backup of a class")
    check_everywhere(page, picture="restore-refused")
