"""The sync settings of a class (public surface §3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from twinbook.core.sentence import sentence
from twinbook.district import settings as district_settings
from twinbook.gradebook import classes
from twinbook.sync import announce, errors, second_plan, wake
from twinbook.sync.models import ClassSync, ConflictPolicy, GradingCompletedRule, Link, Mode, NewItems

Json = dict[str, Any]

_WORDS: dict[str, list[str]] = {
    "mode": Mode.values,
    "conflict_policy": ConflictPolicy.values,
    "new_in_aeries": NewItems.values,
    "new_in_lms": NewItems.values,
    "grading_completed": GradingCompletedRule.values,
}
_NUMBERS: dict[str, tuple[int, int]] = {
    "reuse_seconds": (0, 600),
    "create_after_seconds": (0, 86_400),
    "grace_days": (0, 365),
}


def get(class_id: int) -> Json:
    """Raises NotFoundError."""
    classes.get(class_id)
    sync = ClassSync.objects.filter(school_class_id=class_id).first() or ClassSync(school_class_id=class_id)
    district = district_settings.get()
    return {
        "mode": sync.mode,
        "conflict_policy": sync.conflict_policy or district.conflict_policy,
        **{
            name: getattr(sync, name)
            for name in (*_WORDS, *_NUMBERS)
            if name not in ("mode", "conflict_policy")
        },
    }


def patch(class_id: int, changes: Mapping[str, object], actor: str = "system") -> Json:
    """Fields left out stay. A policy applies to conflicts that arise after it was set. `fingerprint`: confirms the plan
    that a dry run of force sync showed, by `mode` `sync`; after a restore no other way leads out of the pause.

    Raises NotFoundError, InvalidSetting, NotYet, and what `second_plan.confirm` raises; then nothing is changed.
    """
    classes.get(class_id)
    changes = dict(changes)
    fingerprint = changes.pop("fingerprint", None)
    if fingerprint is not None and changes.get("mode") != Mode.SYNC:
        raise errors.InvalidSetting(
            sentence("A fingerprint confirms a plan, by `mode` `sync`."),
            hint=sentence("Send both together."),
            extra={"field": "fingerprint"},
        )
    for name, value in changes.items():
        _check(name, value)
    if changes.get("mode") == Mode.SYNC and (fingerprint is not None or second_plan.needed(class_id)):
        second_plan.confirm(class_id, None if fingerprint is None else str(fingerprint), actor)
    with transaction.atomic():
        sync, _ = ClassSync.objects.select_for_update().get_or_create(school_class_id=class_id)
        for name, value in changes.items():
            setattr(sync, name, value)
        sync.save(update_fields=list(changes) or None)
    if "grading_completed" in changes:
        Link.objects.filter(school_class_id=class_id, ended_on=None).update(look_at_everything=True)
    if changes.get("mode") == Mode.SYNC or "grading_completed" in changes:
        wake.wake_class(class_id)
    announce.announce(class_id)
    return get(class_id)


def _check(name: str, value: object) -> None:
    if name in _WORDS:
        if value not in _WORDS[name]:
            raise errors.InvalidSetting(
                sentence("`%(name)s` cannot be %(value)s.", name=name, value=repr(value)),
                hint=sentence("One of: %(words)s.", words=", ".join(_WORDS[name])),
                extra={"field": name},
            )
        return
    if name in _NUMBERS:
        least, most = _NUMBERS[name]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise errors.InvalidSetting(
                sentence(
                    "`%(name)s` must be a whole number from %(least)s to %(most)s.",
                    name=name,
                    least=least,
                    most=most,
                ),
                hint=sentence("Correct the number."),
                extra={"field": name},
            )
        return
    raise errors.InvalidSetting(sentence("There is no setting `%(name)s`.", name=name), extra={"field": name})
