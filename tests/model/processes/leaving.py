"""Cancelling and moving to the list."""

from tests.model.items import (
    ACTIVE,
    CANCELED,
    CONFIRMED,
    NO_SEAT,
    WAITLISTED,
    Claim,
    PutRegistration,
    lowering,
)
from tests.model.processes.process import DONE
from tests.model.processes.steps import Steps


class Leaving(Steps):
    # Cancel (guest) and move to the waiting list (organiser)
    def read_read_mine(self, i, p, db):
        r = db.registrations[p.guest]
        if r.status not in (ACTIVE if p.role == "cancel" else (CONFIRMED,)):
            return [p.finish("nothing to do")]
        held = r.status == CONFIRMED and r.block != NO_SEAT
        claim = Claim(p.guest, r.attempt) if held else None
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
