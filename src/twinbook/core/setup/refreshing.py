"""Reading again, and going on with another gradebook: answers stay where their items stayed the same.

A row whose item vanished or changed since its answer is `stale`: its answer is taken back and asked again, with the
partner still shown. A vanished item that nothing is to be done with (ignored, or never answered) just goes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from twinbook.core.remote import FarSide
from twinbook.core.sentence import joined, sentence
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import (
    Action,
    ActivityRow,
    AssignmentRow,
    CategoryRow,
    Confidence,
    Draft,
    DraftState,
    LmsCategoryRow,
)
from twinbook.core.setup.earlier import Earlier, remember
from twinbook.core.setup.facts import (
    activity_facts,
    assignment_facts,
    category_facts,
    lms_category_facts,
    moved,
)
from twinbook.core.setup.opening import Proposer, bare_draft, proposals_for, with_proposals
from twinbook.core.snapshot import ClassSnapshot, GradebookReading


def begin(previous: Draft | None, gradebook_number: int) -> Draft:
    """The draft while the gradebook is being read. Answers given before are kept in it, also for other gradebooks."""
    if previous is None:
        return Draft(gradebook_number)
    if previous.gradebook_number == gradebook_number:
        return replace(previous, state=DraftState.READING)
    others = [
        d for d in previous.shelf if d.gradebook_number not in (gradebook_number, previous.gradebook_number)
    ]
    if previous.read_at is not None:
        others.append(replace(previous, shelf=()))
    shelved = next((d for d in previous.shelf if d.gradebook_number == gradebook_number), None)
    known = Draft(gradebook_number) if shelved is None else _with_newer_lms_rows(shelved, previous)
    return replace(known, state=DraftState.READING, shelf=tuple(others))


def abandon(draft: Draft) -> Draft | None:
    """A reading failed: the draft as it was before, or the one of the gradebook before it; None: there was none."""
    if draft.read_at is not None:
        return replace(draft, state=DraftState.READY)
    if not draft.shelf:
        return None
    return replace(draft.shelf[-1], state=DraftState.READY, shelf=draft.shelf[:-1])


def switch_gradebook(
    draft: Draft,
    snapshot: ClassSnapshot,
    reading: GradebookReading,
    far: FarSide,
    context: SetupContext,
    proposer: Proposer = proposals_for,
) -> Draft:
    """Another gradebook instead; answers that still apply are kept, and switching back finds the others again."""
    return refresh(begin(draft, reading.gradebook_number), snapshot, reading, far, context, proposer)


def refresh(
    draft: Draft,
    snapshot: ClassSnapshot,
    reading: GradebookReading,
    far: FarSide,
    context: SetupContext,
    proposer: Proposer = proposals_for,
    earlier: Earlier | None = None,
) -> Draft:
    """The draft on a new reading of its own gradebook. `earlier`: what was answered in set-ups before this one.

    Raises ValueError for the reading of another gradebook.
    """
    if reading.gradebook_number != draft.gradebook_number:
        raise ValueError("a draft is refreshed with the reading of its own gradebook")
    fresh = with_proposals(bare_draft(snapshot, reading, far, context), proposer(snapshot, reading))
    if earlier is not None:
        fresh = remember(fresh, earlier, reading)
    if draft.read_at is not None:
        result = _kept(draft, fresh)
    else:
        result = _with_answers_of(fresh, draft.shelf[-1]) if draft.shelf else fresh
    return replace(result, shelf=draft.shelf)


def _kept(old: Draft, fresh: Draft) -> Draft:
    return replace(
        fresh,
        categories=_kept_categories(old, fresh),
        lms_categories=tuple(_kept_leftover(old, row) for row in fresh.lms_categories),
        assignments=_kept_assignments(old, fresh),
        activities=_kept_activities(old, fresh),
    )


# Categories


def _kept_categories(old: Draft, fresh: Draft) -> tuple[CategoryRow, ...]:
    before = {row.code: row for row in old.categories}
    rows = [
        _kept_category(before[row.code], row, old, fresh) if row.code in before else row
        for row in fresh.categories
    ]
    kept = {row.lms_id for row in rows if row.code in before and row.action is Action.MATCH and row.lms_id}
    rows = [
        replace(row, action=None, lms_id=None) if row.code not in before and row.lms_id in kept else row
        for row in rows
    ]
    codes = {row.code for row in fresh.categories}
    gone = [
        replace(row, action=None, lms_id=None, proposed=None, stale=True, gone=True)
        for row in old.categories
        if row.code not in codes and _still_asked(row.action, row.gone)
    ]
    return (*rows, *gone)


def _kept_category(old: CategoryRow, new: CategoryRow, before: Draft, after: Draft) -> CategoryRow:
    if old.action is None:
        again = old.stale or new.proposed == old.proposed
        return replace(new, action=None, lms_id=None, stale=old.stale) if again else new
    partner_before = _category_of(before, old.lms_id)
    partner_after = _category_of(after, old.lms_id)
    same_partner = partner_before is None or (
        partner_after is not None and lms_category_facts(partner_before) == lms_category_facts(partner_after)
    )
    if same_partner and category_facts(old) == category_facts(new):
        return replace(new, action=old.action, lms_id=old.lms_id)
    partner = old.lms_id if partner_after is not None else None
    return replace(
        new,
        proposed=partner or new.proposed,
        confidence=new.confidence if partner in (None, new.proposed) else Confidence.NONE,
        action=None,
        lms_id=None,
        stale=True,
    )


def _category_of(draft: Draft, lms_id: str | None) -> LmsCategoryRow | None:
    return next((row for row in draft.lms_categories if row.lms_id == lms_id), None)


def _kept_leftover(old: Draft, new: LmsCategoryRow) -> LmsCategoryRow:
    before = _category_of(old, new.lms_id)
    if before is None:
        return new
    if before.action is not None and lms_category_facts(before) != lms_category_facts(new):
        return replace(new, stale=True)
    return replace(new, action=before.action, stale=before.stale)


# Activities in Aeries


def _kept_assignments(old: Draft, fresh: Draft) -> tuple[AssignmentRow, ...]:
    before = {row.aeries_id: row for row in old.assignments}
    rows = [
        _kept_assignment(before[row.aeries_id], row, old, fresh) if row.aeries_id in before else row
        for row in fresh.assignments
    ]
    kept = {row.lms_id for row in rows if row.aeries_id in before and row.lms_id}
    rows = [
        replace(row, action=None, lms_id=None) if row.aeries_id not in before and row.lms_id in kept else row
        for row in rows
    ]
    present = {row.aeries_id for row in fresh.assignments}
    gone = [
        replace(
            row,
            action=None,
            lms_id=None,
            proposed=None,
            stale=True,
            gone=True,
            only_ignore=sentence("It is no longer in the Aeries gradebook; choose ignore to leave it out."),
            note=row.note if row.gone else _note(row.action, [sentence("it was removed in Aeries")]),
        )
        for row in old.assignments
        if row.aeries_id not in present and _still_asked(row.action, row.gone)
    ]
    return (*rows, *gone)


def _still_asked(action: Action | None, gone: bool) -> bool:
    """Whether a vanished item needs a word: something was to be done with it, or nobody has acknowledged it yet."""
    return action is None if gone else action in (Action.MATCH, Action.CREATE)


def _kept_assignment(old: AssignmentRow, new: AssignmentRow, before: Draft, after: Draft) -> AssignmentRow:
    new = replace(new, scores_from=old.scores_from, fields_from=old.fields_from)
    if old.action is None:
        again = old.stale or new.proposed == old.proposed
        return (
            replace(new, action=None, lms_id=None, stale=old.stale, note=old.note)
            if again
            else replace(new, stale=False)
        )
    partner_before = _activity_of(before, old.lms_id)
    partner_after = _activity_of(after, old.lms_id)
    changes = moved(assignment_facts(old), assignment_facts(new), "its")
    if partner_before is not None and partner_after is None:
        changes.append(sentence("“%(title)s” was removed here", title=partner_before.title))
    if partner_before is not None and partner_after is not None:
        changes += moved(activity_facts(partner_before), activity_facts(partner_after), "its partner's")
    if not changes:
        return replace(new, action=old.action, lms_id=old.lms_id)
    partner = old.lms_id if partner_after is not None and not new.only_ignore else None
    return replace(
        new,
        proposed=partner or new.proposed,
        confidence=new.confidence if partner in (None, new.proposed) else Confidence.NONE,
        reason=new.reason if partner in (None, new.proposed) else "",
        action=None,
        lms_id=None,
        stale=True,
        note=_note(old.action, changes),
    )


def _note(action: Action | None, changes: list[str]) -> str:
    since = sentence("Since then %(changes)s. Please answer again.", changes=reduce(_and, changes))
    if action is None:
        return since
    return joined([sentence("Your answer was “%(answer)s”.", answer=action.value), since])


def _and(first: str, then: str) -> str:
    return sentence("%(first)s and %(then)s", first=first, then=then)


def _activity_of(draft: Draft, lms_id: str | None) -> ActivityRow | None:
    return next((row for row in draft.activities if row.lms_id == lms_id), None)


# Activities of the LMS


def _kept_activities(old: Draft, fresh: Draft) -> tuple[ActivityRow, ...]:
    before = {row.lms_id: row for row in old.activities}
    rows = [
        _kept_activity(before[row.lms_id], row) if row.lms_id in before else row for row in fresh.activities
    ]
    present = {row.lms_id for row in fresh.activities}
    matched = old.matched_activities().keys()
    gone = [
        replace(
            row,
            action=None,
            stale=True,
            gone=True,
            note=row.note if row.gone else _note(row.action, [sentence("it was removed here")]),
        )
        for row in old.activities
        if row.lms_id not in present and row.lms_id not in matched and _still_asked(row.action, row.gone)
    ]
    return (*rows, *gone)


def _kept_activity(old: ActivityRow, new: ActivityRow) -> ActivityRow:
    new = replace(new, scores_from=old.scores_from, fields_from=old.fields_from)
    if old.action is None:
        return replace(new, stale=old.stale, note=old.note)
    changes = moved(activity_facts(old), activity_facts(new), "its")
    if not changes:
        return replace(new, action=old.action)
    return replace(new, stale=True, note=_note(old.action, changes))


# Answers given on another gradebook


def _with_answers_of(draft: Draft, other: Draft) -> Draft:
    """A first reading of a gradebook, with the answers given on the one looked at before where they apply here."""
    activities = {row.lms_id: row for row in other.activities}
    draft = _with_category_answers(draft, other)
    return replace(
        draft,
        activities=tuple(
            _kept_activity(activities[row.lms_id], row) if row.lms_id in activities else row
            for row in draft.activities
        ),
        lms_categories=tuple(_kept_leftover(other, row) for row in draft.lms_categories),
    )


def _with_category_answers(draft: Draft, other: Draft) -> Draft:
    """An answer about a category applies to the one of the same name, where that name is unique on both sides."""
    lms_ids = {row.lms_id for row in draft.lms_categories}
    answered = {
        name: row
        for name, row in _by_unique_name(other).items()
        if row.action is not None and (row.lms_id is None or row.lms_id in lms_ids)
    }
    carried = {row.code: answered[name] for name, row in _by_unique_name(draft).items() if name in answered}
    partners = {row.lms_id for row in carried.values()} - {None}

    def with_answer(row: CategoryRow) -> CategoryRow:
        if row.code in carried:
            return replace(row, action=carried[row.code].action, lms_id=carried[row.code].lms_id)
        return replace(row, action=None, lms_id=None) if row.lms_id in partners else row

    return replace(draft, categories=tuple(with_answer(row) for row in draft.categories))


def _by_unique_name(draft: Draft) -> dict[str, CategoryRow]:
    names = [row.name_key for row in draft.categories]
    return {row.name_key: row for row in draft.categories if names.count(row.name_key) == 1}


def _with_newer_lms_rows(known: Draft, newer: Draft) -> Draft:
    """A shelved draft comes back: what was answered about LMS items meanwhile is the later word.

    Matched activities keep the row their match was made on, so that a change since then is still noticed.
    """
    activities = {row.lms_id: row for row in newer.activities if row.action is not None}
    categories = {row.lms_id: row for row in newer.lms_categories if row.action is not None}
    matched = known.matched_activities().keys()
    return replace(
        known,
        activities=tuple(
            row if row.lms_id in matched else activities.get(row.lms_id, row) for row in known.activities
        ),
        lms_categories=tuple(categories.get(row.lms_id, row) for row in known.lms_categories),
    )
