"""What still stands between a draft and its Confirm, each with the next thing to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twinbook.core.sentence import joined, sentence
from twinbook.core.setup.checks import checks
from twinbook.core.setup.context import SetupContext
from twinbook.core.setup.draft import Action, Check, Draft, Level
from twinbook.core.setup.planning import new_category_name
from twinbook.core.setup.shown import ignored_codes
from twinbook.core.setup.terms import term_open
from twinbook.core.snapshot import ClassSnapshot, GradebookReading, OurActivity


def blocking(
    draft: Draft, snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext
) -> tuple[Check, ...]:
    """Everything that makes a summary not ready, in the order in which a teacher would go about it."""
    found: list[Check] = [c for c in checks(snapshot, reading, context) if c.level is Level.BLOCKING]
    found += _new_or_gone(draft, snapshot, reading)
    found += _unanswered(draft)
    found += _creates_here(draft, reading)
    found += _creates_there(draft, snapshot, reading, context)
    found += _category_names(draft, snapshot)
    return tuple(found)


def _check(code: str, message: str, hint: str, items: Iterable[str]) -> Iterator[Check]:
    """One blocking check whose message names its items; nothing when there are none."""
    named = tuple(items)
    if named:
        yield Check(
            code,
            Level.BLOCKING,
            sentence("%(message)s: %(named)s.", message=message, named=joined(named, ", ")),
            hint,
            named,
        )


def _new_or_gone(draft: Draft, snapshot: ClassSnapshot, reading: GradebookReading) -> Iterator[Check]:
    """Items that came or went since the rows were made: the class goes on living while a teacher answers."""
    in_draft = {row.lms_id for row in draft.activities if not row.gone}
    here = {str(activity.id): activity.title for activity in snapshot.activities}
    came = [title for lms_id, title in here.items() if lms_id not in in_draft]
    went = [row.title for row in draft.activities if not row.gone and row.lms_id not in here]
    rows = {row.aeries_id for row in draft.assignments if not row.gone}
    read = {assignment.unique_id: assignment.title for assignment in reading.assignments}
    came += [title for unique_id, title in read.items() if unique_id not in rows]
    went += [row.name for row in draft.assignments if not row.gone and row.aeries_id not in read]
    categories = {str(category.id) for category in snapshot.categories}
    went += [
        category.name
        for lms_id, row in draft.matched_categories().items()
        if lms_id not in categories
        for category in draft.lms_categories
        if category.lms_id == lms_id
    ]
    hint = sentence("Read again, then answer what is new.")
    yield from _check("read_again", sentence("Added since the gradebooks were read"), hint, sorted(came))
    yield from _check("read_again", sentence("Removed since the gradebooks were read"), hint, sorted(went))


def _unanswered(draft: Draft) -> Iterator[Check]:
    """A leftover LMS category has only one possible answer and is not waited for."""
    matched = draft.matched_activities()
    open_there = [row for row in draft.assignments if row.action is None]
    open_here = [row for row in draft.activities if row.action is None and row.lms_id not in matched]
    open_categories = [row for row in draft.categories if row.action is None]
    stale = [row.name for row in open_categories if row.stale]
    stale += [row.name for row in open_there if row.stale]
    stale += [row.title for row in open_here if row.stale]
    yield from _check(
        "stale_answers",
        sentence("Changed since you answered"),
        sentence("Look at these again and answer once more."),
        stale,
    )
    yield from _check(
        "unanswered_categories",
        sentence("Aeries categories without an answer"),
        sentence("Match each with a category here, create it here, or ignore it."),
        [row.name for row in open_categories if not row.stale],
    )
    yield from _check(
        "unanswered_aeries_activities",
        sentence("Activities in Aeries without an answer"),
        sentence("Match each with an activity here, create it here, or ignore it."),
        [row.name for row in open_there if not row.stale],
    )
    yield from _check(
        "unanswered_lms_activities",
        sentence("Activities here without an answer"),
        sentence("Create each in Aeries, ignore it, or match it with an activity there."),
        [row.title for row in open_here if not row.stale],
    )


def _creates_here(draft: Draft, reading: GradebookReading) -> Iterator[Check]:
    ignored = ignored_codes(draft)
    yield from _check(
        "category_ignored",
        sentence("To be created here, but their Aeries category is ignored"),
        sentence("Match or create the category, or ignore these activities."),
        [
            row.name
            for row in draft.assignments
            if row.action is Action.CREATE and row.category_code in ignored
        ],
    )
    known = {category.code for category in reading.categories}
    yield from _check(
        "category_missing_in_aeries",
        sentence("To be created here, but they have no category in Aeries"),
        sentence("Give them a category in Aeries and read again, or ignore them."),
        [
            row.name
            for row in draft.assignments
            if row.action is Action.CREATE and row.category_code not in known
        ],
    )


def _creates_there(
    draft: Draft, snapshot: ClassSnapshot, reading: GradebookReading, context: SetupContext
) -> Iterator[Check]:
    matched = draft.matched_activities()
    here = {str(activity.id): activity for activity in snapshot.activities}
    activities = [
        here[row.lms_id]
        for row in draft.activities
        if row.action is Action.CREATE and row.lms_id not in matched and row.lms_id in here
    ]
    partners = draft.matched_categories()
    codes = {category.code for category in reading.categories}

    def placed(activity: OurActivity) -> bool:
        partner = partners.get(str(activity.category_id))
        return partner is not None and partner.code in codes

    names = {category.id: category.name for category in snapshot.categories}
    yield from _check(
        "category_without_partner",
        sentence("To be created in Aeries, but their category has no partner there"),
        sentence(
            "Match the category. If Aeries has none that fits, add it in Aeries and read again, or ignore "
            "these activities."
        ),
        [
            sentence(
                "%(title)s (%(category)s)",
                title=activity.title,
                category=names.get(activity.category_id or 0, sentence("no category")),
            )
            for activity in activities
            if not placed(activity)
        ],
    )
    yield from _check(
        "draft_activity",
        sentence("To be created in Aeries, but still drafts here"),
        sentence("Publish these activities first, or ignore them."),
        [activity.title for activity in activities if not activity.published],
    )
    yield from _check(
        "term_ended",
        sentence("To be created in Aeries, but their term has ended there"),
        sentence("Ignore these activities, or correct their due dates."),
        [
            sentence("%(title)s, due %(due_on)s", title=activity.title, due_on=str(activity.due_on))
            for activity in activities
            if not term_open(reading, activity.due_on or activity.assigned_on, context)
        ],
    )


def _category_names(draft: Draft, snapshot: ClassSnapshot) -> Iterator[Check]:
    """The LMS allows a category name once in a class."""
    taken = {category.name for category in snapshot.categories}
    clashing: list[str] = []
    for row in draft.categories:
        if row.action is not Action.CREATE:
            continue
        name = new_category_name(row.name, row.code)
        if name in taken:
            clashing.append(name)
        taken.add(name)
    yield from _check(
        "category_name_taken",
        sentence("To be created here, but a category of that name exists already"),
        sentence("Match the category instead, or rename one of them and read again."),
        clashing,
    )
