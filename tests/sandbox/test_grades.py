"""Term grades as the API shows them, against the vectors of the behaviour reference (§6, §16)."""

from typing import Any

import pytest

from tests.sandbox.conftest import Address

ALLAN = 99400001
NOW = "2020-09-15"


class Class:
    """A gradebook made for one vector, with Allan as its only student."""

    def __init__(self, control: Address, aeries: Address, weights: dict[str, Any], **settings: Any) -> None:
        self.control, self.aeries = control, aeries
        body = {
            "school_code": 994,
            "staff_id": 994605,
            "name": "Vector",
            "sections": [1038],
            "terms": ["F"],
            "categories": [{"code": c, "description": c, "percent": w} for c, w in weights.items()],
            "students": [ALLAN],
            "settings": settings,
        }
        self.path = f"/gradebooks/{control.post('/gradebooks', body).json()['gradebook_number']}"

    def add(self, category: str, mark: str, points: Any, possible: Any = None, **fields: Any) -> int:
        body = {
            "description": "x",
            "category_code": category,
            "points_possible": points,
            "number_correct_possible": points if possible is None else possible,
            "grading_completed": True,
            "date_due": NOW,
            **fields,
        }
        answer = self.control.post(f"{self.path}/assignments", body)
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["assignment_number"]
        self.type(number, mark)
        return number

    def type(self, number: int, mark: str) -> None:
        typed = self.control.put(f"{self.path}/assignments/{number}/scores/{ALLAN}", {"mark": mark})
        assert typed.status_code == 200, typed.text

    def settings(self, **settings: Any) -> None:
        assert self.control.patch(self.path, {"settings": settings}).status_code == 200

    def percent(self) -> str:
        """As printed, with four places."""
        text: str = self.aeries.get(f"{self.path}/F/students/{ALLAN}").text
        return text.partition('"CurrentPercentage":')[2].partition(",")[0]

    def mark(self) -> str:
        mark: str = self.aeries.get(f"{self.path}/F/students/{ALLAN}").json()["CurrentMark"]
        return mark


def test_the_recorded_check(control: Address, aeries: Address) -> None:
    """Behaviour §6.2: totals from exact values, cut and not rounded; the empty category leaves."""
    rows = [
        ("10", "14", 15), ("10", "152.5", 169), ("10", "50", 50), ("15", "105", 120),
        ("15", "85", 100), ("10", "50", 50), ("10", "120", 120), ("20", None, 0),
    ]  # fmt: skip
    vector = Class(control, aeries, {str(place): weight for place, (weight, _, _) in enumerate(rows)})
    for place, (_, mark, points) in enumerate(rows):
        if mark is not None:
            vector.add(str(place), mark, points)
    assert vector.percent() == "92.7900"
    assert vector.mark() == "A"


def every_state(control: Address, aeries: Address, **settings: Any) -> Class:
    """The gradebook of behaviour §6.3."""
    weights = {"H": 10, "Q": 20, "T": 25, "P": 25, "R": 20}
    vector = Class(control, aeries, weights, **settings)
    vector.add("H", "8", 10)
    vector.add("H", "18", 10, 20)
    vector.add("H", "", 10)
    vector.add("H", "NA", 10)
    vector.add("Q", "30", 100, 40)
    vector.add("Q", "9", 10, grading_completed=False)
    vector.add("Q", "", 10, grading_completed=False)
    vector.add("T", "95%", 100)
    vector.add("T", "TX", 50)
    return vector


@pytest.mark.parametrize(
    ("immediate", "weighted", "total", "third_open"),
    [(True, "81.2534", "81.6666", "86.4049"), (False, "80.7575", "81.3043", "85.9090")],
)
def test_every_state_of_a_cell(
    control: Address, aeries: Address, immediate: bool, weighted: str, total: str, third_open: str
) -> None:
    vector = every_state(control, aeries, CountCompletedNow=immediate)
    assert vector.percent() == weighted
    vector.settings(DoingWeight=False)
    assert vector.percent() == total
    vector.settings(DoingWeight=True)
    control.patch(f"{vector.path}/assignments/3", {"grading_completed": False})
    assert vector.percent() == third_open


