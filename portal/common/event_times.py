"""Times as guests read them: in the event's zone, with the zone named."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

STYLES = {
    "full": "D, j M Y, H:i",
    "long": "l, j F Y, H:i",
    "day": "l, j F Y",
    "short_day": "D, j M",
    "time": "H:i",
}
WITH_ZONE = ("full", "long", "time")


def zone_label(moment: datetime, zone: str) -> str:
    """``CEST``; for zones that have no letters of their own ``UTC+04:00``."""
    name = moment.astimezone(ZoneInfo(zone)).tzname() or zone
    if name[0] not in "+-":
        return name
    return f"UTC{name[:3]}:{name[3:] or '00'}"


def local_text(moment: datetime, zone: str, style: str = "full") -> str:
    """``Thu, 10 Jun 2027, 09:00 CEST`` (24-hour clock in every language)."""
    text: str = formats.date_format(moment.astimezone(ZoneInfo(zone)), STYLES[style])
    return f"{text} {zone_label(moment, zone)}" if style in WITH_ZONE else text


def time_element(moment: datetime, zone: str, style: str = "full") -> SafeString:
    """The same in a ``<time>`` with the moment for machines and the zone's full name."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes"),
        zone,
        local_text(moment, zone, style),
    )


def span_text(start: datetime, end: datetime, zone: str) -> str:
    """``Thu, 10 Jun 2027, 09:00 to 17:30 CEST``, or both days when they differ."""
    here = ZoneInfo(zone)
    same_day = start.astimezone(here).date() == end.astimezone(here).date()
    until = local_text(end, zone, "time" if same_day else "full")
    since = local_text(start, zone, "full").removesuffix(f" {zone_label(start, zone)}")
    if zone_label(start, zone) != zone_label(end, zone):
        since = local_text(start, zone, "full")
    return _("%(since)s to %(until)s") % {"since": since, "until": until}


def ago_text(moment: datetime, *, now: datetime) -> str:
    """``2 min ago``: how long since, in one unit; a clock that runs ahead says ``just now``."""
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("%(number)d min ago") % {"number": seconds // 60}
    if seconds < 2 * 86_400:
        return _("%(number)d h ago") % {"number": seconds // 3600}
    return _("%(number)d days ago") % {"number": seconds // 86_400}
