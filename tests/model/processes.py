"""What each process of the protocol does, step by step; ``checker`` explores every interleaving."""

from dataclasses import dataclass
from typing import NamedTuple

from tests.model.items import (
    ACTIVE,
    CANCELED,
    CLOSED,
    CONFIRMED,
    FREE,
    WAITLISTED,
    Claim,
    Fence,
    GiveBack,
    Joined,
    LowerFlag,
    PutRegistration,
    RaiseFlag,
    SetCap,
    TakeSeat,
    WritePlan,
    is_confirmed,
    lowering,
    spread,
    waiting_guests,
)

DONE, STOPPED = (
    "done",
    "stopped",
)  # answered its caller / gave up without an answer (out of tries: as good as a crash)
FIRST_STEP = {
    "register": "look",
    "cancel": "read mine",
    "move": "read mine",
    "stream": "take record",
    "audit": "inspect",
    "tidy": "read flag",
    "capacity": "read plan",
}


class Process(NamedTuple):
    role: str
    guest: int  # whose call it is; for the organiser's capacity change the new capacity
    step: str
    subject: int = -1  # the guest a seat is being claimed, fenced or released for
    trial: int = 0
    block: int = 0
    claim: Claim | None = None
    version: int = 0
    status: str = ""  # status seen, or the answer once done
    then: str = DONE  # where to go after the current subroutine
    behind: frozenset = (
        frozenset()
    )  # (guest, stream had seen it) for all who waited when this newcomer looked: order report
    plan: tuple = ()  # (plan number, capacity, caps or claims counted so far)
    record: tuple | None = None  # the stream record in hand

    def to(self, step, **changes):
        return self._replace(step=step, **changes)

    def finish(self, answer=""):
        return Process(self.role, self.guest, DONE, status=answer)


@dataclass(frozen=True)
class Config:
    name: str
    caps: tuple  # seats of each block
    processes: tuple  # (role, guest) pairs
    initial: tuple = ()  # statuses the guests start with; guest g CONFIRMED holds a seat in block g % blocks
    lingering: int = 0  # how many different writes may leave late copies
    waiting_list: bool = True
    stale: bool = False  # the cached summary and flag may say anything
    index_lags: bool = False  # the promoter may miss any waiting guest
    capacity: int | None = (
        None  # where it is not the sum of the caps: the pool starts over capacity
    )
    audited: bool = True  # False: the clean ending is the stream alone
    request_promotes: bool = False  # the joining call also runs the promoter
    tries: int = 3  # attempts of one process before it stops without an answer
    bugs: frozenset = frozenset()
    expect: str = ""  # part of the violation that must be found; empty: none may be
    slow: bool = False  # explored with CI=true only


