"""Table ``registrations``: one item per guest and event, never deleted.

=====================  ===========================================  ============================
Access pattern         Keys                                         Method
=====================  ===========================================  ============================
one registration       pk=shard (``<event>#R<n>``), sk=guest        ``Registration.find``
several, a page        the same, batch                              ``find_many``, ``find_current``
a partition's page     the same, sk > guest                         ``list_in_shard``
by the start of a key  the same, sk begins with                     ``list_by_guest_prefix``
what a person has      email_index: pk=user_email,                  ``list_by_email``
                       sk=registered_at
guests by name         name_index: pk=name_shard (``<event>#N<n>``),  ``list_by_name``
                       sk=name_key
who waits              waiting_index: pk=waiting_shard,             (sparse: only while
                       sk=waiting_since                             ``WAITLISTED``)
a recount's mark       pk=shard, sk=``#recount``; a tombstone       ``mark_recount``
=====================  ===========================================  ============================

Admissions touch no attribute of an index, so one costs one write unit.
"""

from backend.registrations.models.admissions import Admissions
from backend.registrations.models.details import Details
from backend.registrations.models.lookups import Lookups
from backend.registrations.models.recounting import Recounting
from backend.registrations.models.seating import Seating

__all__ = ["Registration"]


class Registration(Seating, Admissions, Details, Recounting, Lookups):
    """One guest's place at one event."""
