"""What seat pools refuse."""

from backend.shared.errors import Conflict, NotFound, Rejected


class PoolNotFound(NotFound):
    """No pool was opened under this name."""

    code = "pool_not_found"


class PoolBusy(Conflict):
    """The pool is being opened or its capacity changed; a moment later it takes claims."""

    code = "try_again"


class CapacityFixed(Rejected):
    """A pool without a limit holds no claims, so none can be set for those who are in it."""

    code = "capacity_fixed"
