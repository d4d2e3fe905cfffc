"""Answers as a page sends them, and how they become a change of the draft.

A page says of each row what it showed and what is chosen now. Only what the person changed is sent on, so that an older page
never overwrites what somebody else answered since; a row that stands otherwise by now is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from twinbook.core.sentence import joined
from twinbook.core.setup.body import DraftError
from twinbook.core.setup.draft import Action
from twinbook.said import said
from twinbook.sync import drafts, setup
from twinbook.sync.drafts import OpenDraft
from twinbook.web.wizard.rows import Answer, Group, Row, rows
from twinbook.web.wizard.steps import Step

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """One row of a page: what it showed, and what is chosen."""

    id: str
    was: Answer
    now: Answer


@dataclass(slots=True)
class Outcome:
    """`refused`: row id → sentence; these rows were not changed."""

    refused: dict[str, str] = field(default_factory=dict)


def from_form(form: Mapping[str, str]) -> list[Changed]:
    """The rows that differ from what the page showed. Fields are named `answer:ID` and so on."""
    found = []
    for name, text in form.items():
        kind, _colon, id_ = name.partition(":")
        if kind != "was":
            continue
        fields = {part: form[f"{part}:{id_}"] for part in _PARTS if f"{part}:{id_}" in form}
        change = _changed(id_, text, fields)
        if change is not None:
            found.append(change)
    return found


def from_json(body: object) -> list[Changed]:
    """Raises ValueError for a body that no page of ours sends."""
    listed = body.get("rows") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise ValueError("rows are missing")
    found = []
    for row in listed:
        if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
            raise ValueError("a row is an object of texts")
        change = _changed(row["id"], row["was"], row)
        if change is not None:
            found.append(change)
    return found


_PARTS = ("answer", "partner", "scores", "fields")


def _changed(id_: str, shown: str, fields: Mapping[str, str]) -> Changed | None:
    try:
        was = Answer.parse(shown)
    except ValueError:
        return None
    action = fields.get("answer", was.action)
    now = replace(
        was,
        action=action,
        partner=fields.get("partner", was.partner) if action == Action.MATCH else "",
        scores_from=fields.get("scores", was.scores_from),
        fields_from=fields.get("fields", was.fields_from),
    )
    return None if now == was else Changed(id_, was, now)


def save(class_id: int, step: Step, changes: Iterable[Changed]) -> Outcome:
    """Saves the answers, all that can be. Raises NoDraft, StillReading, SetupRunning."""
    outcome = Outcome()
    opened = drafts.of_class(class_id)
    present = {row.id: row.answer for row in rows(opened, step, compared=())}
    accepted = []
    for change in changes:
        refusal = _refusal(change, present.get(change.id))
        if refusal:
            outcome.refused[change.id] = refusal
        elif present[change.id] != change.now:
            accepted.append(change)
    _patch(class_id, opened, step, accepted, outcome)
    return outcome


def _refusal(change: Changed, present: Answer | None) -> str:
    if present is None:
        return _("This item is no longer part of the set-up. Reload the page.")
    if present not in (change.was, change.now):
        return _("This answer was changed meanwhile, or is asked again. Look at it, then choose once more.")
    if change.now.action == Action.MATCH and not change.now.partner:
        return _("Choose what it is matched with.")
    return ""


def _patch(class_id: int, opened: OpenDraft, step: Step, changes: list[Changed], outcome: Outcome) -> None:
    """All at once; where one is refused, that one is left out and the others are tried again."""
    while changes:
        body, owners = _body(opened, step, changes)
        try:
            setup.patch(class_id, body)
            return
        except DraftError as error:
            owner = owners.get(_place(error.field), changes[0].id)
            outcome.refused[owner] = said(joined([error.message, error.hint or ""]))
            changes = [change for change in changes if change.id != owner]


def _place(place: str | None) -> tuple[str, int]:
    found = re.match(r"(\w+)\[(\d+)\]", place or "")
    return (found[1], int(found[2])) if found else ("", -1)


def _body(opened: OpenDraft, step: Step, changes: list[Changed]) -> tuple[Json, dict[tuple[str, int], str]]:
    """The body of a PATCH, and whose row each of its rows is."""
    lists: dict[str, list[Json]] = {"categories": [], "aeries_activities": [], "lms_activities": []}
    owners: dict[tuple[str, int], str] = {}

    def add(name: str, row: Json, owner: str) -> None:
        owners[name, len(lists[name])] = owner
        lists[name].append(row)

    for change in changes:
        for name, row in _patched(opened, step, change):
            add(name, row, change.id)
    return lists, owners


def _patched(opened: OpenDraft, step: Step, change: Changed) -> list[tuple[str, Json]]:
    now = change.now
    match step:
        case Step.CATEGORIES:
            row: Json = {"aeries_code": change.id, "action": now.action or None}
            return [("categories", row | ({"lms_id": now.partner} if now.partner else {}))]
        case Step.AERIES:
            row = {"aeries_id": change.id, "action": now.action or None, **_choices(change)}
            return [("aeries_activities", row | ({"lms_id": now.partner} if now.partner else {}))]
        case Step.OURS:
            return _patched_from_here(opened, change)
        case Step.GRADEBOOK | Step.SUMMARY:
            raise ValueError(f"{step} asks nothing row by row")


def _choices(change: Changed) -> Json:
    found = {}
    if change.now.scores_from != change.was.scores_from:
        found["scores_from"] = change.now.scores_from
    if change.now.fields_from != change.was.fields_from:
        found["fields_from"] = change.now.fields_from
    return found


def _patched_from_here(opened: OpenDraft, change: Changed) -> list[tuple[str, Json]]:
    """A pair is kept at the Aeries row: it is taken apart and joined there."""
    pair = opened.draft.matched_activities().get(change.id)
    now = change.now
    found: list[tuple[str, Json]] = []
    if pair is not None and (now.action != Action.MATCH or now.partner != pair.aeries_id):
        found.append(("aeries_activities", {"aeries_id": pair.aeries_id, "action": None}))
    if now.action == Action.MATCH:
        row = {"aeries_id": now.partner, "action": "match", "lms_id": change.id, **_choices(change)}
        return [*found, ("aeries_activities", row)]
    return [*found, ("lms_activities", {"lms_id": change.id, "action": now.action or None})]


# All the rest at once

ACCEPT = "accept"
BULK = (Action.CREATE.value, Action.IGNORE.value, ACCEPT)


def answer_the_rest(class_id: int, step: Step, word: str) -> list[str]:
    """Gives every row without an answer the same one, as far as it can have it; `accept` takes the proposed partners.
    Returns the ids of the rows that were answered. Raises as `save`."""
    changes = []
    for row in rows(drafts.of_class(class_id), step, compared=()):
        now = _bulk_answer(row, word)
        if now is not None:
            changes.append(Changed(row.id, row.answer, now))
    outcome = save(class_id, step, changes)
    return [change.id for change in changes if change.id not in outcome.refused]


def _bulk_answer(row: Row, word: str) -> Answer | None:
    if row.group is not Group.OPEN or row.stale:  # what changed since its answer is asked one by one
        return None
    match word:
        case "create" if not row.can_create:
            return None
        case "accept" if row.partner is None or row.only_ignore:
            return None
        case "accept":
            assert row.partner is not None
            return replace(row.answer, action=Action.MATCH.value, partner=row.partner.id)
        case _:
            return replace(row.answer, action=word)


def takes(found: Iterable[Row], word: str) -> int:
    """How many rows `answer_the_rest` would answer."""
    return sum(_bulk_answer(row, word) is not None for row in found)


def take_back(class_id: int, step: Step, ids: Iterable[str]) -> None:
    """Asks these rows again, as before a bulk answer."""
    wanted = set(ids)
    changes = [
        Changed(row.id, row.answer, replace(row.answer, action="", partner=""))
        for row in rows(drafts.of_class(class_id), step, compared=())
        if row.id in wanted and row.group is not Group.OPEN
    ]
    save(class_id, step, changes)
