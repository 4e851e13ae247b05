"""What SES tells about mails that did not arrive, as EventBridge hands it over. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from backend.notifications.kinds import BOUNCED, COMPLAINED
from backend.shared.clock import parse_iso


@dataclass(frozen=True, slots=True)
class Feedback:
    """That an address takes no mails any more, or somebody wants none there."""

    address: str
    reason: str
    at: datetime


def read_feedback(detail: Mapping[str, Any]) -> Iterator[Feedback]:
    """What follows for each address; nothing for what may pass, such as a full mailbox.

    A bounce that SES could not tell the kind of counts as one that may pass.
    """
    if detail["eventType"] == "Bounce" and detail["bounce"]["bounceType"] == "Permanent":
        yield from _of(detail["bounce"], "bouncedRecipients", BOUNCED)
    elif detail["eventType"] == "Complaint":
        yield from _of(detail["complaint"], "complainedRecipients", COMPLAINED)


def _of(part: Mapping[str, Any], names: str, reason: str) -> Iterator[Feedback]:
    for one in part[names]:
        _, address = parseaddr(one["emailAddress"])
        yield Feedback(address, reason, parse_iso(part["timestamp"]))
