"""What seat pools refuse."""

from backend.shared.errors import Conflict, NotFound


class PoolNotFound(NotFound):
    """No pool was opened under this name."""

    code = "pool_not_found"


class PoolBusy(Conflict):
    """The pool is being opened or its capacity changed; a moment later it takes claims."""

    code = "try_again"


class PoolClosed(PoolBusy):
    """The pool's capacity is being changed; who may wait joins the waiting list."""


class TryAgain(Conflict):
    """The same guest's place kept changing under this call."""

    code = "try_again"
