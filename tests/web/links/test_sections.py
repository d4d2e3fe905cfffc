"""The page of sections: taking another section in, and the way to its gradebook."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.district_and_sandbox import Class
from tests.path.combined import FIRST, SECOND
from tests.web.conftest import check_everywhere
from twinbook.district.models import ClassSection


def test_a_section_is_taken_in_and_its_gradebook_can_be_joined(teacher_page: Page, joined: Class) -> None:
    page = teacher_page
    page.goto(f"/classes/{joined.id}/setup/")
    page.get_by_role("link", name="Sections").click()
    check_everywhere(page, picture="sections")
    page.get_by_label(str(SECOND)).check()
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text(f"Section {SECOND} is in this class now.")).to_be_visible()
    rows = page.get_by_role("row")
    expect(rows.filter(has_text=str(FIRST))).to_contain_text(str(joined.gradebook))
    expect(rows.filter(has_text=str(SECOND))).to_contain_text("none yet")
    page.get_by_role("link", name="Join a further gradebook").click()
    expect(page).to_have_url(f"{page.url.split('/classes/')[0]}/classes/{joined.id}/setup/gradebook/")


def test_a_section_in_use_says_why_it_cannot_come(teacher_page: Page, joined: Class) -> None:
    other = ClassSection.objects.get(section__number=SECOND).school_class_id
    Class(other, 0, joined.aeries).activity("Essay")
    teacher_page.goto(f"/classes/{joined.id}/links/sections/")
    choice = teacher_page.get_by_label(str(SECOND))
    expect(choice).to_be_disabled()
    expect(teacher_page.get_by_text("already has activities of its own")).to_be_visible()
