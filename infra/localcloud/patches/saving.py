"""State is saved while the cloud runs, and changes not yet delivered are part of it.

ministack saves only when it is stopped in order, so ``kill -9`` or a power cut would lose the
whole session, and a restart forgets the stream records that no consumer has seen: a mail whose
registration was stored would never be sent. Here a thread saves what changed every
``EVERY_SECONDS``, never spending more than a tenth of its time on it, and the backlog of every
stream that has consumers is saved with the tables.
"""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb
from ministack.services import lambda_svc as lambdas

EVERY_SECONDS = 1.0
_SHARE_OF_TIME = 10
_BACKLOG = "stream_backlog"
_BESIDE_TABLES = (
    "tags",
    "ttl_settings",
    "pitr_settings",
    "kinesis_destinations",
    "contributor_insights",
    "backups",
    "resource_policies",
    "exports",
    "imports",
)

_written: dict[str, int] = {}  # per service what stands on disk
_requests = Counter[str]()


def install() -> None:
    """Count requests, keep the backlog with the tables, start the thread that saves."""
    save_all = app.save_all
    one_at_a_time = threading.Lock()

    def save_in_turn(services: dict[str, Callable[[], Any]]) -> None:
        # The last save, at an orderly stop, must not be overwritten by one that began before it.
        with one_at_a_time:
            save_all(services)

    app.save_all = save_in_turn
    app.app = _counting(app.app)
    persistence.save_state = _save_state
    load_state = dynamodb.load_persisted_state

    def load_state_with_backlog(data: dict[str, Any]) -> None:
        backlog = data.pop(_BACKLOG, None)
        load_state(data)
        if backlog is not None:
            _restore(backlog)

    dynamodb.get_state = _tables_with_backlog
    dynamodb.load_persisted_state = load_state_with_backlog
    threading.Thread(target=_save_for_ever, name="saving", daemon=True).start()


def _counting(serve: Callable[..., Any]) -> Callable[..., Any]:
    async def serve_and_count(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await serve(scope, receive, send)
        if scope["type"] == "http" and not scope["path"].startswith("/_ministack/"):
            _requests["served"] += 1

    return serve_and_count


def _save_for_ever() -> None:
    seen, pause = None, EVERY_SECONDS
    while True:
        time.sleep(pause)
        # Whatever changes state is a request, or moves a stream mapping forward.
        now = _requests.total(), dict(lambdas._dynamodb_stream_positions._data)
        if now == seen:
            continue
        started = time.monotonic()
        # A service that changes under our hands is logged by ministack and saved the next time.
        app.save_all(app._build_persistence_save_dict())
        seen, pause = now, max(EVERY_SECONDS, _SHARE_OF_TIME * (time.monotonic() - started))


def _save_state(service: str, data: dict[str, Any]) -> None:
    """ministack's own file format, written whole or not at all, and only if it differs."""
    version = persistence._state_format_version(service)
    wrapped = {"__ministack_format__": version, "payload": data}
    text = json.dumps(wrapped, default=persistence._json_default)
    if _written.get(service) == hash(text):
        return
    folder = Path(persistence.STATE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{service}.json.tmp"
    draft.write_text(text)
    os.replace(draft, folder / f"{service}.json")
    _written[service] = hash(text)


def _tables_with_backlog() -> dict[str, Any]:
    """The tables themselves instead of ministack's deep copy of them: far quicker with many
    items, and encoded at once without a chance for another thread to change them meanwhile.
    """
    tables = AccountRegionScopedDict()
    for place, table in dynamodb._tables.all_items():
        kept = {key: value for key, value in table.items() if key != dynamodb._INDEX_MEMBERS}
        tables.set_scoped(*place, kept)
    beside = {name: getattr(dynamodb, f"_{name}") for name in _BESIDE_TABLES}
    return {"tables": tables, **beside, _BACKLOG: _backlog()}


def _backlog() -> AccountRegionScopedDict:
    """Per table the first undelivered position and the records from there on."""
    kept = AccountRegionScopedDict()
    for account, region, mapping in lambdas._iter_all_esms():
        source = mapping.get("EventSourceArn", "")
        if ":dynamodb:" not in source or "/stream/" not in source:
            continue
        table = source.split("/stream/")[0].rsplit("/", 1)[-1]
        place = (account, region, table)
        scope = {"account_id": account, "region": region}
        end = dynamodb.stream_end_position(table, **scope)
        seen = lambdas._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"], end)
        first = max(seen, dynamodb.stream_start_position(table, **scope))
        first = min(first, kept.get_scoped(*place, {}).get("first", end))
        records = dynamodb.stream_records_since(table, first, end - first, **scope)
        kept.set_scoped(*place, {"first": first, "records": records})
    return kept


def _restore(backlog: AccountRegionScopedDict) -> None:
    for place, kept in backlog.all_items():
        dynamodb._stream_trimmed.set_scoped(*place, kept["first"])
        dynamodb._stream_records.set_scoped(*place, kept["records"])
