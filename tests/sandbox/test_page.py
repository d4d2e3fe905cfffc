"""The web page, as a browser without JavaScript uses it."""

import re
from html import unescape

import httpx2
import pytest

from aeries_sandbox.sandbox import Sandbox
from tests.sandbox.conftest import Address

ALLAN = 99400001
BOOK = "/gradebooks/4366926"


@pytest.fixture
def browser(sandbox: Sandbox, loopback: httpx2.Client) -> Address:
    return Address(loopback, sandbox.url, {"Origin": sandbox.url})


def fields(page: httpx2.Response, action: str) -> dict[str, str]:
    """The fields of a form as a browser would send them back."""
    form = page.text.partition(f'action="{action}"')[2].partition("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") == "checkbox" and " checked" not in tag:
            continue
        sent[unescape(attributes["name"])] = unescape(attributes["value"])
    for name, options in re.findall(r'<select name="([^"]*)">(.*?)</select>', form):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        assert chosen is not None
        sent[name] = chosen[1]
    return sent


def submit(browser: Address, page: httpx2.Response, action: str, **changes: str) -> httpx2.Response:
    return browser.request("POST", action, data={**fields(page, action), **changes})


def test_the_list_leads_to_every_gradebook(browser: Address, control: Address) -> None:
    control.post("/reset", {"seed": "demo"})
    page = browser.get("/")
    links = re.findall(r'href="(/gradebooks/\d+)"', page.text)
    assert len(links) == len(control.get("/gradebooks").json()["items"])
    for link in links:
        assert browser.get(link).status_code == 200
    assert "<script" not in page.text + browser.get(links[0]).text


def test_a_gradebook_shows_students_scores_and_grades(browser: Address) -> None:
    page = browser.get(BOOK)
    assert "Abbott, Allan" in page.text
    assert "Chapter 1 Test" in page.text
    assert fields(page, f"{BOOK}/scores")[f"cell.2.{ALLAN}"] == "20"
    assert "40.00 F" in page.text


def test_typing_into_a_cell_and_saving(browser: Address, control: Address, aeries: Address) -> None:
    page = browser.get(BOOK)
    answer = submit(browser, page, f"{BOOK}/scores", **{f"cell.2.{ALLAN}": "95%", "cell.2.99400156": "ta"})
    assert answer.status_code == 303
    assert answer.headers["location"] == BOOK
    scores = control.get(BOOK).json()["assignments"][0]["scores"]
    assert (scores[str(ALLAN)]["mark"], scores["99400156"]["mark"]) == ("95%", "TA")


def test_saving_leaves_scores_alone_that_came_in_meanwhile(
    browser: Address, aeries: Address, control: Address
) -> None:
    page = browser.get(BOOK)
    aeries.post(f"{BOOK}/assignments/2/scores", [{"StudentID": ALLAN, "NumberCorrect": 33}])
    submit(browser, page, f"{BOOK}/scores", **{"cell.2.99400156": "7"})
    scores = control.get(BOOK).json()["assignments"][0]["scores"]
    assert (scores[str(ALLAN)]["mark"], scores["99400156"]["mark"]) == ("33", "7")
    assert fields(browser.get(BOOK), f"{BOOK}/scores")[f"cell.2.{ALLAN}"] == "33"


def test_a_wrong_mark_comes_back_with_the_reason(browser: Address, control: Address) -> None:
    answer = submit(browser, browser.get(BOOK), f"{BOOK}/scores", **{f"cell.2.{ALLAN}": "A"})
    assert answer.status_code == 400
    assert "neither a number nor a percentage" in answer.text
    assert control.get(BOOK).json()["assignments"][0]["scores"][str(ALLAN)]["mark"] == "20"


def test_adding_editing_and_deleting_an_assignment(browser: Address, control: Address) -> None:
    book = "/gradebooks/4500001"
    submit(
        browser,
        browser.get(book),
        f"{book}/new-assignment",
        description='Quiz <1> & "2"',
        points_possible="12",
    )
    (added,) = control.get(book).json()["assignments"]
    assert (added["description"], added["points_possible"], added["number_correct_possible"]) == (
        'Quiz <1> & "2"',
        "12",
        "12",
    )
    assert "Quiz &lt;1&gt; &amp;" in browser.get(book).text
    shown = browser.get(f"{book}/assignments/1")
    submit(browser, shown, f"{book}/assignments/1/edit", assignment_number="5", grading_completed="on")
    (edited,) = control.get(book).json()["assignments"]
    assert edited == {**added, "assignment_number": 5, "grading_completed": True}
    submit(browser, browser.get(f"{book}/assignments/5"), f"{book}/assignments/5/delete")
    assert control.get(book).json()["assignments"][0]["deleted"] is True
    assert browser.get(f"{book}/assignments/5").status_code == 404


