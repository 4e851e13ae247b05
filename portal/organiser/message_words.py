"""Messages in words: what each was about, and why it did not arrive."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.announcements.undelivered import Undelivered
from backend.notifications.kinds import BOUNCED, COMPLAINED, SWITCHED_OFF, TOO_MANY_SMS, ChannelName
from portal.public.message_words import KINDS

CHANNELS = {ChannelName.EMAIL: _("E-mail"), ChannelName.SMS: _("SMS")}

REASONS: dict[str, str | Promise] = {
    SWITCHED_OFF: _("Does not want messages like this one."),
    BOUNCED: _("The mailbox does not exist, or takes nothing."),
    COMPLAINED: _("Said that an earlier mail was spam."),
    TOO_MANY_SMS: _("Their phone got as many messages as it may in one day."),
    "gave_up": _("Sending failed five times without a word why."),
    "bad_header": _("The address cannot stand in a mail."),
    "bad_number": _("The number is no phone number."),
    "MessageRejected": _("Amazon’s mail service refused it."),
    "BadRequestException": _("Amazon’s mail service refused it."),
    "InvalidParameter": _("Amazon’s message service refused the number."),
    "AccessDeniedException": _("This stage may not send. Its administrator has to look."),
}
OTHERWISE = _("The service that delivers it was out of reach, five times in an hour and a half.")


def reason_of(message: Undelivered) -> str | Promise:
    return REASONS.get(message.reason, OTHERWISE)


def about(message: Undelivered) -> str | Promise:
    return KINDS[message.kind]
