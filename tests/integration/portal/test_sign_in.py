import re
import time

import boto3
import pytest
from botocore.config import Config
from django.test import Client, override_settings

from tests.integration.portal.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("portal")
TEMPORARY = "Temp0rary-pass"


def attempt(client, email, password, **more):
    return client.post("/signin", {"email": email, "password": password, **more})


def sign_in_errors(response):
    return re.findall(r'class="fo-error">.*?</svg>(.*?)</p>', response.text, re.DOTALL)


def session_of(client):
    from portal.common.sessions import SessionStore

    return SessionStore(client.cookies["foyer"].value)


def test_sign_in_page_leads_to_the_page_that_was_asked_for(visitor, pool):
    response = attempt(visitor, pool.make(), PASSWORD, next="/somewhere?tab=2")

    assert (response.status_code, response["Location"]) == (302, "/somewhere?tab=2")


def test_signed_in_person_is_the_actor_of_verified_claims(pool, sign_in):
    email = pool.make(name="Åsa Ångström")

    page = sign_in(email).get("/")

    actor = page.context["actor"]
    assert (actor.kind, actor.email, actor.name) == ("USER", email, "Åsa Ångström")


def test_session_key_changes_at_sign_in_and_keeps_its_values(visitor, pool):
    attempt(visitor, "nobody@example.com", "Wrong-Pass-1")
    before = visitor.cookies["foyer"].value

    attempt(visitor, pool.make(), PASSWORD)

    assert visitor.cookies["foyer"].value != before
    assert dict(_store(before).items()) == {}


def test_form_token_changes_at_sign_in(browser, pool):
    page = browser.get("/signin")
    before = browser.cookies["foyer-form"].value

    browser.post(
        "/signin",
        {
            "email": pool.make(),
            "password": PASSWORD,
            "csrfmiddlewaretoken": page.context["csrf_token"],
        },
    )

    assert browser.cookies["foyer-form"].value != before


def test_wrong_password_and_unknown_address_answer_alike(visitor, pool):
    email = pool.make()

    wrong = attempt(visitor, email, "Wrong-Pass-1")
    unknown = attempt(Client(), "nobody-at-all@example.com", "Wrong-Pass-1")

    assert (wrong.status_code, unknown.status_code) == (400, 400)
    assert sign_in_errors(wrong) == sign_in_errors(unknown)
    assert sign_in_errors(wrong) == [
        "This e-mail and password do not match. Check for capital letters, or reset the password."
    ]


def test_refused_sign_in_keeps_the_address_and_not_the_password(visitor):
    response = attempt(visitor, "nobody@example.com", "Wrong-Pass-1")

    assert 'value="nobody@example.com"' in response.text
    assert "Wrong-Pass-1" not in response.text


def test_cookie_ends_with_the_browser_unless_asked_to_stay(pool):
    email = pool.make()
    short, long = Client(), Client()

    attempt(short, email, PASSWORD)
    attempt(long, email, PASSWORD, stay="on")

    assert short.cookies["foyer"]["max-age"] == ""
    assert long.cookies["foyer"]["max-age"] == 30 * 24 * 3600


def test_tokens_never_reach_the_browser(sign_in):
    client = sign_in()
    tokens = session_of(client)["tokens"]

    page = client.get("/")

    everything = page.text + str(page.headers) + str(client.cookies)
    assert not [value for value in (tokens["access"], tokens["refresh"]) if value in everything]


def test_sign_out_ends_the_session_and_revokes_its_tokens(sign_in):
    from portal.common import cognito

    client = sign_in()
    key = client.cookies["foyer"].value
    refresh_token = session_of(client)["tokens"]["refresh"]

    response = client.post("/signout", follow=True)

    assert response.context["actor"].kind == "VISITOR"
    assert dict(_store(key).items()) == {}
    with pytest.raises(cognito.ChallengeOver):
        cognito.refresh(refresh_token)


def test_stolen_session_cookie_is_worthless_after_sign_out(sign_in):
    client = sign_in()
    thief = Client()
    thief.cookies["foyer"] = client.cookies["foyer"].value
    assert thief.get("/").context["actor"].kind == "USER"

    client.post("/signout")

    assert thief.get("/").context["actor"].kind == "VISITOR"


def test_sign_out_by_a_link_is_refused(sign_in):
    assert sign_in().get("/signout").status_code == 405


