"""Users as a program written for an older system finds them."""

import json
import uuid

import boto3
import pytest

from tests.support.api import PASSWORD


def test_outputs_are_all_on_the_stack_that_has_users(suite):
    named = {
        "APIEndpoint", "UsersTable", "UsersFunction", "UserPool", "UserPoolClient",
        "UserPoolAdminGroupName", "CognitoLoginURL", "CognitoAuthCommand",
        "AlarmsTopic", "DashboardURL", "AuthApiEndpoint", "UserPoolId", "UserPoolClientId", "UserPoolArn",
    }  # fmt: skip

    assert named - suite.outputs.keys() == set()
    assert suite.outputs["APIEndpoint"] == suite.outputs["AuthApiEndpoint"]
    assert not suite.outputs["APIEndpoint"].endswith("/")
    assert suite.outputs["UserPool"] == suite.outputs["UserPoolId"]
    assert suite.outputs["UserPoolArn"].endswith(suite.outputs["UserPoolId"])


ROUTES = [
    ("GET", "/users", None),
    ("POST", "/users", {"name": "Eve"}),
    ("GET", "/users/{user}", None),
    ("PUT", "/users/{user}", {"name": "Eve"}),
    ("DELETE", "/users/{user}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_nobody_is_let_in_without_a_token(suite, robin, method, path, body):
    answer = suite.call(method, path.format(user=robin.user_id), body)

    assert answer.said == (401, "unauthorized")


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_who_is_no_administrator_is_refused_others(suite, boss, robin, method, path, body):
    answer = suite.call(method, path.format(user=boss.user_id), body, by=robin)

    assert answer.said == (403, "forbidden")
    assert answer.body == {"error": "You may not do this.", "code": "forbidden"}
    assert answer.headers["access-control-allow-origin"] == "https://app.example.test"


def test_record_of_a_user_is_made_read_changed_and_removed_by_an_administrator(suite, boss):
    made = suite.call("POST", "/users", {"name": "Ada Byron"}, by=boss)
    place = f"/users/{made.body['userid']}"
    read = suite.call("GET", place, by=boss)
    changed = suite.call("PUT", place, {"name": "Ada Lovelace"}, by=boss)
    removed = suite.call("DELETE", place, by=boss)
    after = suite.call("GET", place, by=boss)

    assert [made.status, read.status, changed.status, removed.status] == [200] * 4
    assert made.body.keys() == {"userid", "name", "createdAt", "timestamp"}
    assert read.body == made.body
    assert changed.body["name"] == "Ada Lovelace"
    assert changed.body["timestamp"] >= made.body["timestamp"]
    assert (removed.body, after.status, after.body) == ({}, 200, {})


def test_existing_user_is_never_overwritten(suite, boss):
    user_id = f"by-hand-{uuid.uuid4().hex}"
    suite.table.put_item(Item={"userid": user_id, "name": "By Hand", "timestamp": "yesterday"})

    answer = suite.call("POST", "/users", {"name": "Eve", "userid": user_id}, by=boss)
    read = suite.call("GET", f"/users/{user_id}", by=boss)

    assert answer.said == (409, "user_exists")
    assert read.body == {"userid": user_id, "name": "By Hand", "timestamp": "yesterday"}


def test_items_of_other_programs_are_served_whatever_is_in_them(suite, boss):
    user_id = f"by-hand-{uuid.uuid4().hex}"
    suite.table.put_item(
        Item={"userid": user_id, "name": {"first": "Ada"}, "timestamp": 1700000000, "age": 36}
    )

    read = suite.call("GET", f"/users/{user_id}", by=boss)
    listed = suite.call("GET", "/users?limit=100", by=boss)

    assert (read.status, listed.status) == (200, 200)
    assert read.body == {"userid": user_id, "name": "", "timestamp": "1700000000"}
    suite.table.delete_item(Key={"userid": user_id})


def test_what_was_read_may_be_sent_back_with_a_change_and_changes_nothing_else(suite, boss):
    made = suite.call("POST", "/users", {"name": "Ada Byron"}, by=boss).body
    place = f"/users/{made['userid']}"
    other = {"userid": "somebody-else", "email": "eve@example.com", "createdAt": "1999"}

    changed = suite.call("PUT", place, made | {"name": "Ada Lovelace"}, by=boss)
    tried = suite.call("PUT", place, made | other, by=boss)

    assert changed.body == made | {"name": "Ada Lovelace", "timestamp": changed.body["timestamp"]}
    assert tried.body == made | {"timestamp": tried.body["timestamp"]}
    assert suite.call("GET", "/users/somebody-else", by=boss).body == {}


def test_body_that_is_no_json_is_refused(suite, boss):
    assert suite.call("POST", "/users", "no json", by=boss).said == (400, "bad_input")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "A", "admin": True}, "admin"),
        ({"name": "A", "email": "nowhere"}, "email"),
        ({"name": "A", "userid": "a b"}, "userid"),
        ({"name": "A", "userid": "x" * 65}, "userid"),
        ({"name": "A", "userid": "x", "email": "a@example.com"}, "userid"),
    ],
)
def test_bad_field_is_named(suite, boss, body, field):
    answer = suite.call("POST", "/users", body, by=boss)

    assert (answer.status, [*answer.body["fields"]]) == (400, [field])


