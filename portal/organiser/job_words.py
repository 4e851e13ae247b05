"""Long work in words: what each kind is called, and what its numbers mean."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.jobs.kinds import JobKind

K = JobKind


@dataclass(frozen=True, slots=True)
class JobLook:
    """``counted`` says what ``done`` counts, to stand after a number."""

    title: str | Promise
    icon: str
    counted: str | Promise


LOOKS: dict[JobKind, JobLook] = {
    K.IMPORT_GUESTS: JobLook(_("Import of guests"), "users", _("rows taken over")),
    K.EXPORT_GUESTS: JobLook(_("Export of guests"), "download", _("guests written")),
    K.CHANGE_GUESTS: JobLook(_("Change of several guests"), "users-group", _("guests changed")),
    K.CANCEL_EVENT: JobLook(_("Cancellation of the event"), "ban", _("registrations canceled")),
    K.ADOPT_SEATS: JobLook(_("New limit on places"), "adjustments", _("guests given a place")),
    K.EXPORT_GUEST: JobLook(_("Export of one guest’s data"), "download", _("records written")),
    K.ERASE_GUEST: JobLook(_("Erasure of one guest’s data"), "user", _("records cleared")),
    K.ANNOUNCE: JobLook(_("Announcement"), "speakerphone", _("guests told")),
    K.RECOUNT: JobLook(_("Recount of the guests"), "refresh", _("parts counted")),
    K.CANCEL_SESSION: JobLook(_("Cancellation of a session"), "ban", _("bookings canceled")),
    K.TELL_SESSION: JobLook(_("News of a session"), "mail", _("guests told")),
    K.NOTIFY_SESSION: JobLook(_("A session begins soon"), "mail", _("guests told")),
    K.ADOPT_BOOKINGS: JobLook(
        _("New limit on the places of a session"), "adjustments", _("rounds made")
    ),
}

# Numbers of a result that a page shows, in this order; the rest is for machines.
RESULTS: dict[str, str | Promise] = {
    "created": _("New guests"),
    "waiting": _("Of these, on the waiting list"),
    "existing": _("Registered before, left as they were"),
    "left_out": _("Left out, because their status says canceled"),
    "canceled": _("Registrations canceled"),
    "kept_in": _("Left as they were, because the guest is in"),
    "queued": _("Messages asked for"),
    "sent": _("Sent"),
    "held_back": _("Not sent: switched off, no mailbox, or no longer for them"),
    "undelivered": _("Failed"),
    "without_address": _("Guests without an address"),
    "bookings": _("Bookings of sessions"),
    "registrations": _("Registrations made nameless"),
    "notifications": _("Messages whose address was removed"),
    "activities": _("Lines of activity that no longer say who"),
    "scans": _("Scans, which name nobody"),
    "files": _("Files deleted"),
}

# What an erasure leaves, and why.
LEFT: dict[str, str | Promise] = {
    "scans": _("Scans name the guest by a key that tells nothing without this stage’s secret."),
    "messages": _("The list of messages holds no address; mails that were sent are with people."),
    "accounts": _("The person’s account and profile belong to the person, not to this event."),
    "sessions": _("What a signed-in browser was shown is forgotten within twelve hours."),
    "backups": _("The tables’ backups let go of it after 35 days."),
}

STATUS_NOTES = {
    "QUEUED": _("It starts within a moment."),
    "PAUSED": _("It rests. What is on its way to the mail service still arrives."),
    "RUNNING": _("It goes on when this page is closed; come back whenever you like."),
}
REASONS: dict[str, str | Promise] = {
    "gave_up": _("A step failed five times in a row. Nothing of what was done so far is lost."),
    "unknown_kind": _("Nothing here knows how to do this."),
}
