"""The sentences of the class page's header; class_page.js says the same when something changes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from twinbook.core import values
from twinbook.web import words

register = template.Library()

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")


@register.filter
def sentence(sync: dict[str, Any]) -> str:
    match sync["state"]:
        case "synced":
            return _("Your gradebook is now synced")
        case "setting_up":
            return _("Your gradebook is being joined with Aeries")
        case "paused":
            return _("Syncing is paused")
        case "held":
            return _("Syncing waits for your answer")
        case "ended":
            return _("The term of this gradebook has ended")
        case _:
            return _("Gradebook not synced")


@register.filter
def waiting_words(sync: dict[str, Any]) -> str:
    count = sync["waiting"]
    if not count:
        return _("Nothing waits to be sent")
    return ngettext("%(count)d score waits to be sent", "%(count)d scores wait to be sent", count) % {
        "count": count
    }


@register.filter
def needs_words(sync: dict[str, Any]) -> str:
    count = sync["problems"]
    if not count:
        return _("Nothing needs you")
    return ngettext("%(count)d thing needs you", "%(count)d things need you", count) % {"count": count}


@register.filter
def aeries_words(sync: dict[str, Any]) -> str:
    return _("Aeries answers") if sync["aeries_reachable"] else _("Aeries does not answer")


@register.filter
def why(sync: dict[str, Any]) -> str:
    """The reason, its instant as a time of the district's own clock."""
    return _INSTANT.sub(lambda found: _clock(found.group()), sync["why"] or "")


def _clock(text: str) -> str:
    found = parse_datetime(text)
    if found is None:
        return text
    return words.day_and_time(timezone.localtime(found), timezone.localtime())


@register.filter
def plain(number: Decimal) -> str:
    """Without trailing zeros."""
    return values.plain(number)


@register.filter
def change_kind(kind: str) -> str:
    """Of a line of a summary that is about a whole activity or category."""
    match kind:
        case "create_activity":
            return _("new")
        case "create_category":
            return _("new category")
        case "update_activity":
            return _("its fields")
        case _:
            return ""
