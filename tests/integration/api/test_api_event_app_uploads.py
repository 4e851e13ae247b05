"""What the event app's clients may put where, and what of it is ever served."""

import io
import time
from urllib.parse import urlsplit

import boto3
import pytest
import urllib3
from PIL import Image

from backend.events import media_bucket, services
from backend.events.models import Event
from backend.shared.clock import utc_now
from backend.shared.config import config
from tests.integration.localcloud.http import request
from tests.support.event_app import new_event

PNG = "image/png"


def picture(kind: str = "PNG", colour: str = "teal") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 32), colour).save(content, kind)
    return content.getvalue()


def put(url: str, content: bytes, content_type: str | None = PNG) -> int:
    """The status that S3 answers to a plain PUT."""
    headers = {"Content-Type": content_type} if content_type else {}
    return urllib3.PoolManager().request("PUT", url, body=content, headers=headers).status


def keys_of(event_id: str) -> list[str]:
    """What the bucket holds of an event, served or not."""
    bucket = boto3.client("s3").list_objects_v2(Bucket=config().media_bucket)
    return [found["Key"] for found in bucket.get("Contents", []) if event_id in found["Key"]]


def settled(event_id: str) -> list[str]:
    """The same once no upload waits for its check any more."""
    for _ in range(100):
        keys = keys_of(event_id)
        if not any(key.startswith("uploads/") for key in keys):
            return keys
        time.sleep(0.1)
    raise AssertionError(f"still there: {keys}")


@pytest.fixture
def offer(api, owner):
    """The id of a new event and where to put its image."""

    def make(**values: str) -> tuple[str, str]:
        made = api.post("/create-event", new_event(**values), by=owner).body
        return made["event_id"], made["upload_url"]

    return make


@pytest.fixture
def fetch(api, stage_cloud):
    """Status and content of an event's ``file_url``, asked as a browser does."""

    def ask(event_id: str) -> tuple[int, bytes]:
        [item] = api.get(f"/get-events?event_id={event_id}").body["events"]
        parts = urlsplit(item["file_url"])
        host = {"Host": parts.netloc}
        status, _, content = request("GET", f"{stage_cloud.endpoint}{parts.path}", host)
        return status, content

    return ask


@pytest.mark.parametrize(
    ("asked", "kind", "content_type"),
    [
        ({"fileExtension": "png"}, "PNG", PNG),
        ({"fileExtension": ".JPG"}, "JPEG", "image/jpeg"),
        ({"fileExtension": "", "contentType": "image/webp"}, "WEBP", "image/webp"),
    ],
)
def test_image_is_served_under_the_key_that_was_told_before(
    offer, fetch, asked, kind, content_type
):
    event_id, url = offer(**asked)
    before = fetch(event_id)[0]

    assert put(url, picture(kind), content_type) == 200

    assert settled(event_id) == [Event.fetch(event_id).offered_banner]
    assert fetch(event_id) == (200, picture(kind))
    assert before == 403


def test_image_is_the_makers_doing(offer, owner):
    event_id, url = offer()
    put(url, picture())
    settled(event_id)

    stored = Event.fetch(event_id)
    assert (stored.changed_by, stored.version) == (f"USER:{owner.user_id}@api", 1)


@pytest.mark.parametrize("content_type", ["image/jpeg", "text/html", None])
def test_another_type_than_was_asked_for_is_refused(offer, content_type):
    event_id, url = offer()

    assert put(url, picture(), content_type) == 403
    assert keys_of(event_id) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<script>alert(1)</script>",
        picture("JPEG"),
        picture() + bytes(media_bucket.LARGEST_UPLOAD),
    ],
    ids=["empty", "page", "another image", "over 5 MB"],
)
def test_what_is_no_such_image_is_deleted_and_never_served(offer, fetch, content):
    event_id, url = offer()

    assert put(url, content) == 200

    assert settled(event_id) == []
    assert fetch(event_id)[0] == 403
    assert Event.fetch(event_id).banner_key is None


def test_image_after_a_bad_file_counts(offer, fetch):
    event_id, url = offer()
    put(url, b"no image")
    settled(event_id)

    put(url, picture())

    assert len(settled(event_id)) == 1
    assert fetch(event_id) == (200, picture())


def test_nothing_replaces_what_is_shown(offer, fetch):
    event_id, url = offer()
    put(url, picture())
    settled(event_id)

    for content in (picture(colour="red"), b"<script>alert(1)</script>"):
        assert put(url, content) == 200
        settled(event_id)
        assert fetch(event_id) == (200, picture())


def test_address_holds_for_a_minute_and_one_key(offer):
    event_id, url = offer()
    elsewhere = url.replace("uploads/put/", "banners/")
    longer = url.replace("X-Amz-Expires=60", "X-Amz-Expires=600")

    assert "X-Amz-Expires=60&" in url
    assert put(elsewhere, picture()) == 403
    assert put(longer, picture()) == 403
    assert put(url.partition("?")[0], picture()) == 403
    assert keys_of(event_id) == []


def test_late_upload_is_refused(offer, monkeypatch):
    event_id, _ = offer()
    upload = "uploads/put/" + Event.fetch(event_id).offered_banner.removeprefix("banners/")
    monkeypatch.setattr(media_bucket, "PUT_HOLDS_SECONDS", 1)
    url = media_bucket.put_address(upload)
    time.sleep(2.1)

    assert put(url, picture()) == 403
    assert keys_of(event_id) == []


def test_upload_for_an_event_that_was_called_off_is_deleted(api, offer, owner):
    event_id, url = offer()
    assert api.delete(f"/events/{event_id}", by=owner).status == 200

    put(url, picture())

    assert settled(event_id) == []


def test_told_twice_of_an_upload_shows_it_once(offer, fetch):
    event_id, url = offer()
    put(url, picture())
    settled(event_id)
    upload = "uploads/put/" + Event.fetch(event_id).offered_banner.removeprefix("banners/")

    again = services.attach_upload(upload=upload, now=utc_now())

    assert again is False
    assert fetch(event_id) == (200, picture())


def test_file_nobody_was_asked_for_is_deleted(stage):
    key = "uploads/put/0190aaaa-0000-7000-8000-000000000001/01JD0000000000000000000000.png"
    boto3.client("s3").put_object(
        Bucket=config().media_bucket, Key=key, Body=picture(), ContentType=PNG
    )

    assert settled("0190aaaa-0000-7000-8000-000000000001") == []
