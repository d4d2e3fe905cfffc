"""The one thing this package tells the outside: "something in this class changed", after the commit."""

import logging
from collections.abc import Callable
from functools import partial

from django.db import transaction

Listener = Callable[[int], object]

_listeners: list[Listener] = []
_log = logging.getLogger(__name__)


def register(listener: Listener) -> None:
    """`listener(class_id)` is called after every commit that changed scores, activities, categories or
    students of a class. What it raises is logged and never reaches the person who saved."""
    if listener not in _listeners:
        _listeners.append(listener)


def unregister(listener: Listener) -> None:
    _listeners.remove(listener)


def announce(class_id: int) -> None:
    """Calls the listeners once the running transaction is committed; at once when there is none."""
    for listener in _listeners:
        transaction.on_commit(partial(_call, listener, class_id))


def _call(listener: Listener, class_id: int) -> None:
    try:
        listener(class_id)
    except Exception:  # noqa: BLE001 the save is committed; a listener's trouble is not the teacher's
        _log.exception("a listener failed after a change in class %s", class_id)
