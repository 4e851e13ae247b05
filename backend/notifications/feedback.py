"""What SES tells about mails that did not arrive, as EventBridge hands it over. Pure."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from backend.notifications.kinds import BOUNCED, COMPLAINED
from backend.shared.clock import parse_iso

TAG, LONGEST_TAG = "key", 256
_NO_COMPLAINTS = frozenset({"not-spam", "auth-failure"})
"""What mailbox providers report in the same form (RFC 5965, 6430 and 6591)."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """That an address takes no mails any more, or somebody wants none there."""

    address: str
    reason: str
    at: datetime
    key: str = ""


def read_feedback(detail: Mapping[str, Any]) -> Iterator[Feedback]:
    """What follows for each address; nothing for what may pass, such as a full mailbox.

    A bounce that SES could not tell the kind of counts as one that may pass; reports that a mail
    is no spam, or was not signed as it should be, say nothing of who got it.
    """
    if detail["eventType"] == "Bounce" and detail["bounce"]["bounceType"] == "Permanent":
        yield from _of(detail, "bounce", "bouncedRecipients", BOUNCED)
    elif detail["eventType"] == "Complaint" and _wants_none(detail["complaint"]):
        yield from _of(detail, "complaint", "complainedRecipients", COMPLAINED)


def tag_of(key: str) -> str:
    """The key of a message in the letters that a tag of SES takes; nothing for too long a one."""
    tag = base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")
    return tag if len(tag) <= LONGEST_TAG else ""


def _wants_none(complaint: Mapping[str, Any]) -> bool:
    return complaint.get("complaintFeedbackType") not in _NO_COMPLAINTS


def _of(detail: Mapping[str, Any], what: str, names: str, reason: str) -> Iterator[Feedback]:
    # A complaint is of somebody who got the mail.
    key = _key_of(detail.get("mail", {})) if reason == BOUNCED else ""
    for one in detail[what][names]:
        _, address = parseaddr(one["emailAddress"])
        yield Feedback(address, reason, parse_iso(detail[what]["timestamp"]), key)


def _key_of(mail: Mapping[str, Any]) -> str:
    [tag] = mail.get("tags", {}).get(TAG) or [""]
    try:
        return base64.urlsafe_b64decode(tag + "=" * (-len(tag) % 4)).decode()
    except ValueError:
        return ""  # not a tag of ours
