"""What a field means, where its shape does not say so itself.

One word for each field of a name, or of ``<Shape>.<name>`` where it means something else there:
the same field comes in a dozen shapes.
"""

from typing import Any

WORDS = {
    "ProfileInput.name": "What the person is called.",
    "accessToken": "For Cognito itself; this API takes `idToken`.",
    "admission": "Where the guest is: expected, in, or out again.",
    "admittedAt": "When the guest was let in; null before.",
    "admittedGate": "Where the guest was let in; null before, and at a gate without a name.",
    "answers": "By the id of the event's question.",
    "bannerUrl": "Where the banner image is served; null without one.",
    "canceledAt": "When it was canceled; null unless it is.",
    "capacity": "How many guests at most; null for no limit.",
    "category": "What the event is about.",
    "choices": "What can be chosen; empty but for the kind `CHOICE`.",
    "code": "The code of the mail.",
    "contentType": "`image/png`, `image/jpeg` or `image/webp`: asks for where to upload.",
    "createdAt": "When it was made.",
    "date": "The day it starts, in its own time zone.",
    "description": "Markdown; pages show it without raw HTML.",
    "EventAppInput.description": "What it is about.",
    "EventAppItem.description": "What it is about.",
    "email": "An e-mail address.",
    "endTime": "In the event's own time zone.",
    "endsAt": "When it ends; after the start.",
    "eventId": "The event's id.",
    "event_id": "The event's id.",
    "event_uuid": "The event's id.",
    "events": "The events of this page.",
    "EventAppEvents.events": "All of them.",
    "fields": "For bad input: each field as it was sent, and the rule it breaks.",
    "gate": "The name of the gate or door; empty where there is but one.",
    "guest": "The guest's key at this event; it tells nothing of the address.",
    "ScanAnswer.guest": "Whose ticket it is; null where it is nobody's.",
    "id": "What answers refer to.",
    "idToken": "Send this one in `Authorization`.",
    "isAttending": "True with a place; false also on the waiting list.",
    "kind": "What can be answered.",
    "label": "The question, as guests read it.",
    "leaving": "Whether the guest goes out, to come in again.",
    "location": "Where it is, in words: an address, or how to join.",
    "locationType": "On the spot, online, or both.",
    "message": "A sentence for a person.",
    "name": "The person's name.",
    "nextToken": "Leads to the next page; null at the end.",
    "ok": "Always true.",
    "organiser": "The name of who made the event.",
    "password": "At least as long and mixed as the stage's user pool asks for.",
    "privacy": "`public`, `unlisted` or `private`, or as it was sent.",
    "profile": "The profile as it stands now.",
    "profile_data": "The object, as it was sent.",
    "publishedAt": "When it was published; null before.",
    "questions": "What guests are asked when they register.",
    "reentry": "Whether who left may come in again.",
    "refreshToken": "For `/refresh` and `/logout`. Keep it secret.",
    "registeredAt": "When the guest registered.",
    "registrations": "The registrations of this page.",
    "requestId": "The request's id; not the one that a client may have sent.",
    "required": "Whether it must be answered.",
    "resent": "Whether this scan may have been sent before.",
    "result": "What the scan came to; null with a `refusal`.",
    "results": "One for each scan, in the order they were sent.",
    "scanId": "The scan's id, made by the device: repeating it repeats the answer.",
    "scans": "Up to a hundred scans, instead of one.",
    "service": "Always `foyer`.",
    "shortCode": "The ticket as it can be typed at the door; null without a ticket.",
    "startTime": "In the event's own time zone.",
    "startsAt": "When it starts.",
    "status": "Where it stands.",
    "ticket": "Text of the QR code, or the code as it was typed.",
    "timeZone": "IANA name of where it takes place.",
    "title": "What it is called.",
    "updatedAt": "When it was last changed.",
    "userId": "The person's id: `sub` of the ID token.",
    "userid": "The user's id: `sub` of the ID token where there is an account.",
    "uuid": "The event's id.",
    "version": "Grows with each change; send it back when editing.",
    "Health.version": "Of the deployed code.",
    "visibility": "Who finds it once published: everybody, who has its address, or its team.",
    "waitingList": "Whether guests wait where no seat is left.",
    "waitingSince": "Since when the guest waits; null unless `WAITLISTED`.",
    "EventAppItem.locationType": "`in-person`, `online` or `both`, or as it was sent.",
}


def describe(schemas: dict[str, Any]) -> None:
    """Give each field that has none its description, in place."""
    for shape, schema in schemas.items():
        for name, inner in schema.get("properties", {}).items():
            words = WORDS.get(f"{shape}.{name}") or WORDS.get(name)
            if "description" not in inner and words:
                inner["description"] = words
