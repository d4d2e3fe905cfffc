"""Whether permanent ids stand for other assignments than they did (G2).

A UniqueID names one assignment for life (reference §11.2), so number and title are for show. But a gradebook that was
restored or moved by hand may hold two assignments under each other's id: then writes by id would hit the wrong ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from twinbook.aeries.errors import OtherRows
from twinbook.aeries.models import Assignment
from twinbook.core.fields import Field, nfc
from twinbook.core.sentence import sentence
from twinbook.sync.models import Pair, PairState


class ExchangedIds(OtherRows):
    hint = sentence(
        "Look at both in Aeries. If they are meant to be so, take each pair apart and join it anew; until then nothing "
        "is written there."
    )

    def __init__(self, number: int, other: int) -> None:
        super().__init__(
            sentence(
                "assignments %(number)s and %(other)s have exchanged their permanent ids",
                number=number,
                other=other,
            )
        )


def check(link_id: int, found: Iterable[Assignment]) -> None:
    """Raises ExchangedIds when one stands under number and title of another pair of the link, and that one, where it was
    read as well, under those of this one."""
    linked = Pair.objects.filter(link_id=link_id, state=PairState.LINKED, unique_id__isnull=False)
    known = {pair.unique_id or "": (pair.number, _title(pair)) for pair in linked}
    shown = {one.unique_id: (one.number, nfc(one.description)) for one in found if one.unique_id in known}
    places = {place: unique_id for unique_id, place in known.items()}
    for unique_id, now in shown.items():
        before = known[unique_id]
        other = places.get(now)
        if other is None or other == unique_id or before[0] == now[0] or before[1] == now[1]:
            continue
        if shown.get(other, before) == before:
            raise ExchangedIds(before[0] or 0, now[0])


def _title(pair: Pair) -> str:
    """As Aeries last agreed to it."""
    both: list[str] | None = pair.fields.get(Field.TITLE.value)
    return nfc(pair.their_title) if both is None else both[1]
