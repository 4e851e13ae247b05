"""Registering: claim, commit, release; and joining the waiting list."""

from tests.model.items import (
    ACTIVE,
    CONFIRMED,
    FREE,
    NO_SEAT,
    WAITLISTED,
    GiveBack,
    Joined,
    PutRegistration,
    RaiseFlag,
    TakeSeat,
    is_confirmed,
    is_limited,
    waiting_guests,
)
from tests.model.processes.process import DONE
from tests.model.processes.steps import Steps


class Registering(Steps):
    # Register
    def read_look(self, i, p, db):
        """The cached summary and flag choose between claiming and the list; stale ones may choose either."""
        if not is_limited(db):
            return [p.to("commit", claim=None, block=NO_SEAT)]
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
        attempt = p.claim.attempt if p.claim else -1
        return PutRegistration(i, p.guest, FREE, p.version, CONFIRMED, p.block, attempt, i)

    def after_commit(self, i, p, db, ok):
        old = db.registrations[p.guest]
        if ok or is_confirmed(db, p.block, p.claim):
            return p.finish(CONFIRMED)
        if old.status in ACTIVE or (
            old.made_by == i and "mine only while confirmed" not in self.bugs
        ):
            then = p.to("release", then=DONE, status=old.status)
            return then if p.claim else p.finish(old.status)
        if not p.claim:
            return self.again(p, "look", version=old.version)
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
