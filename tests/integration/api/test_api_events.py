"""Events over HTTP: what organisers do, and what anyone sees of it."""

import pytest

from backend.events.models import Event
from backend.team.roles import Role
from tests.integration.api.conftest import details

UNKNOWN = "0190aaaa-0000-7000-8000-000000000001"


def test_created_event_is_a_draft_of_its_maker(api, owner):
    answer = api.post(
        "/events",
        details(startsAt="2030-05-01T12:00:00+02:00", endsAt="2030-05-01T13:00:00Z"),
        by=owner,
    )

    assert answer.status == 201
    made = answer.body
    assert (made["status"], made["organiser"], made["version"]) == ("DRAFT", owner.name, 1)
    assert (made["startsAt"], made["timeZone"]) == ("2030-05-01T10:00:00.000Z", "Europe/Berlin")
    assert Event.fetch(made["eventId"]).creator_id == owner.user_id
    assert api.get(f"/events/{made['eventId']}").said == (404, "event_not_found")


def test_zone_is_the_stages_unless_given(api, owner):
    asked = details()
    del asked["timeZone"]

    assert api.post("/events", asked, by=owner).body["timeZone"] == "Europe/Berlin"


def test_published_event_is_seen_by_anyone_without_its_makers_address(api, event, owner):
    event_id = event(title="Open Day")

    shown = api.get(f"/events/{event_id}")

    assert (shown.status, shown.body["title"], shown.body["status"]) == (
        200,
        "Open Day",
        "PUBLISHED",
    )
    assert owner.email not in str(shown.body)
    assert owner.user_id not in str(shown.body)
    listed = [found["eventId"] for found in api.get("/events?limit=100").body["events"]]
    assert event_id in listed


@pytest.mark.parametrize(("visibility", "status"), [("UNLISTED", 200), ("PRIVATE", 404)])
def test_event_that_is_not_public_is_not_listed(api, event, visibility, status):
    event_id = event(visibility=visibility)

    assert api.get(f"/events/{event_id}").status == status
    listed = [found["eventId"] for found in api.get("/events?limit=100").body["events"]]
    assert event_id not in listed


def test_listing_narrows_to_a_category(api, event):
    event_id = event(category="SPORTS")

    page = api.get("/events?category=SPORTS").body
    assert event_id in [found["eventId"] for found in page["events"]]
    assert {found["category"] for found in page["events"]} == {"SPORTS"}
    assert api.get("/events?category=NONSENSE").said == (400, "bad_input")


def test_edit_over_an_old_version_loses(api, draft, owner):
    event_id = draft()

    first = api.put(f"/events/{event_id}", details(title="First", version=1), by=owner)
    second = api.put(f"/events/{event_id}", details(title="Second", version=1), by=owner)

    assert (first.status, first.body["title"], first.body["version"]) == (200, "First", 2)
    assert second.said == (409, "stale_write")
    assert Event.fetch(event_id).title == "First"


def test_publishing_twice_is_refused(api, event, owner):
    answer = api.post(f"/events/{event()}/publish", by=owner)

    assert answer.said == (409, "illegal_transition")


def test_canceled_event_leaves_the_listing_and_stays_visible(api, event, owner):
    event_id = event()

    canceled = api.delete(f"/events/{event_id}", by=owner)

    assert (canceled.status, canceled.body["status"]) == (200, "CANCELED")
    assert api.get(f"/events/{event_id}").body["status"] == "CANCELED"
    listed = [found["eventId"] for found in api.get("/events?limit=100").body["events"]]
    assert event_id not in listed
    assert api.delete(f"/events/{event_id}", by=owner).said == (409, "illegal_transition")


def test_organiser_edits_but_does_not_cancel(api, event, member):
    event_id = event()
    organiser = member(event_id, Role.ORGANISER)

    assert api.delete(f"/events/{event_id}", by=organiser).said == (403, "event_forbidden")
    version = Event.fetch(event_id).version
    edit = api.put(f"/events/{event_id}", details(title="By Omar", version=version), by=organiser)
    # The times of a published event move freely, its capacity does not.
    assert (edit.status, edit.body["title"]) == (200, "By Omar")


