"""How the life of a ``SeatWorld`` ends: streams, jobs and an audit put things right."""

from collections.abc import Sequence

from backend.events.models import Event
from backend.registrations import services
from backend.seats.models import Pool
from backend.shared.actor import Actor, ActorKind
from tests.support.interleaving import Process
from tests.support.seat_promises import Violation
from tests.support.seat_sequels import LEASE_IS_OVER

OLGA = Actor(ActorKind.USER, user_id="user-olga", email="olga@example.com", name="Olga")
EVERYBODY = 100
ROUNDS = 12
"""So often the streams and jobs may go round at the end before they must have come to rest."""


class Endings:
    """What a ``SeatWorld`` does when nobody acts any more."""

    def end_well(self) -> None:
        """Everybody is dead; once streams, jobs and one audit ran, everything is in order."""
        for place in self.places:
            place.views.clear()
            place.settings.clear()
        self.now += LEASE_IS_OVER
        self.follow_everything()
        self.finish(self.audit())
        self.follow_everything()
        self.check_end()
        self.check_seats_can_be_had()

    def outlast(self, late: Sequence[Process], ending: Sequence[str]) -> None:
        """What others do before some who are late go on to their end, and after."""
        for what in ending:
            if what == "follow":
                self.follow_everything()
            elif what == "audit":
                self.finish(self.audit())
            elif what == "late":
                for process in late:
                    self.finish(process)
            elif self.sequels.registrations.written:
                self.follow_everything()
                self.finish(self.sequels.follow_guests(count=EVERYBODY, again=True))

    def follow_everything(self) -> None:
        """Streams deliver what is left and jobs run, until nothing follows any more."""
        for _ in range(ROUNDS):
            jobs = self.sequels.open_jobs()
            guests_left, events_left = self.sequels.registrations, self.sequels.events
            if not (jobs or guests_left.pending or events_left.pending):
                return
            if events_left.pending:
                self.finish(self.sequels.follow_event())
            if guests_left.pending:
                self.finish(self.sequels.follow_guests(count=len(guests_left.pending)))
            for job_id in jobs:
                self.finish(self.sequels.run(job_id))
            if self.sequels.open_jobs():
                self.now += LEASE_IS_OVER
        raise Violation("streams and jobs do not come to rest")

    def check_seats_can_be_had(self) -> None:
        """Newcomers get exactly the seats that are free."""
        pool, event = Pool.find_pool(self.event.uuid), Event.fetch(self.event.uuid)
        if pool.capacity is None or event.canceled_at is not None:
            return
        free = int(pool.capacity) - len(self.confirmed())
        for number in range(max(free, 0)):
            self.walk_in(number)
        if len(self.confirmed()) < pool.capacity:
            raise Violation("a free seat cannot be had")
        self.walk_in(free + 1)
        if len(self.confirmed()) > max(int(pool.capacity), int(pool.capacity) - free):
            raise Violation("more seats than the capacity")

    def walk_in(self, number: int) -> None:
        now = self.time()
        self.finish(
            self.start(
                f"walk-in {number}",
                lambda: services.add_guest(
                    event_id=self.event.uuid, name=f"Late {number}", email=None, actor=OLGA, now=now
                ),
            )
        )
        self.follow_everything()
