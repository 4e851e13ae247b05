import io
import re
import struct
import urllib.error
import urllib.request
import zlib
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError
from PIL import Image
from ulid import ULID

from backend.events import media_bucket, services
from backend.events.errors import EventClosed
from backend.events.models import Event
from backend.events.services import UploadOffer
from backend.events.states import EventStatus
from backend.shared.config import config
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from tests.factories.events import NOON, make_event
from tests.factories.users import a_user

OLGA = a_user("user-olga")


@pytest.fixture(autouse=True)
def bucket(tables, monkeypatch):
    name = f"media-{ULID()}".lower()
    boto3.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    monkeypatch.setenv("MEDIA_BUCKET", name)
    monkeypatch.setenv("MEDIA_BASE_URL", "https://media.example/")
    config.cache_clear()
    yield name
    monkeypatch.undo()
    config.cache_clear()


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 32)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "teal").save(content, kind)
    return content.getvalue()


def bomb() -> bytes:
    """A PNG of 60,000 × 60,000 pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def put(bucket: str, event: Event, content: bytes, content_type: str = "image/png") -> str:
    """A file in the bucket, as S3 would have taken it from a form."""
    extension = {"image/jpeg": "jpg", "image/webp": "webp"}.get(content_type, "png")
    key = f"uploads/{event.uuid}/{ULID()}.{extension}"
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)
    return key


def stored_keys(bucket: str) -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket)
    return [item["Key"] for item in listed.get("Contents", [])]


def post(offer: UploadOffer, content: bytes, **changed: str) -> int:
    """Post the form as a browser does; the status of the answer."""
    boundary = "foyer-test-boundary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {**offer.fields, **changed}.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\n'
    body = b"".join(parts) + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(
        offer.url, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def offer_for(event: Event, content_type: str = "image/png") -> UploadOffer:
    return services.offer_banner(
        event_id=event.uuid, content_type=content_type, actor=OLGA, now=NOON
    )


def attach(event: Event, key: str) -> Event:
    return services.attach_banner(event_id=event.uuid, key=key, actor=OLGA, now=NOON)


@pytest.mark.parametrize(
    ("content_type", "kind", "extension"),
    [("image/jpeg", "JPEG", "jpg"), ("image/png", "PNG", "png"), ("image/webp", "WEBP", "webp")],
)
def test_an_image_posted_with_the_offer_becomes_the_banner(bucket, content_type, kind, extension):
    event = make_event()
    offer = offer_for(event, content_type)

    assert post(offer, picture(kind)) < 300
    attach(event, offer.key)

    kept = Event.fetch(event.uuid)
    assert re.fullmatch(rf"uploads/{event.uuid}/\w{{26}}\.{extension}", offer.key)
    assert re.fullmatch(rf"banners/{event.uuid}/\w{{26}}\.{extension}", kept.banner_key)
    assert (kept.version, stored_keys(bucket)) == (1, [kept.banner_key])
    copied = boto3.client("s3").get_object(Bucket=bucket, Key=kept.banner_key)
    assert (copied["ContentType"], copied["Body"].read()) == (content_type, picture(kind))


@pytest.mark.parametrize("content_type", ["image/gif", "image/svg+xml", "text/html", ""])
def test_offer_banner_refuses_other_types(content_type):
    with pytest.raises(BadInput) as refusal:
        offer_for(make_event(), content_type)

    assert list(refusal.value.fields) == ["content_type"]


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        (b"x" * (5 * 1024 * 1024 + 1), {}),
        (b"", {}),
        (b"<html>", {"Content-Type": "text/html"}),
        (b"x", {"key": "banners/somebody-else/x.png"}),
        (b"x", {"key": "uploads/somebody-else/x.png"}),
        (b"x", {"x-amz-signature": "0" * 64}),
    ],
    ids=["too large", "empty", "other type", "served place", "other place", "unsigned"],
)
def test_s3_itself_refuses_what_breaks_the_form(bucket, content, changed):
    assert 400 <= post(offer_for(make_event()), content, **changed) < 500

    assert stored_keys(bucket) == []


def test_attach_banner_removes_the_one_before(bucket):
    event = make_event()
    first, second = put(bucket, event, picture()), put(bucket, event, picture("JPEG"), "image/jpeg")
    attach(event, first)

    attach(event, second)

    shown = Event.fetch(event.uuid).banner_key
    assert shown.endswith(".jpg")
    assert stored_keys(bucket) == [shown]


def test_attach_banner_twice_is_refused_and_keeps_what_is_shown(bucket):
    event = make_event()
    key = put(bucket, event, picture())
    shown = attach(event, key).banner_key

    with pytest.raises(BadInput) as refusal:
        attach(event, key)

    assert refusal.value.fields == {
        "banner": "Nothing was uploaded here, or it was used already. Choose the file again."
    }
    assert (Event.fetch(event.uuid).banner_key, stored_keys(bucket)) == (shown, [shown])


def test_file_replaced_between_check_and_copy_is_not_shown(bucket):
    event = make_event()
    key = put(bucket, event, picture())
    events = media_bucket._client().meta.events

    def replace(**_):
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"<html>")

    events.register("before-call.s3.CopyObject", replace)
    try:
        with pytest.raises(BadInput) as refusal:
            attach(event, key)
    finally:
        events.unregister("before-call.s3.CopyObject", replace)

    assert refusal.value.fields == {
        "banner": "The file was replaced while it was checked. Choose it again."
    }
    assert (Event.fetch(event.uuid).banner_key, stored_keys(bucket)) == (None, [key])


def test_banner_that_lost_to_another_leaves_no_copy(bucket):
    event = make_event()
    key = put(bucket, event, picture())
    events = media_bucket._client().meta.events

    def overtake(**_):
        event.show_banner("banners/first", {})

    events.register("before-call.s3.CopyObject", overtake)
    try:
        with pytest.raises(StaleWrite):
            attach(event, key)
    finally:
        events.unregister("before-call.s3.CopyObject", overtake)

    assert Event.fetch(event.uuid).banner_key == "banners/first"
    assert stored_keys(bucket) == [key]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"<html><script>alert(1)</script>", "image/png"),
        (b"", "image/png"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (picture()[:60], "image/png"),
        (picture("JPEG"), "image/png"),
        (picture("GIF"), "image/png"),
        (picture(), "image/gif"),
        (picture(size=(5001, 5000)), "image/png"),
        (bomb(), "image/png"),
        (picture() + b"\0" * (5 * 1024 * 1024), "image/png"),
    ],
    ids=[
        "html", "empty", "header only", "cut off", "jpeg as png", "gif as png", "gif", "25 MP",
        "bomb", "large",
    ],
)  # fmt: skip
def test_attach_banner_deletes_what_is_no_proper_image(bucket, content, content_type):
    event = make_event()
    key = put(bucket, event, content, content_type)

    with pytest.raises(BadInput) as refusal:
        attach(event, key)

    assert list(refusal.value.fields) == ["banner"]
    assert stored_keys(bucket) == []
    assert Event.fetch(event.uuid).banner_key is None


def test_attach_banner_refuses_where_nothing_was_uploaded():
    event = make_event()

    with pytest.raises(BadInput) as refusal:
        attach(event, f"uploads/{event.uuid}/{ULID()}.png")

    assert list(refusal.value.fields) == ["banner"]


def test_a_failure_of_the_bucket_is_no_refusal():
    event = make_event()
    events = media_bucket._client().meta.events

    def fail(**_):
        error = {"Error": {"Code": "InternalError", "Message": "No."}}
        return SimpleNamespace(status_code=500), {
            **error,
            "ResponseMetadata": {"HTTPStatusCode": 500},
        }

    events.register("before-call.s3.GetObject", fail)
    try:
        with pytest.raises(ClientError):
            attach(event, f"uploads/{event.uuid}/{ULID()}.png")
    finally:
        events.unregister("before-call.s3.GetObject", fail)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "uploads/",
        "static/x.png",
        "uploads/{id}/../x.png",
        "uploads/{id}/x.png",
        "banners/{id}/01ARZ3NDEKTSV4RRFFQ69G5FAV.png",
        "{other}",
    ],
)
def test_attach_banner_refuses_files_that_are_not_the_events_own(bucket, key):
    event = make_event()
    other = put(bucket, make_event(), picture())

    with pytest.raises(BadInput):
        attach(event, key.format(id=event.uuid, other=other))

    assert stored_keys(bucket) == [other]


@pytest.mark.parametrize("status", [EventStatus.CANCELED, EventStatus.FINISHED])
def test_attach_banner_refuses_a_closed_event(bucket, status):
    event = make_event(status=status)
    key = put(bucket, event, picture())

    with pytest.raises(EventClosed):
        attach(event, key)


def test_of_two_banners_past_the_check_one_wins():
    event = make_event()
    first, second = Event.fetch(event.uuid), Event.fetch(event.uuid)

    first.show_banner("banners/first", {})

    with pytest.raises(StaleWrite):
        second.show_banner("banners/second", {})
    assert Event.fetch(event.uuid).banner_key == "banners/first"


def test_of_two_replacements_past_the_check_one_wins():
    event = make_event(banner_key="banners/old")
    first, second = Event.fetch(event.uuid), Event.fetch(event.uuid)

    first.show_banner("banners/first", {})

    with pytest.raises(StaleWrite):
        second.show_banner("banners/second", {})


def test_banner_written_twice_after_a_lost_answer_is_no_conflict():
    event = make_event()
    seen = Event.fetch(event.uuid)
    event.show_banner("banners/mine", {})

    assert seen.show_banner("banners/mine", {}).banner_key == "banners/mine"


def test_a_banner_is_shown_from_the_media_host():
    assert media_bucket.public_url("banners/x.png") == "https://media.example/banners/x.png"


def test_copy_of_an_event_has_a_banner_of_its_own(bucket):
    event = make_event()
    attach(event, put(bucket, event, picture()))
    original = Event.fetch(event.uuid).banner_key

    copy = services.copy_event(event_id=event.uuid, actor=OLGA, now=NOON)

    assert re.fullmatch(rf"banners/{copy.uuid}/\w{{26}}\.png", copy.banner_key)
    assert sorted(stored_keys(bucket)) == sorted([original, copy.banner_key])
    copied = boto3.client("s3").get_object(Bucket=bucket, Key=copy.banner_key)
    assert (copied["ContentType"], copied["Body"].read()) == ("image/png", picture())


def test_copy_does_without_a_banner_that_was_replaced_meanwhile(bucket):
    event = make_event(banner_key="banners/gone/x.png")

    copy = services.copy_event(event_id=event.uuid, actor=OLGA, now=NOON)

    assert Event.fetch(copy.uuid).banner_key is None
