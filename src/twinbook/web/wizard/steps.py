"""The five steps of the set-up, and how far a draft is in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from twinbook.core.setup.draft import Draft
from twinbook.sync.drafts import OpenDraft
from twinbook.sync.models import DraftState


class Step(StrEnum):
    GRADEBOOK = "gradebook"
    CATEGORIES = "categories"
    AERIES = "aeries"
    OURS = "ours"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Shown:
    """`state`: done, current or ahead, which is drawn; `words` says it; without `address` it cannot be opened yet."""

    step: Step
    name: str
    address: str | None
    state: str
    words: str
    open: int


def name(step: Step) -> str:
    match step:
        case Step.GRADEBOOK:
            return _("Gradebook")
        case Step.CATEGORIES:
            return _("Categories")
        case Step.AERIES:
            return _("Activities in Aeries")
        case Step.OURS:
            return _("Activities only here")
        case Step.SUMMARY:
            return _("Summary")


def address(class_id: int, step: Step) -> str:
    return reverse(f"wizard:{step.value}", args=[class_id])


def bar(class_id: int, opened: OpenDraft | None, current: Step) -> list[Shown]:
    """For the list of steps above each screen."""
    ready = opened is not None and opened.state is DraftState.READY and opened.draft.read_at is not None
    left = unanswered(opened.draft) if opened is not None and ready else {}
    return [_shown(class_id, step, current, left, ready=ready) for step in Step]


def _shown(class_id: int, step: Step, current: Step, left: dict[Step, int], *, ready: bool) -> Shown:
    count = left.get(step, 0)
    finished = ready and count == 0 and step is not Step.SUMMARY
    state = "current" if step is current else "done" if finished else "ahead"
    reachable = ready or step is Step.GRADEBOOK
    return Shown(
        step,
        name(step),
        address(class_id, step) if reachable else None,
        state,
        _words(count, state),
        count,
    )


def _words(count: int, state: str) -> str:
    if count:
        return ngettext("%(count)d to answer", "%(count)d to answer", count) % {"count": count}
    match state:
        case "done":
            return _("done")
        case "current":
            return _("you are here")
        case _:
            return _("ahead")


def unanswered(draft: Draft) -> dict[Step, int]:
    """How many rows each step still asks about; a leftover category of the class is not waited for."""
    matched = draft.matched_activities()
    return {
        Step.CATEGORIES: sum(row.action is None for row in draft.categories),
        Step.AERIES: sum(row.action is None for row in draft.assignments),
        Step.OURS: sum(row.action is None and row.lms_id not in matched for row in draft.activities),
    }


def after(step: Step) -> Step | None:
    found = list(Step)
    place = found.index(step) + 1
    return found[place] if place < len(found) else None


def before(step: Step) -> Step | None:
    found = list(Step)
    place = found.index(step)
    return found[place - 1] if place else None
