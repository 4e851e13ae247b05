"""Tables ``sessions`` and ``bookings``.

Table ``sessions``: the items of an event's agenda, never deleted, and one item that says how many
they are and what the event allows.

=====================  =============================================  ========================
Access pattern         Keys                                           Method
=====================  =============================================  ========================
one session            pk=event_id, sk=session_id                     ``Session.fetch``
the whole agenda       pk=event_id                                    ``list_for_event``
several                the same, batch                                ``find_many``
a page by start        agenda_index: pk=event_id, sk=starts_at        ``list_by_start``
due for a notice       notice_index: pk=notice_bucket (the hour,      ``list_due``
                       UTC), sk=notice_at; only until it was given
the agenda's rules     pk=event_id, sk=``#agenda``                    ``Agenda.find_for``
=====================  =============================================  ========================

Table ``bookings``: one item per guest and session, never deleted; and, where an event limits how
much a guest may book, one item per guest.

=====================  =============================================  ========================
one booking            pk=shard (``<session>#R<n>``), sk=guest        ``Booking.find``
several                the same, batch                                ``find_current``
a partition's page     the same, sk > guest                           ``list_in_shard``
what a guest booked    guest_index: pk=guest, sk=session_id           ``list_of_guest``
who waits              waiting_index: pk=waiting_shard                (sparse: only while
                       (``<session>#W<n>``), sk=waiting_since         ``WAITLISTED``)
a guest's allowance    pk=``<event>#G<v>#<guest>``, sk=guest          ``Allowance.take``
=====================  =============================================  ========================
"""

from backend.sessions.models.agendas import Agenda
from backend.sessions.models.allowances import Allowance
from backend.sessions.models.bookings import Booking
from backend.sessions.models.sessions import Session, pool_of

__all__ = ["Agenda", "Allowance", "Booking", "Session", "pool_of"]
