"""Assignments over the API: documented shapes, defaults and traps (reference §11, §13)."""

from typing import Any

import pytest

from tests.sandbox.conftest import Address

ALONE = "/gradebooks/4500001"
LINKED = "/gradebooks/4366926"
SIBLING = "/gradebooks/4366927"
FIELDS = {
    "GradebookNumber", "AssignmentNumber", "UniqueID", "ExternalID", "Description", "Comment", "AssignmentCategory",
    "DateAssigned", "DateDue", "DueTime", "NumberCorrectPossible", "PointsPossible", "GradingCompleted",
    "FormativeSummativeIndicator", "RubricAssignment", "InputScoresByStandard", "Standards", "NarrativeGradeSetID",
    "NarrativeGradeSet", "VisibleToParents", "ScoresVisibleToParents", "AllowStudentDropBox", "AeriesAnalyticsExamID",
    "AeriesAnalyticsExamTestAdmin",
}  # fmt: skip
EXAMPLE = {
    "Description": "Test the Aeries API",
    "AssignmentCategoryCode": "2",
    "DateAssigned": "2020-09-27",
    "DateDue": "2020-10-17",
    "NumberCorrectPossible": 50,
    "PointsPossible": 50,
    "Comment": "how it goes",
    "FormativeSummativeIndicator": "S",
    "RubricAssignment": False,
    "ExternalID": "lx1:1:2",
    "CreateInLinkedGradebooksToo": False,
}


