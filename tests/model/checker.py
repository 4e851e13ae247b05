"""An explicit-state check of the seat protocol: claims, waiting list, audit, streams, capacity.

The world is DynamoDB at its worst. Every step of a process is one read or one conditional
write of one item, in any interleaving.

* Crash: the rest of a process never happens. So every reachable state is also one in which
  everybody left has crashed, and from each of them the clean ending (pending stream
  records, the five-minute audit if it is due, the nightly audit) must put things right.
* Re-sent and late writes: a copy of any write may linger on the wire and land at any later
  time, any number of times, whether its sender went on, finished or died. A configuration
  bounds how many different writes linger (``lingering``).
* Streams deliver a record at least once: a worker may die before its checkpoint, and
  several may hold the same record.
"""

import time
from collections import deque
from typing import NamedTuple

from tests.model.items import (
    ABSENT,
    ACTIVE,
    CLOSED,
    CONFIRMED,
    FREE,
    WAITLISTED,
    Block,
    Claim,
    Database,
    GiveBack,
    Joined,
    Pool,
    PutRegistration,
    RaiseFlag,
    Registration,
    TakeSeat,
    is_confirmed,
    lowering,
    put_at,
    spread,
    total_claims,
    waiting_guests,
)
from tests.model.processes import DONE, FIRST_STEP, STOPPED, Config, Process, Protocol


# The clean endings: nobody interferes, nobody crashes
def promote_all(db):
    for g in waiting_guests(db):
        free = [b for b, block in enumerate(db.blocks) if len(block.claims) < block.cap]
        if not free:
            break
        claim = Claim(g, -2 - db.registrations[g].version)
        db = TakeSeat(-1, free[0], claim).apply(db, ())
        db = PutRegistration(
            -1, g, (WAITLISTED,), db.registrations[g].version, CONFIRMED, free[0], claim.attempt
        ).apply(db, ())
    return db


def settle_capacity(db):
    pool, counted = db.pool, tuple(len(b.claims) for b in db.blocks)
    if pool.caps is CLOSED and sum(counted) <= pool.capacity:
        pool = pool._replace(caps=spread(counted, pool.capacity), plan=pool.plan + 1)
    caps = pool.caps or (0,) * len(db.blocks)
    blocks = tuple(
        b._replace(cap=cap, plan=pool.plan) if b.plan < pool.plan else b
        for b, cap in zip(db.blocks, caps, strict=True)
    )
    return db._replace(pool=pool, blocks=blocks)


def stream_ending(db, bugs):
    for record in db.stream:
        if isinstance(record, Joined):
            db = RaiseFlag(-1).apply(db, ())
        elif "stream does not release" not in bugs:
            db = GiveBack(-1, record.block, record.claim, bool(lowering(db, bugs))).apply(db, ())
    if db.stream:
        db = promote_all(settle_capacity(db))
    return db._replace(stream=frozenset())


def audit_ending(db):
    for b, block in enumerate(db.blocks):
        for claim in block.claims:
            if not is_confirmed(db, b, claim):
                db = GiveBack(-1, b, claim).apply(db, ())
    return promote_all(settle_capacity(db))


def audit_is_due(db, bugs):
    full = all(len(b.claims) >= b.cap for b in db.blocks)
    return full or (db.pool.waiting and "audit only when full" not in bugs)


def stranded(db):
    return waiting_guests(db) and any(len(b.claims) < b.cap for b in db.blocks)


# What must hold
class State(NamedTuple):
    db: Database
    processes: tuple
    lingering: frozenset = frozenset()


