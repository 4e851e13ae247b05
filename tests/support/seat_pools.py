"""Short words for what happens to one pool of seats."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from backend.seats import queries, services
from backend.seats.claims import Claim
from backend.seats.models import AuditState, Block, Pool, Summary
from backend.seats.services import Standing

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=2)


def open_pool(capacity: int | None) -> str:
    """A new pool, in a process that knows of none."""
    queries.forget_views()
    pool = str(uuid4())
    services.open_pool(pool=pool, capacity=capacity, now=NOON)
    return pool


def guest(number: int) -> str:
    return f"GUEST{number:011d}"


def claim(pool: str, number: int, *, at: datetime = NOON) -> Claim | None:
    return services.claim(pool=pool, guest=guest(number), now=at)


def fill(pool: str, seats: int) -> list[Claim]:
    claims = [claim(pool, number) for number in range(seats)]
    assert None not in claims
    return claims


def blocks_of(pool: str) -> list[Block]:
    return Block.list_for_pool(pool, blocks=int(Pool.find_pool(pool).blocks))


def claims_of(pool: str) -> set[Claim]:
    return {claim for block in blocks_of(pool) for claim, _ in block.list_claims()}


def room_of(pool: str) -> set[int]:
    blocks = int(Pool.find_pool(pool).blocks)
    return set().union(*(s.room or () for s in Summary.list_for_pool(pool, blocks=blocks)))


def due(state: AuditState, *, at: datetime) -> list[str]:
    return queries.list_due(state, now=at, limit=1000).items


def audit(pool: str, *, confirmed=(), at: datetime = LATER, fence=lambda *_: True, **how):
    def is_confirmed(claims):
        return [Standing(claim in confirmed, settled=False, version=0) for claim in claims]

    return services.audit(pool=pool, is_confirmed=is_confirmed, fence=fence, now=at, **how)