def test_dropping_a_student_and_changing_options(browser: Address, control: Address) -> None:
    action = f"{BOOK}/students"
    submit(browser, browser.get(BOOK), action, student_id=str(ALLAN), day="2020-09-01", act="drop")
    assert control.get(BOOK).json()["students"][0]["end_date"] == "2020-09-01"
    assert "left 2020-09-01" in browser.get(BOOK).text
    submit(
        browser, browser.get(BOOK), f"{BOOK}/options", locked="on", CountCompletedNow="on", linked_group="0"
    )
    truth = control.get(BOOK).json()
    assert (truth["locked"], truth["linked_group"]) == (True, 0)
    assert (truth["settings"]["CountCompletedNow"], truth["settings"]["DoingWeight"]) == (True, True)


def test_categories_are_renamed_weighed_added_and_deleted(browser: Address, control: Address) -> None:
    book = "/gradebooks/4500001"
    before = control.get(book).json()["categories"]
    action = f"{book}/categories"
    changes = {
        "name.0": "Home work",
        "percent.0": "15",
        "delete.5": "on",
        "new_name": "Labs",
        "new_percent": "5",
    }
    assert submit(browser, browser.get(book), action, **changes).status_code == 303
    after = {row["code"]: row for row in control.get(book).json()["categories"]}
    assert (after["0"]["description"], after["0"]["percent"]) == ("Home work", "15")
    assert "5" not in after
    assert after["1"] == {"code": "1", "description": "Labs", "percent": "5"}
    assert len(after) == len(before)
    wrong = submit(browser, browser.get(book), action, **{"percent.0": "many"})
    assert wrong.status_code == 400 and "must be a number" in wrong.text


def test_copying_backing_up_restoring_and_ending_a_term(browser: Address, control: Address) -> None:
    number = 99400001
    copied = submit(browser, browser.get(BOOK), f"{BOOK}/copy", name="Next year's")
    copy = control.get(copied.headers["location"]).json()
    assert (copy["name"], copy["students"]) == ("Next year's", [])
    assert [row["description"] for row in copy["assignments"]] == ["Chapter 1 Test"]
    before = control.get(BOOK).json()
    assert f"{BOOK}/restore" not in browser.get(BOOK).text
    submit(browser, browser.get(BOOK), f"{BOOK}/backup")
    submit(browser, browser.get(BOOK), f"{BOOK}/scores", **{f"cell.2.{number}": "3"})
    assert control.get(BOOK).json() != before
    submit(browser, browser.get(BOOK), f"{BOOK}/restore", mode="same_ids")
    assert control.get(BOOK).json() == before
    submit(browser, browser.get(BOOK), f"{BOOK}/end-term", code="F", end_date="2020-09-30")
    assert control.get(BOOK).json()["terms"][0]["end_date"] == "2020-09-30"
    wrong = submit(browser, browser.get(BOOK), f"{BOOK}/end-term", code="F", end_date="2019-01-01")
    assert wrong.status_code == 400 and "starts on" in wrong.text


def test_pushing_a_copy_and_scaling(browser: Address, control: Address) -> None:
    other = "/gradebooks/4500001"
    shown = browser.get(f"{BOOK}/assignments/2")
    assert submit(browser, shown, f"{BOOK}/assignments/2/push", to="4500001").headers["location"] == other
    assert [row["description"] for row in control.get(other).json()["assignments"]] == ["Chapter 1 Test"]
    scaled = {"DoingMinMaxAssignmentValues": "on", "MinAssignmentValue": "50"}
    submit(browser, browser.get(other), f"{other}/options", **scaled)
    settings = control.get(other).json()["settings"]
    assert settings["DoingMinMaxAssignmentValues"] is True
    assert (settings["MinAssignmentValue"], settings["MaxAssignmentValue"]) == ("50", "100")


def test_unknown_pages_and_foreign_forms(browser: Address, loopback: httpx2.Client, sandbox: Sandbox) -> None:
    assert browser.get("/gradebooks/1").status_code == 404
    assert browser.get("/gradebooks/1/x").status_code == 404
    assert browser.request("POST", BOOK).status_code == 404
    foreign = loopback.post(f"{sandbox.url}{BOOK}/options", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 404
    assert browser.get("/style.css").headers["content-type"] == "text/css; charset=utf-8"
