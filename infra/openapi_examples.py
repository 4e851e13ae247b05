"""Examples of requests and answers, put together from the shapes of the API.

A field's example is the first of these that there is: what its shape says (``examples`` of a
pydantic ``Field``), what ``FIELDS`` says of ``<Shape>.<field>``, what it says of every field of
that name, the shape within it, a choice or a bound. A field with none is left out of a request,
and refused (``NoExample``) in an answer, so a new one cannot be forgotten.

They stand here, and not in the shapes, so that no function reads them when it starts.
"""

from collections.abc import Mapping
from typing import Any

EVENT = "0190a5f2-7c1e-7d3a-9b52-3f6c1a2b4d5e"
USER = "b3c4d5e6-1a2b-4c3d-8e9f-001122334455"
GUEST = "7K3MQ2XRT4"
SESSION = "01JD5QH3V7T2M9K4W8Z6XBYCRN"
TOKEN = "eyJraWQiOiJ…"  # noqa: S105 - an example of a token, not one
NEXT = "eyJrIjoi…"
BANNER = f"banners/{EVENT}/5d0c.png"
QUESTION = {"id": "q1", "kind": "CHOICE", "label": "Which food?", "required": True}
QUESTIONS = [QUESTION | {"choices": ["Vegetarian", "Everything"]}]

FIELDS: dict[str, Any] = {
    "accessToken": TOKEN,
    "admission": "EXPECTED",
    "admissionClosesAt": None,
    "admissionOpensAt": None,
    "admittedAt": None,
    "admittedGate": None,
    "at": "2026-11-20T16:45:10Z",
    "attention": False,
    "bannerUrl": f"https://d111.cloudfront.net/{BANNER}",
    "BannerAnswer.key": "uploads/5d0c",
    "canceledAt": None,
    "attendedAt": None,
    "bookedAt": "2026-11-05T12:00:00Z",
    "bookingOpen": True,
    "candidates": [],
    "capacity": 50,
    "category": "MEETUP",
    "code": "123456",
    "createdAt": "2026-10-01T08:00:00Z",
    "creator": "Grace Hopper",
    "date": "2026-11-20",
    "description": "An evening by the water.",
    "email": "ada@example.org",
    "endTime": "22:00",
    "endsAt": "2026-11-20T21:00:00Z",
    "error": "Who leaves this event does not come in again.",
    "EventAppInput.creator": "grace@example.org",
    "EventAppItem.category": "meetup",
    "EventAppItem.locationType": "in-person",
    "eventId": EVENT,
    "event_id": EVENT,
    "event_uuid": EVENT,
    "expiresIn": 3600,
    "fields": {"key": "uploads/5d0c", "policy": "eyJleHBpcmF0aW9uIjoi…"},
    "file_url": f"https://d111.cloudfront.net/{BANNER}",
    "gate": "North",
    "guest": GUEST,
    "ScanAnswer.guest": {"guest": GUEST, "name": "Ada Byron"},
    "id": USER,
    "idToken": TOKEN,
    "isAttending": True,
    "kind": "FOOD",
    "label": "Which food?",
    "location": "Pier 2, Hamburg",
    "maxAttendees": "50",
    "message": "You can sign in now.",
    "RegisteredAnswer.message": "User registered successfully",
    "UpsertedAnswer.message": "profile upserted",
    "name": "Ada Byron",
    "namePrefix": "ada",
    "nextToken": None,
    "note": "",
    "ok": True,
    "organiser": "Grace Hopper",
    "password": "correct-Horse-7-battery",
    "privacy": "public",
    "profile_data": {"theme": "dark", "seats": 12, "ratio": 0.1},
    "publishedAt": "2026-10-02T08:00:00Z",
    "questions": QUESTIONS,
    "reentry": False,
    "refreshToken": TOKEN,
    "refusal": None,
    "registeredAt": "2026-10-05T12:00:00Z",
    "requestId": "7K3MQ2XRT47K3MQ2XRT47K3M",
    "required": True,
    "resent": False,
    "leaving": False,
    "result": "ADMITTED",
    "s3_key": BANNER,
    "scanId": "3f0e8a52-4a1b-4c36-9d7e-5b9d0c1f2a34",
    "placesLeft": 7,
    "room": "Hall A",
    "service": "foyer",
    "sessionId": SESSION,
    "sessionStatus": "PLANNED",
    "SessionAnswer.status": "PLANNED",
    "SessionAnswer.title": "Tides for beginners",
    "SessionAnswer.startsAt": "2026-11-20T18:00:00Z",
    "SessionAnswer.endsAt": "2026-11-20T18:45:00Z",
    "SessionAnswer.capacity": 20,
    "BookingAnswer.status": "BOOKED",
    "BookedAnswer.status": "BOOKED",
    "MyBookingAnswer.status": "BOOKED",
    "MyBookingAnswer.title": "Tides for beginners",
    "MyBookingAnswer.startsAt": "2026-11-20T18:00:00Z",
    "MyBookingAnswer.endsAt": "2026-11-20T18:45:00Z",
    "speakers": "Grace Hopper",
    "eventTitle": "Harbour Meetup",
    "track": "Water",
    "shortCode": "7K3M-Q2XD",
    "startTime": "18:00",
    "startsAt": "2026-11-20T17:00:00Z",
    "EventAnswer.status": "PUBLISHED",
    "OwnEventAnswer.status": "PUBLISHED",
    "ShownEventAnswer.status": "PUBLISHED",
    "status": "CONFIRMED",
    "ticket": "F:6BF5%3QSZ…",
    "timeZone": "Europe/Berlin",
    "timestamp": "2026-10-01T08:00:00Z",
    "title": "Harbour Meetup",
    "updatedAt": "2026-10-02T08:00:00Z",
    "ProfileAnswer.updatedAt": 1790928000000,
    "upload_url": "https://media.s3.amazonaws.com/uploads/5d0c?X-Amz-Signature=…",
    "url": "https://media.s3.amazonaws.com/",
    "userId": USER,
    "user_email": "ada@example.org",
    "userid": USER,
    "uuid": EVENT,
    "version": 3,
    "Health.version": "0.1.0",
    "waitingList": True,
    "waitingPosition": None,
    "waitingSince": None,
}

