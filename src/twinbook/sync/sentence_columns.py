"""Columns that keep sentences (`core/sentence.py`) so that they can still be said in another language later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models

from twinbook.core.sentence import Sentence, stored, unstored

if TYPE_CHECKING:
    Text = models.TextField[str | None, str | None]
    Json = models.JSONField[Any, Any]
else:
    Text, Json = models.TextField, models.JSONField


def to_text(text: str | None) -> str | None:
    """What a `SentenceColumn` holds, for plain SQL: a sentence without gaps is its own English text."""
    return json.dumps(stored(text)) if isinstance(text, Sentence) and text.filling else text


class SentenceColumn(Text):
    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(to_text(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        if value is None:
            return None
        if not value.startswith('{"text":'):
            return Sentence(value, {})
        return str(unstored(json.loads(value)))

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class SentencesColumn(Json):
    """JSON with sentences anywhere in it."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(stored(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(stored(value), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return unstored(super().from_db_value(value, expression, connection))

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
