"""A guest gets another address; an event is canceled and takes everybody with it."""

from tests.model.items import (
    ACTIVE,
    CANCELED,
    CONFIRMED,
    NO_SEAT,
    Bury,
    Claim,
    CloseEvent,
    FinishJob,
    GiveBack,
    PutRegistration,
    Rename,
)
from tests.model.processes.steps import Steps


class Changing(Steps):
    # E-mail change
    def read_read_both(self, i, p, db):
        r, there = db.registrations[p.guest], db.registrations[p.subject]
        if r.status not in ACTIVE:
            return [p.finish("nothing to do")]
        if there.status in ACTIVE and "new address written over" not in self.bugs:
            return [p.finish("taken")]
        held = r.status == CONFIRMED and r.block != NO_SEAT
        return [
            p.to(
                "rename",
                version=r.version,
                status=r.status,
                block=r.block,
                claim=Claim(p.guest, r.attempt) if held else None,
                plan=(there.version, i * 10 + p.trial if held else r.attempt),
            )
        ]

    def write_rename(self, i, p):
        version, attempt = p.plan
        return Rename(
            i, p.guest, p.subject, p.version, version, p.status, p.block, p.claim, attempt
        )

    def after_rename(self, i, p, db, ok):
        if ok and "e-mail change in two writes" in self.bugs:
            return p.to("bury")
        return p.finish("renamed" if ok else "changed meanwhile")

    def write_bury(self, i, p):
        return Bury(i, p.guest, p.version)

    def after_bury(self, i, p, db, ok):
        return p.finish("renamed")

    # Calling the event off: the event's item, then guest by guest
    def write_close_event(self, i, p):
        return CloseEvent(i)

    def after_close_event(self, i, p, db, ok):
        return p.to("roll", subject=0)

    def read_roll(self, i, p, db):
        """The job reads everybody in turn; the stream whoever arrived."""
        if p.role != "stream" and p.subject == self.guests:
            return [p.to("finish job", subject=-1)]
        r = db.registrations[p.subject]
        if r.status not in ACTIVE:
            return [self.struck(p)]
        held = r.status == CONFIRMED and r.block != NO_SEAT
        claim = Claim(p.subject, r.attempt) if held else None
        strike = p.to("strike", version=r.version, status=r.status, block=r.block, claim=claim)
        missed = p.role != "stream" and "job lists by a lagging index" in self.bugs
        return [strike, self.struck(p)] if missed else [strike]

    def struck(self, p):
        if p.role == "stream":
            return p.to("checkpoint", subject=-1, claim=None, version=0, status="")
        return p.to("roll", subject=p.subject + 1, claim=None, version=0, status="", block=0)

    def write_strike(self, i, p):
        return PutRegistration(i, p.subject, (p.status,), p.version, CANCELED)

    def after_strike(self, i, p, db, ok):
        if not ok:
            skips = "job passes over who changed" in self.bugs
            return self.struck(p) if skips else self.again(p, "roll", claim=None)
        return p.to("free struck") if p.claim else self.struck(p)

    def write_free_struck(self, i, p):
        return GiveBack(i, p.block, p.claim)

    def after_free_struck(self, i, p, db, ok):
        return self.struck(p)

    def write_finish_job(self, i, p):
        return FinishJob(i)

    def after_finish_job(self, i, p, db, ok):
        return p.finish()
