from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from twinbook.aeries.errors import BadAnswer
from twinbook.aeries.reader import Row, parse


def row(**fields: object) -> Row:
    return Row("thing", fields)


def test_numbers_are_exact_decimals_however_they_are_printed() -> None:
    read = Row("thing", parse(b'{"a": 0.1, "b": "29.0000", "c": 7, "d": 5.0000, "e": " 3.5 "}'))  # type: ignore[arg-type]
    assert read.decimal("a") == Decimal("0.1")
    assert read.decimal("b") == 29
    assert read.decimal("c") == 7
    assert str(read.decimal("d")) == "5.0000"
    assert read.decimal("e") == Decimal("3.5")
    assert read.integer("b") == 29
    assert read.integer("d") == 5


@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_null_empty_and_blank_are_nothing(nothing: object) -> None:
    read = row(x=nothing)
    assert read.decimal("x") is None
    assert read.integer("x") is None
    assert read.text("x") == ""
    assert read.day("x") is None
    assert read.boolean("x") is False


def test_an_absent_field_is_nothing_but_known_to_be_absent() -> None:
    assert row().decimal("x") is None
    assert not row().has("x")
    assert row(x=None).has("x")


@pytest.mark.parametrize(
    "value",
    ["ten", "1,5", "٣", "NaN", "Infinity", True, [], {}, "1e400", "1e-400", 10**30, Decimal("1e999999")],
)
def test_what_is_no_number_is_odd_not_nothing(value: object) -> None:
    with pytest.raises(BadAnswer):
        row(x=value).decimal("x")


def test_a_fraction_is_no_id() -> None:
    with pytest.raises(BadAnswer):
        row(x="4.5").integer("x")
    with pytest.raises(BadAnswer):
        row(x=0).key("x")


@pytest.mark.parametrize(
    ("value", "truth"), [("true", True), ("False", False), (1, True), (0, False), (True, True)]
)
def test_booleans_may_be_words(value: object, truth: bool) -> None:
    assert row(x=value).boolean("x") is truth


@pytest.mark.parametrize("value", ["yes", 2, [], Decimal("1.0")])
def test_other_words_are_no_boolean(value: object) -> None:
    with pytest.raises(BadAnswer):
        row(x=value).boolean("x")


@pytest.mark.parametrize("text", ["2016-08-04T00:00:00", "2016-08-04", "2016/08/04"])
def test_dates_have_no_time(text: str) -> None:
    assert row(x=text).day("x") == date(2016, 8, 4)


def test_the_sentinel_is_no_date_and_nonsense_is_odd() -> None:
    assert row(x="0001-01-01T00:00:00").day("x") is None
    for nonsense in ("31/12/2016", "soon", 20160804):
        with pytest.raises(BadAnswer):
            row(x=nonsense).day("x")


def test_a_moment_with_seven_digits_is_read() -> None:
    moment = row(x="2021-03-03T11:13:38.9539491-08:00").moment("x")
    assert moment is not None
    assert moment.astimezone(UTC) == datetime(2021, 3, 3, 19, 13, 38, 953949, tzinfo=UTC)
    assert row(x="2021-03-03T11:13:38").moment("x") is None


def test_a_text_keeps_its_blanks_only_where_asked_and_never_a_nul() -> None:
    assert row(x=" a\x00b ").raw_text("x") == " ab "
    assert row(x=" a ").text("x") == "a"
    assert row(x=726).text("x") == "726"
    assert row(x=Decimal("4.0000")).text("x") == "4.0000"
    with pytest.raises(BadAnswer):
        row(x=["a"]).text("x")


def test_one_nested_object_may_stand_for_a_list_and_the_reverse() -> None:
    assert [item.text("a") for item in row(x={"a": "1"}).rows("x", "inner")] == ["1"]
    assert row(x=[{"a": "1"}]).row("x", "inner").text("a") == "1"
    assert row(x=None).rows("x", "inner") == []
    assert row(x="2020").texts("x") == ("2020",)
    with pytest.raises(BadAnswer):
        row(x=[1]).rows("x", "inner")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"a":',
        b"\xff",
        b'"\xff"',
        b"[" * 5000 + b"]" * 5000,
        b"1e99999999999999999999999",
        b"NaN",
        b"{} {}",
    ],
)
def test_what_is_no_json_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        parse(body)


def test_a_byte_order_mark_and_an_empty_body_are_read() -> None:
    assert parse(b"\xef\xbb\xbf[]") == []
    assert parse(b" ") is None


def test_an_error_names_the_field_and_not_the_value() -> None:
    with pytest.raises(BadAnswer) as caught:
        row(NumberCorrect="87 for Allan").decimal("NumberCorrect")
    assert "NumberCorrect" in str(caught.value)
    assert "Allan" not in str(caught.value)