# Shapes in which not every field can stand beside every other.
WHOLE: dict[str, Any] = {
    "AttendedAnswer": {"isAttending": True},
    "BannerInput": {"contentType": "image/png"},
    "ProfileDocument": FIELDS["profile_data"],
    "ScansInput": {"scans": [{"ticket": "7K3M-Q2XD", "scanId": FIELDS["scanId"], "gate": "North"}]},
    "UserInput": {"name": "Ada Byron", "email": "ada@example.org"},
}

# Fields that say what another field of the same request says.
NOT_SENT = frozenset({"EventAppInput.contentType", "EventAppInput.creator"})

# By operation and status: in what its answer differs from others of the same shape.
ANSWERS: dict[tuple[str, int], dict[str, Any]] = {
    ("cancelEvent", 200): {"status": "CANCELED", "canceledAt": "2026-11-01T08:00:00Z"},
    ("cancelMyBooking", 200): {"status": "CANCELED", "canceledAt": "2026-11-01T08:00:00Z"},
    ("cancelMyRegistration", 200): {"status": "CANCELED", "canceledAt": "2026-11-01T08:00:00Z"},
    ("changeBanner", 200): {"url": None, "fields": None},
    ("changeBanner", 201): {"bannerUrl": None},
    ("createEvent", 201): {"status": "DRAFT", "publishedAt": None, "bannerUrl": None, "version": 1},
    ("forgotPassword", 200): {"message": "If the address has an account, a code is on its way."},
    ("getEvents", 200): {"last_evaluated_key": None},
    ("logOut", 200): {"message": "You are signed out."},
    ("resendCode", 200): {"message": "If the address waits for a code, a new one is on its way."},
    ("resetPassword", 200): {"message": "The new password is set. You can sign in now."},
    ("signUp", 201): {"message": "Look into your mail for a code, then confirm the address."},
}
_LEFT_OUT = object()


class NoExample(Exception):
    """A field of an answer has no example; the text says which, and where it goes."""


class Examples:
    """Makes examples for the shapes under ``components/schemas``."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def request(self, shape: str) -> Any:
        """What a client may send."""
        return self._of_shape(shape, optional=True)

    def answer(self, operation: str, status: int, shape: str) -> Any:
        """What ``operation`` may answer with ``status``."""
        example = self._of_shape(shape, optional=False)
        own = ANSWERS.get((operation, status))
        return example | own if own else example

    def parameter(self, name: str, schema: Mapping[str, Any]) -> Any:
        """A value for a parameter of a path or a query; None where one is of no use."""
        if name == "nextToken":
            return NEXT
        found = self._value(schema, "", "eventId" if name == "near" else name, optional=True)
        return None if found is _LEFT_OUT else found

    def _of_shape(self, shape: str, *, optional: bool) -> Any:
        if shape in WHOLE:
            return WHOLE[shape]
        schema = self._schemas[shape]
        if "examples" in schema or schema.get("type") != "object":
            return self._value(schema, shape, "", optional=optional)
        values = {
            name: self._value(inner, shape, name, optional=optional)
            for name, inner in schema.get("properties", {}).items()
        }
        return {name: value for name, value in values.items() if value is not _LEFT_OUT}

    def _value(self, schema: Mapping[str, Any], shape: str, name: str, *, optional: bool) -> Any:
        if f"{shape}.{name}" in NOT_SENT:
            return _LEFT_OUT
        if "examples" in schema:
            return schema["examples"][0]
        for known in (f"{shape}.{name}", name):
            if known in FIELDS:
                return FIELDS[known]
        if "$ref" in schema:
            inner = schema["$ref"].rpartition("/")[2]
            return self._of_shape(inner, optional=optional)
        kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
        if kinds:
            return self._value(kinds[0], shape, name, optional=optional)
        return self._plain(schema, shape, name, optional=optional)

    def _plain(self, schema: Mapping[str, Any], shape: str, name: str, *, optional: bool) -> Any:
        if "enum" in schema:
            return schema["enum"][0]
        if "default" in schema:
            return schema["default"]
        if schema.get("type") == "array":
            return [self._value(schema["items"], shape, "", optional=optional)]
        if optional:
            return _LEFT_OUT
        raise NoExample(f"{shape}.{name} needs an example: in the shape, or in {__name__}.FIELDS.")
