"""Pairing devices with an event's door, and knowing them again.

An organiser makes a kiosk and gets a code. The device shows the code back within ten minutes and
gets a credential, which is never shown again. One conditional write of the kiosk decides who was
first, so a code works once; another code, or revoking, kills the credential before it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.kiosks import credentials
from backend.kiosks.credentials import CODE_LIVES_FOR, UNLOCKED_FOR, Credential
from backend.kiosks.errors import (
    CodeNotValid,
    KioskChanged,
    KioskRevoked,
    NotPaired,
    PinNotValid,
    TooManyKiosks,
)
from backend.kiosks.models import Kiosk, PairingCode
from backend.kiosks.policies import MOST_KEPT, MOST_KIOSKS, KioskSettings, check_settings
from backend.kiosks.states import KioskStatus
from backend.shared.actor import Actor
from backend.shared.config import config
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.shared.states import IllegalTransition

S = KioskStatus

KNOWN_FOR = timedelta(seconds=30)
"""How long a process takes a credential without asking the table: revoking needs as long."""
REPORTED_EVERY = timedelta(minutes=1)
LONGEST_VERSION = 40
MOST_WAITING = 1_000_000
_CACHE_LIMIT = 10_000
_known: dict[tuple[str, str], tuple[datetime, Kiosk]] = {}


@dataclass(frozen=True, slots=True)
class PairingOffer:
    """A kiosk that waits for its device. ``code`` is shown now and never again.

    ``url`` is what a QR code says, so that a device need not type.
    """

    kiosk: Kiosk
    code: str = field(repr=False)
    url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Paired:
    """A kiosk and, this once, the text of its credential (``<id>.<secret>``).

    ``proof`` is as of ``unlock``: who had the code sets the device up first.
    """

    kiosk: Kiosk
    credential: str = field(repr=False)
    proof: str = field(repr=False)


def pair_kiosk(
    *, event_id: str, settings: KioskSettings, actor: Actor, now: datetime
) -> PairingOffer:
    """Make a kiosk and the code by which a device becomes it.

    Refuses like ``authorize`` (``MANAGE_KIOSKS``), with ``BadInput`` (name, gate, pin) and
    ``TooManyKiosks``.
    """
    _authorize(event_id, actor, now)
    check_settings(settings)
    _check_room(event_id)
    kiosk = Kiosk(
        event_id=event_id,
        kiosk_id=credentials.new_kiosk_id(),
        status=S.PAIRING,
        created_at=now,
        **_values_of(settings),
        **_change(actor, now),
    )
    code, values = _new_code(kiosk, now=now)
    for name, value in values.items():
        setattr(kiosk, name, value)
    kiosk.add()
    return _offer(kiosk, code, values["pairing_until"])


def pair_again(*, event_id: str, kiosk_id: str, actor: Actor, now: datetime) -> PairingOffer:
    """Give a kiosk a new code; the code, or the device, that it had before is dead.

    Other processes take the old credential for up to ``KNOWN_FOR`` more. Refuses like
    ``authorize``, with ``KioskNotFound``, and with ``KioskChanged`` when it is revoked.
    """
    _authorize(event_id, actor, now)
    kiosk = Kiosk.fetch(event_id, kiosk_id)
    code, values = _new_code(kiosk, now=now)
    values |= {"secret_hash": None, "paired_at": None, **_change(actor, now)}
    if kiosk.status is S.PAIRING:
        waiting = _write(kiosk, lambda: kiosk.renew(values))
    else:
        waiting = _move(kiosk, S.PAIRING, values)
    return _offer(waiting, code, values["pairing_until"])


def claim_code(*, code: str, now: datetime) -> Paired:
    """Make the device that shows this code the kiosk it was made for.

    Whoever holds the code may, so the faces limit how often a stranger tries. Refuses with
    ``CodeNotValid``; of several devices that show one code, the first gets the kiosk.
    """
    spelled = credentials.read_code(code)
    code_hash = credentials.hash_of_code(spelled) if spelled else ""
    found = PairingCode.find_code(code_hash) if spelled else None
    kiosk = Kiosk.find(found.for_event, found.for_kiosk) if found else None
    if kiosk is None or kiosk.pairing_until is None or kiosk.pairing_until <= now:
        raise _no_such_code()
    credential = credentials.new_credential(kiosk.event_id, kiosk.kiosk_id)
    values = {
        "secret_hash": credential.hashed,
        "paired_at": now,
        "pairing_hash": None,
        "pairing_until": None,
        "changed_at": now,
        "changed_by": actor_of(kiosk).label,
    }
    try:
        paired = kiosk.move_to(S.ACTIVE, values, code=code_hash)
    except (StaleWrite, IllegalTransition):
        raise _no_such_code() from None
    _forget(kiosk)
    return Paired(paired, credential.text, _proof_for(paired, now=now))


def authenticate(*, credential: str, now: datetime, fresh: bool = False) -> Kiosk:
    """The active kiosk that this credential (``<id>.<secret>``) belongs to.

    One keyed read; a kiosk is known for up to ``KNOWN_FOR`` in this process, unless it must be
    ``fresh``. Refuses with ``NotPaired``, and with ``KioskRevoked`` who had a good one.
    """
    shown = credentials.read_credential(credential)
    if shown is None:
        raise _not_paired()
    kiosk = _kiosk_of(shown, now=now, fresh=fresh)
    if kiosk is None or not shown.fits(kiosk.secret_hash):
        raise _not_paired()
    if kiosk.status is S.REVOKED:
        raise KioskRevoked("This device is not allowed here any more. Ask the organisers.")
    return kiosk


def actor_of(kiosk: Kiosk, *, unlocked: bool = False) -> Actor:
    """Who acts when this kiosk does; ``unlocked``: ``is_unlocked`` said that its crew does."""
    return Actor.from_kiosk(
        event_id=kiosk.event_id,
        kiosk_id=kiosk.kiosk_id,
        name=kiosk.name,
        gate=kiosk.gate,
        self_service=kiosk.is_self_service and not unlocked,
    )


def unlock(*, kiosk: Kiosk, pin: str, now: datetime) -> str:
    """Take a self-service kiosk out of the guests' hands, at the device that has this proof.

    The proof holds for ``UNLOCKED_FOR``, until anything about the kiosk is changed, like its mode
    or PIN, or the device is paired anew.
    It writes nothing, so the faces limit how often somebody tries. Refuses with ``PinNotValid``.
    """
    if not credentials.pin_fits(pin, kiosk.pin_hash):
        raise PinNotValid("This is not the PIN.", fields={"pin": "This is not the PIN."})
    return _proof_for(kiosk, now=now)


def is_unlocked(*, kiosk: Kiosk, proof: str, now: datetime) -> bool:
    """Whether the device that shows this proof is the crew's for now. Reads nothing."""
    return credentials.proof_holds(proof, _subject_of_proof(kiosk), now=now)


