"""An event as a calendar file (``.ics``, RFC 5545)."""

from datetime import datetime

from icalendar import Calendar, vText
from icalendar import Event as Entry

from backend.events.kinds import LocationType
from backend.events.models import Event
from backend.events.states import EventStatus


def calendar_file(event: Event, *, url: str = "", now: datetime) -> bytes:
    """The event as one entry that mail programs and phones import.

    Times are UTC, so they are right everywhere; the event's own zone is named beside them.
    ``UID`` stays and ``SEQUENCE`` grows with every edit, so importing a newer file replaces
    the older entry; a canceled event cancels it. ``url`` is the page to link to. Nothing
    about any guest stands in it.
    """
    entry = Entry()
    entry.add("uid", f"{event.uuid}@foyer")
    entry.add("sequence", event.version)
    entry.add("dtstamp", now)
    entry.add("last-modified", event.updated_at)
    entry.add("dtstart", event.starts_at)
    entry.add("dtend", event.ends_at)
    entry.add("summary", event.title)
    if event.description:
        entry.add("description", event.description)
    if event.location:
        entry.add("location", event.location)
    if url:
        entry.add("url", url)
    # An event that was called off stays so in the archive.
    canceled = event.status is EventStatus.CANCELED or event.canceled_at is not None
    entry.add("status", "CANCELLED" if canceled else "CONFIRMED")
    entry.add("categories", [event.category])
    if event.location_type is not LocationType.IN_PERSON:
        entry.add("x-foyer-location-type", vText(event.location_type))

    calendar = Calendar()
    calendar.add("prodid", "-//Foyer//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if canceled else "PUBLISH")
    calendar.add("x-wr-timezone", event.time_zone)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
