"""A connection that Aeries refuses in the middle of a run shows so at once, and no longer once it is accepted again."""

from __future__ import annotations

import logging

from twinbook.aeries import refusals
from twinbook.district import connection
from twinbook.sync import announce

_log = logging.getLogger(__name__)


def heard(refused: str | None, proof: frozenset[str]) -> None:
    """After each request (`aeries.wire.Heard`)."""
    if refused is not None:
        if connection.note_refused(refused):
            _log.warning("Aeries refuses the connection: %s", refused)
            announce.announce_everybody()
    elif connection.note_accepted(proof):
        _log.info("Aeries accepts the connection again")
        announce.announce_everybody()


def of_year(right: bool) -> None:
    """Whether Aeries answers for the year that the connection is for (G2)."""
    if right:
        heard(None, frozenset({refusals.YEAR}))
    else:
        heard(refusals.YEAR, frozenset())
