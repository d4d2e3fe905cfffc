"""The rows of the three screens that ask: each item of one side with its answer, its partner and what stands in the way."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from twinbook.core.cells import Policy
from twinbook.core.setup.comparing import Comparison
from twinbook.core.setup.draft import (
    Action,
    ActivityRow,
    AssignmentRow,
    CategoryRow,
    Confidence,
    Draft,
    FieldsFrom,
)
from twinbook.core.setup.shown import ignored_codes, no_create_there
from twinbook.said import said
from twinbook.sync.drafts import OpenDraft
from twinbook.web.wizard import items
from twinbook.web.wizard.items import Item, key_of
from twinbook.web.wizard.questions import Meeting, meeting
from twinbook.web.wizard.steps import Step


class Group(StrEnum):
    """How rows are filtered. OPEN: without an answer."""

    OPEN = "open"
    MATCH = "match"
    CREATE = "create"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a row's controls say. `partner` is blank but for a match."""

    action: str = ""
    partner: str = ""
    scores_from: str = Policy.ASK.value
    fields_from: str = FieldsFrom.KEEP.value

    def __str__(self) -> str:
        return "|".join((self.action, self.scores_from, self.fields_from, self.partner))

    @classmethod
    def parse(cls, text: str) -> Answer:
        """Raises ValueError."""
        action, scores_from, fields_from, partner = text.split("|", 3)
        return cls(action, partner, scores_from, fields_from)


@dataclass(frozen=True, slots=True)
class Row:
    """`partner`: the matched item, else the proposed one. `obstacle`: why it cannot be created on the
    other side; `only_ignore`: why nothing but leaving it alone is possible; `note`: what changed since the last answer."""

    step: Step
    item: Item
    answer: Answer
    partner: Item | None = None
    confidence: str = Confidence.NONE.value
    reason: str = ""
    stale: bool = False
    note: str = ""
    obstacle: str = ""
    only_ignore: str = ""
    meeting: Meeting | None = None
    options: tuple[Option, ...] | None = None
    """All possible partners, where the page shows a whole list; else they are fetched from the page's one list."""
    refusal: str = ""
    typed: Answer | None = None
    """What was chosen and refused; the controls show it."""

    @property
    def chosen(self) -> Answer:
        return self.typed or self.answer

    @property
    def id(self) -> str:
        return self.item.id

    @property
    def key(self) -> str:
        return key_of(self.item.id)

    @property
    def group(self) -> Group:
        return Group(self.answer.action or "open")

    @property
    def proposed(self) -> bool:
        return self.partner is not None and self.answer.action != Action.MATCH

    @property
    def can_create(self) -> bool:
        return not self.only_ignore and (not self.obstacle or self.answer.action == Action.CREATE)


@dataclass(frozen=True, slots=True)
class Option:
    """A possible partner. `taken`: why it cannot be chosen now."""

    id: str
    text: str
    taken: str = ""


def rows(opened: OpenDraft, step: Step, compared: Container[str] | None = None) -> tuple[Row, ...]:
    """`step`: one of the three that ask. `compared`: the ids of Aeries activities whose scores are compared with their
    partners', which takes a while; None: all."""
    draft = opened.draft
    match step:
        case Step.CATEGORIES:
            return tuple(_category(draft, row) for row in draft.categories)
        case Step.AERIES:
            matched = (row for row in draft.assignments if row.action is Action.MATCH)
            found = opened.compare(row for row in matched if compared is None or row.aeries_id in compared)
            return tuple(_assignment(draft, row, found.get(row.aeries_id)) for row in draft.assignments)
        case Step.OURS:
            return tuple(_activity(draft, row) for row in draft.activities)
        case Step.GRADEBOOK | Step.SUMMARY:
            raise ValueError(f"{step} asks nothing row by row")


def options(draft: Draft, step: Step) -> tuple[Option, ...]:
    """Every item that a row of this step can be matched with."""
    match step:
        case Step.CATEGORIES:
            taken = {row.lms_id: row.name for row in draft.categories if row.action is Action.MATCH}
            return tuple(
                Option(row.lms_id, row.name, _taken(taken.get(row.lms_id))) for row in draft.lms_categories
            )
        case Step.AERIES:
            pairs = draft.matched_activities()
            return tuple(
                Option(
                    row.lms_id,
                    items.activity(draft, row).line,
                    _taken(pairs[row.lms_id].name if row.lms_id in pairs else None),
                )
                for row in draft.activities
                if not row.gone
            )
        case Step.OURS:
            titles = {row.lms_id: row.title for row in draft.activities}
            return tuple(
                Option(
                    row.aeries_id,
                    items.assignment(draft, row).line,
                    _taken(titles.get(row.lms_id or "") if row.action is Action.MATCH else None),
                )
                for row in draft.assignments
                if not row.only_ignore and not row.gone
            )
        case Step.GRADEBOOK | Step.SUMMARY:
            raise ValueError(f"{step} asks nothing row by row")


