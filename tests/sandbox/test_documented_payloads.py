"""The vendor's printed examples, byte for byte, there and back (reference §3.7, §11.3, §12.4, §17.4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Address

BOOK, ALONE, BY_STANDARD = "/gradebooks/4366926", "/gradebooks/4500001", "/gradebooks/4454703/assignments/80"
INSERT = """{"Description":"Test the Aeries API","AssignmentCategoryCode":"T","DateAssigned":"2017-01-27",
"DateDue":"2017-02-17","NumberCorrectPossible":50,"PointsPossible":50,"Comment":"Made through the API",
"FormativeSummativeIndicator":"S","RubricAssignment":false,"ExternalID":"","CreateInLinkedGradebooksToo":true}"""
SCORES = """[{"StudentID":99400001,"NumberCorrect":20},
{"StudentID":99400318,"NumberCorrect":42,"DateCompleted":"2017/02/17",},]"""
STANDARD_SCORES = """[{"StudentID":99000007,"StandardScores":[
{"AcademicBenchmarkID":"1C799626-9892-11E0-8388-5F489DFF4B22","NumberCorrect":2},
{"AeriesStandardID":"CEL.4.RI.9","NumberCorrect":4}]}]"""
JSON = {"Content-Type": "application/json"}


def sent(aeries: Address, path: str, text: str) -> list[dict[str, Any]]:
    answer = aeries.post(path, content=text, headers=JSON)
    assert answer.is_success, answer.text
    rows: list[dict[str, Any]] = answer.json()
    return rows


def test_the_printed_insert(aeries: Address, control: Address) -> None:
    control.patch(
        ALONE,
        {"categories": [{"code": "0", "description": "Homework"}, {"code": "T", "description": "Test"}]},
    )
    (made,) = sent(aeries, f"{ALONE}/Assignments", INSERT)
    assert made["AssignmentCategory"]["Code"] == "T"
    assert (made["DateAssigned"], made["DateDue"]) == ("2017-01-27T00:00:00", "2017-02-17T00:00:00")
    assert (made["NumberCorrectPossible"], made["PointsPossible"]) == (50, 50)
    assert (made["Description"], made["Comment"]) == ("Test the Aeries API", "Made through the API")
    assert (made["FormativeSummativeIndicator"], made["RubricAssignment"], made["ExternalID"]) == (
        "S",
        False,
        "",
    )
    assert (made["GradingCompleted"], made["DueTime"]) == (False, "0001-01-01T00:00:00")
    assert aeries.get(f"/gradebooks/Assignments/{made['UniqueID']}").json() == made
    assert aeries.get(f"{ALONE}/assignments").json() == [made]
    assert aeries.get(f"{ALONE}/assignments/{made['AssignmentNumber']}").json() == made


def test_the_printed_scores_with_their_trailing_commas(aeries: Address, control: Address) -> None:
    rows = {row["StudentID"]: row for row in sent(aeries, f"{BOOK}/assignments/2/Scores", SCORES)}
    assert len(rows) == 4
    assert (rows[99400001]["Mark"], rows[99400001]["NumberCorrect"]) == ("20.0000", 20)
    third = rows[99400318]
    assert (third["Mark"], third["DateCompleted"]) == ("42.0000", "2017-02-17T00:00:00")
    assert aeries.get(f"{BOOK}/assignments/2/scores/99400318").json() == third
    control.post("/switches", {"lenient_json": False})
    assert aeries.post(f"{BOOK}/assignments/2/Scores", content=SCORES, headers=JSON).status_code == 400


def test_the_printed_scores_by_standard(aeries: Address) -> None:
    rows = {row["StudentID"]: row for row in sent(aeries, f"{BY_STANDARD}/scores", STANDARD_SCORES)}
    row = rows[99000007]
    assert [(part["StandardId"], part["NumberCorrect"]) for part in row["StandardScores"]] == [
        ("CEL.4.L.5", 2),
        ("CEL.4.RI.9", 4),
    ]
    assert row["NumberCorrect"] == row["PointsEarned"]
    assert aeries.get(f"{BY_STANDARD}/scores/99000007").json() == row


@pytest.mark.parametrize(
    "path", [f"{BOOK}/assignments/2", "/gradebooks/Assignments/76289310-6ACF-4124-9A42-057684DCE9F2"]
)
def test_what_is_read_can_be_put_back_and_changes_nothing(
    aeries: Address, control: Address, path: str
) -> None:
    """The complete eleven fields of an update, from a read."""
    read = aeries.get(path).json()
    names = ["Description", "Comment", "DateAssigned", "DateDue", "NumberCorrectPossible", "PointsPossible"]
    names += ["GradingCompleted", "FormativeSummativeIndicator", "RubricAssignment", "ExternalID"]
    body = {name: read[name] for name in names}
    body |= {"AssignmentCategoryCode": read["AssignmentCategory"]["Code"], "UpdateLinkedGradebooksToo": False}
    before = control.get("/gradebooks").json()
    assert aeries.put(path, body).json() == [read]
    assert control.get("/gradebooks").json() == before
