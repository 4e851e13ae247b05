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

from tests.model.endings import audit_ending, audit_is_due, calm_down, stranded
from tests.model.items import (
    ABSENT,
    ACTIVE,
    CALLED_OFF,
    CONFIRMED,
    FREE,
    NO_SEAT,
    OPEN,
    UNLIMITED,
    WAITLISTED,
    Block,
    Claim,
    Database,
    Pool,
    PutRegistration,
    RaiseFlag,
    Registration,
    Rename,
    TakeSeat,
    Unclaimed,
    is_confirmed,
    is_limited,
    lacks_claim,
    put_at,
    total_claims,
    waiting_guests,
)
from tests.model.processes import DONE, FIRST_STEP, STOPPED, Config, Process, Protocol


# What must hold
class State(NamedTuple):
    db: Database
    processes: tuple
    lingering: frozenset = frozenset()


class Checker:
    def __init__(self, config):
        self.config, self.bugs, self.protocol = config, config.bugs, Protocol(config)
        self.lowered = self.protocol.after_seat_freed == "settle" or config.capacity is not None
        self.adopts = config.has("capacity") and UNLIMITED in (
            config.capacity,
            *(n for role, n, _ in config.all_processes if role == "capacity"),
        )
        self.leavers = {g for role, g, _ in config.all_processes if role in ("cancel", "move")}
        self.renamed = {g for role, g, _ in config.all_processes if role == "rename"}
        self.verdicts, self.overtakings = {}, 0

    def start(self):
        capacity = sum(self.config.caps) if self.config.capacity is None else self.config.capacity
        blocks, registrations = [set() for _ in self.config.caps], []
        for g in range(self.protocol.guests):
            status = self.config.initial[g] if g < len(self.config.initial) else ABSENT
            if status == CONFIRMED and capacity != UNLIMITED:
                blocks[g % len(blocks)].add(Claim(g, -1 - g))
                new = Registration(CONFIRMED, 1, g % len(blocks), -1 - g, made_by(g))
            elif status == ABSENT:
                new = Registration()
            else:
                since = g + 1 if status == WAITLISTED else 0
                new = Registration(status, 1, made_by=made_by(g), since=since)
            registrations.append(new)
        pool = Pool(capacity, self.config.caps, waiting=WAITLISTED in self.config.initial)
        db = Database(
            tuple(
                Block(cap, 0, frozenset(c)) for cap, c in zip(self.config.caps, blocks, strict=True)
            ),
            tuple(registrations),
            pool,
            event=OPEN if self.config.has("call off") else "",
        )
        return State(
            db,
            tuple(
                Process(role, g, FIRST_STEP[role], target)
                for role, g, target in self.config.all_processes
            ),
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
                if sender.step == DONE and isinstance(write, (PutRegistration, Rename)):
                    problem = (
                        f"{sender.role} of guest {sender.guest} takes effect after it was answered"
                    )
                yield f"late copy lands: {write}", State(new, processes, lingering), problem

    def misdeed(self, write, db, new, processes, p=None):
        if new is None:
            return ""
        if isinstance(write, TakeSeat) and new != db:
            return self.wrong_seat(db, new, processes)
        if not isinstance(write, PutRegistration):
            return ""
        if write.sources == FREE:
            if any(r.made_by == write.sender for r in db.registrations):
                return "one register call registered its guest twice"
            overtaken = (
                {handled for g, handled in p.behind if g in waiting_guests(db)}
                if p and write.status == CONFIRMED
                else ()
            )
            if True in overtaken:
                return "a newcomer overtook a guest for whom the flag had been raised"
            self.overtakings += bool(overtaken)
        if write.sources == (WAITLISTED,) and write.status == CONFIRMED:
            return self.wrong_turn(write, db, p)
        return ""

    def wrong_seat(self, db, new, processes):
        """Whoever changes the capacity right now may not have reached every block."""
        if not self.lowered or not is_limited(db):
            return ""
        if any(q.role in ("capacity", "adopt") and q.step != DONE for q in processes):
            return ""
        taken = total_claims(new)
        if self.adopts:
            # A forced claim may be nobody's for a while; a commit the stream has not heard of is excused.
            if any(isinstance(record, Unclaimed) for record in db.stream):
                return ""
            taken = 1 + sum(r.status == CONFIRMED for r in db.registrations)
        return (
            "a seat was taken while the pool is over capacity" if taken > db.pool.capacity else ""
        )

    def wrong_turn(self, write, db, p):
        """Who waited before the promoted one was picked, and still does, was passed over."""
        if p is None or p.role == "favour" or self.config.index_lags:
            return ""
        since = db.registrations[write.guest].since
        older = any(db.registrations[g].since < since for g in waiting_guests(db))
        return "a guest was promoted before one who waited longer" if older else ""

    def fault(self, state):
        for p in state.processes:
            if p.step == DONE and (problem := self.broken_word(p, state.db)):
                return problem
        if state.db not in self.verdicts:
            self.verdicts[state.db] = self.database_fault(state.db)
        if self.config.quiet and not self.verdicts[state.db]:
            return self.unrest(state)
        return self.verdicts[state.db]

    def broken_word(self, p, db):
        """What a call answered, and is not so."""
        if p.guest in self.leavers or db.event == CALLED_OFF:
            return ""
        if p.role == "register" and p.guest not in self.renamed:
            now = db.registrations[p.guest].status
            if p.status in ACTIVE and now != CONFIRMED and now != p.status:
                return f"guest {p.guest} was answered {p.status} and is {now}"
        return ""

    def unrest(self, state):
        """Everybody ended, nobody died: there is nothing for an audit to do."""
        given_up = {p.record for p in state.processes if p.step == STOPPED}
        if state.db.stream - given_up or any(
            p.step not in (DONE, STOPPED) for p in state.processes
        ):
            return ""
        return "at rest, somebody waits beside a free seat" if stranded(state.db) else ""

    def database_fault(self, db):
        if not self.lowered and any(len(b.claims) > b.cap for b in db.blocks):
            return "oversold"
        for g, r in enumerate(db.registrations):
            held = r.status == CONFIRMED and r.block != NO_SEAT
            if held and Claim(g, r.attempt) not in db.blocks[r.block].claims:
                return "confirmed without a claim"
        return self.missing_people(db) or self.fault_at_the_end(calm_down(db, self.bugs))

    def missing_people(self, db):
        """Whoever was there at the start, and was not taken away, is there once."""
        active = [r.made_by for r in db.registrations if r.status in ACTIVE]
        if len(active) != len(set(active)):
            return "one person is registered twice"
        if db.event == CALLED_OFF:
            return ""
        seated = {r.made_by for r in db.registrations if r.status == CONFIRMED}
        for g, status in enumerate(self.config.initial):
            if g in self.leavers or status == ABSENT:
                continue
            if made_by(g) not in (seated if status == CONFIRMED else active):
                return "somebody lost a place"
        return ""

    def fault_at_the_end(self, db):
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
        if db.event == CALLED_OFF and any(r.status in ACTIVE for r in db.registrations):
            return "somebody has a place at a canceled event"
        if waiting_guests(db) and not db.pool.waiting and "flag may be down" not in self.bugs:
            return "somebody waits and the flag is down"
        if audit_is_due(db, self.bugs):
            db = audit_ending(db, self.bugs)
        if stranded(db):
            return "somebody waits beside a free seat until the nightly audit"
        return self.fault_after_all(audit_ending(db, self.bugs))

    def fault_after_all(self, db):
        """After the nightly audit."""
        confirmed = sum(r.status == CONFIRMED for r in db.registrations)
        if is_limited(db) and any(lacks_claim(r) for r in db.registrations):
            return "somebody confirmed has no seat"
        unclaimed = sum(lacks_claim(r) for r in db.registrations)
        if stranded(db) or total_claims(db) != confirmed - unclaimed:
            return "the nightly audit did not put things right"
        if not is_limited(db):
            return ""
        room = sum(max(b.cap, len(b.claims)) for b in db.blocks)
        if room > max(db.pool.capacity, confirmed):
            return "more room than capacity"
        return "seats lost for good" if room < db.pool.capacity else ""


def made_by(guest):
    """Who made the registrations of the start: nobody's call, a person each."""
    return -10 - guest


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
