"""What people can be told about, in words."""

from django.utils.translation import gettext_lazy as _

from backend.notifications.kinds import NotificationKind

K = NotificationKind

KINDS = {
    K.TICKET: _("Tickets"),
    K.SESSION: _("Sessions"),
    K.REQUEST: _("My requests"),
    K.ANNOUNCEMENT: _("Announcements"),
    K.WAITING_LIST: _("Waiting list"),
    K.INVITATION: _("Invitations"),
    K.WELCOME: _("Welcome"),
}
NOTES = {
    K.SESSION: _("When a session I booked begins, moves or is called off."),
    K.REQUEST: _("What becomes of what I asked staff for."),
    K.ANNOUNCEMENT: _("What organisers tell the guests of their event."),
    K.WAITING_LIST: _("That I am on it. A place that becomes mine comes with the ticket."),
    K.INVITATION: _("When somebody asks me to join the team of an event."),
    K.WELCOME: _("One mail to somebody who is new."),
}
