"""How steps are found by name, and what those of all processes share."""

from tests.model.items import Claim
from tests.model.processes.process import STOPPED


class Steps:
    """A `read_…` step returns the possible next process states. A `write_…` step names the write; its `after_…` says what follows
    the answer and sees the database before the write, as a refused write returns the old item."""

    def __init__(self, config):
        self.config, self.bugs, self.blocks = config, config.bugs, len(config.caps)
        self.guests = 1 + max(
            [max(g, target) for role, g, target in config.all_processes if role != "capacity"]
            + [len(config.initial) - 1]
        )
        self.after_seat_freed = "settle" if config.has("capacity", "adopt") else "promote"
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

    def adopting_claim(self, i, p, guest):
        return Claim(guest, i * 10 + 5 + p.trial)

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
