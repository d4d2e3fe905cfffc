"""What every page says the same way: how a thing stands, when something was, how far a run is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from twinbook.web import words
from twinbook.web.questions.counting import questions_of

register = template.Library()


@register.simple_tag
def class_badge(state: str) -> SafeString:
    """A class's `sync.state` as a badge."""
    shown = words.class_state(state)
    return format_html('<span class="badge {}">{}</span>', shown.shape, shown.text)


@register.simple_tag
def cell_badge(sync: str) -> SafeString:
    """A cell's or an activity's `sync` as a badge."""
    shown = words.cell_state(sync)
    return format_html('<span class="badge {}">{}</span>', shown.shape, shown.text)


@register.simple_tag
def run_badge(state: str) -> SafeString:
    shown = words.run_state(state)
    return format_html('<span class="badge {}">{}</span>', shown.shape, shown.text)


@register.simple_tag
def ago(moment: datetime | str | None, missing: str = "") -> SafeString:
    """How long ago, as a `time` element that page.js keeps current; hovering shows the moment itself."""
    found = parse_datetime(moment) if isinstance(moment, str) else moment
    if found is None:
        return format_html("{}", missing or _("never"))
    local = timezone.localtime(found)
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        found.isoformat(timespec="seconds"),
        local.strftime("%Y-%m-%d %H:%M %Z"),
        words.ago(timezone.now() - found),
    )


@register.simple_tag
def moment(value: datetime | str | None, missing: str = "") -> SafeString:
    """The moment in the district's time zone."""
    found = parse_datetime(value) if isinstance(value, str) else value
    if found is None:
        return format_html("{}", missing)
    local = timezone.localtime(found)
    text = words.day_and_time(local, timezone.localtime())
    return format_html('<time datetime="{}">{}</time>', found.isoformat(timespec="seconds"), text)


@register.filter
def run_words(run: dict[str, Any]) -> str:
    return words.run(run)


@register.filter
def run_kind(kind: str) -> str:
    return words.run_kind(kind)


@register.filter
def actor(created_by: str) -> str:
    """Who started a run."""
    match created_by:
        case "schedule":
            return _("the night")
        case "system":
            return _("Twinbook")
        case _:
            return created_by


@register.filter
def roster_words(name: str) -> str:
    return words.roster_count(name)


@register.simple_tag
def class_address(class_id: int) -> str:
    """The class's gradebook page."""
    return reverse("class_page:page", args=[class_id])


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, number: int) -> str:
    """This page's address with another page number; what was asked for stays."""
    asked = context["request"].GET.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"


@register.simple_tag
def mail_leaves() -> bool:
    """Whether a mail server is configured."""
    return bool(settings.EMAIL_HOST)


@register.simple_tag(takes_context=True)
def open_questions(context: template.Context) -> dict[str, Any]:
    """How many questions wait for whoever looks, for the frame of every page; where to find them."""
    return questions_of(context["request"].user)