@pytest.mark.parametrize(("immediate", "weighted"), [(True, "81.2534"), (False, "80.7575")])
def test_missing_flags_of_every_state(
    control: Address, aeries: Address, immediate: bool, weighted: str
) -> None:
    vector = every_state(control, aeries, CountCompletedNow=immediate)
    missing = [
        aeries.get(f"{vector.path}/assignments/{number}/scores/{ALLAN}").json()["IsMissing"]
        for number in range(1, 10)
    ]
    assert missing == [False, False, True, False, False, False, False, False, True]


@pytest.mark.parametrize(
    ("rule", "percent"),
    [
        ({}, "69.1666"),
        ({"lowest_by": "percent_score"}, "71.8181"),
        ({"lowest_by": "negative_weight"}, "65.0000"),
        ({"lowest_by": "percent_score", "replacement": "best"}, "73.3333"),
        ({"lowest_by": "percent_score", "replacement": "average"}, "71.5972"),
    ],
)
def test_drop_rules(control: Address, aeries: Address, rule: dict[str, str], percent: str) -> None:
    """Behaviour §6.4."""
    vector = Class(control, aeries, {"Q": 100})
    for mark, points in (("4", 10), ("70", 100), ("9", 10)):
        vector.add("Q", mark, points)
    if rule:
        assert control.put(f"{vector.path}/rules", [{"number": 1, "drop": 1, **rule}]).status_code == 200
    assert vector.percent() == percent


def test_the_average_that_replaces_is_a_switch(control: Address, aeries: Address) -> None:
    vector = Class(control, aeries, {"Q": 100})
    for mark, points in (("4", 10), ("70", 100), ("9", 10)):
        vector.add("Q", mark, points)
    control.put(f"{vector.path}/rules", [{"number": 1, "drop": 1, "replacement": "average"}])
    control.post("/switches", {"rule_average": "mean"})
    assert vector.percent() == "71.3888"


@pytest.mark.parametrize(("formula", "percent"), [("clamp", "50.0000"), ("linear", "70.0000")])
def test_scaling_into_a_range(control: Address, aeries: Address, formula: str, percent: str) -> None:
    """Behaviour §6.5: 40 % under 50 to 100."""
    vector = Class(control, aeries, {"Q": 100}, DoingMinMaxAssignmentValues=True, MinAssignmentValue="50")
    vector.add("Q", "4", 10)
    control.post("/switches", {"min_max": formula})
    assert vector.percent() == percent


def test_extra_credit_of_zero_points(control: Address, aeries: Address) -> None:
    """Behaviour §16: in a category with other work it adds to the numerator."""
    vector = Class(control, aeries, {"H": 40, "T": 60})
    vector.add("H", "8", 10)
    vector.add("H", "3", 0)
    vector.add("T", "45", 50)
    assert vector.percent() == "98.0000"
    vector.settings(DoingWeight=False)
    assert vector.percent() == "93.3333"


def test_extra_credit_alone_in_a_category(control: Address, aeries: Address) -> None:
    """Behaviour §16: without a maximum the category leaves."""
    vector = Class(control, aeries, {"H": 40, "T": 50, "X": 10})
    vector.add("H", "8", 10)
    vector.add("T", "45", 50)
    vector.add("X", "5", 0)
    assert vector.percent() == "85.5555"
    vector.settings(DoingWeight=False)
    assert vector.percent() == "96.6666"


def test_weights_need_not_add_up_to_100(control: Address, aeries: Address) -> None:
    vector = Class(control, aeries, {"H": 60, "T": 60})
    vector.add("H", "8", 10)
    vector.add("T", "45", 50)
    assert vector.percent() == "85.0000"


def test_formative_and_summative_weights(control: Address, aeries: Address) -> None:
    vector = Class(
        control,
        aeries,
        {"T": 100},
        DoingFormativeSummativeWeight=True,
        FormativePercentage="20",
        SummativePercentage="80",
    )
    vector.add("T", "5", 10, formative_summative="F")
    vector.add("T", "9", 10, formative_summative="S")
    assert vector.percent() == "82.0000"


