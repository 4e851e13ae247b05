"""Changing the capacity: raised, lowered, lifted, and set where there was none."""

from tests.model.items import (
    ADOPTING,
    CLOSED,
    CONFIRMED,
    UNLIMITED,
    ForceSeat,
    GiveBack,
    PutRegistration,
    SetCap,
    WritePlan,
    is_confirmed,
    is_limited,
    lacks_claim,
    spread,
)
from tests.model.processes.steps import Steps


class Limiting(Steps):
    # Capacity: close every block, count, open under a new plan
    def read_read_plan(self, i, p, db):
        return [p.to("announce", version=db.pool.plan, plan=(self.first_caps(p, db),))]

    def first_caps(self, p, db):
        """What a change announces: without a limit nothing is counted; set anew, all get claims first."""
        if p.guest == UNLIMITED:
            return ()
        first = not is_limited(db) and "limit set without claims" not in self.bugs
        still = db.pool.caps == ADOPTING and "another change forgets the claims" not in self.bugs
        return ADOPTING if first or still else CLOSED

    def write_announce(self, i, p):
        return WritePlan(i, p.version, p.guest, p.plan[0])

    def after_announce(self, i, p, db, ok):
        if ok or db.pool.capacity == p.guest:
            return p.to("read pool", plan=())
        return self.again(p, "read plan")

    # Unlimited -> N: claims for everybody confirmed, by a job; the stream cares for stragglers
    def read_read_pool(self, i, p, db):
        if db.pool.caps == ADOPTING:
            return [p.to("adopt", subject=0, plan=(db.pool.plan, db.pool.capacity))]
        return [p.to("settle")]

    def read_adopt(self, i, p, db):
        """The guest at hand; the job goes on to the next and ends behind the last."""
        if p.role != "stream" and p.subject == self.guests:
            return [p.to("adopted", subject=-1)]
        r = db.registrations[p.subject]
        if not lacks_claim(r):
            return [self.has_claim(p)]
        claim = self.adopting_claim(i, p, p.subject)
        force = p.to("force", block=p.subject % self.blocks, claim=claim, version=r.version)
        counted_first = "counted before the claim stands" in self.bugs and p.role == "stream"
        return [force._replace(step="recount") if counted_first else force]

    def has_claim(self, p):
        if p.role == "stream":
            return p.to("settle", claim=None, plan=())
        return p.to("adopt", subject=p.subject + 1, claim=None, version=0, block=0)

    def write_force(self, i, p):
        return ForceSeat(i, p.block, p.claim)

    def after_force(self, i, p, db, ok):
        done = {"nobody counts again", "counted before the claim stands"} & self.bugs
        return p.to("name claim" if done or p.role != "stream" else "recount")

    def read_recount(self, i, p, db):
        """A claim was forced into a block: whatever was counted before does not hold any more."""
        forgets = "counting again forgets the claims" in self.bugs
        if not is_limited(db) or (db.pool.caps == ADOPTING and not forgets):
            return [self.counted(p)]
        return [p.to("announce again", plan=(db.pool.plan, db.pool.capacity, CLOSED))]

    def write_announce_again(self, i, p):
        return WritePlan(i, *p.plan)

    def after_announce_again(self, i, p, db, ok):
        return self.counted(p) if ok else self.again(p, "recount", plan=())

    def counted(self, p):
        first = "counted before the claim stands" in self.bugs
        return p.to("force" if first else "name claim", plan=())

    def write_name_claim(self, i, p):
        return PutRegistration(
            i, p.subject, (CONFIRMED,), p.version, CONFIRMED, p.block, p.claim.attempt
        )

    def after_name_claim(self, i, p, db, ok):
        return self.has_claim(p) if ok or is_confirmed(db, p.block, p.claim) else p.to("drop")

    def write_drop(self, i, p):
        return GiveBack(i, p.block, p.claim)

    def after_drop(self, i, p, db, ok):
        return self.again(p, "adopt", claim=None)

    def write_adopted(self, i, p):
        return WritePlan(i, *p.plan, CLOSED)

    def after_adopted(self, i, p, db, ok):
        return p.to("settle", plan=()) if ok else self.again(p, "read pool", plan=())

    def read_settle(self, i, p, db):
        """Carry on with whatever the pool item says: shut and count, or set the planned caps."""
        plan, capacity, caps = db.pool.plan, db.pool.capacity, db.pool.caps
        if caps == ADOPTING or not is_limited(db):
            return [p.to("promote", plan=())]
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