def heartbeat(*, kiosk: Kiosk, waiting_scans: int, app_version: str, now: datetime) -> Kiosk:
    """Keep that the device is there and what it reports; at most one write a minute.

    Refuses with ``BadInput`` (waiting_scans, app_version).
    """
    _check_report(waiting_scans, app_version)
    report = {"waiting_scans": waiting_scans, "app_version": app_version or None}
    return _note_seen(kiosk, report, now=now)


def note_seen(*, kiosk: Kiosk, now: datetime) -> Kiosk:
    """Keep that the device is there, though it reports nothing; at most one write a minute."""
    return _note_seen(kiosk, {}, now=now)


def change_kiosk(
    *,
    event_id: str,
    kiosk_id: str,
    settings: KioskSettings,
    version: int,
    actor: Actor,
    now: datetime,
) -> Kiosk:
    """Rename a kiosk, or change its gate, mode or PIN; the device notices within ``KNOWN_FOR``.

    ``version`` is the one that was seen. Refuses like ``authorize``, with ``BadInput`` (name,
    gate, pin), ``KioskNotFound``, and ``KioskChanged`` when it is revoked or there is a newer
    version, which its detail ``stored`` then is.
    """
    _authorize(event_id, actor, now)
    kiosk = Kiosk.fetch(event_id, kiosk_id)
    check_settings(settings, has_pin=kiosk.pin_hash is not None)
    values = {**_values_of(settings), **_change(actor, now)}
    return _write(kiosk, lambda: kiosk.revise(values, version=version))


def revoke(*, event_id: str, kiosk_id: str, actor: Actor, now: datetime) -> Kiosk:
    """End a kiosk for good: its code is dead at once, its credential within ``KNOWN_FOR``.

    Repeating it changes nothing. Refuses like ``authorize`` and with ``KioskNotFound``.
    """
    _authorize(event_id, actor, now)
    kiosk = Kiosk.fetch(event_id, kiosk_id)
    if kiosk.status is S.REVOKED:
        return kiosk
    # The hash stays: whoever has the credential is told that it was revoked.
    values = {"pairing_hash": None, "pairing_until": None, "revoked_at": now}
    return _move(kiosk, S.REVOKED, {**values, **_change(actor, now)})


def _note_seen(kiosk: Kiosk, report: Mapping[str, Any], *, now: datetime) -> Kiosk:
    if kiosk.last_seen_at is not None and now - kiosk.last_seen_at < REPORTED_EVERY:
        return kiosk
    try:
        seen = kiosk.report(report, at=now, every=REPORTED_EVERY)
    except StaleWrite:
        return kiosk
    _remember(seen, now)
    return seen


