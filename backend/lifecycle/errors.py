"""What rules over several features refuse."""

from backend.shared.errors import Conflict


class EventNotCanceled(Conflict):
    """Registrations are called off with their event, not without it."""

    code = "event_not_canceled"


class GuestsAreChanging(Conflict):
    """Other work that may write the guest anew has to end first."""

    code = "guests_are_changing"