def _taken(by: str | None) -> str:
    return "" if by is None else _("matched with “%(title)s”") % {"title": by}


def counts(found: Iterable[Row]) -> Mapping[Group, int]:
    groups = [row.group for row in found]
    return {group: groups.count(group) for group in Group}


def _category(draft: Draft, row: CategoryRow) -> Row:
    partner = _category_partner(draft, row)
    return Row(
        step=Step.CATEGORIES,
        item=items.their_category(draft, row),
        answer=Answer(_word(row.action), row.lms_id or "" if row.action is Action.MATCH else ""),
        partner=partner,
        confidence=_confidence(row, partner),
        stale=row.stale,
        note=_category_note(row),
        only_ignore=_("It is no longer in the Aeries gradebook.") if row.gone else "",
    )


def _category_partner(draft: Draft, row: CategoryRow) -> Item | None:
    wanted = row.lms_id if row.action is Action.MATCH else _free(row.proposed, draft.matched_categories())
    found = next((c for c in draft.lms_categories if c.lms_id == wanted), None)
    return None if found is None else items.our_category(draft, found)


def _category_note(row: CategoryRow) -> str:
    return _("It changed since you answered. Please answer again.") if row.stale else ""


def _assignment(draft: Draft, row: AssignmentRow, found: Comparison | None) -> Row:
    matched = row.action is Action.MATCH
    wanted = row.lms_id if matched else _free(row.proposed, draft.matched_activities())
    partner = next((a for a in draft.activities if a.lms_id == wanted), None)
    return Row(
        step=Step.AERIES,
        item=items.assignment(draft, row),
        answer=Answer(
            _word(row.action),
            row.lms_id or "" if matched else "",
            row.scores_from.value,
            row.fields_from.value,
        ),
        partner=None if partner is None else items.activity(draft, partner),
        confidence=_confidence(row, partner),
        reason=said(row.reason) if partner is not None and partner.lms_id == row.proposed else "",
        stale=row.stale,
        note=said(row.note) if row.stale else "",
        obstacle=_no_create_here(draft, row),
        only_ignore=said(row.only_ignore),
        meeting=None if found is None else meeting(draft, row, found),
    )


def _no_create_here(draft: Draft, row: AssignmentRow) -> str:
    names = {category.code: category.name for category in draft.categories}
    if row.category_code not in names:
        return _("It has no category in Aeries, so it cannot be created here.")
    if row.category_code in ignored_codes(draft):
        return _("Its category “%(name)s” is ignored, so it cannot be created here.") % {
            "name": names[row.category_code]
        }
    return ""


def _activity(draft: Draft, row: ActivityRow) -> Row:
    pair = draft.matched_activities().get(row.lms_id)
    own = Answer(_word(row.action), "", row.scores_from.value, row.fields_from.value)
    if pair is not None:
        own = Answer(Action.MATCH.value, pair.aeries_id, pair.scores_from.value, pair.fields_from.value)
    return Row(
        step=Step.OURS,
        item=items.activity(draft, row),
        answer=own,
        partner=None if pair is None else items.assignment(draft, pair),
        stale=row.stale and pair is None,
        note=said(row.note) if row.stale and pair is None else "",
        obstacle="" if row.gone else said(no_create_there(draft, row)),
        only_ignore=_("It is no longer in this class; choose ignore.") if row.gone else "",
    )


def _free(proposed: str | None, matched: Mapping[str, object]) -> str | None:
    """A proposal while its partner stands nowhere else; also after another answer, so that who thinks again finds it."""
    return proposed if proposed is not None and proposed not in matched else None


def _confidence(row: CategoryRow | AssignmentRow, partner: object) -> str:
    named = partner is not None and row.proposed is not None and (row.lms_id or row.proposed) == row.proposed
    return (row.confidence if named else Confidence.NONE).value


def _word(action: Action | None) -> str:
    return "" if action is None else action.value
