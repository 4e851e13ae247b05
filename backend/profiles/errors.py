"""What profiles refuse."""

from backend.shared.errors import NotFound


class ProfileNotFound(NotFound):
    """The person has not written a profile yet."""

    code = "profile_not_found"
