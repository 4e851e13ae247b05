"""What seat pools refuse."""

from backend.shared.errors import Conflict, NotFound


class PoolNotFound(NotFound):
    """No pool was opened under this name."""

    code = "pool_not_found"


class PoolBusy(Conflict):
    """The pool's capacity is being changed; a moment later it can be claimed from again."""

    code = "try_again"
