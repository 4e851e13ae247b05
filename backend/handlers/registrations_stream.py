"""Lambda ``RegistrationsStreamFunction`` (infra/streams.yaml): what follows a registration's change.

A record that cannot be read is left out of the counters; a recount repairs what it would have
added.
"""

from backend.checkin.streams import record_passage
from backend.guest_requests.streams import follow_registration as follow_for_requests
from backend.registrations import streams
from backend.sessions.streams import follow_registration
from backend.shared.stream_batches import Followed, follow_counted


def _event_of(change: streams.Change) -> str:
    return change.shard.rpartition("#")[0]


handler = follow_counted(
    Followed(
        read=streams.read_change,
        count=streams.count,
        reactions=(streams.react, record_passage, follow_registration, follow_for_requests),
        group_of=_event_of,
        see_to=streams.see_to_seats,
    )
)
