"""Accounts over HTTP: what works, and that no answer tells who has an account."""

import uuid

import pytest

from tests.support.api import PASSWORD

CODE, RESET_CODE = "123456", "654321"


@pytest.fixture
def address():
    return f"new-{uuid.uuid4().hex[:12]}@example.org"


def sign_up(api, address, **values):
    return api.post(
        "/register", {"email": address, "password": PASSWORD, "name": "Nina New"} | values
    )


def test_signing_up_confirming_and_signing_in(api, address):
    made = sign_up(api, address)
    early = api.post("/login", {"email": address, "password": PASSWORD})
    confirmed = api.post("/confirm", {"email": address, "code": CODE})
    signed_in = api.post("/login", {"email": f" {address.upper()} ", "password": PASSWORD})

    assert (made.status, list(made.body)) == (201, ["message"])
    assert early.said == (401, "wrong_credentials")
    assert confirmed.status == 200
    assert signed_in.status == 200
    assert sorted(signed_in.body) == ["accessToken", "expiresIn", "idToken", "refreshToken"]
    assert api.get("/me/events", token=signed_in.body["idToken"]).body == {
        "events": [],
        "nextToken": None,
    }


def test_refreshing_and_signing_out(api, pool):
    person = pool.make()
    refreshed = api.post("/refresh", {"refreshToken": person.refresh_token})
    assert refreshed.status == 200
    assert api.get("/me/events", token=refreshed.body["idToken"]).status == 200

    assert api.post("/logout", {"refreshToken": person.refresh_token}).status == 200

    assert api.post("/refresh", {"refreshToken": person.refresh_token}).said == (
        401,
        "session_over",
    )
    assert api.post("/logout", {"refreshToken": person.refresh_token}).status == 200


def test_resetting_a_password(api, pool):
    person = pool.make()
    new = "Another-Horse-8"

    asked = api.post("/forgot-password", {"email": person.email})
    wrong = api.post("/reset-password", {"email": person.email, "code": "000000", "password": new})
    done = api.post("/reset-password", {"email": person.email, "code": RESET_CODE, "password": new})

    assert (asked.status, wrong.said, done.status) == (200, (400, "wrong_code"), 200)
    assert api.post("/login", {"email": person.email, "password": new}).status == 200
    old = api.post("/login", {"email": person.email, "password": PASSWORD})
    assert old.said == (401, "wrong_credentials")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/register", {"password": PASSWORD, "name": "Nina New"}),
        ("/confirm", {"code": "000000"}),
        ("/resend-code", {}),
        ("/login", {"password": "Wrong-Horse-7"}),
        ("/forgot-password", {}),
        ("/reset-password", {"code": "000000", "password": PASSWORD}),
    ],
)
def test_known_and_unknown_addresses_are_answered_alike(api, pool, address, path, body):
    known = api.post(path, {"email": pool.make().email} | body)
    unknown = api.post(path, {"email": address} | body)

    assert (known.status, known.body) == (unknown.status, unknown.body)


def test_signing_up_again_changes_nothing(api, pool):
    person = pool.make()

    again = sign_up(api, person.email, password="Another-Horse-8")

    assert again.status == 201
    assert api.post("/login", {"email": person.email, "password": PASSWORD}).status == 200
    other = api.post("/login", {"email": person.email, "password": "Another-Horse-8"})
    assert other.said == (401, "wrong_credentials")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", ""),
        ("email", "a@b.c\r\nBcc: d@e.f"),
        ("email", 7),
        ("name", " "),
        ("name", "x" * 101),
        ("name", None),
        ("password", "short"),
        ("password", "alllowercase1"),
        ("password", "x" * 300),
    ],
)
def test_bad_field_of_a_new_account_is_named(api, address, field, value):
    answer = sign_up(api, address, **{field: value})

    assert (answer.said, list(answer.body["fields"])) == ((400, "bad_input"), [field])
