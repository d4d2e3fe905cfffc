import json
from dataclasses import MISSING, fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.aeries import payloads as p
from twinbook.aeries import decode
from twinbook.aeries.bodies import AssignmentInsert, AssignmentUpdate, ScoreWrite, encode_scores
from twinbook.aeries.errors import OurBug
from twinbook.aeries.reader import Row, parse

INSERT = AssignmentInsert(
    description="Chapter 1",
    category_code="0",
    date_assigned=date(2020, 9, 1),
    date_due=date(2020, 9, 8),
    number_correct_possible=Decimal("40.50"),
    points_possible=Decimal("1E+2"),
    comment="",
    external_id="tb1:0d8a6a52-6f0f-4f0e-9d0f-6f6f6a6b6c6d",
)


def an_update() -> AssignmentUpdate:
    answer = parse(p.ASSIGNMENT.encode())
    assert isinstance(answer, dict)
    return AssignmentUpdate.of(decode.assignment(Row("assignment", answer)))


def exact(body: bytes) -> object:
    return json.loads(body, parse_float=Decimal)


def test_an_insert_says_everything_and_never_fans_out() -> None:
    assert exact(INSERT.encode()) == {
        "Description": "Chapter 1",
        "AssignmentCategoryCode": "0",
        "DateAssigned": "2020-09-01",
        "DateDue": "2020-09-08",
        "NumberCorrectPossible": Decimal("40.5"),
        "PointsPossible": 100,
        "Comment": "",
        "FormativeSummativeIndicator": "S",
        "RubricAssignment": False,
        "ExternalID": "tb1:0d8a6a52-6f0f-4f0e-9d0f-6f6f6a6b6c6d",
        "CreateInLinkedGradebooksToo": False,
    }


def test_an_update_that_changes_nothing_sends_back_all_that_was_read() -> None:
    assert exact(an_update().encode()) == {
        "Description": "Chapter 1 ",
        "AssignmentCategoryCode": "0",
        "DateAssigned": "2020-09-01",
        "DateDue": "2020-09-08",
        "NumberCorrectPossible": 40,
        "PointsPossible": 100,
        "Comment": " read \n it ",
        "GradingCompleted": False,
        "FormativeSummativeIndicator": "S",
        "RubricAssignment": False,
        "ExternalID": "",
        "UpdateLinkedGradebooksToo": False,
    }


def test_no_field_of_an_update_can_be_left_out() -> None:
    assert len(fields(AssignmentUpdate)) == 11
    assert all(f.default is MISSING and f.default_factory is MISSING for f in fields(AssignmentUpdate))


@pytest.mark.parametrize(
    "change",
    [
        {"description": "x" * 256},
        {"external_id": "x" * 51},
        {"external_id": ""},
        {"external_id": "tb1:é"},
        {"external_id": "tb1: 1"},
        {"external_id": 'tb1:"1"'},
        {"external_id": "<1>"},
        {"category_code": ""},
    ],
)
def test_an_insert_that_aeries_would_change_is_not_made(change: dict[str, str]) -> None:
    with pytest.raises(OurBug):
        replace(INSERT, **change)  # type: ignore[arg-type]


def test_a_title_of_255_goes_and_foreign_external_ids_go_back_as_read() -> None:
    assert replace(INSERT, description="é" * 255)
    with pytest.raises(OurBug):
        replace(an_update(), description="x" * 256)
    assert (
        b'"ExternalID":"of another, <long> one"'
        in replace(an_update(), external_id="of another, <long> one").encode()
    )


@pytest.mark.parametrize("odd", ["-1", "NaN", "Infinity", "1.00001", "1E-5"])
def test_a_number_that_aeries_cannot_keep_is_not_sent(odd: str) -> None:
    with pytest.raises(OurBug):
        ScoreWrite(1, Decimal(odd))
    with pytest.raises(OurBug):
        replace(INSERT, points_possible=Decimal(odd)).encode()


def test_scores_are_sent_with_their_number_and_only_a_known_date() -> None:
    body = encode_scores([ScoreWrite(1, Decimal("8.5000")), ScoreWrite(2, Decimal("0"), date(2020, 9, 8))])
    assert exact(body) == [
        {"StudentID": 1, "NumberCorrect": Decimal("8.5")},
        {"StudentID": 2, "NumberCorrect": 0, "DateCompleted": "2020-09-08"},
    ]


def test_no_rows_or_a_student_twice_is_our_bug() -> None:
    with pytest.raises(OurBug):
        encode_scores([])
    with pytest.raises(OurBug):
        encode_scores([ScoreWrite(1, Decimal(1)), ScoreWrite(1, Decimal(2))])
    with pytest.raises(OurBug):
        ScoreWrite(0, Decimal(1))


@given(st.decimals(min_value=0, max_value=10**6, places=4))
def test_a_number_arrives_exactly_and_in_plain_digits(number: Decimal) -> None:
    body = encode_scores([ScoreWrite(1, number)])
    assert b"E" not in body.replace(b"NumberCorrect", b"").replace(b"StudentID", b"")
    sent = exact(body)
    assert isinstance(sent, list)
    assert sent[0]["NumberCorrect"] == number


def test_a_score_stays_out_of_the_repr() -> None:
    assert "8.5" not in repr(ScoreWrite(1, Decimal("8.5")))
