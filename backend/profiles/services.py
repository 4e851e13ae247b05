"""What people do with their own profile."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from backend.profiles.errors import ProfileNotFound
from backend.profiles.models import Profile
from backend.shared import control_characters
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput

LARGEST_DOCUMENT = 100_000
LONGEST_NAME = 100
_SPACING = re.compile(r"[\s().\-/]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def keep_name(*, user_id: str, name: str, now: datetime) -> None:
    """Start the profile of a new account with its name; one that is there already stays."""
    with suppress(StaleWrite):
        Profile(user_id=user_id, name=name, updated_at=now).add()


def put_name(*, name: str, actor: Actor, now: datetime) -> Profile:
    """Write the actor's own name, with the verified address of the token; keep the document."""
    return Profile.write_name(actor.user_id, name=name, email=actor.email or None, at=now)


def put_details(
    *, name: str, phone: str, by_sms: Sequence[str], actor: Actor, now: datetime
) -> Profile:
    """Write the actor's own name, number and what is wanted there; keep the document.

    The number is kept without spaces and the like. Refuses with ``BadInput`` on ``name`` (none,
    too long, not one line) and on ``phone``: one that is no international number, or none where
    something is wanted there.
    """
    if not 0 < len(name) <= LONGEST_NAME or control_characters.IN_A_LINE.search(name):
        raise BadInput({"name": f"A name is one line of at most {LONGEST_NAME} letters."})
    number = checked_phone(phone)
    if by_sms and not number:
        raise BadInput({"phone": "Text messages need a number to go to."})
    values = {
        "name": name,
        "email": actor.email or None,
        "phone": number or None,
        "by_sms": sorted(by_sms) or None,
    }
    return Profile.write_details(actor.user_id, values, at=now)


def checked_phone(typed: str) -> str:
    """The number in E.164, or nothing for nothing; refuses with ``BadInput`` on ``phone``."""
    number = _SPACING.sub("", typed)
    number = f"+{number[2:]}" if number.startswith("00") else number
    if number and not _E164.fullmatch(number):
        raise BadInput({"phone": "Write the number with its country: +49 151 23456789."})
    return number


def fetch_profile(*, user_id: str, actor: Actor) -> Profile:
    """The actor's own profile; an administrator's anybody's. Else ``ProfileNotFound``."""
    may_see = user_id == actor.user_id or actor.is_administrator
    profile = Profile.find(user_id) if may_see else None
    if profile is None:
        raise ProfileNotFound("not found")
    return profile


def welcome(*, user_id: str, now: datetime) -> bool:
    """Note that the owner of a new profile is greeted; ``False`` when that was done before."""
    try:
        Profile.note_welcome(user_id, at=now)
    except StaleWrite:
        return False
    return True


def put_document(*, document: str, actor: Actor, now: datetime) -> Profile:
    """Replace the actor's own document by the text of a JSON object, which the caller has read.

    Refuses with ``BadInput`` on ``document`` more than 100,000 bytes.
    """
    if len(document.encode()) > LARGEST_DOCUMENT:
        raise BadInput({"document": f"At most {LARGEST_DOCUMENT:,} bytes."})
    return Profile.write_document(actor.user_id, document, at=now)


def fetch_document(*, actor: Actor) -> str:
    """The JSON text the actor wrote last; ``ProfileNotFound`` before the first."""
    profile = Profile.find(actor.user_id) if actor.user_id else None
    if profile is None or not profile.document:
        raise ProfileNotFound("There is no profile yet.")
    return profile.document


def remove(*, user_id: str) -> None:
    """Delete a profile, if there is one."""
    Profile(user_id).delete()
