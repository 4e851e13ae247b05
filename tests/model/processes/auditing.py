"""The audit, and lowering the flag."""

from tests.model.items import (
    CONFIRMED,
    Fence,
    LowerFlag,
    is_confirmed,
    lacks_claim,
    waiting_guests,
)
from tests.model.processes.steps import Steps


class Auditing(Steps):
    # Audit
    def read_inspect(self, i, p, db):
        """Any claim no registration confirms, with the version of its guest; or there is none."""
        found = []
        for b, block in enumerate(db.blocks):
            for c in block.claims:
                if not is_confirmed(db, b, c):
                    r = db.registrations[c.guest]
                    # Another claim's commit was the fence; without a claim it may yet get this one.
                    settled = r.status == CONFIRMED and (
                        not lacks_claim(r) or "audit settles who has no claim" in self.bugs
                    )
                    unfenced = settled or "audit without fence" in self.bugs
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