def test_all_users_are_a_bare_array_paged_by_a_header(suite, boss):
    for number in range(3):
        suite.table.put_item(Item={"userid": f"paged-{number}-{uuid.uuid4().hex}", "name": "P"})
    everybody = {item["userid"] for item in suite.table.scan()["Items"]}
    seen, token = [], ""
    while token is not None:
        page = suite.call("GET", f"/users?limit=2&nextToken={token}", by=boss)
        assert page.status == 200
        assert len(page.body) <= 2
        seen += [user["userid"] for user in page.body]
        token = page.headers.get("x-next-token")

    assert sorted(seen) == sorted(everybody)
    assert page.headers["access-control-expose-headers"] == "X-Next-Token"


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "nextToken=x", "all=1"])
def test_list_refuses_a_bad_query(suite, boss, query):
    assert suite.call("GET", f"/users?{query}", by=boss).said == (400, "bad_input")


def test_user_with_an_address_gets_an_account_and_an_invitation_once(suite, boss, stage_cloud):
    email = f"{uuid.uuid4().hex}@example.com"
    body = {"name": "Ina Invited", "email": email.upper()}

    made = suite.call("POST", "/users", body, by=boss)
    again = suite.call("POST", "/users", body, by=boss)
    account = suite.cognito.admin_get_user(UserPoolId=suite.outputs["UserPool"], Username=email)

    assert (made.status, made.body["email"]) == (200, email)
    assert account["Username"] == made.body["userid"]
    assert account["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert again.said == (409, "user_exists")


def test_account_that_was_left_without_a_record_gets_it(suite, boss, anew):
    made = suite.call("POST", "/users", {"name": "Robin", "email": anew.email}, by=boss)

    assert (made.status, made.body["userid"]) == (200, anew.user_id)


def test_same_key_makes_one_user_and_shows_them_as_they_are_now(suite, boss):
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = suite.call("POST", "/users", {"name": "Twice"}, by=boss, headers=key)
    second = suite.call("POST", "/users", {"name": "Twice"}, by=boss, headers=key)
    suite.call("PUT", f"/users/{first.body['userid']}", {"name": "Renamed"}, by=boss)
    third = suite.call("POST", "/users", {"name": "Twice"}, by=boss, headers=key)
    suite.call("DELETE", f"/users/{first.body['userid']}", by=boss)
    gone = suite.call("POST", "/users", {"name": "Twice"}, by=boss, headers=key)
    other = suite.call("POST", "/users", {"name": "Else"}, by=boss, headers=key)

    assert second.body == first.body
    assert (third.body["userid"], third.body["name"]) == (first.body["userid"], "Renamed")
    assert (gone.status, gone.body) == (200, {})
    assert other.said == (409, "idempotency_mismatch")


def test_answer_that_is_kept_for_a_key_names_nobody(suite, boss):
    name, email = f"Nora {uuid.uuid4().hex}", f"{uuid.uuid4().hex}@example.com"
    key = {"Idempotency-Key": uuid.uuid4().hex}

    made = suite.call("POST", "/users", {"name": name, "email": email}, by=boss, headers=key)

    kept = boto3.resource("dynamodb").Table("test-idempotency").scan()["Items"]
    answers = [item["answer"] for item in kept if made.body["userid"] in item.get("answer", "")]
    assert answers == [json.dumps({"userid": made.body["userid"]}, separators=(",", ":"))]
    assert email not in str(kept)


def test_one_makes_changes_and_reads_the_own_record(suite, anew):
    place = f"/users/{anew.user_id}"
    missing = suite.call("GET", place, by=anew)
    made = suite.call("PUT", place, {"name": "Robin Hood"}, by=anew)
    read = suite.call("GET", place, by=anew)
    account = suite.cognito.admin_get_user(
        UserPoolId=suite.outputs["UserPool"], Username=anew.user_id
    )

    assert (missing.status, missing.body) == (200, {})
    assert made.status == 200
    assert read.body == made.body
    assert (read.body["userid"], read.body["name"]) == (anew.user_id, "Robin Hood")
    assert {"Name": "name", "Value": "Robin Hood"} in account["UserAttributes"]


def test_person_who_signed_up_at_the_pool_itself_is_let_in(suite):
    """By an address in any case and a name only, with the calls that programs make."""
    email = f"regularUser-{uuid.uuid4().hex}@Example.com"
    with pytest.raises(suite.cognito.exceptions.UserNotFoundException):
        suite.cognito.admin_delete_user(UserPoolId=suite.outputs["UserPool"], Username=email)
    sub = suite.cognito.sign_up(
        ClientId=suite.outputs["UserPoolClient"],
        Username=email,
        Password=PASSWORD,
        UserAttributes=[{"Name": "name", "Value": email}],
    )["UserSub"]
    suite.cognito.admin_confirm_sign_up(UserPoolId=suite.outputs["UserPool"], Username=email)
    tokens = suite.cognito.admin_initiate_auth(
        UserPoolId=suite.outputs["UserPool"],
        ClientId=suite.outputs["UserPoolClient"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email.lower(), "PASSWORD": PASSWORD},
    )["AuthenticationResult"]

    read = suite.api.get(f"/users/{sub}", token=tokens["IdToken"])
    refused = suite.api.get("/users", token=tokens["IdToken"])

    assert (read.status, read.body, refused.said) == (200, {}, (403, "forbidden"))


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer "])
def test_token_is_taken_raw_and_after_bearer(suite, robin, scheme):
    place = f"/users/{robin.user_id}"

    assert suite.api.get(place, token=scheme + robin.token).status == 200


def test_one_erases_the_own_account_and_cannot_come_back(suite, anew):
    place = f"/users/{anew.user_id}"
    suite.call("PUT", place, {"name": "Robin"}, by=anew)
    suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)

    erased = suite.call("DELETE", place, by=anew)
    again = suite.call("DELETE", place, by=anew)
    back = suite.call("PUT", place, {"name": "Robin"}, by=anew)

    assert (erased.status, erased.body, again.status) == (200, {}, 200)
    assert back.said == (404, "user_not_found")
    assert "Item" not in suite.table.get_item(Key={"userid": anew.user_id})
    assert suite.call("GET", f"/profiles/{anew.user_id}", by=anew).status == 404
    with pytest.raises(suite.cognito.exceptions.UserNotFoundException):
        suite.cognito.admin_get_user(UserPoolId=suite.outputs["UserPool"], Username=anew.email)
