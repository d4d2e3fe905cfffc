"""The body of a PATCH, checked: known lists, rows and fields, and words that exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from twinbook.core.sentence import Sentence, sentence
from twinbook.core.setup.draft import Action

Word = TypeVar("Word", bound=StrEnum)


class DraftError(Exception):
    """An answer that cannot be taken (422). `field` is its place in the body, such as `aeries_activities[2].lms_id`."""

    def __init__(self, code: str, message: str, field: str | None, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the body. `key` is the field that names the row, `id` its value."""

    list_name: str
    index: int
    key: str
    id: str
    fields: Mapping[str, object]

    def place(self, field: str) -> str:
        return f"{self.list_name}[{self.index}].{field}"

    def error(self, code: str, message: str, field: str, hint: str | None = None) -> DraftError:
        return DraftError(code, message, self.place(field), hint)

    def only(self, settable: Sequence[str], shown: Mapping[str, object]) -> None:
        """Refuses fields that the row does not have, and shown ones sent back with another value; a sentence comes back in
        the language in which it was shown."""
        for name, value in self.fields.items():
            if name == self.key or name in settable:
                continue
            if name not in shown:
                raise self.error(
                    "unknown_field",
                    sentence(
                        "A row of %(list_name)s has no field %(name)s.", list_name=self.list_name, name=name
                    ),
                    name,
                )
            if shown[name] != value and not isinstance(shown[name], Sentence):
                raise self.error("read_only", sentence("%(name)s cannot be changed here.", name=name), name)

    def action(self, present: Action | None) -> Action | None:
        if "action" not in self.fields:
            return present
        value = self.fields["action"]
        return None if value is None else self._word("action", Action, value)

    def choice(self, field: str, words: type[Word], present: Word) -> Word:
        return self._word(field, words, self.fields[field]) if field in self.fields else present

    def text(self, field: str, present: str | None) -> str | None:
        value = self.fields.get(field, present)
        if value is None or isinstance(value, str):
            return value
        raise self.error("invalid_value", sentence("%(field)s must be a text or null.", field=field), field)

    def _word(self, field: str, words: type[Word], value: object) -> Word:
        for word in words:
            if value == word.value:
                return word
        raise self.error(
            "invalid_value",
            sentence("%(field)s must be one of: %(words)s.", field=field, words=", ".join(words)),
            field,
        )


def checked_lists(body: Mapping[str, object], names: Sequence[str]) -> dict[str, list[object]]:
    for name in body:
        if name not in names:
            raise DraftError(
                "unknown_field", sentence("The draft has no list %(name)s to change.", name=name), name
            )
    lists: dict[str, list[object]] = {}
    for name in names:
        rows = body.get(name, [])
        if not isinstance(rows, list):
            raise DraftError("invalid_value", sentence("%(name)s must be a list of rows.", name=name), name)
        lists[name] = rows
    return lists


def changes_in(
    rows: Sequence[object], list_name: str, key_of: Callable[[Mapping[str, object]], str]
) -> list[Change]:
    """The rows of one list. Raises DraftError for a row without its key, or one that is named twice."""
    changes: list[Change] = []
    named: set[tuple[str, str]] = set()
    for index, row in enumerate(rows):
        place = f"{list_name}[{index}]"
        if not isinstance(row, Mapping):
            raise DraftError(
                "invalid_value",
                sentence("Each row of %(list_name)s must be an object.", list_name=list_name),
                place,
            )
        key = key_of(row)
        id_ = row.get(key)
        if not isinstance(id_, str):
            raise DraftError(
                "unknown_row",
                sentence("The row does not say which one it is: %(key)s is missing.", key=key),
                f"{place}.{key}",
            )
        if (key, id_) in named:
            raise DraftError(
                "row_twice", sentence("The row %(id_)s is named twice.", id_=id_), f"{place}.{key}"
            )
        named.add((key, id_))
        changes.append(Change(list_name, index, key, id_, row))
    return changes
