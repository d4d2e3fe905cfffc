"""Which Aeries this is: its database year, and its own date (G2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from twinbook.aeries.client import AeriesClient
from twinbook.aeries.errors import WrongYear
from twinbook.aeries.health import check_identity
from twinbook.aeries.models import SystemInfo
from twinbook.sync import clock, refusals
from twinbook.sync.models import RemoteState


def check(connection_id: int, client: AeriesClient, ask: Callable[[], SystemInfo]) -> tuple[int, date]:
    """Asks once; returns the year that Aeries answers for and its date, and keeps both. Raises WrongYear, and then the connection shows as refused."""
    info = ask()
    try:
        year = check_identity(info, client.database_year)
    except WrongYear:
        refusals.of_year(right=False)
        raise
    refusals.of_year(right=True)
    now = clock.now()
    today = info.today or now.date()
    RemoteState.objects.update_or_create(
        connection_id=connection_id,
        defaults={"identity_checked_at": now, "aeries_year": year, "aeries_today": today},
    )
    return year, today
