"""Values and forms in columns: a kind and an exact text."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from twinbook.core.values import BLANK, Blank, ForeignMark, Form, Mark, MarkKind, Number, OurValue, plain

_NUMERIC_FORMS = ("number", "percent")


def value_columns(value: OurValue) -> tuple[str, str]:
    match value:
        case Blank():
            return "blank", ""
        case Number(number):
            return "number", plain(number)
        case Mark(kind):
            return "mark", kind.value
        case ForeignMark(text):
            return "sis_mark", text
        case _:
            assert_never(value)


def value_from(kind: str, text: str) -> OurValue:
    match kind:
        case "blank":
            return BLANK
        case "number":
            return Number(Decimal(text))
        case "mark":
            return Mark(MarkKind(text))
        case "sis_mark":
            return ForeignMark(text)
        case _:
            raise ValueError(f"not a kind of value: {kind}")


def form_columns(form: Form) -> tuple[str, str]:
    match form.value:
        case None:
            return form.kind, ""
        case Decimal() as number:
            return form.kind, plain(number)
        case str() as text:
            return form.kind, text


def form_from(kind: str, text: str) -> Form:
    if kind in _NUMERIC_FORMS:
        return Form(kind, Decimal(text))
    return Form(kind) if kind == "blank" else Form(kind, text)


def optional_value(kind: str | None, text: str) -> OurValue | None:
    return None if kind is None else value_from(kind, text)


def optional_form(kind: str | None, text: str) -> Form | None:
    return None if kind is None else form_from(kind, text)
