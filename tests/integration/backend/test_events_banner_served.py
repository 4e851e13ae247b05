"""What of a banner anybody can fetch, through the deployed distribution."""

import io
from urllib.parse import urlsplit

import pytest
from PIL import Image

from backend.events import media_bucket, services
from backend.events.models import Event
from backend.events.services import UploadOffer
from tests.factories.events import NOON, make_event
from tests.factories.users import a_user
from tests.integration.localcloud.http import request
from tests.support.uploads import upload

OLGA = a_user("user-olga")


def picture(colour: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 32), colour).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def event(tables) -> Event:
    return make_event()


@pytest.fixture
def fetch(cloud, event):
    """Status and content of a key, asked as a browser does."""

    def ask(key: str) -> tuple[int, bytes]:
        parts = urlsplit(media_bucket.public_url(key))
        status, _, content = request("GET", f"{cloud.endpoint}{parts.path}", {"Host": parts.netloc})
        return status, content

    return ask


def uploaded(event: Event) -> UploadOffer:
    offer = services.offer_banner(
        event_id=event.uuid, content_type="image/png", actor=OLGA, now=NOON
    )
    assert upload(offer.url, offer.fields, picture("teal")) == 204
    return offer


def attached(event: Event, offer: UploadOffer) -> str:
    services.attach_banner(event_id=event.uuid, key=offer.key, actor=OLGA, now=NOON)
    return Event.fetch(event.uuid).banner_key


def test_upload_is_not_served_and_the_banner_is(event, fetch):
    offer = uploaded(event)

    before, _ = fetch(offer.key)
    banner = attached(event, offer)

    assert before == 403
    assert fetch(banner) == (200, picture("teal"))


def test_overwriting_after_attach_does_not_change_what_is_served(event, fetch):
    offer = uploaded(event)
    banner = attached(event, offer)

    assert upload(offer.url, offer.fields, b"<script>alert(1)</script>") == 204

    assert fetch(banner) == (200, picture("teal"))
    assert fetch(offer.key)[0] == 403
