"""Table ``seat_blocks``: three kinds of items make a pool of seats.

A pool of an event is named by the event's uuid, one of a session by ``<event>.<session>``.
``Place`` is no item of this table: what holds a seat inherits it.

=====================  ==============================  =================================
Access pattern         Keys                            Method
=====================  ==============================  =================================
one pool               pk=``<pool>#POOL``              ``Pool.find_pool``
what has room          pk=``<pool>#S<j>``, batch       ``Summary.list_for_pool``
claim, release         pk=``<pool>#B<k>``              ``Block.take``, ``Block.give_back``
all claims of a pool   pk=``<pool>#B<k>``, batch       ``Block.list_for_pool``
pools due for audit    audit_index: pk=audit_state,    ``Pool.list_due``
                       sk=audit_due_at
=====================  ==============================  =================================
"""

from backend.seats.models.audits import AuditState
from backend.seats.models.blocks import Block
from backend.seats.models.places import Place
from backend.seats.models.pools import Pool
from backend.seats.models.summaries import Summary

__all__ = ["AuditState", "Block", "Place", "Pool", "Summary"]
