"""Tags and filters of every template (built in, no ``{% load %}`` needed)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from backend.shared import markdown
from portal.common import event_times, icons
from portal.common.navigation import Navigation, navigation_for

register = template.Library()

STATUS_LOOKS = {  # status → look of its pill and its icon; the word is the caller's
    "DRAFT": ("line", "pencil"),
    "PUBLISHED": ("ok", "circle-check"),
    "FINISHED": ("", "clipboard-check"),
    "ARCHIVED": ("", "clipboard-check"),
    "CANCELED": ("", "ban"),
    "CONFIRMED": ("ok", "circle-check"),
    "WAITLISTED": ("warn", "hourglass"),
    "EXPECTED": ("line", "clock"),
    "IN": ("ok", "user-check"),
    "OUT": ("", "logout"),
    "QUEUED": ("line", "clock"),
    "RUNNING": ("", "refresh"),
    "PAUSED": ("warn", "player-pause"),
    "DONE": ("ok", "circle-check"),
    "FAILED": ("bad", "alert-octagon"),
    "OPEN": ("line", "clock"),
    "CLAIMED": ("", "user-check"),
    "FULFILLED": ("ok", "circle-check"),
    "DECLINED": ("bad", "circle-x"),
    "BOOKED": ("ok", "circle-check"),
    "ATTENDED": ("ok", "user-check"),
}
STATUS_WORDS = {
    "DRAFT": _("Draft"),
    "PUBLISHED": _("Published"),
    "FINISHED": _("Finished"),
    "ARCHIVED": _("Archived"),
    "CANCELED": _("Canceled"),
    "CONFIRMED": _("Confirmed"),
    "WAITLISTED": _("Waiting list"),
    "EXPECTED": _("Expected"),
    "IN": _("Arrived"),
    "OUT": _("Left"),
    "QUEUED": _("Waits to start"),
    "RUNNING": _("Running"),
    "PAUSED": _("Paused"),
    "DONE": _("Done"),
    "FAILED": _("Failed"),
    "OPEN": _("Waiting"),
    "CLAIMED": _("Somebody is on it"),
    "FULFILLED": _("Fulfilled"),
    "DECLINED": _("Declined"),
    "BOOKED": _("Booked"),
    "ATTENDED": _("Attended"),
}
KIND_ICONS = {  # own kinds of request have the bell
    "FOOD": "tools-kitchen-2",
    "BEVERAGE": "cup",
    "HAND_OUT": "gift",
    "HELP": "lifebuoy",
}

register.simple_tag(icons.icon, name="icon")


@register.simple_tag
def kind_icon(key: str) -> SafeString:
    """``{% kind_icon request.kind %}``: the drawing of a kind of request."""
    return icons.icon(KIND_ICONS.get(key, "bell"))


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> Navigation:
    """The links a base template shows, for the page's ``event`` and the actor."""
    return navigation_for(actor=context["actor"], event=context.get("event"))


@register.simple_tag
def when(moment: datetime, zone: str, style: str = "full") -> SafeString:
    """``{% when event.starts_at event.time_zone "day" %}``: full, long, day, short_day, time."""
    return event_times.time_element(moment, zone, style)


@register.simple_tag
def span(start: datetime, end: datetime, zone: str) -> str:
    """``{% span event.starts_at event.ends_at event.time_zone %}``, the zone named once."""
    return event_times.span_text(start, end, zone)


@register.filter
def clock(moment: datetime, zone: str) -> str:
    """``{{ session.starts_at|clock:event.time_zone }}``: ``09:30``, where the zone stands above."""
    return formats.time_format(moment.astimezone(ZoneInfo(zone)), "H:i")


@register.filter(name="markdown")
def markdown_filter(text: str | None) -> SafeString:
    """``{{ event.description|markdown }}``: sanitised HTML."""
    return mark_safe(markdown.to_html(text or ""))  # noqa: S308 - nh3 has cleaned it


@register.filter
def name(text: str | None) -> SafeString:
    """``{{ registration.name|name }}``: a person's name, in its own writing direction."""
    return format_html("<bdi>{}</bdi>", text or "")


@register.filter
def initials(text: str | None) -> str:
    """``AK`` of ``Anja Köhler``; an address gives its first letter."""
    words = (text or "?").split("@")[0].split()
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [words[0][0]] if words else ["?"]
    return "".join(letters).upper()


@register.inclusion_tag("components/status.html")
def status(value: str, word: str = "") -> dict[str, str]:
    """``{% status event.status %}``: a pill with colour, icon and word."""
    look, drawing = STATUS_LOOKS.get(str(value), ("", "circle"))
    text = word or str(STATUS_WORDS.get(str(value), value))
    return {"look": look, "icon": drawing, "word": text}


@register.inclusion_tag("components/bar.html")
def bar(value: float, total: float, look: str = "") -> dict[str, object]:
    """``{% bar 812 1200 "ok" %}``: a proportion as SVG, as the CSP allows no inline width."""
    whole = max(total or 0, 1)
    return {"value": min(max(value, 0), whole), "total": whole, "look": look}
