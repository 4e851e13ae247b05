"""SMS through Amazon SNS, straight to a phone number: a few words, no files."""

import re
from functools import cache
from typing import Any

from backend.notifications.errors import ChannelBusy, ChannelRefused, ChannelUnavailable
from backend.notifications.messages import Message
from backend.shared.aws_session import aws_session
from backend.shared.config import config

LONGEST_TEXT = 300
"""Two parts where every letter is of the phones' own alphabet, five otherwise; each is paid for."""
BUSY = frozenset({"Throttling", "ThrottlingException", "Throttled", "ThrottledException"})
REFUSALS = frozenset({"InvalidParameter", "InvalidParameterException", "ValidationException"})
"""Answers of SNS to this one number or text; every other error may pass or be mended."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


class SmsChannel:
    """Sends as SNS is set up to; the account's own monthly limit of costs holds besides."""

    def send(self, message: Message) -> None:
        """Hand the message to SNS; see ``Channel.send``."""
        from botocore.exceptions import BotoCoreError, ClientError

        # Anything else would be a topic's or nobody's address.
        if not _E164.fullmatch(message.recipient):
            raise ChannelRefused("bad_number")
        kind = {"DataType": "String", "StringValue": "Transactional"}
        try:
            _client().publish(
                PhoneNumber=message.recipient,
                Message=text_of(message),
                MessageAttributes={"AWS.SNS.SMS.SMSType": kind},
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


def text_of(message: Message) -> str:
    """The message in a few words on one line, of bounded length."""
    words = " ".join((message.short or message.subject).split())
    return words if len(words) <= LONGEST_TEXT else f"{words[: LONGEST_TEXT - 1]}…"


@cache
def _client() -> Any:
    from botocore.config import Config

    # Well under the five minutes for which a sender holds a message.
    patience = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2})
    return aws_session().create_client("sns", region_name=config().region, config=patience)
