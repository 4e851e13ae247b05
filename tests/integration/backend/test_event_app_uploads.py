"""Images put for new events: shown once they are checked, whenever the check is stopped."""

import io
from contextlib import suppress
from datetime import timedelta

import boto3
import pytest
from PIL import Image
from ulid import ULID

from backend.events import media_bucket, queries, services
from backend.events.errors import SignInNeeded
from backend.events.kinds import Visibility
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.handlers import events_stream, uploads
from backend.seats import services as seats
from backend.seats.states import Availability
from backend.shared.actor import VISITOR
from backend.shared.config import config
from backend.shared.errors import BadInput
from tests.factories.events import NOON, build_details
from tests.factories.users import a_user
from tests.support.killing import Killed, killed_at
from tests.support.lambda_context import CONTEXT
from tests.support.stream_records import Stream

pytestmark = pytest.mark.usefixtures("tables")
OLGA = a_user("user-olga")


def picture(colour: str = "teal") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 32), colour).save(content, "PNG")
    return content.getvalue()


def create(**values) -> tuple[Event, str]:
    details = build_details(waiting_list=False, **values)
    return services.create_published_event(
        details=details, content_type="image/png", actor=OLGA, now=NOON
    )


def put(upload: str, content: bytes = b"", content_type: str = "image/png") -> None:
    boto3.client("s3").put_object(
        Bucket=config().media_bucket,
        Key=upload,
        Body=content or picture(),
        ContentType=content_type,
    )


def told(upload: str) -> None:
    """EventBridge tells the function that a file arrived."""
    uploads.handler({"detail": {"object": {"key": upload}}}, CONTEXT)


def kept(event: Event) -> list[str]:
    """What the bucket holds of one event."""
    listed = boto3.client("s3").list_objects_v2(Bucket=config().media_bucket)
    return [one["Key"] for one in listed.get("Contents", []) if event.uuid in one["Key"]]


def test_checked_image_is_the_events_banner():
    event, upload = create()
    put(upload)

    told(upload)

    stored = Event.fetch(event.uuid)
    assert stored.banner_key == event.offered_banner == media_bucket.banner_of(upload)
    assert kept(event) == [stored.banner_key]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", [1, 2])
def test_check_that_was_stopped_anywhere_is_done_when_it_is_told_again(call, after):
    event, upload = create()
    put(upload)
    with pytest.raises(Killed), killed_at(call, after=after):
        told(upload)

    told(upload)

    stored = Event.fetch(event.uuid)
    assert stored.banner_key == event.offered_banner
    assert kept(event) == [stored.banner_key]


@pytest.mark.parametrize("change", ["other banner", "called off"])
def test_image_that_is_not_wanted_any_more_leaves_nothing(change):
    event, upload = create()
    put(upload)
    read = Event.fetch(event.uuid)
    if change == "called off":
        services.cancel_event(event_id=event.uuid, actor=OLGA, now=NOON)
    else:
        read.show_banner("banners/other.png", {"updated_at": NOON})

    told(upload)

    assert kept(event) == []
    assert Event.fetch(event.uuid).banner_key in (None, "banners/other.png")


def test_banner_that_another_chose_during_the_check_stays(monkeypatch):
    event, upload = create()
    put(upload)
    check = media_bucket.copy_checked

    def overtaken(**values: str) -> str:
        copied = check(**values)
        Event.fetch(event.uuid).show_banner("banners/other.png", {"updated_at": NOON})
        return copied

    monkeypatch.setattr(media_bucket, "copy_checked", overtaken)
    told(upload)

    assert kept(event) == []
    assert Event.fetch(event.uuid).banner_key == "banners/other.png"


def test_upload_that_is_gone_changes_nothing():
    event, upload = create()

    told(upload)

    assert Event.fetch(event.uuid).banner_key is None


def test_file_for_another_place_of_the_event_is_deleted():
    event, _ = create()
    other = f"uploads/put/{event.uuid}/{ULID()}.png"
    put(other)

    told(other)

    assert kept(event) == []
    assert Event.fetch(event.uuid).banner_key is None


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_event_whose_making_was_stopped_is_whole_or_not_there(call, after):
    ada, stream = a_user(str(ULID()).lower()), Stream("test-events")
    with suppress(Killed), killed_at(call, after=after):
        services.create_published_event(
            details=build_details(), content_type="image/png", actor=ada, now=NOON
        )

    if records := stream.read():
        events_stream.handler({"Records": records}, CONTEXT)

    made = queries.list_created_by(actor=ada, limit=10).items
    assert len(made) == (0 if (call, after) == (1, False) else 1)
    for event in made:
        assert event.status is EventStatus.PUBLISHED
        assert queries.role_at(event=event, actor=ada, now=NOON) == "OWNER"
        assert seats.availability(pool=event.uuid, now=NOON) is Availability.OPEN


def test_new_event_is_refused_by_the_same_rules():
    for values, content_type, actor, refusal in (
        ({"title": " "}, "image/png", OLGA, BadInput),
        ({}, "image/gif", OLGA, BadInput),
        ({}, "image/png", VISITOR, SignInNeeded),
    ):
        with pytest.raises(refusal):
            services.create_published_event(
                details=build_details(**values), content_type=content_type, actor=actor, now=NOON
            )


def listed() -> list[str]:
    events, _ = queries.list_directory(before=None, limit=100)
    return [event.uuid for event in events]


def test_directory_holds_what_is_public_until_it_is_called_off_or_put_away():
    event, _ = create(starts_at=NOON - timedelta(days=3), ends_at=NOON - timedelta(days=2))
    private, _ = create(visibility=Visibility.PRIVATE)
    draft = services.create_event(details=build_details(), actor=OLGA, now=NOON)
    called_off, _ = create()
    services.cancel_event(event_id=called_off.uuid, actor=OLGA, now=NOON)
    assert [one.uuid in listed() for one in (event, private, draft, called_off)] == [
        True,
        False,
        False,
        False,
    ]

    services.finish_event(event_id=event.uuid, actor=OLGA, now=NOON)
    services.publish_event(event_id=draft.uuid, actor=OLGA, now=NOON)
    services.edit_event(
        event_id=private.uuid, details=build_details(), version=1, actor=OLGA, now=NOON
    )
    assert {event.uuid, draft.uuid, private.uuid} <= set(listed())

    services.archive_event(event_id=event.uuid, actor=OLGA, now=NOON)
    assert event.uuid not in listed()