def test_administrator_may_do_all_with_any_event(api, event, administrator):
    assert api.delete(f"/events/{event()}", by=administrator).status == 200


def test_same_key_makes_one_event(api, pool):
    person = pool.make()
    key = {"Idempotency-Key": "key-1"}
    asked = details(title="Once")

    answers = [api.post("/events", asked, by=person, headers=key) for _ in range(3)]

    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["eventId"] for answer in answers}) == 1
    assert len(api.get("/me/events", by=person).body["events"]) == 1
    other = api.post("/events", asked | {"title": "Twice"}, by=person, headers=key)
    assert other.said == (409, "idempotency_mismatch")


def test_same_key_of_another_person_is_another_event(api, pool, stranger):
    key, asked = {"Idempotency-Key": "key-2"}, details()

    first = api.post("/events", asked, by=pool.make(), headers=key)
    second = api.post("/events", asked, by=stranger, headers=key)

    assert first.body["eventId"] != second.body["eventId"]


def test_refused_request_frees_its_key(api, owner):
    key = {"Idempotency-Key": "key-3"}
    refused = api.post("/events", details(timeZone="Mars/Olympus"), by=owner, headers=key)

    accepted = api.post("/events", details(), by=owner, headers=key)

    assert (refused.status, accepted.status) == (400, 201)


def test_key_that_is_too_long_is_refused(api, owner):
    answer = api.post("/events", details(), by=owner, headers={"Idempotency-Key": "x" * 256})

    assert list(answer.body["fields"]) == ["Idempotency-Key"]


def test_banner_is_offered_for_images_only(api, draft, owner):
    path = f"/events/{draft()}/banner"

    offer = api.post(path, {"contentType": "image/png"}, by=owner)

    assert offer.status == 201
    assert offer.body["fields"]["key"] == offer.body["key"]
    assert api.post(path, {"contentType": "text/html"}, by=owner).said == (400, "bad_input")
    assert api.post(path, {}, by=owner).said == (400, "bad_input")
    both = {"contentType": "image/png", "key": offer.body["key"]}
    assert api.post(path, both, by=owner).said == (400, "bad_input")


def test_uploaded_banner_is_shown(api, draft, owner):
    import io

    from PIL import Image

    from tests.support.uploads import upload

    event_id = draft()
    offer = api.post(f"/events/{event_id}/banner", {"contentType": "image/png"}, by=owner).body
    image = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(image, "PNG")
    assert upload(offer["url"], offer["fields"], image.getvalue()) == 204

    attached = api.post(f"/events/{event_id}/banner", {"key": offer["key"]}, by=owner)

    assert attached.status == 200
    assert attached.body["bannerUrl"].endswith(f"/{Event.fetch(event_id).banner_key}")
    again = api.post(f"/events/{event_id}/banner", {"key": offer["key"]}, by=owner)
    assert (again.status, again.body["fields"]) == (
        400,
        {"banner": "Nothing was uploaded here, or it was used already. Choose the file again."},
    )


def test_event_nobody_made_is_not_found(api, owner):
    said = [
        api.put(f"/events/{UNKNOWN}", details(version=1), by=owner).said,
        api.delete(f"/events/{UNKNOWN}", by=owner).said,
        api.post(f"/events/{UNKNOWN}/publish", by=owner).said,
        api.post(f"/events/{UNKNOWN}/banner", {"contentType": "image/png"}, by=owner).said,
        api.get(f"/events/{UNKNOWN}/registrations", by=owner).said,
    ]

    assert set(said) == {(404, "event_not_found")}


@pytest.mark.parametrize("name", sorted(Event.get_attributes()))
def test_posting_an_attribute_of_the_model_sets_only_what_one_may_set(api, draft, owner, name):
    settable = {"title", "description", "location", "category", "capacity", "visibility"}
    if name in settable:
        return
    event_id = draft()
    before = Event.fetch(event_id).attribute_values
    made = api.post("/events", details(**{name: "1"}), by=owner)
    edited = api.put(f"/events/{event_id}", details(version=1) | {name: "1"}, by=owner)

    assert (made.said, edited.said) == ((400, "bad_input"), (400, "bad_input"))
    assert Event.fetch(event_id).attribute_values == before
