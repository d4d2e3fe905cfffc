"""The district's settings, and what a change of its mark table means for cells that were agreed under the old one (C8)."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from twinbook.district import settings
from twinbook.district.models import DistrictSettings
from twinbook.district.settings import SettingsChanges
from twinbook.sync import far, wake
from twinbook.sync.models import CellBaseRow, Link, Pair


def patch(changes: SettingsChanges) -> DistrictSettings:
    """Changes the settings. Cells that hold a mark whose meaning changed count as changed in Aeries, and their
    activities are looked at. Raises InvalidError."""
    with transaction.atomic():
        before = far.side_of(settings.get())
        changed = settings.patch(changes)
        after = far.side_of(changed)
        marks = sorted(set(before.marks) | set(after.marks) | _upper(before.missing_mark, after.missing_mark))
        moved = [mark for mark in marks if before.meaning(mark) != after.meaning(mark)]
        classes = _mark_dirty(moved)
    for class_id in classes:
        wake.wake_class(class_id)
    return changed


def _upper(*marks: str | None) -> set[str]:
    return {mark.upper() for mark in marks if mark}


def _mark_dirty(marks: list[str]) -> list[int]:
    """The theirs half of such a base becomes "never agreed": a change on Aeries' side (C1)."""
    if not marks:
        return []
    rows = CellBaseRow.objects.filter(theirs_kind="mark", theirs_text__in=marks, pair__link__ended_on=None)
    pairs = set(rows.values_list("pair_id", flat=True))
    rows.update(theirs_kind=None, theirs_text="")
    Pair.objects.filter(id__in=pairs).update(look_again_at=Now())
    links = Link.objects.filter(pairs__in=pairs).distinct()
    return list(links.values_list("school_class_id", flat=True))
