"""Whom an announcement is for."""

from enum import StrEnum

from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus


class Audience(StrEnum):
    """Which of the event's guests get it. ``IN``: inside just now; ``EXPECTED``: not come yet."""

    EVERYBODY = "EVERYBODY"
    CONFIRMED = "CONFIRMED"
    EXPECTED = "EXPECTED"
    IN = "IN"
    WAITLISTED = "WAITLISTED"

    @property
    def status(self) -> RegistrationStatus | None:
        """The one status its guests have, if it is one."""
        if self is Audience.EVERYBODY:
            return None
        waits = self is Audience.WAITLISTED
        return RegistrationStatus.WAITLISTED if waits else RegistrationStatus.CONFIRMED

    def holds(self, registration: Registration) -> bool:
        """Whether a guest belongs to it at the moment."""
        if not registration.is_active or self.status not in (None, registration.status):
            return False
        if self in (Audience.IN, Audience.EXPECTED):
            return registration.admission is Admission(self.value)
        return True
