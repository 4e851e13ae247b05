"""A canary's name and address go through everything that logs; no line may know them.

And once a canary was erased, no table and no file may.
"""

import re
import socket
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
import requests

from backend.activity import queries as activity
from backend.jobs.models import Job
from backend.jobs.states import JobStatus
from backend.registrations import services as registrations
from backend.registrations import tickets
from backend.shared.actor import Actor, ActorKind
from infra import assets
from infra.localcloud import portal
from infra.localcloud.cloud import LocalCloud
from infra.localcloud.lifeline import end_child
from infra.localcloud.stage import environment
from tests.support.api import PASSWORD, Api, Person, Pool
from tests.support.eventual import eventually

MARK = uuid.uuid4().hex[:10]
NAME = f"Canary-{MARK}"


@pytest.fixture(scope="module")
def address(stage: dict[str, str], stage_cloud: LocalCloud) -> Iterator[str]:
    """Where the portal listens, under its own role, as `make run` serves it."""
    assets.build()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = environment(stage_cloud, "test", stage)
    child = portal.start(stage_cloud, port, env, stage["PortalRoleArn"])
    yield f"http://127.0.0.1:{port}"
    end_child(child)


class Browser(requests.Session):
    """Posts forms with the token of the page they stand on."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base, self.trust_env = base, False

    def open(self, path: str) -> requests.Response:
        return self.get(self.base + path, timeout=30)

    def submit(self, page: str, path: str = "", **typed: str) -> requests.Response:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self.open(page).text)
        assert token, page
        form = {"csrfmiddlewaretoken": token[1], **typed}
        return self.post(self.base + (path or page), form, timeout=30)


def event_of(api: Api, owner: Person) -> str:
    now = datetime.now(UTC)
    details = {
        "title": f"Party of {NAME}",
        "startsAt": (now - timedelta(hours=1)).isoformat(),
        "endsAt": (now + timedelta(hours=5)).isoformat(),
        "capacity": 5,
    }
    event_id: str = api.post("/events", details, by=owner).body["eventId"]
    assert api.post(f"/events/{event_id}/publish", by=owner).status == 200
    return event_id


def make_accounts(api: Api, pool: Pool) -> list[Person]:
    """One account made through the API, with every mistake on the way, and one more."""
    email, mistaken = f"{MARK}@example.org", {"email": f"{MARK}@example.org", "code": "000000"}
    answers = [
        api.post("/register", {"email": email, "password": PASSWORD, "name": NAME}).status,
        api.post("/register", {"email": email, "password": "x", "name": NAME}).status,
        api.post("/resend-code", {"email": email}).status,
        api.post("/confirm", mistaken).status,
        api.post("/login", {"email": email, "password": "Wrong-1234"}).status,
        api.post("/forgot-password", {"email": email}).status,
        api.post("/reset-password", {**mistaken, "password": PASSWORD}).status,
        api.post("/login", f'{{"email": "{email}"').status,
    ]
    assert answers[0] == 201
    assert {status for status in answers if status >= 500} == set()
    return [pool.make(f"{NAME} Owner"), pool.make(f"{NAME} Guest")]


def go_through_the_api(api: Api, event_id: str, owner: Person, guest: Person) -> list[str]:
    """What a guest and the team do, and what they get wrong; the secrets that came up."""
    place = f"/events/{event_id}/registrations"
    assert api.post(place, {"name": NAME}, by=guest).status == 201
    mine = api.get(f"{place}/me", by=guest).body
    assert api.get(f"{place}?namePrefix={NAME}", by=owner).status == 200
    scans = f"/events/{event_id}/scans"
    results = [
        api.post(scans, {"ticket": ticket, "scanId": f"s-{number}"}, by=owner).body["results"][0]
        for number, ticket in enumerate([mine["shortCode"], mine["ticket"], mine["ticket"][:-1]])
    ]
    assert [one["result"] for one in results] == ["ADMITTED", "ALREADY_IN", "INVALID"]
    wrong = [
        api.post("/events", {"title": NAME, NAME: guest.email}, by=owner),
        api.get(f"/events?{NAME}={guest.email}"),
        api.get(f"/events/{NAME}"),
        api.get(f"/events/{guest.email}"),
        api.post(scans, {"ticket": mine["ticket"], "scanId": NAME + "!"}, by=owner),
        api.post(f"{place}", {"name": f"{NAME}\n"}, by=guest),
        api.get("/me/registrations", token=guest.access_token),
        api.post("/refresh", {"refreshToken": guest.refresh_token[:-3]}),
    ]
    assert {answer.status for answer in wrong if answer.status >= 500} == set()
    return [mine["ticket"], mine["shortCode"], guest.id_token[-40:], guest.refresh_token[-40:]]


def go_through_the_portal(browser: Browser, event_id: str, owner: Person) -> list[str]:
    """The same at the desk and on the organiser's pages."""
    organiser, typed = f"/o/e/{event_id}", {"name": NAME, "email": f"{MARK}.walkin@example.org"}
    browser.submit("/signup", name=NAME, email=owner.email, password="short")
    browser.submit("/signin", email=owner.email, password="Wrong-1234")
    browser.submit("/forgot", email=f"{MARK}.nobody@example.org")
    signed_in = browser.submit("/signin", email=owner.email, password=PASSWORD)
    assert NAME in signed_in.text
    added = browser.submit(f"{organiser}/registrations/add", **typed)
    assert f"{NAME} has a place" in added.text
    assert NAME in browser.open(f"{organiser}/registrations?q={NAME}").text
    code = re.search(r">([0-9A-Z]{4}-[0-9A-Z]{4})<", added.text)
    assert code
    answer = browser.submit(f"{organiser}/desk", ticket=code[1], scan_id=f"p-{MARK}", gate="North")
    assert "Admitted" in answer.text
    mine = browser.submit(f"/e/{event_id}/register", name=NAME)
    assert NAME in mine.text
    browser.submit(f"{organiser}/registrations/add", name=NAME, email=f"{NAME} no address")
    browser.open(f"/o/e/{owner.email}/registrations?q={NAME}&page={NAME}")
    browser.open(f"/e/{NAME}?email={owner.email}")
    session = browser.cookies["foyer"]
    given_up = browser.submit(f"/me/tickets/{event_id}", f"/e/{event_id}/give-up")
    assert given_up.status_code == 200
    browser.submit("/", "/signout")
    return [code[1], session]


