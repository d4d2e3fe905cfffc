"""On which days and from which hour a digest is due."""

from __future__ import annotations

from datetime import datetime

import pytest

from twinbook.district.models import Digest
from twinbook.sync import digest


@pytest.mark.parametrize(
    ("kind", "hour", "local", "due"),
    [
        (Digest.DAILY, 7, "2026-11-23 07:00", True),
        (Digest.DAILY, 7, "2026-11-23 06:59", False),
        (Digest.DAILY, 7, "2026-11-23 09:59", True),
        (Digest.DAILY, 7, "2026-11-23 10:00", False),
        (Digest.DAILY, 7, "2026-11-21 07:00", False),
        (Digest.WEEKLY, 7, "2026-11-23 07:00", True),
        (Digest.WEEKLY, 7, "2026-11-24 07:00", False),
        (Digest.DAILY, 23, "2026-11-23 23:30", True),
        (Digest.OFF, 7, "2026-11-23 07:00", False),
    ],
)
def test_when_a_digest_is_due(kind: Digest, hour: int, local: str, due: bool) -> None:
    assert digest.is_due(kind, hour, datetime.fromisoformat(f"{local}+00:00")) is due
