"""Lambda ``ProfilesStreamFunction`` (infra/streams.yaml): greets the owners of new profiles."""

from backend.profiles.streams import greet
from backend.shared.stream_batches import follow

handler = follow(greet)
