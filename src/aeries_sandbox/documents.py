"""Seed documents as JSON: read, written, and merged with a partial one."""

from decimal import Decimal

import msgspec

from aeries_sandbox.decimals import plain
from aeries_sandbox.model import Document
from aeries_sandbox.store import DocumentError

_DECODER = msgspec.json.Decoder(float_hook=Decimal)

# What identifies a row of each list; rows of lists that are not here are replaced as a whole.
_KEYS: dict[str, tuple[str, ...]] = {
    "schools": ("school_code",),
    "staff": ("staff_id",),
    "teachers": ("school_code", "teacher_number"),
    "courses": ("course_id",),
    "sections": ("school_code", "section_number"),
    "students": ("student_id", "school_code"),
    "enrolments": ("school_code", "student_id", "sequence_number"),
    "gradebooks": ("gradebook_number",),
    "certificates": ("certificate",),
    "custom_marks": ("mark",),
    "backups": ("backup",),
    "terms": ("code",),
    "categories": ("code",),
    "assignments": ("assignment_number", "deleted"),
    "final_marks": ("mark",),
    "rules": ("number",),
    "transfer_grades": ("student_id",),
}
_INSIDE_A_GRADEBOOK: dict[str, tuple[str, ...]] = {"students": ("student_id",)}

# The feed that tells of a changed row, with the fields of its key.
_FEEDS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "sections": (("section", ("school_code", "section_number")),),
    "enrolments": (("roster", ("school_code", "section_number")),),
    "students": (("student/student", ("student_id", "school_code", "student_number")),),
    "staff": (("staff", ("staff_id",)),),
    "courses": (("course", ("course_id",)),),
}

Json = dict[str, object]


def parse(text: bytes) -> object:
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DocumentError(f"it is not JSON: {error}") from error


def document(value: object) -> Document:
    """A document from parsed JSON. Raises DocumentError that names the wrong place."""
    try:
        return msgspec.convert(value, Document, str_keys=True)
    except msgspec.ValidationError as error:
        raise DocumentError(f"it is not a seed document: {error}") from error


def builtins(whole: object) -> object:
    """Plain JSON values, decimals as strings without trailing zeros."""
    return _plain(msgspec.to_builtins(whole, builtin_types=(Decimal,), str_keys=True))


def encode(whole: Document) -> bytes:
    """Decimals as they stand, also with trailing zeros: ten times as fast as `builtins`."""
    return msgspec.json.encode(whole)


def merged(whole: object, patch: object, inside_gradebook: bool = False) -> object:
    """`whole` with the patch laid over it: objects field by field, keyed lists row by row, the rest replaced."""
    if not isinstance(whole, dict) or not isinstance(patch, dict):
        return patch
    result = dict(whole)
    for name, value in patch.items():
        key = _INSIDE_A_GRADEBOOK.get(name) if inside_gradebook else None
        key = key or _KEYS.get(name)
        if key is not None and isinstance(value, list) and isinstance(result.get(name), list):
            result[name] = _merged_rows(result[name], value, key, inside_gradebook or name == "gradebooks")
        else:
            result[name] = merged(result.get(name), value, inside_gradebook)
    return result


def changed_keys(before: Json, after: Json) -> list[tuple[str, list[int | str]]]:
    """Feeds and keys of the rows that differ between two documents."""
    changes: dict[tuple[str, tuple[int | str, ...]], None] = {}
    for table, feeds in _FEEDS.items():
        old, new = _rows(before, table), _rows(after, table)
        for text in old.keys() ^ new.keys():
            row = old.get(text) or new[text]
            for feed, names in feeds:
                changes[feed, tuple(row[name] for name in names)] = None
    return [(feed, list(key)) for feed, key in changes]


def _rows(whole: Json, table: str) -> dict[bytes, dict[str, int | str]]:
    """The rows of a table by their whole text."""
    rows = whole.get(table, [])
    assert isinstance(rows, list)
    return {msgspec.json.encode(row): row for row in rows}


def _merged_rows(rows: list[object], patch: list[object], key: tuple[str, ...], inside: bool) -> list[object]:
    result = list(rows)
    places = {_key(row, key): place for place, row in enumerate(result)}
    for row in patch:
        place = places.get(_key(row, key))
        if place is None:
            places[_key(row, key)] = len(result)
            result.append(row)
        else:
            result[place] = merged(result[place], row, inside)
    return result


def _key(row: object, key: tuple[str, ...]) -> tuple[object, ...]:
    if not isinstance(row, dict):
        return ()
    return tuple(row.get(name, False) for name in key)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dict):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    return value