def mailed(cloud: LocalCloud) -> str:
    with urllib.request.urlopen(f"{cloud.endpoint}/_ministack/ses/messages") as answer:
        text: str = answer.read().decode()
        return text


def lambda_lines() -> dict[str, list[str]]:
    """What each function wrote, by the name of its group of lines."""
    logs = boto3.client("logs")
    groups = logs.get_paginator("describe_log_groups").paginate()
    names = [group["logGroupName"] for page in groups for group in page["logGroups"]]
    pages = logs.get_paginator("filter_log_events")
    return {
        name.removeprefix("/aws/lambda/test-"): [
            line["message"] for page in pages.paginate(logGroupName=name) for line in page["events"]
        ]
        for name in names
        if name.startswith("/aws/lambda/")
    }


def test_no_log_line_knows_an_address_a_name_a_token_or_a_ticket(stage, stage_cloud, address):
    api = Api(stage["APIEndpoint"])
    owner, guest = make_accounts(api, Pool())
    event_id = event_of(api, owner)
    secrets = go_through_the_api(api, event_id, owner, guest)
    secrets += go_through_the_portal(Browser(address), event_id, owner)
    wanted = [guest.email, f"{MARK}.walkin@example.org"]
    eventually(lambda: all(email in mailed(stage_cloud) for email in wanted))

    functions = lambda_lines()
    portal_lines = Path(stage_cloud.state_dir / "portal.log").read_text().splitlines()

    took_part = {"register", "login", "events", "registrations", "scans", "public-events"}
    took_part |= {"events-stream", "registrations-stream", "notifications-stream"}
    assert {name for name in took_part if not functions.get(name)} == set()
    assert sum('"route"' in line for line in portal_lines) > 20
    lines = [*portal_lines, *(line for group in functions.values() for line in group)]
    canaries = [MARK, owner.email, guest.email, PASSWORD, *secrets]
    assert [line for line in lines if any(canary in line for canary in canaries)] == []


def everything() -> Iterator[tuple[str, str]]:
    """(where, text) of every item of every table and every file of every bucket."""
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from ((table, str(item)) for item in page["Items"])
    for bucket in (found["Name"] for found in s3.list_buckets()["Buckets"]):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", []):
                body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                yield bucket, found["Key"] + body.decode(errors="replace")


def run_by_the_stage(page: requests.Response) -> Job:
    """The job whose page the portal showed, once it has ended."""
    job_id = page.url.rpartition("/")[2]
    eventually(lambda: not Job.fetch(job_id).is_open)
    return Job.fetch(job_id)


def counted(event_id: str) -> tuple[int, int]:
    totals = activity.totals(event_id=event_id, shards=1)
    return totals.confirmed, totals.admitted


def test_after_erasure_no_table_and_no_file_knows_the_guest(stage, stage_cloud, address):
    api, owner = Api(stage["APIEndpoint"]), Pool().make("Olga Owner")
    word, now = f"Canary-{uuid.uuid4().hex[:10]}", datetime.now(UTC)
    event_id, olga = event_of(api, owner), Actor(ActorKind.USER, user_id=owner.user_id)
    guest = registrations.add_guest(
        event_id=event_id,
        name=f"Bird {word}",
        email=f"{word}@example.org",
        note=f"Note of {word}",
        actor=olga,
        now=now,
    ).registration
    scan = {"ticket": tickets.issue(guest), "scanId": f"s-{word[-10:]}"}
    assert api.post(f"/events/{event_id}/scans", scan, by=owner).status == 200
    eventually(lambda: word.lower() in mailed(stage_cloud))
    browser, page = Browser(address), f"/o/e/{event_id}/registrations/{guest.guest}"
    browser.submit("/signin", email=owner.email, password=PASSWORD)
    export = run_by_the_stage(browser.submit(f"{page}/export"))
    assert export.status is JobStatus.DONE
    files = f"/o/e/{event_id}/jobs/{export.job_id}/files"
    assert word in browser.open(f"{files}/guest.json").text
    assert len({where for where, text in everything() if word.lower() in text.lower()}) == 2

    erased = run_by_the_stage(browser.submit(f"{page}/erase"))

    assert (erased.status, erased.result["registrations"]) == (JobStatus.DONE, 1)
    assert erased.result["files"] == 2
    assert browser.open(f"{files}/guest.json").status_code == 404
    assert [where for where, text in everything() if word.lower() in text.lower()] == []
    eventually(lambda: counted(event_id) == (1, 1))
