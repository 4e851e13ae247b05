"""The items of the seat protocol and the writes on them, each one atomic and conditional.

``bugs`` names the wrong variants that are switched on; with none this is the protocol that
``backend/seats`` and ``backend/registrations`` build.
"""

from typing import NamedTuple

ABSENT, TOMBSTONE = "ABSENT", "TOMBSTONE"
CONFIRMED, WAITLISTED, CANCELED = "CONFIRMED", "WAITLISTED", "CANCELED"
FREE, ACTIVE = (ABSENT, TOMBSTONE, CANCELED), (CONFIRMED, WAITLISTED)
CLOSED = None  # Pool.caps while the capacity is being changed or the pool is over capacity
ADOPTING = "adopting"  # Pool.caps after unlimited -> N: closed, and not yet everybody has a claim
UNLIMITED = -1  # Pool.capacity
NO_SEAT = -1  # Registration.block of who is confirmed without a claim, as in an unlimited pool
OPEN, CALLED_OFF = "open", "called off"  # Database.event; empty where nobody may cancel it


# The items
class Claim(NamedTuple):
    guest: int
    attempt: int


class Block(NamedTuple):
    cap: int
    plan: int = 0  # the capacity plan this cap belongs to; only a newer plan may change it
    claims: frozenset = frozenset()


class Registration(NamedTuple):
    status: str = ABSENT
    version: int = 0
    block: int = -1
    attempt: int = -1
    made_by: int = -1  # stands for ticket_no: the register call that made this registration
    since: int = 0  # place on the waiting list


class Pool(NamedTuple):
    capacity: int  # or UNLIMITED
    caps: tuple | str | None  # planned cap of each block, CLOSED or ADOPTING
    plan: int = 0
    waiting: bool = False  # the flag that sends newcomers to the list
    joined: int = 0  # grows whenever the flag is raised


class Freed(NamedTuple):  # stream record: a registration stopped being CONFIRMED
    block: int
    claim: Claim


class Joined(NamedTuple):  # stream record: a registration became WAITLISTED
    guest: int


class Placed(NamedTuple):  # stream record: became CONFIRMED (where the event may be canceled)
    guest: int
    kind: str = "placed"


class Unclaimed(NamedTuple):  # stream record: became CONFIRMED without a claim
    guest: int
    kind: str = "unclaimed"


class Database(NamedTuple):
    blocks: tuple
    registrations: tuple
    pool: Pool
    stream: frozenset = frozenset()  # records not yet checkpointed
    event: str = ""
    job_done: bool = False  # the job that cancels everybody went through the list

    def with_block(self, index, **changes):
        return self._replace(
            blocks=put_at(self.blocks, index, self.blocks[index]._replace(**changes))
        )

    def with_registration(self, guest, registration):
        return self._replace(registrations=put_at(self.registrations, guest, registration))


def put_at(items, index, item):
    return (*items[:index], item, *items[index + 1 :])


def is_confirmed(db, block, claim):
    if claim is None:
        return False
    r = db.registrations[claim.guest]
    return r.status == CONFIRMED and r.block == block and r.attempt == claim.attempt


def waiting_guests(db):
    """The waiting index: oldest first."""
    return sorted(
        (g for g, r in enumerate(db.registrations) if r.status == WAITLISTED),
        key=lambda g: db.registrations[g].since,
    )


def lacks_claim(registration):
    return registration.status == CONFIRMED and registration.block == NO_SEAT


def is_limited(db):
    return db.pool.capacity != UNLIMITED


def has_room(db):
    return not is_limited(db) or any(len(b.claims) < b.cap for b in db.blocks)


def total_claims(db):
    return sum(len(b.claims) for b in db.blocks)


def spread(counted, capacity):
    """Caps that cover the claims counted and add up to the capacity."""
    caps = list(counted)
    while sum(caps) < capacity:
        caps[caps.index(min(caps))] += 1
    return tuple(caps)


def lowering(db, bugs):
    """First design: whoever releases looks at all caps first, and lowers the one it releases from while they exceed the capacity."""
    return (
        "lower"
        if "each release lowers cap" in bugs and sum(b.cap for b in db.blocks) > db.pool.capacity
        else ""
    )


# The writes: apply() -> new database, or None when refused
class TakeSeat(NamedTuple):
    sender: int
    block: int
    claim: Claim

    def apply(self, db, bugs):
        b = db.blocks[self.block]
        if self.claim in b.claims:
            return db
        return (
            db.with_block(self.block, claims=b.claims | {self.claim})
            if len(b.claims) < b.cap
            else None
        )


class GiveBack(NamedTuple):
    sender: int
    block: int
    claim: Claim
    lower_cap: bool = False  # first design only, see lowering()

    def apply(self, db, bugs):
        b = db.blocks[self.block]
        gone = {
            c
            for c in b.claims
            if c == self.claim or ("release by guest" in bugs and c.guest == self.claim.guest)
        }
        return db.with_block(
            self.block, claims=b.claims - gone, cap=b.cap - 1 if gone and self.lower_cap else b.cap
        )