def insert(aeries: Address, gradebook: str = ALONE, **fields: Any) -> Any:
    answer = aeries.post(f"{gradebook}/Assignments", fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_documented_assignment(aeries: Address) -> None:
    (listed,) = aeries.get(f"{LINKED}/assignments").json()
    assert set(listed) == FIELDS
    assert aeries.get(f"{LINKED}/assignments/2").json() == listed
    assert aeries.get("/gradebooks/Assignments/76289310-6acf-4124-9a42-057684dce9f2").json() == listed
    assert listed["DateDue"] == "2020-08-28T00:00:00"
    assert listed["DueTime"] == "0001-01-01T00:00:00"
    assert listed["AssignmentCategory"] == {
        "Code": "2",
        "Description": "Test",
        "PercentageOfGrade": 25.0,
        "Color": "FF0000",
        "GradebookNumber": 4366926,
    }


def test_standards_of_an_assignment(aeries: Address) -> None:
    assignment = aeries.get("/gradebooks/4454703/assignments/80").json()
    assert assignment["InputScoresByStandard"] is True
    assert [row["StandardId"] for row in assignment["Standards"]] == ["CEL.4.L.5", "CEL.4.RI.9"]


def test_an_insert_answers_an_array_with_what_was_stored(aeries: Address) -> None:
    (added,) = insert(aeries, **EXAMPLE)
    assert added["AssignmentNumber"] == 1
    assert added["Description"] == "Test the Aeries API"
    assert added["AssignmentCategory"]["Code"] == "2"
    assert added["DateAssigned"] == "2020-09-27T00:00:00"
    assert added["DateDue"] == "2020-10-17T00:00:00"
    assert added["ExternalID"] == "lx1:1:2"
    assert added["GradingCompleted"] is False
    assert added["UniqueID"] == added["UniqueID"].upper()
    assert aeries.get(f"{ALONE}/assignments").json() == [added]


def test_an_insert_creates_blank_rows_for_everyone(aeries: Address) -> None:
    insert(aeries, Description="x", PointsPossible=20)
    scores = aeries.get(f"{ALONE}/assignments/1/scores").json()
    assert [row["StudentID"] for row in scores] == [99400001, 99400156, 99400318, 99402373]
    for row in scores:
        assert row["Mark"] == ""
        assert row["NumberCorrect"] == 0
        assert row["DateCompleted"] is None
        assert row["NumberCorrectPossible"] == 20


def test_inserting_twice_makes_two(aeries: Address) -> None:
    first, second = insert(aeries, **EXAMPLE)[0], insert(aeries, **EXAMPLE)[0]
    assert (first["AssignmentNumber"], second["AssignmentNumber"]) == (1, 2)
    assert first["UniqueID"] != second["UniqueID"]


@pytest.mark.parametrize("code", [None, "9", "", "homework"])
def test_an_unknown_category_silently_becomes_the_first(aeries: Address, code: str | None) -> None:
    (added,) = insert(aeries, Description="x", PointsPossible=1, AssignmentCategoryCode=code)
    assert added["AssignmentCategory"]["Code"] == "0"


@pytest.mark.parametrize(
    ("given", "assigned", "due"),
    [
        ({}, "2020-10-01", "2020-10-01"),
        ({"DateDue": "2020-10-09"}, "2020-10-09", "2020-10-09"),
        ({"DateAssigned": "2020/10/05", "DateDue": None}, "2020-10-05", "2020-10-05"),
        ({"DateAssigned": "2020-10-05", "DateDue": "2020-10-09"}, "2020-10-05", "2020-10-09"),
    ],
)
def test_dates_of_an_insert(aeries: Address, given: dict[str, Any], assigned: str, due: str) -> None:
    (added,) = insert(aeries, Description="x", PointsPossible=1, **given)
    assert added["DateAssigned"] == f"{assigned}T00:00:00"
    assert added["DateDue"] == f"{due}T00:00:00"


@pytest.mark.parametrize(
    ("given", "possible", "points"),
    [
        ({"PointsPossible": 12.5}, 12.5, 12.5),
        ({"PointsPossible": 100, "NumberCorrectPossible": 40}, 40, 100),
        ({"PointsPossible": 100, "NumberCorrectPossible": 0}, 100, 100),
        ({}, 0, 0),
        ({"NumberCorrectPossible": 8}, 8, 0),
        ({"PointsPossible": "7.5"}, 7.5, 7.5),
    ],
)
def test_maxima_of_an_insert(aeries: Address, given: dict[str, Any], possible: float, points: float) -> None:
    (added,) = insert(aeries, Description="x", **given)
    assert (added["NumberCorrectPossible"], added["PointsPossible"]) == (possible, points)


@pytest.mark.parametrize("body", [{"PointsPossible": 1}, {"Description": None, "PointsPossible": 1}])
def test_a_description_may_be_empty_but_not_absent(aeries: Address, body: dict[str, Any]) -> None:
    assert aeries.post(f"{ALONE}/assignments", body).status_code == 400
    assert insert(aeries, Description="", PointsPossible=1)[0]["Description"] == ""
    assert len(aeries.get(f"{ALONE}/assignments").json()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"Description": "x" * 256, "PointsPossible": 1},
        {"Description": "x", "PointsPossible": -1},
        {"Description": "x", "PointsPossible": "many"},
        {"Description": "x", "PointsPossible": 1, "DateDue": "soon"},
        {"Description": "x", "PointsPossible": 1, "ExternalID": "e" * 51},
        ["Description"],
    ],
)
def test_bad_inserts_are_refused_and_store_nothing(aeries: Address, body: Any) -> None:
    answer = aeries.post(f"{ALONE}/assignments", body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["Message"]
    assert aeries.get(f"{ALONE}/assignments").json() == []


def test_an_invalid_indicator_becomes_summative(aeries: Address) -> None:
    assert (
        insert(aeries, Description="x", FormativeSummativeIndicator="q")[0]["FormativeSummativeIndicator"]
        == "S"
    )
    assert (
        insert(aeries, Description="x", FormativeSummativeIndicator="F")[0]["FormativeSummativeIndicator"]
        == "F"
    )


def test_rubric_needs_a_rubric_gradebook(aeries: Address, control: Address) -> None:
    (plain,) = insert(aeries, Description="x", PointsPossible=10, RubricAssignment=True)
    assert (plain["RubricAssignment"], plain["PointsPossible"]) == (False, 10)
    control.patch(ALONE, {"settings": {"DoingRubric": True}})
    (rubric,) = insert(aeries, Description="x", PointsPossible=10, RubricAssignment=True)
    assert (rubric["RubricAssignment"], rubric["PointsPossible"], rubric["NumberCorrectPossible"]) == (
        True,
        0,
        0,
    )


def test_property_names_in_any_case_unknown_ones_ignored_trailing_commas(aeries: Address) -> None:
    body = b'{"description": "a, } b,]", "POINTSPOSSIBLE": 3, "Colour": "red",}'
    answer = aeries.request(
        "POST", f"{ALONE}/assignments", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 201
    assert (answer.json()[0]["Description"], answer.json()[0]["PointsPossible"]) == ("a, } b,]", 3)


def test_unsafe_characters_are_stored_and_stripped_on_output(aeries: Address, control: Address) -> None:
    (added,) = insert(aeries, Description='Say "hi" <b>', Comment="1 < 2", PointsPossible=1)
    assert (added["Description"], added["Comment"]) == ("Say hi b", "1  2")
    assert control.get(ALONE).json()["assignments"][0]["description"] == 'Say "hi" <b>'
    control.post("/switches", {"strip_unsafe_text": "off"})
    assert aeries.get(f"{ALONE}/assignments/1").json()["Description"] == 'Say "hi" <b>'
    control.post("/switches", {"strip_unsafe_text": "input"})
    insert(aeries, Description='"x"', PointsPossible=1)
    assert control.get(ALONE).json()["assignments"][1]["description"] == "x"


def test_an_insert_reaches_linked_gradebooks_by_default(aeries: Address) -> None:
    both = insert(aeries, LINKED, Description="x", PointsPossible=5, ExternalID="e1")
    assert [row["GradebookNumber"] for row in both] == [4366926, 4366927]
    assert [row["AssignmentNumber"] for row in both] == [3, 3]
    assert both[0]["UniqueID"] != both[1]["UniqueID"]
    assert {row["ExternalID"] for row in both} == {"e1"}
    assert len(aeries.get(f"{SIBLING}/assignments").json()) == 2


def test_an_insert_stays_alone_when_told(aeries: Address) -> None:
    assert len(insert(aeries, LINKED, Description="x", CreateInLinkedGradebooksToo=False)) == 1
    assert len(aeries.get(f"{SIBLING}/assignments").json()) == 1


def test_shared_number_is_above_all_of_the_group(aeries: Address) -> None:
    insert(aeries, SIBLING, Description="drift", CreateInLinkedGradebooksToo=False)
    both = insert(aeries, LINKED, Description="x")
    assert [row["AssignmentNumber"] for row in both] == [4, 4]


def test_a_category_missing_in_a_sibling_becomes_its_first(aeries: Address, control: Address) -> None:
    control.post("/switches", {"teacher_spreads_to_linked": "off"})
    control.patch(SIBLING, {"categories": [{"code": "5", "description": "Reports", "percent": "100"}]})
    both = insert(aeries, LINKED, Description="x", AssignmentCategoryCode="2")
    assert [row["AssignmentCategory"]["Code"] for row in both] == ["2", "5"]


COMPLETE = {
    "Description": "Chapter 1 Test",
    "AssignmentCategoryCode": "2",
    "DateAssigned": "2020-08-24",
    "DateDue": "2020-08-28",
    "NumberCorrectPossible": 50,
    "PointsPossible": 50,
    "Comment": "Read chapter 1",
    "FormativeSummativeIndicator": "S",
    "RubricAssignment": False,
    "GradingCompleted": True,
    "ExternalID": "",
    "UpdateLinkedGradebooksToo": False,
}


def put(aeries: Address, path: str = f"{LINKED}/assignments/2", without: str = "", **changes: Any) -> Any:
    body = {name: value for name, value in {**COMPLETE, **changes}.items() if name != without}
    answer = aeries.put(path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "path", [f"{LINKED}/assignments/2", "/gradebooks/Assignments/76289310-6ACF-4124-9A42-057684DCE9F2"]
)
def test_a_complete_put_changes_only_what_it_says(aeries: Address, path: str) -> None:
    before = aeries.get(f"{LINKED}/assignments/2").json()
    (after,) = put(aeries, path, Description="Chapter 1 Exam")
    assert after == {**before, "Description": "Chapter 1 Exam"}
    assert aeries.get(f"{LINKED}/assignments/2").json() == after


@pytest.mark.parametrize("comment", ["absent", "", "   ", None])
def test_a_put_without_comment_erases_it(aeries: Address, comment: str | None) -> None:
    (after,) = put(aeries, without="Comment") if comment == "absent" else put(aeries, Comment=comment)
    assert after["Comment"] == ""


def test_a_put_without_grading_completed_clears_it(aeries: Address) -> None:
    assert put(aeries, without="GradingCompleted")[0]["GradingCompleted"] is False


def test_a_put_without_points_is_refused_and_changes_nothing(aeries: Address, control: Address) -> None:
    body = {name: value for name, value in COMPLETE.items() if name != "PointsPossible"}
    before = aeries.get(f"{LINKED}/assignments/2").json()
    assert aeries.put(f"{LINKED}/assignments/2", {**body, "Description": "y"}).status_code == 400
    assert aeries.get(f"{LINKED}/assignments/2").json() == before
    control.post("/switches", {"put_requires_points": "off"})
    (after,) = put(aeries, without="PointsPossible")
    assert after["PointsPossible"] == 50


@pytest.mark.parametrize("possible", ["absent", 0])
def test_a_put_without_number_correct_possible_takes_the_points(aeries: Address, possible: Any) -> None:
    changes = {"PointsPossible": 80}
    (after,) = (
        put(aeries, without="NumberCorrectPossible", **changes)
        if possible == "absent"
        else put(aeries, NumberCorrectPossible=possible, **changes)
    )
    assert (after["NumberCorrectPossible"], after["PointsPossible"]) == (80, 80)


@pytest.mark.parametrize(
    "name",
    [
        "Description",
        "AssignmentCategoryCode",
        "DateAssigned",
        "DateDue",
        "FormativeSummativeIndicator",
        "ExternalID",
    ],
)
def test_undocumented_absent_fields_are_kept_or_cleared(aeries: Address, control: Address, name: str) -> None:
    put(aeries, ExternalID="ours", FormativeSummativeIndicator="F")
    before = aeries.get(f"{LINKED}/assignments/2").json()
    kept = put(aeries, without=name, ExternalID="ours", FormativeSummativeIndicator="F")[0]
    assert kept == before
    control.post("/switches", {"put_absent": "clear"})
    cleared = put(aeries, without=name, ExternalID="ours", FormativeSummativeIndicator="F")[0]
    shown = "AssignmentCategory" if name == "AssignmentCategoryCode" else name
    assert cleared[shown] != before[shown]


def test_external_id_null_is_kept_or_cleared(aeries: Address, control: Address) -> None:
    put(aeries, ExternalID="ours")
    assert put(aeries, ExternalID=None)[0]["ExternalID"] == "ours"
    control.post("/switches", {"put_external_id_null": "clear"})
    assert put(aeries, ExternalID=None)[0]["ExternalID"] == ""


def test_a_wrong_category_in_a_put(aeries: Address, control: Address) -> None:
    body = {**COMPLETE, "AssignmentCategoryCode": "9", "Description": "y"}
    assert aeries.put(f"{LINKED}/assignments/2", body).status_code == 400
    assert aeries.get(f"{LINKED}/assignments/2").json()["Description"] == "Chapter 1 Test"
    control.post("/switches", {"put_bad_category": "keep"})
    assert put(aeries, AssignmentCategoryCode="9")[0]["AssignmentCategory"]["Code"] == "2"
    control.post("/switches", {"put_bad_category": "first"})
    assert put(aeries, AssignmentCategoryCode="9")[0]["AssignmentCategory"]["Code"] == "0"


def test_a_put_reaches_the_same_number_in_linked_gradebooks_by_default(aeries: Address) -> None:
    both = put(aeries, without="UpdateLinkedGradebooksToo", Description="everywhere")
    assert [row["GradebookNumber"] for row in both] == [4366926, 4366927]
    assert aeries.get(f"{SIBLING}/assignments/2").json()["Description"] == "everywhere"


def test_a_put_stays_alone_when_told(aeries: Address) -> None:
    before = aeries.get(f"{SIBLING}/assignments/2").json()
    assert len(put(aeries, Description="here")) == 1
    assert aeries.get(f"{SIBLING}/assignments/2").json() == before


def test_new_maxima_keep_the_numbers_and_change_the_points(aeries: Address, control: Address) -> None:
    put(aeries, NumberCorrectPossible=40, PointsPossible=100)
    row = aeries.get(f"{LINKED}/assignments/2/scores/99400001").json()
    assert (row["NumberCorrect"], row["PointsEarned"], row["NumberCorrectPossible"]) == (20, 50, 40)
    control.post("/switches", {"rescale_on_points_change": "scale"})
    put(aeries, NumberCorrectPossible=80, PointsPossible=100)
    row = aeries.get(f"{LINKED}/assignments/2/scores/99400001").json()
    assert (row["NumberCorrect"], row["PointsEarned"], row["Mark"]) == (40, 50, "40")


def test_a_row_with_a_maximum_of_its_own_keeps_it(aeries: Address, control: Address) -> None:
    cell = f"{LINKED}/assignments/2/scores/99400001"
    control.put(cell, {"mark": "20", "number_correct_possible": "25"})
    put(aeries, NumberCorrectPossible=100, PointsPossible=100)
    row = aeries.get(cell).json()
    assert (row["NumberCorrectPossible"], row["PointsPossible"], row["PointsEarned"]) == (25, 100, 80)


def test_a_locked_gradebook_refuses_writes(aeries: Address, control: Address) -> None:
    insert(aeries, **EXAMPLE)
    control.patch(ALONE, {"locked": True})
    assert aeries.post(f"{ALONE}/assignments", EXAMPLE).status_code == 400
    assert aeries.put(f"{ALONE}/assignments/1", COMPLETE).status_code == 400
    scores = [{"StudentID": 99400001, "NumberCorrect": 1}]
    assert aeries.post(f"{ALONE}/assignments/1/scores", scores).status_code == 400
    assert aeries.get(f"{ALONE}/assignments/1/scores/99400001").json()["Mark"] == ""


def test_a_deleted_assignment_is_gone_from_the_api_and_kept_in_the_truth(
    aeries: Address, control: Address
) -> None:
    (added,) = insert(aeries, **EXAMPLE)
    control.delete(f"{ALONE}/assignments/1")
    assert aeries.get(f"{ALONE}/assignments").json() == []
    assert aeries.get(f"{ALONE}/assignments/1").status_code == 404
    assert aeries.get(f"/gradebooks/assignments/{added['UniqueID']}").status_code == 404
    assert aeries.get(f"/gradebooks/assignments/{added['UniqueID']}/scores").status_code == 404
    assert control.get(ALONE).json()["assignments"][0]["deleted"] is True


def test_not_found_as_documented_and_as_v2_did_it(aeries: Address, control: Address) -> None:
    assert aeries.get(f"{ALONE}/assignments/7").status_code == 404
    assert aeries.get("/gradebooks/1/assignments").status_code == 404
    assert aeries.get("/gradebooks/1").status_code == 404
    assert aeries.get("/staff/1").status_code == 404
    assert aeries.get("/schools/1/students").json() == []
    control.post("/switches", {"not_found_style": "v2_quirks"})
    assert (
        aeries.get(f"{ALONE}/assignments/7").status_code,
        aeries.get(f"{ALONE}/assignments/7").json(),
    ) == (200, None)
    assert aeries.get("/gradebooks/1/assignments").json() == []
    assert set(aeries.get("/gradebooks/1/FinalMarks").json()) == {None}
    assert aeries.get("/gradebooks/1/F/students").json() == []
    assert aeries.get(f"{ALONE}/F/students/1").json()["StudentID"] == 0
    assert aeries.get("/staff/1").json() == []
    broken = aeries.get(f"{ALONE}/assignments/7/scores")
    assert broken.status_code == 500
    assert "Object reference not set" in broken.json()["Message"]
