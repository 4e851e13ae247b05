import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from PIL import Image

from backend.events.models import Event
from backend.events.states import EventStatus
from tests.factories.events import make_event
from tests.integration.portal.people import browser_of
from tests.support.uploads import upload

pytestmark = pytest.mark.usefixtures("portal")
TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def event(portal) -> Event:
    return make_event(starts_at=TOMORROW, status=EventStatus.DRAFT)


def ask(client: Client, event: Event, step: str, body: object):
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(f"/o/e/{event.uuid}/{step}", text, content_type="application/json")


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 32), "teal").save(content, "PNG")
    return content.getvalue()


def offered(client: Client, event: Event) -> dict:
    answer = ask(client, event, "banner/offer", {"content_type": "image/png"})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("role", ["owner", "organiser", "administrator"])
def test_uploaded_picture_becomes_the_banner(event, role):
    client = browser_of(role, event.uuid)
    offer = offered(client, event)

    taken = upload(offer["url"], offer["fields"], picture())
    answer = ask(client, event, "banner", {"key": offer["key"]})

    assert (taken, answer.status_code) == (204, 200)
    banner = Event.fetch(event.uuid).banner_key
    assert answer.json()["banner"].endswith(f"/{banner}")
    assert banner.startswith(f"banners/{event.uuid}/")
    assert answer.json()["banner"] in client.get(f"/o/e/{event.uuid}/edit").text


def test_s3_itself_refuses_twenty_megabytes(event):
    offer = offered(browser_of("owner", event.uuid), event)

    assert upload(offer["url"], offer["fields"], b"x" * 20_000_000) == 400


def test_file_that_is_no_picture_is_not_attached(event):
    client = browser_of("owner", event.uuid)
    offer = offered(client, event)
    upload(offer["url"], offer["fields"], b"GIF? No, a letter.")

    answer = ask(client, event, "banner", {"key": offer["key"]})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Upload a real JPEG, PNG or WebP image")
    assert Event.fetch(event.uuid).banner_key is None


@pytest.mark.parametrize("kind", ["image/gif", "image/svg+xml", "text/html", ""])
def test_other_types_get_no_offer(event, kind):
    answer = ask(browser_of("owner", event.uuid), event, "banner/offer", {"content_type": kind})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"key": 7}', "nonsense", "{" * 3000, "\ud800"])
@pytest.mark.parametrize("step", ["banner/offer", "banner"])
def test_nonsense_is_refused(event, step, body):
    text = body.encode("utf-8", "surrogatepass").decode("latin-1")

    answer = ask(browser_of("owner", event.uuid), event, step, text)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert Event.fetch(event.uuid).banner_key is None


def test_place_of_another_event_is_not_attached(event):
    client = browser_of("owner", event.uuid)
    other = make_event(starts_at=TOMORROW)

    answer = ask(client, event, "banner", {"key": f"uploads/{other.uuid}/{'0' * 26}.png"})

    assert answer.status_code == 400
    assert Event.fetch(event.uuid).banner_key is None


@pytest.mark.parametrize(
    ("role", "status", "refusal"),
    [
        ("desk", EventStatus.DRAFT, (403, "event_forbidden")),
        ("floor", EventStatus.DRAFT, (403, "event_forbidden")),
        ("stranger", EventStatus.DRAFT, (404, "event_not_found")),
        ("stranger", EventStatus.PUBLISHED, (403, "event_forbidden")),
        ("visitor", EventStatus.DRAFT, (401, "unauthorized")),
        ("owner", EventStatus.CANCELED, (409, "event_closed")),
    ],
)
def test_wrong_actor_or_state_gets_no_offer_and_attaches_nothing(role, status, refusal):
    event = make_event(starts_at=TOMORROW, status=status)
    client = browser_of(role, event.uuid)
    key = f"uploads/{event.uuid}/{'0' * 26}.png"

    answers = [
        ask(client, event, "banner/offer", {"content_type": "image/png"}),
        ask(client, event, "banner", {"key": key}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [refusal] * 2
    assert Event.fetch(event.uuid).banner_key is None


def test_post_without_a_form_token_is_refused(event, portal):
    client = browser_of("owner", event.uuid)
    client.handler.enforce_csrf_checks = True

    answer = ask(client, event, "banner/offer", {"content_type": "image/png"})

    assert answer.status_code == 403


def test_body_nested_too_deeply_is_refused(event):
    client = browser_of("owner", event.uuid)

    answer = client.post(f"/o/e/{event.uuid}/banner", "[" * 1_900, content_type="application/json")

    assert answer.status_code == 400
