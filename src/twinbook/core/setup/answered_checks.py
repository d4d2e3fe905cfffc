"""Checks that depend on the answers given so far: settings of matched categories that will give other totals."""

from __future__ import annotations

from decimal import Decimal

from twinbook.core.sentence import sentence
from twinbook.core.setup.draft import Check, Draft, Level
from twinbook.core.values import plain


def answered_checks(draft: Draft) -> tuple[Check, ...]:
    weights = _weights_differ(draft)
    return (weights,) if weights else ()


def _weights_differ(draft: Draft) -> Check | None:
    weight_of = {row.lms_id: row.weight for row in draft.lms_categories}
    items = tuple(
        sentence(
            "%(name)s: %(ours)s here, %(theirs)s in Aeries",
            name=row.name,
            ours=_percent(weight_of.get(lms_id)),
            theirs=_percent(row.percent),
        )
        for lms_id, row in draft.matched_categories().items()
        if weight_of.get(lms_id) != row.percent
    )
    if not items:
        return None
    return Check(
        "weights_differ",
        Level.WARNING,
        sentence("Some matched categories weigh differently on the two sides, so the totals will differ."),
        sentence("Make the weights equal, here or in Aeries. They are not synced."),
        items,
    )


def _percent(weight: Decimal | None) -> str:
    return sentence("no weight") if weight is None else f"{plain(weight)} %"
