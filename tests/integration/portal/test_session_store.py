import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

from backend.users.models import WebSession

pytestmark = pytest.mark.usefixtures("portal")


def store(key: str | None = None) -> Any:
    from portal.common.sessions import SessionStore

    return SessionStore(key)


def saved(**values: Any) -> Any:
    session = store()
    session.update(values)
    session.save()
    return session


def test_session_comes_back_as_it_was_saved():
    session = saved(answer=42, name="Željko")

    assert dict(store(session.session_key).items()) == {"answer": 42, "name": "Željko"}


def test_table_knows_only_the_hash_of_the_key():
    session = saved(answer=42)

    assert WebSession.find(session.session_key) is None
    assert store().exists(session.session_key)


def test_cycling_the_key_keeps_the_values_and_ends_the_old_key():
    session = saved(answer=42)
    old = session.session_key

    session.cycle_key()

    assert session.session_key != old
    assert store(session.session_key)["answer"] == 42
    assert dict(store(old).items()) == {}


def test_session_past_its_time_is_empty_before_ttl_removes_it():
    from portal.common.sessions import hashed

    session = saved(answer=42)
    item = WebSession.find(hashed(session.session_key))
    assert item is not None
    item.expires_at = int(time.time()) - 1
    item.replace()

    late = store(session.session_key)

    assert dict(late.items()) == {}
    assert late.session_key is None


def test_item_carries_the_time_at_which_ttl_may_remove_it():
    from portal.common.sessions import hashed

    session = store()
    session.set_expiry(timedelta(hours=2).seconds)
    session.save()

    item = WebSession.find(hashed(session.session_key))

    assert item is not None
    assert abs(item.expires_at - (timezone.now().timestamp() + 7200)) < 60


def test_saving_a_session_that_was_ended_meanwhile_is_refused():
    session = saved(answer=42)
    store().delete(session.session_key)

    session["answer"] = 43
    with pytest.raises(UpdateError):
        session.save()


def test_unknown_key_gives_an_empty_session_without_that_key():
    session = store("someone-elses-idea-of-a-key")

    assert dict(session.items()) == {}
    assert session.session_key is None


def test_ending_the_sessions_of_a_person_leaves_other_people_alone():
    from portal.common.sessions import end_sessions_of

    first, second, other = saved(sub="u-1"), saved(sub="u-1"), saved(sub="u-2")

    assert end_sessions_of("u-1") == 2
    assert dict(store(first.session_key).items()) == {}
    assert dict(store(second.session_key).items()) == {}
    assert store(other.session_key)["sub"] == "u-2"


def test_index_carries_no_session_data():
    saved(sub="u-3", secret="hidden")

    found = list(WebSession.sub_index.query("u-3"))

    assert [(item.sub, item.data) for item in found] == [("u-3", None)]