class Checker:
    def __init__(self, config):
        self.config, self.bugs, self.protocol = config, config.bugs, Protocol(config)
        self.lowered = self.protocol.after_seat_freed == "settle" or config.capacity is not None
        self.leavers = {g for role, g in config.processes if role in ("cancel", "move")}
        self.verdicts, self.overtakings = {}, 0

    def start(self):
        blocks, registrations = [set() for _ in self.config.caps], []
        for g in range(self.protocol.guests):
            status = self.config.initial[g] if g < len(self.config.initial) else ABSENT
            if status == CONFIRMED:
                blocks[g % len(blocks)].add(Claim(g, -1 - g))
                registrations.append(Registration(CONFIRMED, 1, g % len(blocks), -1 - g))
            else:
                registrations.append(
                    Registration(
                        status, int(status != ABSENT), since=g + 1 if status == WAITLISTED else 0
                    )
                )
        capacity = sum(self.config.caps) if self.config.capacity is None else self.config.capacity
        pool = Pool(capacity, self.config.caps, waiting=WAITLISTED in self.config.initial)
        db = Database(
            tuple(
                Block(cap, 0, frozenset(c)) for cap, c in zip(self.config.caps, blocks, strict=True)
            ),
            tuple(registrations),
            pool,
        )
        return State(
            db, tuple(Process(role, g, FIRST_STEP[role]) for role, g in self.config.processes)
        )

    def moves(self, state):
        """Every next state, with what was done and what is wrong about doing it."""
        db, processes, lingering = state
        for i, p in enumerate(processes):
            if p.step in (DONE, STOPPED):
                continue
            name = f"{p.role} {p.guest if p.guest >= 0 else i}: {p.step}"
            if p.step == "checkpoint":
                yield (
                    name,
                    State(
                        db._replace(stream=db.stream - {p.record}),
                        put_at(processes, i, p.finish()),
                        lingering,
                    ),
                    "",
                )
            elif p.step in self.protocol.reads:
                for q in self.protocol.reads[p.step](i, p, db):
                    yield f"{name} -> {q.step}", State(db, put_at(processes, i, q), lingering), ""
            else:
                make, after = self.protocol.writes[p.step]
                write = make(i, p)
                new = write.apply(db, self.bugs)
                q = after(i, p, db, new is not None)
                what = f"{name} {'ok' if new else 'REFUSED'} -> {q.step}"
                yield (
                    what,
                    State(new or db, put_at(processes, i, q), lingering),
                    self.misdeed(write, db, new, processes, p),
                )
                if (
                    len(lingering) < self.config.lingering
                    and not isinstance(write, RaiseFlag)
                    and write not in lingering
                ):
                    yield f"{name} (a copy lingers)", State(db, processes, lingering | {write}), ""
        for write in lingering:
            new = write.apply(db, self.bugs)
            if new is not None and new != db:
                sender = processes[write.sender]
                problem = self.misdeed(write, db, new, processes)
                if sender.step == DONE and isinstance(write, PutRegistration):
                    problem = (
                        f"{sender.role} of guest {sender.guest} takes effect after it was answered"
                    )
                yield f"late copy lands: {write}", State(new, processes, lingering), problem

    def misdeed(self, write, db, new, processes, p=None):
        if new is None:
            return ""
        if (
            isinstance(write, TakeSeat)
            and self.lowered
            and new != db
            and total_claims(new) > db.pool.capacity
        ) and not any(q.role == "capacity" and q.step != DONE for q in processes):
            return "a seat was taken while the pool is over capacity"
        if isinstance(write, PutRegistration) and write.sources == FREE:
            if db.registrations[write.guest].made_by == write.sender:
                return "one register call registered its guest twice"
            overtaken = (
                {handled for g, handled in p.behind if g in waiting_guests(db)}
                if p and write.status == CONFIRMED
                else ()
            )
            if True in overtaken:
                return "a newcomer overtook a guest for whom the flag had been raised"
            self.overtakings += bool(overtaken)
        return ""

    def fault(self, state):
        for p in state.processes:
            if p.role == "register" and p.step == DONE and p.guest not in self.leavers:
                now = state.db.registrations[p.guest].status
                if p.status in ACTIVE and now != CONFIRMED and now != p.status:
                    return f"guest {p.guest} was answered {p.status} and is {now}"
        if state.db not in self.verdicts:
            self.verdicts[state.db] = self.database_fault(state.db)
        return self.verdicts[state.db]

    def database_fault(self, db):
        if not self.lowered and any(len(b.claims) > b.cap for b in db.blocks):
            return "oversold"
        for g, r in enumerate(db.registrations):
            if r.status == CONFIRMED and Claim(g, r.attempt) not in db.blocks[r.block].claims:
                return "confirmed without a claim"
        db = stream_ending(db, self.bugs)
        if not self.config.audited:
            orphans = any(
                not is_confirmed(db, b, c)
                for b, block in enumerate(db.blocks)
                for c in block.claims
            )
            return (
                "only an audit would free this seat"
                if orphans
                else "stranded without an audit"
                if stranded(db)
                else ""
            )
        if waiting_guests(db) and not db.pool.waiting and "flag may be down" not in self.bugs:
            return "somebody waits and the flag is down"
        if audit_is_due(db, self.bugs):
            db = audit_ending(db)
        if stranded(db):
            return "somebody waits beside a free seat until the nightly audit"
        db = audit_ending(db)
        confirmed = sum(r.status == CONFIRMED for r in db.registrations)
        room = sum(max(b.cap, len(b.claims)) for b in db.blocks)
        if stranded(db) or total_claims(db) != confirmed:
            return "the nightly audit did not put things right"
        if room > max(db.pool.capacity, confirmed):
            return "more room than capacity"
        return "seats lost for good" if room < db.pool.capacity else ""


class Result(NamedTuple):
    config: Config
    states: int
    seconds: float
    problem: str
    trace: list
    overtakings: int


def explore(config, limit=6_000_000):
    """Breadth first, so the first violation has a shortest trace."""
    began, checker = time.time(), Checker(config)
    start = checker.start()
    came_from, queue = {start: None}, deque([start])

    def result(problem, state=None, last=None):
        trace = [last] if last else []
        while state is not None and came_from[state]:
            state, what = came_from[state]
            trace.append(what)
        return Result(
            config, len(came_from), time.time() - began, problem, trace[::-1], checker.overtakings
        )

    while queue:
        state = queue.popleft()
        if problem := checker.fault(state):
            return result(problem, state)
        for what, new, problem in checker.moves(state):
            if problem:
                return result(problem, state, what)
            if new not in came_from:
                came_from[new] = (state, what)
                queue.append(new)
        if len(came_from) > limit:
            return result("too large to finish")
    return result("")
