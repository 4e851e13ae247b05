"""E-mail through Amazon SES v2, as one raw MIME message: text, HTML, inline images, files."""

from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from backend.notifications.errors import ChannelBusy, ChannelRefused, ChannelUnavailable
from backend.notifications.feedback import TAG, tag_of
from backend.notifications.messages import Attachment, Message
from backend.shared.config import config
from backend.shared.control_characters import IN_A_LINE

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

BUSY = frozenset(
    {"TooManyRequestsException", "Throttling", "ThrottlingException", "LimitExceededException"}
)
"""Answers of SES to anybody who sends faster, or more in a day, than it allows; nothing was sent."""
REFUSALS = frozenset({"MessageRejected", "BadRequestException"})
"""Answers of SES to this one message; every other error may pass or be mended."""
_POLICY = SMTP.clone(refold_source="none")
"""Folds what is set by name, and leaves what is set raw as it is: a long address in brackets would
else become encoded words (RFC 2047), which no mail program reads as an address."""


class EmailChannel:
    """Sends from the stage's ``MAIL_FROM`` address."""

    def send(self, message: Message) -> None:
        """Hand the message to SES; see ``Channel.send``."""
        from botocore.exceptions import BotoCoreError, ClientError

        content = mime(message, sender=config().mail_from)
        settings: Any = {"FromEmailAddress": config().mail_from}
        if config().mail_events:
            settings["ConfigurationSetName"] = config().mail_events
        if tag := tag_of(message.key):
            settings["EmailTags"] = [{"Name": TAG, "Value": tag}]
        try:
            _client().send_email(
                **settings,
                Destination={"ToAddresses": [message.recipient]},
                Content={"Raw": {"Data": content}},
            )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            if code in REFUSALS:
                raise ChannelRefused(code) from None
            if code in BUSY:
                raise ChannelBusy(code) from None
            raise ChannelUnavailable(code) from None
        except BotoCoreError as error:
            raise ChannelUnavailable(type(error).__name__) from None


def mime(message: Message, *, sender: str) -> bytes:
    """The message as SES wants it. Refuses (``ChannelRefused``) what cannot stand in a header."""
    mail = EmailMessage(policy=_POLICY)
    try:
        mail["From"] = sender
        mail["To"] = message.recipient
        mail["Subject"] = message.subject
    except ValueError:
        raise ChannelRefused("bad_header") from None
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers:
        if IN_A_LINE.search(value):
            raise ChannelRefused("bad_header")
        mail.set_raw(name, value)
    mail.set_content(message.text)
    if message.html:
        _add_html(mail, message)
    for attachment in message.attachments:
        if not attachment.inline_id:
            _attach(mail, attachment)
    return mail.as_bytes()


def _add_html(mail: EmailMessage, message: Message) -> None:
    mail.add_alternative(message.html, subtype="html")
    page = cast("EmailMessage", list(mail.iter_parts())[-1])
    for attachment in message.attachments:
        if attachment.inline_id:
            maintype, _, subtype = attachment.content_type.partition("/")
            page.add_related(
                attachment.content,
                maintype,
                subtype,
                cid=f"<{attachment.inline_id}>",
                disposition="inline",
                filename=attachment.filename,
            )


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    maintype, _, subtype = attachment.content_type.partition("/")
    mail.add_attachment(
        attachment.content, maintype=maintype, subtype=subtype, filename=attachment.filename
    )


@cache
def _client() -> "SESV2Client":
    import boto3
    from botocore.config import Config

    # Well under the five minutes for which a sender holds a message.
    patience = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2})
    return boto3.client("sesv2", region_name=config().region, config=patience)
