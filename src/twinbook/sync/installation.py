"""This installation's identity (G3): one row, drawn once, never copied on purpose.

What a mismatch with its twin beside the secrets means is judged elsewhere; the row is there from the first migration.
"""

from __future__ import annotations

import uuid

from twinbook.sync.models import Installation


def ensure() -> Installation:
    """Safe to repeat and from several processes."""
    return Installation.objects.get_or_create(id=1, defaults={"identity": uuid.uuid4()})[0]
