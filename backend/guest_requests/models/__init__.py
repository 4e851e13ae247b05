"""Table ``guest_requests``: one item per request, and a few that help, under keys with a ``#``.

====================  ==============================================  ==========================
Access pattern        Keys                                            Method
====================  ==============================================  ==========================
one request           pk=request_id                                   ``GuestRequest.fetch``
several               the same, batch                                 ``find_many``
a queue, oldest       queue_index: pk=open_queue (``<event>#<kind>``),  ``list_queue``
first                 sk=created_at; only while open or claimed
what was done lately  done_index: pk=done_event, sk=done_at; only     ``list_done``
                      fulfilled or declined
a person's            user_index: pk=user_id, sk=created_at           ``list_for_user``
a guest's at an event guest_index: pk=guest_key (``<event>#<guest>``),  ``list_for_guest``
                      sk=created_at
past their target     due_index: pk=due_bucket, sk=due_at; only while  ``list_due``
                      nobody was reminded and the guest waits
an event's kinds      pk=``kinds#<event>``                            ``EventKinds.find_event``
what a guest may      pk=``slots#<event>#<guest>#<kind>``             ``OpenSlots``
still have open
what streams did      pk=``mark#<request_id>``                        ``RequestMark``
where staff are told  pk=``staff#<user id>``                          ``StaffSubscriber.of``
====================  ==============================================  ==========================
"""

from backend.guest_requests.models.beside import (
    EventKinds,
    OpenSlots,
    RequestMark,
    StaffSubscriber,
)
from backend.guest_requests.models.requests import (
    DUE_BUCKETS,
    GuestRequest,
    due_bucket,
    guest_key,
    queue_key,
)

__all__ = [
    "DUE_BUCKETS",
    "EventKinds",
    "GuestRequest",
    "OpenSlots",
    "RequestMark",
    "StaffSubscriber",
    "due_bucket",
    "guest_key",
    "queue_key",
]