def _authorize(event_id: str, actor: Actor, now: datetime) -> None:
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_KIOSKS, now=now)


def _check_room(event_id: str) -> None:
    kept = Kiosk.list_for_event(event_id, limit=MOST_KEPT)
    open_ones = sum(kiosk.status is not S.REVOKED for kiosk in kept.items)
    if open_ones >= MOST_KIOSKS or len(kept.items) >= MOST_KEPT:
        raise TooManyKiosks(f"An event can have at most {MOST_KIOSKS} kiosks.")


def _check_report(waiting_scans: int, app_version: str) -> None:
    fields = {}
    if not 0 <= waiting_scans <= MOST_WAITING:
        fields["waiting_scans"] = f"This must be a number from 0 to {MOST_WAITING}."
    if len(app_version) > LONGEST_VERSION or not app_version.isprintable():
        fields["app_version"] = f"A version is one line of at most {LONGEST_VERSION} characters."
    if fields:
        raise BadInput(fields)


def _values_of(settings: KioskSettings) -> dict[str, Any]:
    values = {
        "name": settings.name.strip(),
        "gate": settings.gate.strip(),
        "mode": settings.mode,
        "express": settings.express,
    }
    return values | ({"pin_hash": credentials.new_pin_hash(settings.pin)} if settings.pin else {})


def _proof_for(kiosk: Kiosk, *, now: datetime) -> str:
    return credentials.new_proof(_subject_of_proof(kiosk), until=now + UNLOCKED_FOR)


def _subject_of_proof(kiosk: Kiosk) -> str:
    return f"{kiosk.event_id}\n{kiosk.kiosk_id}\n{kiosk.secret_hash}\n{kiosk.version}"


def _change(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"changed_at": now, "changed_by": actor.label}


def _new_code(kiosk: Kiosk, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """A code that leads to the kiosk, and what the kiosk has to say to be waiting for it.

    Written before the kiosk: a code that no kiosk waits for opens nothing.
    """
    until = now + CODE_LIVES_FOR
    while True:
        code = credentials.new_code()
        code_hash = credentials.hash_of_code(code)
        try:
            PairingCode.of(code_hash, kiosk, until=until).add()
        except StaleWrite:
            continue
        return code, {"pairing_hash": code_hash, "pairing_until": until}


def _offer(kiosk: Kiosk, code: str, expires_at: datetime) -> PairingOffer:
    url = f"{config().public_base_url}/k/pair?{urlencode({'code': code})}"
    return PairingOffer(kiosk, credentials.shown_code(code), url, expires_at)


def _move(kiosk: Kiosk, target: KioskStatus, values: Mapping[str, Any]) -> Kiosk:
    return _write(kiosk, lambda: kiosk.move_to(target, values))


def _write(kiosk: Kiosk, change: Callable[[], Kiosk]) -> Kiosk:
    try:
        written = change()
    except StaleWrite as refusal:
        raise _changed(refusal) from None
    except IllegalTransition:
        raise KioskChanged("This kiosk was revoked. Add a new one.") from None
    _forget(kiosk)
    return written


def _changed(refusal: StaleWrite) -> KioskChanged:
    if refusal.old.status is S.REVOKED:
        return KioskChanged("This kiosk was revoked. Add a new one.")
    return KioskChanged("Somebody changed this kiosk meanwhile. Look again.", stored=refusal.old)


def _kiosk_of(shown: Credential, *, now: datetime, fresh: bool) -> Kiosk | None:
    key = (shown.event_id, shown.kiosk_id)
    known = None if fresh else _known.get(key)
    # A clock that was set back counts as expired; so does a device that was paired since.
    is_young = known and timedelta(0) <= now - known[0] < KNOWN_FOR
    if known and is_young and shown.fits(known[1].secret_hash):
        return known[1]
    kiosk = Kiosk.find(*key)
    if kiosk is not None:
        _remember(kiosk, now)
    return kiosk


def _remember(kiosk: Kiosk, now: datetime) -> None:
    if len(_known) >= _CACHE_LIMIT:
        _known.clear()
    _known[(kiosk.event_id, kiosk.kiosk_id)] = (now, kiosk)


def _forget(kiosk: Kiosk) -> None:
    """Let this process read the kiosk anew: it was just changed here."""
    _known.pop((kiosk.event_id, kiosk.kiosk_id), None)


def _no_such_code() -> CodeNotValid:
    return CodeNotValid(
        "No kiosk waits for this code. Ask the organisers for a new one.",
        fields={"code": "This code is not valid any more, or was mistyped."},
    )


def _not_paired() -> NotPaired:
    return NotPaired("This device is not paired. Ask the organisers for a code.")
