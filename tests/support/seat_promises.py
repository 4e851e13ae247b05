"""What must hold of seats and registrations, at every moment and in the end."""

from backend.events.models import Event
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.seats import queries as seat_queries
from backend.seats.models import Block, Pool

S = RegistrationStatus
CONFIRMED, CANCELED, WAITLISTED, TOMBSTONE = S.CONFIRMED, S.CANCELED, S.WAITLISTED, S.TOMBSTONE
MOST_BLOCKS = 12


class Violation(AssertionError):
    """A promise of the seat protocol is broken."""


class Promises:
    """The checks of a ``SeatWorld``, which says who was told what."""

    def look(self) -> tuple[list[Registration], list[Block]]:
        found = Registration.query(f"{self.event.uuid}#R0", consistent_read=True)
        return list(found), Block.list_for_pool(self.event.uuid, blocks=MOST_BLOCKS)

    def confirmed(self) -> list[Registration]:
        return [item for item in self.look()[0] if item.is_confirmed]

    # At every moment

    def check(self) -> None:
        """Raise ``Violation`` unless every promise holds right now."""
        registered, blocks = self.look()
        self._check_changes(registered)
        confirmed = [item for item in registered if item.is_confirmed]
        held = {claim for block in blocks for claim, _ in block.list_claims()}
        limited = [item for item in confirmed if item.guest not in self.beyond_limits]
        if len(limited) > max((n for n in self.capacities if n is not None), default=0):
            raise Violation("oversold")
        if len(self.capacities) == 1 and any(len(b.claims) > b.cap for b in blocks):
            raise Violation("oversold")
        for item in confirmed:
            if item.claim is not None and item.claim not in held:
                raise Violation("confirmed without a claim")
            if item.ticket_no in self.canceled_tickets:
                raise Violation("one register call registered its guest twice")
        self.canceled_tickets |= {
            ticket_no
            for item in registered
            for ticket_no in (item.ticket_no, item.first_ticket_no)
            if ticket_no and not item.is_active
        }
        self._check_acknowledged({item.guest: item for item in registered})

    def _check_changes(self, registered: list[Registration]) -> None:
        """What was written since the last look: nobody is lost or doubled on the way."""
        by_guest = {item.guest: item for item in registered}
        for old, new in self.sequels.note_guests(registered):
            guest, status = new["guest"]["S"], new["status"]["S"]
            active = status in (CONFIRMED, WAITLISTED)
            was_active = old is not None and old["status"]["S"] in (CONFIRMED, WAITLISTED)
            if status == TOMBSTONE and was_active:
                self._check_moved_on(guest, by_guest)
            if status != CONFIRMED:
                self.beyond_limits.discard(guest)
            elif "claim_attempt" not in new:
                self.beyond_limits.add(guest)
            former = by_guest.get(new.get("former_guest", {}).get("S", ""))
            if active and not was_active and former is not None and former.is_active:
                raise Violation("one person is registered twice")

    def _check_moved_on(self, guest: str, by_guest: dict[str, Registration]) -> None:
        heirs = [
            item for item in by_guest.values() if item.former_guest == guest and item.is_active
        ]
        if not heirs:
            raise Violation("somebody got lost with the address")
        if guest in self.beyond_limits:
            self.beyond_limits.add(heirs[-1].guest)

    def _check_acknowledged(self, stored: dict[str, Registration]) -> None:
        leavers = {self.guest(number) for number in self.leavers if number in self.people}
        for guest, (version, status) in self.acknowledged.items():
            item = stored.get(guest)
            if item is None or item.version < version:
                raise Violation("an acknowledged write is gone")
            if item.version == version and item.status != status:
                raise Violation("an acknowledged write was changed without a new version")
            if guest not in leavers and status == CONFIRMED and not item.is_confirmed:
                raise Violation("a guest who was told CONFIRMED has no place")
            if guest not in leavers and status == WAITLISTED and not item.is_active:
                raise Violation("a guest who was told WAITLISTED is on no list")

    # In the end

    def check_end(self) -> None:
        """Raise ``Violation`` unless everything is in order, now that nothing is under way."""
        seat_queries.forget_views()
        self.check()
        registered, blocks = self.look()
        pool, event = Pool.find_pool(self.event.uuid), Event.fetch(self.event.uuid)
        active = [item for item in registered if item.is_active]
        if event.canceled_at is not None and active:
            raise Violation("somebody has a place at a canceled event")
        claims = {claim for block in blocks for claim, _ in block.list_claims()}
        if claims != {item.claim for item in active if item.claim is not None}:
            raise Violation("claims and confirmed registrations differ after the audit")
        if event.canceled_at is None:
            self._check_pool(event, pool, blocks, active)

    def _check_pool(
        self, event: Event, pool: Pool, blocks: list[Block], active: list[Registration]
    ) -> None:
        waiting = [item for item in active if item.status is WAITLISTED]
        unclaimed = [item for item in active if item.is_confirmed and item.claim is None]
        if self.follows_event and pool.capacity != event.capacity:
            raise Violation("the seats do not follow the event")
        if waiting and not pool.waiting:
            raise Violation("somebody waits and the flag is down")
        if pool.capacity is None:
            if waiting:
                raise Violation("somebody waits where there is no limit")
            return
        if unclaimed:
            raise Violation("somebody confirmed has no seat")
        self._check_room(pool, blocks, waiting)

    def _check_room(self, pool: Pool, blocks: list[Block], waiting: list[Registration]) -> None:
        claimed = sum(len(block.claims) for block in blocks)
        if claimed > pool.capacity:
            if not pool.closed or any(block.has_room for block in blocks):
                raise Violation("a pool over its capacity takes claims")
            return
        if pool.closed:
            raise Violation("a pool that has room stays closed")
        if sum(block.cap for block in blocks) != pool.capacity:
            raise Violation("the caps do not add up to the capacity")
        room = {block.number for block in blocks if block.has_room}
        if waiting and room:
            raise Violation("somebody waits beside a free seat")
        view = seat_queries.view_of(self.event.uuid, now=self.now, fresh=True)
        if not room <= view.room:
            raise Violation("nobody is shown a free seat")
