"""Lambda ``BookingsStreamFunction`` (infra/streams.yaml): what follows a booking's change."""

from backend.sessions import streams
from backend.shared.stream_batches import Followed, follow_counted


def _session_of(change: streams.Change) -> str:
    return change.shard.partition("#")[0]


handler = follow_counted(
    Followed(
        read=streams.read_change,
        count=streams.count,
        reactions=(streams.react,),
        group_of=_session_of,
        see_to=streams.see_to_seats,
    )
)
