"""Lists: `{"items": [...], "next": URL or null}`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja import Query

PAGE = 500
After = Annotated[int, Query(ge=0, lt=2**63, description="From `next`: continue after this item.")]
T = TypeVar("T")


def whole(items: list[Any]) -> dict[str, Any]:
    return {"items": items, "next": None}


def page(
    request: HttpRequest, rows: Sequence[T], shown: Callable[[T], Any], key: Callable[[T], int], limit: int
) -> dict[str, Any]:
    """`rows` holds one more than `limit` where there is more; `next` continues after the last one shown."""
    items = list(rows[:limit])
    following = None
    if len(rows) > limit and items:
        query = {**request.GET.dict(), "after": str(key(items[-1])), "limit": str(limit)}
        following = request.build_absolute_uri(f"{request.path}?{urlencode(query)}")
    return {"items": [shown(row) for row in items], "next": following}
