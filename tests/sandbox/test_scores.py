"""Scores over the API: documented shapes, defaults and traps (reference §12)."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Address

ALLAN, MAYA, PETER, ROSA = 99400001, 99400156, 99400318, 99402373
QUIZ = "/gradebooks/4500001/assignments/1"
FIELDS = {
    "StudentID", "GradebookNumber", "AssignmentNumber", "Mark", "NumberCorrect", "NumberCorrectPossible",
    "PointsEarned", "PointsPossible", "PercentCorrect", "DateCompleted", "IsMissing", "RuleNumberApplied",
    "IsRuleReplacingScore", "RuleReplacedScore", "StandardScores",
}  # fmt: skip


@pytest.fixture
def quiz(aeries: Address, control: Address) -> Address:
    """A quiz of 40 questions worth 100 points, due on 2020-10-09."""
    body = {
        "Description": "Quiz",
        "NumberCorrectPossible": 40,
        "PointsPossible": 100,
        "DateDue": "2020-10-09",
    }
    assert aeries.post("/gradebooks/4500001/assignments", body).status_code == 201
    return aeries


def post(aeries: Address, *items: Any, path: str = QUIZ) -> dict[int, Any]:
    answer = aeries.post(f"{path}/scores", list(items))
    assert answer.status_code == 200, answer.text
    return {row["StudentID"]: row for row in answer.json()}


def test_a_write_answers_all_scores_of_the_assignment(quiz: Address) -> None:
    answered = post(quiz, {"StudentID": ALLAN, "NumberCorrect": 30})
    assert set(answered) == {ALLAN, MAYA, PETER, ROSA}
    row = answered[ALLAN]
    assert set(row) == FIELDS
    assert row["Mark"] == "30.0000"
    assert (row["NumberCorrect"], row["PointsEarned"], row["PercentCorrect"]) == (30, 75, 75)
    assert row["DateCompleted"] == "2020-10-09T00:00:00"
    assert answered[MAYA]["Mark"] == ""
    assert quiz.get(f"{QUIZ}/scores").json() == list(answered.values())
    assert quiz.get(f"{QUIZ}/scores/{ALLAN}").json() == row


def test_both_routes_mean_the_same_assignment(quiz: Address) -> None:
    unique_id = quiz.get(QUIZ).json()["UniqueID"]
    by_id = f"/gradebooks/assignments/{unique_id}"
    post(quiz, {"StudentID": ALLAN, "NumberCorrect": 1}, path=by_id)
    assert quiz.get(f"{by_id}/scores").json() == quiz.get(f"{QUIZ}/scores").json()
    assert quiz.get(f"{by_id}/scores/{ALLAN}").json()["NumberCorrect"] == 1


@pytest.mark.parametrize("text", ["2020-10-03", "2020/10/03", "2020-10-03T10:00:00"])
def test_a_date_completed_is_taken(quiz: Address, text: str) -> None:
    answered = post(quiz, {"StudentID": ALLAN, "NumberCorrect": 1, "DateCompleted": text})
    assert answered[ALLAN]["DateCompleted"] == "2020-10-03T00:00:00"


def test_an_entered_zero_is_not_a_blank(quiz: Address) -> None:
    answered = post(quiz, {"StudentID": ALLAN, "NumberCorrect": 0})
    assert (answered[ALLAN]["Mark"], answered[MAYA]["Mark"]) == ("0.0000", "")
    assert answered[ALLAN]["NumberCorrect"] == answered[MAYA]["NumberCorrect"] == 0
    assert (answered[ALLAN]["DateCompleted"] is None, answered[MAYA]["DateCompleted"] is None) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    ("sent", "stored", "points"),
    [("33.3333", "33.3333", "83.3333"), ("0.00005", "0.0001", "0.0003"), ("41.5", "41.5000", "103.7500")],
)
def test_four_decimals_are_kept_and_more_are_rounded(
    quiz: Address, sent: str, stored: str, points: str
) -> None:
    text = f'[{{"StudentID":{ALLAN},"NumberCorrect":{sent}}}]'
    answer = quiz.post(f"{QUIZ}/scores", content=text.encode(), headers={"Content-Type": "application/json"})
    assert f'"NumberCorrect":{stored},"Mark":"{stored}"' in answer.text
    assert f'"PointsEarned":{points},' in answer.text


def test_a_number_may_stand_in_a_string(quiz: Address) -> None:
    assert post(quiz, {"StudentID": str(ALLAN), "NumberCorrect": "8.5"})[ALLAN]["NumberCorrect"] == 8.5


def test_an_empty_array_just_reads(quiz: Address) -> None:
    before = quiz.get(f"{QUIZ}/scores").json()
    assert list(post(quiz).values()) == before


@pytest.mark.parametrize("body", [{"StudentID": ALLAN, "NumberCorrect": 1}, "x", 3, None])
def test_a_body_that_is_no_array_is_refused(quiz: Address, body: Any) -> None:
    answer = quiz.request("POST", f"{QUIZ}/scores", json=body)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "element",
    [
        {"StudentID": ALLAN, "NumberCorrect": None},
        {"StudentID": ALLAN},
        {"StudentID": ALLAN, "DateCompleted": "2020-10-02"},
        {"StudentID": None, "NumberCorrect": 3},
        {"StudentID": 1, "NumberCorrect": 3},
        {"StudentID": 99000007, "NumberCorrect": 3},
        {},
    ],
)
def test_elements_that_mean_nothing_are_ignored(quiz: Address, element: Any) -> None:
    post(quiz, {"StudentID": ALLAN, "NumberCorrect": 5})
    before = quiz.get(f"{QUIZ}/scores").json()
    answered = post(quiz, element, {"StudentID": MAYA, "NumberCorrect": 6})
    assert answered[MAYA]["NumberCorrect"] == 6
    unchanged = [row for row in answered.values() if row["StudentID"] != MAYA]
    assert unchanged == [row for row in before if row["StudentID"] != MAYA]


@pytest.mark.parametrize(
    ("setting", "mark", "status"),
    [("ignore", "5.0000", 200), ("clear", "", 200), ("zero", "0.0000", 200), ("error", "5.0000", 400)],
)
@pytest.mark.parametrize(
    ("switch", "element"), [("score_null", {"NumberCorrect": None}), ("score_absent", {})]
)
def test_what_no_number_does_is_a_switch(
    quiz: Address,
    control: Address,
    switch: str,
    element: dict[str, Any],
    setting: str,
    mark: str,
    status: int,
) -> None:
    post(quiz, {"StudentID": ALLAN, "NumberCorrect": 5})
    control.post("/switches", {switch: setting})
    answer = quiz.post(f"{QUIZ}/scores", [{"StudentID": ALLAN, **element}])
    assert answer.status_code == status
    assert quiz.get(f"{QUIZ}/scores/{ALLAN}").json()["Mark"] == mark


BAD = [
    {"StudentID": ALLAN, "NumberCorrect": -1},
    {"StudentID": ALLAN, "NumberCorrect": "A"},
    {"StudentID": ALLAN, "NumberCorrect": ""},
    {"StudentID": ALLAN, "NumberCorrect": True},
    {"StudentID": ALLAN, "NumberCorrect": 1, "DateCompleted": "tomorrow"},
    "x",
]


@pytest.mark.parametrize("element", BAD)
def test_a_bad_element_is_refused_and_good_ones_are_stored(
    quiz: Address, control: Address, element: Any
) -> None:
    good = {"StudentID": MAYA, "NumberCorrect": 6}
    assert quiz.post(f"{QUIZ}/scores", [element, good]).status_code == 400
    assert quiz.get(f"{QUIZ}/scores/{MAYA}").json()["Mark"] == "6.0000"
    assert quiz.get(f"{QUIZ}/scores/{ALLAN}").json()["Mark"] == ""
    control.post("/switches", {"score_batch": "atomic"})
    assert quiz.post(f"{QUIZ}/scores", [{**good, "NumberCorrect": 9}, element]).status_code == 400
    assert quiz.get(f"{QUIZ}/scores/{MAYA}").json()["Mark"] == "6.0000"


@pytest.mark.parametrize(
    ("switch", "items"),
    [
        ("score_unknown_student", [{"StudentID": 1, "NumberCorrect": 3}]),
        ("score_not_in_gradebook", [{"StudentID": 99000007, "NumberCorrect": 3}]),
        ("score_over_max", [{"StudentID": ALLAN, "NumberCorrect": 41}]),
        ("score_decimals", [{"StudentID": ALLAN, "NumberCorrect": "1.23456"}]),
        (
            "score_duplicate",
            [{"StudentID": ALLAN, "NumberCorrect": 1}, {"StudentID": ALLAN, "NumberCorrect": 2}],
        ),
    ],
)
def test_tolerated_elements_can_be_errors(
    quiz: Address, control: Address, switch: str, items: list[Any]
) -> None:
    assert quiz.post(f"{QUIZ}/scores", items).status_code == 200
    control.post("/switches", {switch: "error"})
    assert quiz.post(f"{QUIZ}/scores", items).status_code == 400


def test_the_last_of_two_scores_of_one_student_wins(quiz: Address) -> None:
    twice = [{"StudentID": ALLAN, "NumberCorrect": 1}, {"StudentID": ALLAN, "NumberCorrect": 2}]
    assert post(quiz, *twice)[ALLAN]["NumberCorrect"] == 2


def test_a_largest_batch(quiz: Address, control: Address) -> None:
    control.post("/switches", {"score_max_batch": 1})
    items = [{"StudentID": ALLAN, "NumberCorrect": 1}, {"StudentID": MAYA, "NumberCorrect": 2}]
    assert quiz.post(f"{QUIZ}/scores", items).status_code == 400
    assert quiz.post(f"{QUIZ}/scores", items[:1]).status_code == 200


def test_a_dropped_student_gets_no_score_and_keeps_the_old_one(quiz: Address, control: Address) -> None:
    post(quiz, {"StudentID": ALLAN, "NumberCorrect": 5})
    control.delete(f"/gradebooks/4500001/students/{ALLAN}")
    assert post(quiz, {"StudentID": ALLAN, "NumberCorrect": 9})[ALLAN]["NumberCorrect"] == 5


@pytest.mark.parametrize("mark", ["NA", "TX", "MI", "95%"])
@pytest.mark.parametrize("setting", ["replace", "ignore", "error"])
def test_a_number_over_a_special_mark(quiz: Address, control: Address, mark: str, setting: str) -> None:
    control.put(f"{QUIZ}/scores/{ALLAN}", {"mark": mark})
    control.post("/switches", {"overwrite_special_mark": setting})
    answer = quiz.post(f"{QUIZ}/scores", [{"StudentID": ALLAN, "NumberCorrect": 7}])
    stays = setting != "replace" and mark != "95%"
    assert answer.status_code == (400 if stays and setting == "error" else 200)
    assert quiz.get(f"{QUIZ}/scores/{ALLAN}").json()["Mark"] == (mark if stays else "7.0000")


@pytest.mark.parametrize(
    ("typed", "mark", "number", "points"),
    [
        ("17", "17", 17, 42.5),
        ("44", "44", 44, 110),
        ("95%", "95%", 38, 95),
        ("na", "NA", 0, 0),
        ("TX", "TX", 0, 0),
        ("mi", "MI", 0, 0),
        ("CR", "CR", 40, 100),
        ("", "", 0, 0),
    ],
)
def test_marks_typed_by_a_teacher_as_the_api_shows_them(
    quiz: Address, control: Address, typed: str, mark: str, number: float, points: float
) -> None:
    post(quiz, {"StudentID": ALLAN, "NumberCorrect": 3})
    assert control.put(f"{QUIZ}/scores/{ALLAN}", {"mark": typed}).status_code == 200
    row = quiz.get(f"{QUIZ}/scores/{ALLAN}").json()
    assert (row["Mark"], row["NumberCorrect"], row["PointsEarned"]) == (mark, number, points)
    assert (row["DateCompleted"] is None) == (mark == "")


@pytest.mark.parametrize("typed", ["A", "-1", "1.23456", "12 apples", "%", "x%", "1e3", "toolong"])
def test_a_teacher_cannot_type_nonsense(quiz: Address, control: Address, typed: str) -> None:
    post(quiz, {"StudentID": ALLAN, "NumberCorrect": 3})
    answer = control.put(f"{QUIZ}/scores/{ALLAN}", {"mark": typed})
    assert answer.status_code == 400
    assert "message" in answer.json()
    assert quiz.get(f"{QUIZ}/scores/{ALLAN}").json()["Mark"] == "3.0000"


def test_a_write_uses_the_rows_own_maximum(quiz: Address, control: Address) -> None:
    control.put(f"{QUIZ}/scores/{ALLAN}", {"mark": "10", "number_correct_possible": "20"})
    row = post(quiz, {"StudentID": ALLAN, "NumberCorrect": 15})[ALLAN]
    assert (row["NumberCorrectPossible"], row["PointsEarned"], row["PercentCorrect"]) == (20, 75, 75)


@pytest.mark.parametrize(
    ("mark", "completed", "missing"),
    [
        ("", False, False), ("", True, True), ("0", True, False), ("NA", True, False), ("TX", True, True),
        ("MI", False, True), ("NT", True, False), ("INC", True, True), ("95%", True, False),
    ],
)  # fmt: skip
def test_is_missing(quiz: Address, control: Address, mark: str, completed: bool, missing: bool) -> None:
    control.patch(QUIZ, {"grading_completed": completed})
    control.put(f"{QUIZ}/scores/{ALLAN}", {"mark": mark})
    assert quiz.get(f"{QUIZ}/scores/{ALLAN}").json()["IsMissing"] is missing


def test_a_rule_shows_in_the_score_it_replaces(quiz: Address, control: Address) -> None:
    for number in (1, 2):
        body = {
            "description": f"Q{number}",
            "category_code": "3",
            "points_possible": "10",
            "grading_completed": True,
        }
        control.post("/gradebooks/4500001/assignments", body)
    control.put(f"/gradebooks/4500001/assignments/2/scores/{ALLAN}", {"mark": "4"})
    control.put(f"/gradebooks/4500001/assignments/3/scores/{ALLAN}", {"mark": "9"})
    rule = {"number": 5, "drop": 1, "category_code": "3", "replacement": "best"}
    assert control.put("/gradebooks/4500001/rules", [rule]).status_code == 200
    row = quiz.get(f"/gradebooks/4500001/assignments/2/scores/{ALLAN}").json()
    assert (row["RuleNumberApplied"], row["IsRuleReplacingScore"], row["RuleReplacedScore"]) == (5, True, 0.9)
    assert row["NumberCorrect"] == 4


def test_scores_by_standard(aeries: Address) -> None:
    path = "/gradebooks/4454703/assignments/80"
    sent = {
        "StudentID": 99000018,
        "StandardScores": [
            {"AcademicBenchmarkID": "1C799626-9892-11E0-8388-5F489DFF4B22", "NumberCorrect": 2},
            {"AeriesStandardID": "CEL.4.RI.9", "NumberCorrect": 3.5},
        ],
    }
    row = post(aeries, sent, path=path)[99000018]
    assert [(s["StandardId"], s["NumberCorrect"]) for s in row["StandardScores"]] == [
        ("CEL.4.L.5", 2),
        ("CEL.4.RI.9", 3.5),
    ]
    assert row["NumberCorrect"] == row["PointsEarned"] == 5.5
    ignored = post(aeries, {"StudentID": 99000018, "NumberCorrect": 1}, path=path)[99000018]
    assert ignored["NumberCorrect"] == 5.5


def test_rubric_rows_have_no_maximum_and_points_equal_the_number(aeries: Address, control: Address) -> None:
    control.patch("/gradebooks/4500001", {"settings": {"DoingRubric": True}})
    aeries.post(
        "/gradebooks/4500001/assignments", {"Description": "R", "PointsPossible": 5, "RubricAssignment": True}
    )
    row = post(aeries, {"StudentID": ALLAN, "NumberCorrect": 3})[ALLAN]
    assert (row["NumberCorrectPossible"], row["PointsPossible"], row["PercentCorrect"]) == (0, 0, 0)
    assert row["NumberCorrect"] == row["PointsEarned"] == 3


def test_blank_numbers_may_be_null(quiz: Address, control: Address) -> None:
    control.post("/switches", {"blank_numbers": "null"})
    row = quiz.get(f"{QUIZ}/scores/{ALLAN}").json()
    assert (row["NumberCorrect"], row["PointsEarned"], row["NumberCorrectPossible"]) == (None, None, 40)


def test_a_score_write_does_not_reach_linked_gradebooks(aeries: Address, control: Address) -> None:
    before = control.get("/gradebooks/4366927").json()
    post(aeries, {"StudentID": ALLAN, "NumberCorrect": 44}, path="/gradebooks/4366926/assignments/2")
    assert control.get("/gradebooks/4366927").json() == before


def test_no_number_is_ever_a_float(quiz: Address, control: Address) -> None:
    text = '[{"StudentID":99400001,"NumberCorrect":0.1},{"StudentID":99400156,"NumberCorrect":16.6667}]'
    quiz.post(f"{QUIZ}/scores", content=text.encode(), headers={"Content-Type": "application/json"})
    scores = control.get("/gradebooks/4500001").json()["assignments"][0]["scores"]
    assert scores["99400001"]["number_correct"] == "0.1"
    assert Decimal(scores["99400156"]["points_earned"]) == Decimal("41.6668")
