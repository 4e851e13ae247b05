"""The registrations stream."""

from tests.model.items import CALLED_OFF, Freed, Joined, Placed, Unclaimed, is_limited, lowering
from tests.model.processes.steps import Steps


class Following(Steps):
    # The registrations stream
    def read_take_record(self, i, p, db):
        """The event is read anew: settings cached for half a minute would miss a cancellation."""
        found = []
        for r in db.stream:
            arrived = not isinstance(r, Freed)
            if (
                arrived
                and db.event == CALLED_OFF
                and "stream ignores a cancellation" not in self.bugs
            ):
                found.append(p.to("roll", record=r, subject=r.guest))
                if "stream reads a cached event" not in self.bugs:
                    continue
            if isinstance(r, Placed):
                found.append(p.to("checkpoint", record=r))
            elif isinstance(r, Unclaimed):
                left = not is_limited(db) or "stream adopts nobody" in self.bugs
                found.append(p.to("checkpoint" if left else "adopt", record=r, subject=r.guest))
            elif isinstance(r, Joined):
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
