"""Django's session engine over DynamoDB (``SESSION_ENGINE``)."""

import hashlib
import json
from typing import Any

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.utils import timezone

from backend.shared.db import StaleWrite
from backend.users.models import WebSession

SIGNED_IN_AS = "sub"  # the session field that the table's index follows


def hashed(session_key: str) -> str:
    """What the table stores in place of a session key."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(SessionBase):
    """One item per session. An expired one counts as absent, whether TTL took it or not."""

    def load(self) -> dict[str, Any]:
        found = WebSession.find(hashed(self.session_key)) if self.session_key else None
        if found is None or found.expires_at <= timezone.now().timestamp():
            self._session_key = None
            return {}
        data: dict[str, Any] = json.loads(found.data or "{}")
        return data

    def exists(self, session_key: str) -> bool:
        return WebSession.find(hashed(session_key)) is not None

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:  # pragma: no cover - two equal random keys
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)
        item = WebSession(
            session_key=hashed(self.session_key),
            sub=data.get(SIGNED_IN_AS),
            data=json.dumps(data, separators=(",", ":")),
            expires_at=int(timezone.now().timestamp()) + self.get_expiry_age(),
        )
        try:
            item.add() if must_create else item.replace()
        except StaleWrite as refusal:
            raise (CreateError if must_create else UpdateError) from refusal
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            WebSession(hashed(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Nothing to do: the table's TTL removes them."""


def end_sessions_of(sub: str) -> int:
    """Sign a person out everywhere in the portal; returns how many sessions ended."""
    return WebSession.remove_all_of(sub)
