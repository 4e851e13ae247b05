"""The clean endings: nobody interferes, nobody crashes."""

from tests.model.items import (
    ACTIVE,
    ADOPTING,
    CALLED_OFF,
    CANCELED,
    CLOSED,
    CONFIRMED,
    NO_SEAT,
    WAITLISTED,
    Claim,
    ForceSeat,
    Freed,
    GiveBack,
    Joined,
    PutRegistration,
    RaiseFlag,
    TakeSeat,
    Unclaimed,
    has_room,
    is_confirmed,
    is_limited,
    lacks_claim,
    lowering,
    spread,
    waiting_guests,
)


def promote_all(db):
    for g in waiting_guests(db):
        if db.event == CALLED_OFF or not has_room(db):
            break
        version, block, attempt = db.registrations[g].version, NO_SEAT, -1
        if is_limited(db):
            block = next(b for b, held in enumerate(db.blocks) if len(held.claims) < held.cap)
            attempt = -2 - version
            db = TakeSeat(-1, block, Claim(g, attempt)).apply(db, ())
        db = PutRegistration(-1, g, (WAITLISTED,), version, CONFIRMED, block, attempt).apply(db, ())
    return db


def settle_capacity(db):
    pool, counted = db.pool, tuple(len(b.claims) for b in db.blocks)
    if pool.caps == ADOPTING or not is_limited(db):
        return db
    if pool.caps is CLOSED and sum(counted) <= pool.capacity:
        pool = pool._replace(caps=spread(counted, pool.capacity), plan=pool.plan + 1)
    caps = pool.caps or (0,) * len(db.blocks)
    blocks = tuple(
        b._replace(cap=cap, plan=pool.plan) if b.plan < pool.plan else b
        for b, cap in zip(db.blocks, caps, strict=True)
    )
    return db._replace(pool=pool, blocks=blocks)


def calm_down(db, bugs):
    """The stream delivers what is left, and jobs run to their end, until nothing follows any more."""
    while db.stream or unfinished(db):
        db = jobs_ending(stream_ending(db, bugs))
    return db


def unfinished(db):
    return db.pool.caps == ADOPTING or (db.event == CALLED_OFF and not db.job_done)


def jobs_ending(db):
    if db.event == CALLED_OFF and not db.job_done:
        for g in range(len(db.registrations)):
            db = strike(db, g)
        db = db._replace(job_done=True)
    if db.pool.caps == ADOPTING:
        for g in range(len(db.registrations)):
            db = adopt(db, g)
        db = db._replace(pool=db.pool._replace(caps=CLOSED, plan=db.pool.plan + 1))
        db = promote_all(settle_capacity(db))
    return db


def strike(db, guest):
    r = db.registrations[guest]
    if r.status not in ACTIVE:
        return db
    return PutRegistration(-1, guest, (r.status,), r.version, CANCELED).apply(db, ())


def adopt(db, guest):
    r = db.registrations[guest]
    if not lacks_claim(r):
        return db
    claim = Claim(guest, -100 - r.version)
    block = guest % len(db.blocks)
    db = ForceSeat(-1, block, claim).apply(db, ())
    named = PutRegistration(-1, guest, (CONFIRMED,), r.version, CONFIRMED, block, claim.attempt)
    return named.apply(db, ())


def stream_ending(db, bugs):
    records = db.stream
    for record in records:
        db = react(db, record, bugs)
    if records:
        db = promote_all(settle_capacity(db))
    return db._replace(stream=db.stream - records)


def react(db, record, bugs):
    if isinstance(record, Freed):
        if "stream does not release" in bugs:
            return db
        return GiveBack(-1, record.block, record.claim, bool(lowering(db, bugs))).apply(db, ())
    if db.event == CALLED_OFF and not {"stream ignores a cancellation"} & bugs:
        return strike(db, record.guest)
    if isinstance(record, Joined):
        return RaiseFlag(-1).apply(db, ())
    if isinstance(record, Unclaimed) and is_limited(db) and "stream adopts nobody" not in bugs:
        db = adopt(db, record.guest)
        if db.pool.caps != ADOPTING and "nobody counts again" not in bugs:
            db = db._replace(pool=db.pool._replace(caps=CLOSED, plan=db.pool.plan + 1))
    return db


def audit_ending(db, bugs=()):
    for b, block in enumerate(db.blocks):
        for claim in block.claims:
            if not is_confirmed(db, b, claim):
                db = GiveBack(-1, b, claim).apply(db, ())
    return calm_down(promote_all(settle_capacity(db)), frozenset(bugs))


def audit_is_due(db, bugs):
    full = is_limited(db) and not has_room(db)
    return full or (db.pool.waiting and "audit only when full" not in bugs)


def stranded(db):
    return db.event != CALLED_OFF and waiting_guests(db) and has_room(db)