def test_first_password_has_to_be_chosen_before_anything_else(visitor, pool):
    email = pool.invite(password=TEMPORARY)

    first = attempt(visitor, email, TEMPORARY, next="/somewhere")
    assert first["Location"] == "/signin/step"
    assert visitor.get("/").context["actor"].kind == "VISITOR"
    assert "Choose a password" in visitor.get("/signin/step").text
    done = visitor.post("/signin/step", {"password": PASSWORD})

    assert done["Location"] == "/somewhere"
    assert visitor.get("/").context["actor"].email == email
    assert attempt(Client(), email, PASSWORD).status_code == 302


def test_weak_first_password_is_refused_beside_its_field(visitor, pool):
    attempt(visitor, pool.invite(password=TEMPORARY), TEMPORARY)

    response = visitor.post("/signin/step", {"password": "short"})

    assert response.status_code == 400
    assert sign_in_errors(response) == [
        "At least 8 characters, with upper case, lower case and a digit."
    ]


def test_step_page_without_a_sign_in_begun_leads_to_the_sign_in_page(visitor):
    assert visitor.get("/signin/step")["Location"] == "/signin"


def test_authenticator_app_code_is_asked_for_and_checked(visitor, pool):
    email = pool.make()
    secret = enrol_app(pool, email)

    first = attempt(visitor, email, PASSWORD)
    assert first["Location"] == "/signin/step"
    wrong = visitor.post("/signin/step", {"code": "000000"})
    assert (wrong.status_code, sign_in_errors(wrong)) == (400, ["That is not the present code."])
    right = visitor.post("/signin/step", {"code": one_time_code(secret)})

    assert right.status_code == 302
    assert visitor.get("/").context["actor"].email == email


def test_person_who_must_confirm_the_address_is_led_there(visitor, pool):
    email = f"new-{time.time_ns()}@example.com"
    pool.client.sign_up(
        ClientId=_client_id(),
        Username=email,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "name", "Value": "N"}],
    )
    status = pool.client.admin_get_user(UserPoolId=pool.pool_id, Username=email)["UserStatus"]

    response = attempt(visitor, email, PASSWORD)

    expected = "/" if status == "CONFIRMED" else "/signup/confirm?next=%2F"
    assert response["Location"] == expected


def test_expired_tokens_are_renewed_without_the_person_noticing(sign_in):
    client = sign_in()
    session = session_of(client)
    old = session["tokens"]
    session["tokens"] = {**old, "expires_at": int(time.time()) - 10}
    session.save()

    assert client.get("/").context["actor"].kind == "USER"
    assert session_of(client)["tokens"]["expires_at"] > time.time()


def test_revoked_tokens_sign_the_person_out_at_the_next_renewal(sign_in):
    from portal.common import cognito

    client = sign_in()
    session = session_of(client)
    tokens = session["tokens"]
    session["tokens"] = {**tokens, "expires_at": int(time.time()) - 10}
    session.save()
    cognito.sign_out(tokens["refresh"])

    assert client.get("/").context["actor"].kind == "VISITOR"


@pytest.fixture
def unplug_cognito(monkeypatch):
    """A call that makes Cognito unreachable; DynamoDB goes on."""
    from portal.common import cognito

    limits = Config(connect_timeout=0.2, retries={"total_max_attempts": 1})
    nobody = boto3.client("cognito-idp", endpoint_url="http://127.0.0.1:9", config=limits)
    return lambda: monkeypatch.setattr(cognito, "_client", lambda *_: nobody)


def test_sign_in_says_so_when_it_cannot_be_reached(visitor, unplug_cognito):
    unplug_cognito()

    response = attempt(visitor, "ana@example.com", PASSWORD)

    assert response.status_code == 400
    assert "Sign-in cannot be reached at the moment." in response.text


@pytest.mark.parametrize(("seconds_ago", "kind"), [(60, "USER"), (600, "VISITOR")])
def test_people_stay_signed_in_for_a_while_when_renewal_cannot_be_reached(
    sign_in, unplug_cognito, seconds_ago, kind
):
    client = sign_in()
    session = session_of(client)
    session["tokens"] = {**session["tokens"], "expires_at": int(time.time()) - seconds_ago}
    session.save()
    unplug_cognito()

    assert client.get("/").context["actor"].kind == kind


