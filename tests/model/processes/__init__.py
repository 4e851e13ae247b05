"""What each process of the protocol does, step by step; ``checker`` explores every interleaving."""

from tests.model.processes.auditing import Auditing
from tests.model.processes.changing import Changing
from tests.model.processes.following import Following
from tests.model.processes.leaving import Leaving
from tests.model.processes.limiting import Limiting
from tests.model.processes.process import DONE, FIRST_STEP, STOPPED, Config, Process
from tests.model.processes.promoting import Promoting
from tests.model.processes.registering import Registering

__all__ = ["DONE", "FIRST_STEP", "STOPPED", "Config", "Process", "Protocol"]


class Protocol(Registering, Promoting, Leaving, Following, Auditing, Limiting, Changing):
    """All steps, by name."""
