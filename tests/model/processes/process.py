"""What a process of the protocol is, and what a configuration says of the world it runs in."""

from dataclasses import dataclass
from typing import NamedTuple

from tests.model.items import Claim

DONE, STOPPED = (
    "done",
    "stopped",
)  # answered its caller / gave up without an answer (out of tries: as good as a crash)
FIRST_STEP = {
    "register": "look",
    "cancel": "read mine",
    "move": "read mine",
    "stream": "take record",
    "audit": "inspect",
    "tidy": "read flag",
    "capacity": "read plan",
    "adopt": "read pool",  # another run of the job that claims for everybody
    "rename": "read both",
    "favour": "read favoured",
    "call off": "close event",
}


class Process(NamedTuple):
    role: str
    guest: int  # whose call it is; for the organiser's capacity change the new capacity
    step: str
    subject: int = -1  # the guest a seat is being claimed, fenced or released for
    trial: int = 0
    block: int = 0
    claim: Claim | None = None
    version: int = 0
    status: str = ""  # status seen, or the answer once done
    then: str = DONE  # where to go after the current subroutine
    behind: frozenset = (
        frozenset()
    )  # (guest, stream had seen it) for all who waited when this newcomer looked: order report
    plan: tuple = ()  # (plan number, capacity, caps or claims counted so far)
    record: tuple | None = None  # the stream record in hand

    def to(self, step, **changes):
        return self._replace(step=step, **changes)

    def finish(self, answer=""):
        return Process(self.role, self.guest, DONE, status=answer)


@dataclass(frozen=True)
class Config:
    name: str
    caps: tuple  # seats of each block
    processes: tuple  # (role, guest) pairs; an e-mail change also names the guest it becomes
    initial: tuple = ()  # statuses the guests start with; guest g CONFIRMED holds a seat in block g % blocks
    lingering: int = 0  # how many different writes may leave late copies
    waiting_list: bool = True
    stale: bool = False  # the cached summary and flag may say anything
    index_lags: bool = False  # the promoter may miss any waiting guest
    capacity: int | None = (
        None  # where it is not the sum of the caps: the pool starts over capacity
    )
    audited: bool = True  # False: the clean ending is the stream alone
    request_promotes: bool = False  # the joining call also runs the promoter
    tries: int = 3  # attempts of one process before it stops without an answer
    bugs: frozenset = frozenset()
    expect: str = ""  # part of the violation that must be found; empty: none may be
    ghosts: bool = False  # the waiting index may still show who does not wait any more
    quiet: bool = False  # where nobody crashes no audit may be needed
    slow: bool = False  # explored with CI=true only
    large: bool = False  # explored by `make faults` only

    @property
    def all_processes(self):
        """(role, guest, target) of each."""
        return [(role, guest, *(target or (-1,))) for role, guest, *target in self.processes]

    def has(self, *roles):
        return any(role in roles for role, *_ in self.processes)
