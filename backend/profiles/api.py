"""Routes of profiles: a name, and a document of one's own."""

from datetime import datetime

from backend.profiles import services
from backend.profiles.schemas import (
    DocumentAnswer,
    ProfileAnswer,
    ProfileDocument,
    ProfileInput,
    UpsertedAnswer,
)
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter

router = ApiRouter("profiles")


@router.serve("POST", "/profiles", answer=UpsertedAnswer)
def put_profile(body: ProfileInput, actor: Actor, now: datetime) -> UpsertedAnswer:
    """Write my profile.

    The address is the token's. A profile that is there already is changed.
    """
    profile = services.put_name(name=body.name, actor=actor, now=now)
    return UpsertedAnswer(message="profile upserted", profile=ProfileAnswer.of(profile))


@router.serve("GET", "/profiles/<id>", answer=ProfileAnswer, refusals={404: ("profile_not_found",)})
def show_profile(id: str, actor: Actor) -> ProfileAnswer:  # noqa: A002 - as the path spells it
    """Show a profile.

    One's own; for administrators anybody's.
    """
    return ProfileAnswer.of(services.fetch_profile(user_id=id, actor=actor))


@router.serve("POST", "/user/profile", answer=DocumentAnswer)
def put_my_document(body: ProfileDocument, actor: Actor, now: datetime) -> DocumentAnswer:
    """Write my document.

    Any JSON object, which replaces the one before. It is kept as it was written.
    """
    services.put_document(document=body.text, actor=actor, now=now)
    return DocumentAnswer.of(body.text)


@router.serve("GET", "/user/profile", answer=DocumentAnswer, refusals={404: ("profile_not_found",)})
def show_my_document(actor: Actor) -> DocumentAnswer:
    """Show my document.

    Nothing is there before the first one was written, whatever signing up stored.
    """
    return DocumentAnswer.of(services.fetch_document(actor=actor))