class Protocol:
    """A `read_…` step returns the possible next process states. A `write_…` step names the write; its `after_…` says what follows
    the answer and sees the database before the write, as a refused write returns the old item."""

    def __init__(self, config):
        self.config, self.bugs, self.blocks = config, config.bugs, len(config.caps)
        self.guests = 1 + max(
            [g for role, g in config.processes if role != "capacity"] + [len(config.initial) - 1]
        )
        self.after_seat_freed = (
            "settle" if any(role == "capacity" for role, _ in config.processes) else "promote"
        )
        self.reads, self.writes = {}, {}
        for name in dir(self):
            kind, _, step = name.partition("_")
            if kind == "read":
                self.reads[step.replace("_", " ")] = getattr(self, name)
            elif kind == "write":
                self.writes[step.replace("_", " ")] = (
                    getattr(self, name),
                    getattr(self, "after_" + step),
                )

    def new_claim(self, i, p, guest):
        return Claim(guest, i * 10 + (0 if "same attempt reused" in self.bugs else p.trial))

    def next_block(self, p):
        """The block after this one, or None when all were tried; guests start at different blocks."""
        following = (p.block + 1) % self.blocks
        return None if following == p.subject % self.blocks else following

    def again(self, p, step, **changes):
        return (
            p.to(step, trial=p.trial + 1, **changes)
            if p.trial + 1 < self.config.tries
            else p.to(STOPPED)
        )

    # Register
    def read_look(self, i, p, db):
        """The cached summary and flag choose between claiming and the list; stale ones may choose either."""
        claim = p.to(
            "claim",
            subject=p.guest,
            block=p.guest % self.blocks,
            claim=self.new_claim(i, p, p.guest),
        )
        join = p.to("join") if self.config.waiting_list else p.finish("sold out")
        if self.config.waiting_list and db.pool.waiting:
            return [join, claim] if self.config.stale else [join]
        claim = claim._replace(
            behind=frozenset((g, Joined(g) not in db.stream) for g in waiting_guests(db))
        )
        return [claim, join] if self.config.stale else [claim]

    def write_claim(self, i, p):
        return TakeSeat(i, p.block, p.claim)

    def after_claim(self, i, p, db, ok):
        if ok:
            return p.to("commit")
        if (block := self.next_block(p)) is not None:
            return p.to("claim", block=block)
        return p.to("join", claim=None) if self.config.waiting_list else p.finish("sold out")

    def write_commit(self, i, p):
        return PutRegistration(i, p.guest, FREE, p.version, CONFIRMED, p.block, p.claim.attempt, i)

    def after_commit(self, i, p, db, ok):
        old = db.registrations[p.guest]
        if ok or is_confirmed(db, p.block, p.claim):
            return p.finish(CONFIRMED)
        if old.status in ACTIVE or (
            old.made_by == i and "mine only while confirmed" not in self.bugs
        ):
            return p.to("release", then=DONE, status=old.status)
        return p.to("release", then="look", version=old.version)

    def write_release(self, i, p):
        return GiveBack(i, p.block, p.claim, p.status == "lower")

    def after_release(self, i, p, db, ok):
        if p.then == DONE:
            return p.finish(p.status)
        return p.to("flag", claim=None) if p.then == "flag" else self.again(p, p.then, claim=None)

    def write_join(self, i, p):
        return PutRegistration(i, p.guest, FREE, p.version, WAITLISTED, made_by=i)

    def after_join(self, i, p, db, ok):
        old = db.registrations[p.guest]
        if ok:
            return (
                p.finish(WAITLISTED)
                if "joining raises no flag" in self.bugs
                else p.to("flag", status=WAITLISTED)
            )
        if old.status in ACTIVE or old.made_by == i:
            return p.finish(old.status)
        return self.again(p, "join", version=old.version)

    def write_flag(self, i, p):
        return RaiseFlag(i)

    def after_flag(self, i, p, db, ok):
        return (
            p.to("promote")
            if self.config.request_promotes or p.role in ("stream", "tidy")
            else p.finish(p.status)
        )

    # The promoter: a subroutine of the stream and the audit (in a variant also of the joining call)
    def read_promote(self, i, p, db):
        """The oldest; a lagging index may miss any of them."""
        waiting = waiting_guests(db)
        found = [
            p.to(
                "seat",
                subject=g,
                block=g % self.blocks,
                version=db.registrations[g].version,
                claim=self.new_claim(i, p, g),
            )
            for g in (waiting if self.config.index_lags else waiting[:1])
        ]
        return found if waiting and not self.config.index_lags else [*found, self.promoted(p)]

    def promoted(self, p):
        return (
            p.to("checkpoint", subject=-1, claim=None, version=0)
            if p.role == "stream"
            else p.finish(p.status)
        )

    def write_seat(self, i, p):
        return TakeSeat(i, p.block, p.claim)

    def after_seat(self, i, p, db, ok):
        if ok:
            return p.to("promotion")
        block = self.next_block(p)
        return self.promoted(p) if block is None else p.to("seat", block=block)

    def write_promotion(self, i, p):
        return PutRegistration(
            i, p.subject, (WAITLISTED,), p.version, CONFIRMED, p.block, p.claim.attempt
        )

    def after_promotion(self, i, p, db, ok):
        mine = ok or is_confirmed(db, p.block, p.claim)
        return self.again(p, "promote", claim=None) if mine else p.to("release", then="promote")

    # Cancel (guest) and move to the waiting list (organiser)
    def read_read_mine(self, i, p, db):
        r = db.registrations[p.guest]
        if r.status not in (ACTIVE if p.role == "cancel" else (CONFIRMED,)):
            return [p.finish("nothing to do")]
        claim = Claim(p.guest, r.attempt) if r.status == CONFIRMED else None
        return [p.to("leave", status=r.status, version=r.version, block=r.block, claim=claim)]

    def write_leave(self, i, p):
        return PutRegistration(
            i, p.guest, (p.status,), p.version, CANCELED if p.role == "cancel" else WAITLISTED
        )

    def after_leave(self, i, p, db, ok):
        if not ok:
            return p.finish(
                "changed meanwhile"
            )  # never tried again by itself: that could cancel a later registration
        if not p.claim:
            return p.finish()
        return p.to(
            "release", then=DONE if p.role == "cancel" else "flag", status=lowering(db, self.bugs)
        )

    # The registrations stream
    def read_take_record(self, i, p, db):
        found = []
        for r in db.stream:
            if isinstance(r, Joined):
                found.append(p.to("flag", record=r))
            elif "stream does not release" in self.bugs:
                found.append(p.to(self.after_seat_freed, record=r))
            else:
                found.append(
                    p.to(
                        "repeat release",
                        block=r.block,
                        claim=r.claim,
                        record=r,
                        status=lowering(db, self.bugs),
                    )
                )
        return found

    def write_repeat_release(self, i, p):
        return self.write_release(i, p)

    def after_repeat_release(self, i, p, db, ok):
        return p.to(self.after_seat_freed, claim=None)

    # Audit
    def read_inspect(self, i, p, db):
        """Any claim no registration confirms, with the version of its guest; or there is none."""
        found = []
        for b, block in enumerate(db.blocks):
            for c in block.claims:
                if not is_confirmed(db, b, c):
                    r = db.registrations[c.guest]
                    unfenced = (
                        r.status == CONFIRMED or "audit without fence" in self.bugs
                    )  # another claim's commit was the fence
                    found.append(
                        p.to(
                            "release" if unfenced else "fence",
                            subject=c.guest,
                            block=b,
                            claim=c,
                            version=r.version,
                            then="inspect",
                        )
                    )
        return found or [p.to(self.after_seat_freed)]

    def write_fence(self, i, p):
        return Fence(i, p.subject, p.version)

    def after_fence(self, i, p, db, ok):
        return p.to("release") if ok else self.again(p, "inspect", claim=None)

    # Lowering the flag
    def read_read_flag(self, i, p, db):
        return [p.to("read list", version=db.pool.joined)] if db.pool.waiting else [p.finish()]

    def read_read_list(self, i, p, db):
        return [p.finish() if waiting_guests(db) else p.to("lower")]

    def write_lower(self, i, p):
        return LowerFlag(i, p.version)

    def after_lower(self, i, p, db, ok):
        return (
            p.to("look again")
            if "flag lowered blindly" in self.bugs and "no second look" not in self.bugs
            else p.finish()
        )

    def read_look_again(self, i, p, db):
        return [p.to("flag") if waiting_guests(db) else p.finish()]

    # Capacity: close every block, count, open under a new plan
    def read_read_plan(self, i, p, db):
        return [p.to("announce", version=db.pool.plan)]

    def write_announce(self, i, p):
        return WritePlan(i, p.version, p.guest, CLOSED)

    def after_announce(self, i, p, db, ok):
        return p.to("settle") if ok or db.pool.capacity == p.guest else self.again(p, "read plan")

    def read_settle(self, i, p, db):
        """Carry on with whatever the pool item says: shut and count, or set the planned caps."""
        plan, capacity, caps = db.pool.plan, db.pool.capacity, db.pool.caps
        return [
            p.to("shut", block=0, plan=(plan, capacity, ()))
            if caps is CLOSED
            else p.to("set cap", block=0, plan=(plan, capacity, caps))
        ]

    def write_shut(self, i, p):
        return SetCap(i, p.block, 0, p.plan[0])

    def after_shut(self, i, p, db, ok):
        """Accepted or refused, the answer carries the block: a block that is shut can only lose claims, so the count is safe."""
        plan, capacity, counted = p.plan
        block = db.blocks[p.block]
        if block.plan > plan and not ok:
            return p.to("promote", plan=())  # somebody opened meanwhile
        counted += (len(block.claims),)
        if p.block + 1 < self.blocks:
            return p.to("shut", block=p.block + 1, plan=(plan, capacity, counted))
        if sum(counted) > capacity:
            return p.to("promote", plan=())  # over capacity: the pool stays closed
        return p.to("open", plan=(plan, capacity, spread(counted, capacity)))

    def write_open(self, i, p):
        return WritePlan(i, *p.plan)

    def after_open(self, i, p, db, ok):
        return p.to("settle", plan=())

    def write_set_cap(self, i, p):
        return SetCap(i, p.block, p.plan[2][p.block], p.plan[0])

    def after_set_cap(self, i, p, db, ok):
        return (
            p.to("set cap", block=p.block + 1)
            if p.block + 1 < self.blocks
            else p.to("promote", plan=())
        )
