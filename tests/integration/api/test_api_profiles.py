"""Profiles as programs written for two older systems find them."""

import json
from typing import Any

import boto3
import pytest

from tests.support.eventual import eventually


def test_new_profile_is_greeted_once_by_user_id_and_no_name(suite, anew):
    logs = boto3.client("logs")

    def greetings() -> list[dict[str, Any]]:
        found = logs.get_paginator("filter_log_events").paginate(
            logGroupName="/aws/lambda/test-profiles-stream"
        )
        lines = [line["message"] for page in found for line in page["events"]]
        return [json.loads(line) for line in lines if anew.user_id in line]

    for name in ("Wilma Welcome", "Wilma Again"):
        suite.call("POST", "/profiles", {"name": name}, by=anew)
    suite.call("POST", "/user/profile", {"a": 1}, by=anew)

    eventually(greetings)
    assert [(line["message"], line["user_id"]) for line in greetings()] == [
        ("WELCOME", anew.user_id)
    ]
    assert "Wilma" not in json.dumps(greetings())


def test_profile_is_written_and_read(suite, anew):
    written = suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)
    read = suite.call("GET", f"/profiles/{anew.user_id}", by=anew)

    assert (written.status, written.body["message"]) == (200, "profile upserted")
    assert read.body == written.body["profile"]
    assert read.body.keys() == {"userId", "name", "email", "updatedAt"}
    assert (read.body["userId"], read.body["name"]) == (anew.user_id, "Robin")
    assert read.body["updatedAt"] > 1_700_000_000_000


def test_profile_that_another_program_stored_is_served(suite, anew):
    table = boto3.resource("dynamodb").Table("test-profiles")
    table.put_item(Item={"userId": anew.user_id, "name": "By Hand", "updatedAt": 1700000000000})
    place = f"/profiles/{anew.user_id}"

    read = suite.call("GET", place, by=anew)
    suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)

    assert (read.status, read.body["name"], read.body["updatedAt"]) == (200, "By Hand", 0)
    assert suite.call("GET", place, by=anew).body["name"] == "Robin"


def test_profile_is_nobody_elses_but_an_administrators(suite, boss, robin, anew):
    suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)
    place = f"/profiles/{anew.user_id}"
    refused = suite.call("GET", place, by=robin)

    assert (refused.status, refused.body["error"]) == (404, "not found")
    assert suite.call("GET", place, by=boss).body["name"] == "Robin"


DOCUMENT = (
    '{"pi": 3.14159265358979323846264338327950288, "big": 123456789012345678901234567890, '
    '"tiny": 1e-400, "huge": 1E+999, "zero": -0.0, "deep": {"list": [1, 2.50, null, true]}, '
    '"text": "Zoë \\u0000 𝄞"}'
)


def test_document_comes_back_number_for_number(suite, anew):
    before = suite.call("GET", "/user/profile", by=anew)
    suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)
    still = suite.call("GET", "/user/profile", by=anew)
    written = suite.call("POST", "/user/profile", DOCUMENT, by=anew)
    stored = (
        boto3.resource("dynamodb")
        .Table("test-profiles")
        .get_item(Key={"userId": anew.user_id})["Item"]["document"]
    )
    read = suite.call("GET", "/user/profile", by=anew)

    assert [before.status, still.status] == [404, 404]
    assert (written.status, read.status) == (200, 200)
    assert stored == DOCUMENT
    assert read.body == written.body == {"profile_data": json.loads(DOCUMENT)}


@pytest.mark.parametrize("body", ["", "[]", "null", "1", '{"a": NaN}', '{"a"', "[" * 60_000])
def test_document_that_is_no_object_is_refused(suite, anew, body):
    assert suite.call("POST", "/user/profile", body, by=anew).said == (400, "bad_input")
    assert suite.call("GET", "/user/profile", by=anew).status == 404
