"""What the parts below the faces have put into sentences (`core/sentence.py`), said in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from twinbook.core.sentence import Sentence


def said(text: str) -> str:
    """A sentence in the language of this request; a plain text as it is."""
    if not text or not isinstance(text, Sentence):
        return text
    filling = {name: value if isinstance(value, int) else said(value) for name, value in text.filling.items()}
    if text.plural:
        return ngettext(text.text, text.plural, int(text.filling["count"])) % filling
    return gettext(text.text) % filling if filling else gettext(text.text)


def said_if_any(text: str | None) -> str | None:
    return None if text is None else said(text)


def said_again(text: str) -> str:
    """Of a sentence without gaps that was kept as its English text."""
    return gettext(text) if text else text


def all_said(shown: Any) -> Any:
    """JSON to be shown, with each sentence in it said."""
    match shown:
        case str():
            return said(shown)
        case Mapping():
            return {name: all_said(item) for name, item in shown.items()}
        case list() | tuple():
            return [all_said(item) for item in shown]
        case _:
            return shown
