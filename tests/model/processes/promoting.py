"""Giving a free seat to who waits: the promoter, and organisers who choose a guest themselves."""

from tests.model.items import (
    CONFIRMED,
    NO_SEAT,
    WAITLISTED,
    PutRegistration,
    TakeSeat,
    is_confirmed,
    is_limited,
    waiting_guests,
)
from tests.model.processes.process import DONE
from tests.model.processes.steps import Steps


class Promoting(Steps):
    # The promoter: a subroutine of the stream and the audit (in a variant also of the joining call)
    def read_promote(self, i, p, db):
        """The oldest; a lagging index may miss any of them, or show who does not wait any more."""
        waiting = waiting_guests(db)
        if "promoter picks the youngest" in self.bugs:
            waiting.reverse()
        if self.config.ghosts:
            return self.among_ghosts(i, p, db, waiting)
        found = [
            self.seat_for(i, p, db, g) for g in (waiting if self.config.index_lags else waiting[:1])
        ]
        return found if waiting and not self.config.index_lags else [*found, self.promoted(p)]

    def among_ghosts(self, i, p, db, waiting):
        """The index has the keys only: whoever it shows is read before a seat is taken."""
        waited = [g for g, status in enumerate(self.config.initial) if status == WAITLISTED]
        listed = [*[g for g in waited if g not in waiting][:1], *waiting[:1]]
        if "promoter trusts the index" in self.bugs:
            return [self.seat_for(i, p, db, g) for g in listed] or [self.promoted(p)]
        found = [p.to("candidate", subject=g) for g in listed if g not in p.behind]
        return found if waiting else [*found, self.promoted(p)]

    def read_candidate(self, i, p, db):
        """Who does not wait is passed over in this run."""
        if db.registrations[p.subject].status != WAITLISTED:
            return [p.to("promote", behind=p.behind | {p.subject})]
        return [self.seat_for(i, p, db, p.subject)]

    def seat_for(self, i, p, db, guest):
        seat = p.to("seat", subject=guest, version=db.registrations[guest].version)
        if not is_limited(db):
            return seat._replace(step="promotion", claim=None, block=NO_SEAT)
        return seat._replace(block=guest % self.blocks, claim=self.new_claim(i, p, guest))

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
        attempt = p.claim.attempt if p.claim else -1
        return PutRegistration(i, p.subject, (WAITLISTED,), p.version, CONFIRMED, p.block, attempt)

    def after_promotion(self, i, p, db, ok):
        if ok or is_confirmed(db, p.block, p.claim):
            return p.finish() if p.role == "favour" else self.again(p, "promote", claim=None)
        if not p.claim:
            return p.finish() if p.role == "favour" else self.again(p, "promote")
        if p.role == "stream" and "promoter stops at a refusal" in self.bugs:
            return p.to("release", then="checkpoint")
        return p.to("release", then=DONE if p.role == "favour" else "promote")

    # Organisers promote somebody out of order
    def read_read_favoured(self, i, p, db):
        waits = db.registrations[p.guest].status == WAITLISTED
        return [self.seat_for(i, p, db, p.guest) if waits else p.finish("nothing to do")]