def test_attempts_are_limited_alike_for_known_and_unknown_addresses(pool):
    known, unknown = pool.make(), f"nobody-{time.time_ns()}@example.com"
    answers = {}
    with override_settings(ATTEMPTS_PER_ADDRESS=2):
        for email in (known, unknown):
            tries = [attempt(Client(), email, "Wrong-Pass-1") for _ in range(3)]
            answers[email] = [(t.status_code, re.sub(r'value="[^"]*"', "", t.text)) for t in tries]
        blocked = attempt(Client(), known, PASSWORD)

    assert [status for status, _ in answers[known]] == [400, 400, 429]
    assert blocked.status_code == 429
    assert [status for status, _ in answers[unknown]] == [400, 400, 429]
    assert answers[known] == answers[unknown]


def test_attempt_counters_hold_no_address(visitor):
    from backend.users.models import WebSession

    email = f"canary-{time.time_ns()}@example.com"
    attempt(visitor, email, "Wrong-Pass-1")

    keys = [item.session_key for item in WebSession.scan()]
    assert not [key for key in keys if "canary" in key]
    assert WebSession.find(email) is None


def test_forgotten_password_lets_one_in_with_a_new_one(visitor, pool):
    email = pool.make()

    asked = visitor.post("/forgot", {"email": email})
    assert asked["Location"] == "/reset"
    assert f'value="{email}"' in visitor.get("/reset").text
    done = visitor.post("/reset", {"email": email, "code": "654321", "password": "New-Horse-88"})

    assert done["Location"] == "/signin"
    assert attempt(Client(), email, "New-Horse-88").status_code == 302
    assert attempt(Client(), email, PASSWORD).status_code == 400


def test_forgotten_password_answers_alike_for_unknown_addresses(visitor):
    response = visitor.post("/forgot", {"email": "nobody-here@example.com"})

    assert (response.status_code, response["Location"]) == (302, "/reset")


def test_wrong_reset_code_is_refused_and_changes_nothing(visitor, pool):
    email = pool.make()
    visitor.post("/forgot", {"email": email})

    response = visitor.post("/reset", {"email": email, "code": "999999", "password": "New-Horse-9"})

    assert response.status_code == 400
    assert attempt(Client(), email, PASSWORD).status_code == 302


def test_sign_up_then_sign_in(visitor):
    email = f"guest-{time.time_ns()}@example.com"

    response = visitor.post(
        "/signup", {"name": "Željko", "email": email, "password": PASSWORD, "next": "/x"}
    )
    if response["Location"].startswith("/signup/confirm"):
        response = visitor.post("/signup/confirm", {"email": email, "code": "123456", "next": "/x"})

    assert response["Location"] == "/signin?next=%2Fx"
    assert attempt(visitor, email, PASSWORD, next="/x")["Location"] == "/x"
    assert visitor.get("/").context["actor"].name == "Željko"


def test_sign_up_with_a_known_address_answers_as_with_a_new_one(pool):
    known = pool.make()
    fields = {"name": "Somebody", "password": PASSWORD}

    first = Client().post("/signup", {**fields, "email": known})
    second = Client().post("/signup", {**fields, "email": f"new-{time.time_ns()}@example.com"})

    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert attempt(Client(), known, PASSWORD).status_code == 302


def test_weak_password_at_sign_up_is_refused_beside_its_field(visitor):
    response = visitor.post(
        "/signup",
        {"name": "N", "email": f"weak-{time.time_ns()}@example.com", "password": "weak"},
    )

    assert response.status_code == 400
    assert response.context["form"].errors["password"] == [
        "At least 8 characters, with upper case, lower case and a digit."
    ]


def enrol_app(pool, email):
    tokens = pool.client.initiate_auth(
        ClientId=_client_id(),
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    access = tokens["AccessToken"]
    secret = pool.client.associate_software_token(AccessToken=access)["SecretCode"]
    pool.client.verify_software_token(AccessToken=access, UserCode=one_time_code(secret))
    pool.client.admin_set_user_mfa_preference(
        UserPoolId=pool.pool_id,
        Username=email,
        SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
    )
    return secret


def one_time_code(secret):
    import base64
    import hashlib
    import hmac
    import struct

    digest = hmac.new(
        base64.b32decode(secret + "=" * (-len(secret) % 8)),
        struct.pack(">Q", int(time.time()) // 30),
        hashlib.sha1,
    ).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def _client_id():
    import os

    return os.environ["USER_POOL_CLIENT_ID"]


def _store(key):
    from portal.common.sessions import SessionStore

    return SessionStore(key)
