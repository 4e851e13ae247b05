"""What may stand in ``Authorization``, for each of the three that guard routes."""

import http.client
from contextlib import closing
from urllib.parse import urlsplit

import pytest

GUARDED = {
    "the pool's authorizer": ("GET", "/me/registrations"),
    "the users' authorizer": ("GET", "/users/{user}"),
    "the devices' authorizer": ("POST", "/events/0190aaaa-0000-7000-8000-000000000001/scans"),
}


def status_of(api, person, guard, headers):
    """What is answered to exactly these headers, spelled and repeated as they are."""
    method, path = GUARDED[guard]
    base = urlsplit(api.base)
    assert base.hostname
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=10)
    connection.putrequest(method, base.path + path.replace("{user}", person.user_id))
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    with closing(connection), connection.getresponse() as answer:
        return answer.status


@pytest.mark.parametrize("guard", GUARDED)
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Authorization", "{token}"),
        ("authorization", "Bearer {token}"),
        ("AUTHORIZATION", "bearer {token}"),
        ("Authorization", "Bearer   {token}  "),
    ],
)
def test_token_is_taken_in_both_forms_however_they_are_spelled(api, stranger, guard, name, form):
    status = status_of(api, stranger, guard, [(name, form.format(token=stranger.id_token))])

    # A scan without a body is bad input: whose it is was known.
    assert status == (400 if guard == "the devices' authorizer" else 200)


NOBODYS = [
    [],
    [""],
    ["Bearer"],
    ["Bearer\t{token}"],
    ["Bearer Bearer {token}"],
    ["Token {token}"],
    ["{token}, {token}"],
    ["{token}.x"],
    ["{token}", "x.y.z"],
    ["x.y.z", "{token}"],
    ["B\u00e9arer {token}"],
    ["{token}%00"],
    ["Kiosk {token}"],
    ["Kiosk ."],
    ["x" * 8200],
]


@pytest.mark.parametrize("forms", NOBODYS, ids=lambda forms: " and ".join(forms)[:20] or "nothing")
def test_anything_else_is_nobody(api, stranger, forms):
    headers = [("Authorization", form.format(token=stranger.id_token)) for form in forms]
    # An authorizer of ours takes long, and both read tokens alike: each has its turn.
    ours = ["the users' authorizer", "the devices' authorizer"][NOBODYS.index(forms) % 2]

    for guard in ("the pool's authorizer", ours):
        assert status_of(api, stranger, guard, headers) == 401


@pytest.mark.parametrize(
    "place",
    [
        "{user}%2f..%2f{other}",
        "*",
        "%2A",
        "{start}*",
        "{start}?",
        "{USER}",
        "{other}%00",
        "{user}/",
    ],
)
def test_no_spelling_of_an_address_leads_to_somebody_else(api, stranger, owner, place):
    user = stranger.user_id
    path = place.format(user=user, other=owner.user_id, start=user[:-1], USER=user.upper())

    for method in ("GET", "DELETE"):
        answer = api.call(method, f"/users/{path}", {"name": "Eve"}, by=stranger)
        assert answer.said in {(403, "forbidden"), (404, "not_found")}