def test_joins_and_leaves(control: Address, aeries: Address) -> None:
    """Behaviour §8.1 to §8.3: the due date decides what a student answers for."""
    vector = Class(control, aeries, {"H": 100})
    vector.add("H", "", 10, date_due="2020-09-03")
    later = vector.add("H", "9", 10, date_due="2020-09-12")
    assert vector.percent() == "45.0000"
    control.delete(f"{vector.path}/students/{ALLAN}")
    control.post(f"{vector.path}/students", {"student_id": ALLAN, "start_date": "2020-09-10"})
    assert vector.percent() == "90.0000"
    early = aeries.get(f"{vector.path}/assignments/1/scores/{ALLAN}").json()
    assert early["IsMissing"] is False
    grades = [{"student_id": ALLAN, "percent": "80"}]
    assert control.put(f"{vector.path}/transfer-grades", grades).status_code == 200
    assert vector.percent() == "85.0000"
    control.put(f"{vector.path}/transfer-grades", [])
    control.delete(f"{vector.path}/students/{ALLAN}", {"end_date": "2020-09-11"})
    assert vector.percent() == "0.0000"
    assert vector.mark() == ""
    assert aeries.get(f"{vector.path}/assignments/{later}/scores/{ALLAN}").json()["Mark"] == "9"


def test_a_term_counts_what_is_due_in_it(control: Address, aeries: Address) -> None:
    vector = Class(control, aeries, {"H": 100})
    vector.add("H", "9", 10)
    vector.add("H", "1", 10, date_due="2021-02-01")
    assert vector.percent() == "90.0000"


def test_hidden_work_still_counts(control: Address, aeries: Address) -> None:
    vector = Class(control, aeries, {"H": 100})
    number = vector.add("H", "9", 10)
    control.patch(f"{vector.path}/assignments/{number}", {"visible_to_parents": False})
    assert aeries.get(f"{vector.path}/assignments/{number}").json()["VisibleToParents"] is False
    assert vector.percent() == "90.0000"


def test_the_mark_has_no_rounding_up(control: Address, aeries: Address) -> None:
    """Behaviour §6.8: 92.995 lies below 93."""
    vector = Class(control, aeries, {"H": 100})
    vector.add("H", "92.995", 100)
    marks = [{"mark": "A", "low": "93", "high": "100"}, {"mark": "A-", "low": "90", "high": "92.99"}]
    control.patch(vector.path, {"final_marks": marks})
    assert (vector.percent(), vector.mark()) == ("92.9950", "A-")


@pytest.mark.parametrize(
    ("switch", "mark", "percent"),
    [("blank_gc_counts_zero", "", "80.0000"), ("custom_missing_counts_zero", "MI", "80.0000")],
)
def test_what_counts_as_zero_is_a_switch(
    control: Address, aeries: Address, switch: str, mark: str, percent: str
) -> None:
    vector = Class(control, aeries, {"H": 100})
    vector.add("H", "8", 10)
    vector.add("H", mark, 10)
    assert vector.percent() == "40.0000"
    control.post("/switches", {switch: "off"})
    assert vector.percent() == percent


def test_grading_completed_by_itself(control: Address, aeries: Address) -> None:
    vector = Class(control, aeries, {"H": 100}, SetGradingCompletedAutomatically=True)
    number = vector.add("H", "", 10, grading_completed=False, date_due="2020-10-02")
    shown = f"{vector.path}/assignments/{number}"
    control.post("/switches", {"auto_grading_completed": "on_due_date"})
    assert aeries.get(shown).json()["GradingCompleted"] is False
    control.post("/clock", {"now": "2020-10-03T08:00:00"})
    assert aeries.get(shown).json()["GradingCompleted"] is True
    control.patch(shown, {"grading_completed": False})
    control.post("/switches", {"auto_grading_completed": "on_first_score"})
    assert aeries.get(shown).json()["GradingCompleted"] is False
    aeries.post(f"{shown}/scores", [{"StudentID": ALLAN, "NumberCorrect": 5}])
    assert aeries.get(shown).json()["GradingCompleted"] is True