class PutRegistration(NamedTuple):
    """Commit, entry on the waiting list, promotion, cancel and move: from one of `sources`, at the version seen."""

    sender: int
    guest: int
    sources: tuple
    version: int
    status: str
    block: int = -1
    attempt: int = -1
    made_by: int = -1

    def apply(self, db, bugs):
        old = db.registrations[self.guest]
        blind = ("commit without version" in bugs and self.sources == FREE) or (
            "cancel without version" in bugs and self.status == CANCELED
        )
        if old.status not in self.sources or (old.version != self.version and not blind):
            return None
        since = 1 + max(r.since for r in db.registrations) if self.status == WAITLISTED else 0
        made_by = (
            self.made_by if self.made_by >= 0 else old.made_by
        )  # promotion, moves and cancel keep the ticket number
        stream = db.stream
        if old.status == CONFIRMED and old.block != NO_SEAT:
            stream |= {Freed(old.block, Claim(self.guest, old.attempt))}
        new = Registration(self.status, old.version + 1, self.block, self.attempt, made_by, since)
        stream |= news(db, self.guest, new, bugs)
        return db.with_registration(self.guest, new)._replace(stream=stream)


def news(db, guest, new, bugs):
    """What the stream hears of a registration that is written so."""
    if new.status == WAITLISTED:
        return set() if "stream ignores joining" in bugs else {Joined(guest)}
    if new.status != CONFIRMED:
        return set()
    return ({Placed(guest)} if db.event else set()) | (
        {Unclaimed(guest)} if new.block == NO_SEAT else set()
    )


class Rename(NamedTuple):
    """E-mail change, one transaction: the registration under its new key, a tombstone, the claim renamed."""

    sender: int
    guest: int
    target: int
    version: int
    target_version: int
    status: str
    block: int
    claim: Claim | None
    attempt: int

    def apply(self, db, bugs):
        old, there = db.registrations[self.guest], db.registrations[self.target]
        if (old.status, old.version) != (self.status, self.version):
            return None
        taken = there.status not in FREE or there.version != self.target_version
        if taken and "new address written over" not in bugs:
            return None
        if self.claim and "e-mail change leaves the claim" not in bugs:
            held = db.blocks[self.block].claims
            if self.claim not in held:
                return None
            renamed = held - {self.claim} | {Claim(self.target, self.attempt)}
            db = db.with_block(self.block, claims=renamed)
        new = old._replace(version=there.version + 1, attempt=self.attempt)
        grave = Registration(TOMBSTONE, old.version + 1, made_by=old.made_by)
        if "tombstone forgets the ticket" in bugs:
            grave = grave._replace(made_by=-1)
        if "nothing left at the old address" in bugs:
            grave = Registration()
        if "e-mail change in two writes" in bugs:
            grave = old
        freed = {Freed(self.block, self.claim)} if self.claim else set()
        db = db._replace(stream=db.stream | freed | news(db, self.target, new, bugs))
        return db.with_registration(self.target, new).with_registration(self.guest, grave)


class Bury(NamedTuple):  # wrong variant only: the second of two writes
    sender: int
    guest: int
    version: int

    def apply(self, db, bugs):
        old = db.registrations[self.guest]
        if old.version != self.version:
            return None
        grave = Registration(TOMBSTONE, old.version + 1, made_by=old.made_by)
        return db.with_registration(self.guest, grave)


class ForceSeat(NamedTuple):
    """A claim for somebody who is confirmed without one, whether or not the block has room."""

    sender: int
    block: int
    claim: Claim

    def apply(self, db, bugs):
        return db.with_block(self.block, claims=db.blocks[self.block].claims | {self.claim})


class CloseEvent(NamedTuple):
    sender: int

    def apply(self, db, bugs):
        return db._replace(event=CALLED_OFF)


class FinishJob(NamedTuple):
    sender: int

    def apply(self, db, bugs):
        return db._replace(job_done=True)


class Fence(NamedTuple):
    sender: int
    guest: int
    version: int

    def apply(self, db, bugs):
        old = db.registrations[self.guest]
        if old.version != self.version:
            return None
        status = TOMBSTONE if old.status == ABSENT else old.status
        return db.with_registration(
            self.guest, old._replace(status=status, version=old.version + 1)
        )


class RaiseFlag(
    NamedTuple
):  # never lingers in the model: it only counts up, a repeat can but refuse a LowerFlag
    sender: int

    def apply(self, db, bugs):
        return db._replace(pool=db.pool._replace(waiting=True, joined=db.pool.joined + 1))


class LowerFlag(NamedTuple):
    sender: int
    joined: int

    def apply(self, db, bugs):
        if db.pool.joined != self.joined and "flag lowered blindly" not in bugs:
            return None
        return db._replace(pool=db.pool._replace(waiting=False))


class WritePlan(NamedTuple):
    sender: int
    seen: int
    capacity: int
    caps: tuple | None

    def apply(self, db, bugs):
        if db.pool.plan != self.seen:
            return None
        return db._replace(
            pool=db.pool._replace(capacity=self.capacity, caps=self.caps, plan=self.seen + 1)
        )


class SetCap(NamedTuple):
    sender: int
    block: int
    cap: int
    plan: int

    def apply(self, db, bugs):
        if db.blocks[self.block].plan >= self.plan and "cap without plan number" not in bugs:
            return None
        return db.with_block(self.block, cap=self.cap, plan=self.plan)
