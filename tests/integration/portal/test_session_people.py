"""Whose session it is: the next person's at one device, and everybody's after a new password."""

import pytest
from django.test import Client

from tests.integration.portal.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("portal")


def session_in(client: Client):
    return session_under(client.cookies["foyer"].value)


def session_under(key: str):
    from portal.common.sessions import SessionStore

    return SessionStore(key)


def test_next_person_at_the_device_finds_nothing_of_the_one_before(pool, sign_in):
    client = sign_in()
    session = session_in(client)
    session["gates"] = {"event": "North"}
    session.save()
    before = client.cookies["foyer"].value

    client.post("/signin", {"email": pool.make(), "password": PASSWORD})

    assert "gates" not in session_in(client)
    assert dict(session_under(before).items()) == {}


def test_same_person_signing_in_again_keeps_what_the_session_knew(pool, sign_in):
    email = pool.make()
    client = sign_in(email)
    session = session_in(client)
    session["gates"] = {"event": "North"}
    session.save()

    client.post("/signin", {"email": email, "password": PASSWORD})

    assert session_in(client)["gates"] == {"event": "North"}


def test_new_password_ends_the_sessions_of_whoever_knew_the_old_one(pool, sign_in):
    email = pool.make()
    thief, owner = sign_in(email), Client()

    owner.post("/forgot", {"email": email})
    done = owner.post("/reset", {"email": email, "code": "654321", "password": "New-Horse-88"})

    assert (done.status_code, done["Location"]) == (302, "/signin")
    assert dict(session_in(thief).items()) == {}
    assert thief.get("/me")["Location"] == "/signin?next=%2Fme"
    assert sign_in(email, "New-Horse-88").get("/me").status_code == 200
