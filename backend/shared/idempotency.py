"""Doing a thing once although a client asks for it twice (``Idempotency-Key``)."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.errors import Conflict, DomainError
from backend.shared.models import Attempt

if TYPE_CHECKING:
    # The portal knows the refusals below, and starts without what shapes are made of.
    from pydantic import BaseModel

AnswerT = TypeVar("AnswerT", bound="BaseModel")


class IdempotencyMismatch(Conflict):
    """The same key came with another body before."""

    code = "idempotency_mismatch"


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    code = "still_running"


def once(
    work: Callable[[], AnswerT],
    *,
    answer: type[AnswerT],
    operation: str,
    key: str,
    body: "BaseModel",
    actor: Actor,
    now: datetime,
) -> AnswerT:
    """What ``work`` answers, done once per user, ``operation`` and ``key`` within a day.

    Without a key the work is simply done. A refused work frees the key again. Refuses
    ``IdempotencyMismatch`` and ``StillRunning``. Two writes on top of the work's own.
    """
    if not key:
        return work()
    name = "\n".join([actor.user_id, operation, key])
    hashed = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    try:
        attempt = Attempt.begin(
            hashlib.sha256(name.encode()).hexdigest(),
            body_hash=hashed,
            holder=secrets.token_hex(8),
            now=now,
        )
    except StaleWrite as refusal:
        return answer.model_validate_json(_answer_of(refusal.old, hashed), by_alias=True)
    try:
        done = work()
    except DomainError:
        attempt.forget()
        raise
    attempt.finish(done.model_dump_json(by_alias=True), now=now)
    return done


def _answer_of(earlier: Attempt, hashed: str) -> str:
    if earlier.body_hash != hashed:
        raise IdempotencyMismatch("This Idempotency-Key was used for another request.")
    if not earlier.answer:
        raise StillRunning("The first request with this key is still running.")
    return earlier.answer
