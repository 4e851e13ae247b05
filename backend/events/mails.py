"""The mail of an invitation into a team: asked for by the team's stream, composed when sent."""

from datetime import datetime

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.events import queries
from backend.events.states import EventStatus
from backend.notifications import services as notifications
from backend.notifications.kinds import NotificationKind
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.rendering import render
from backend.shared.clock import iso
from backend.shared.config import config
from backend.team.invitees import PREFIX
from backend.team.models import Invitation
from backend.team.roles import Role

INVITED = "team_invitation"
_WHAT = {
    Role.ORGANISER: "help organise it",
    Role.DESK: "work at the door",
    Role.FLOOR: "look after guests' requests and orders",
}
_OVER = (EventStatus.CANCELED, EventStatus.ARCHIVED)


def enqueue_invitation(record: DynamoDBRecord, *, now: datetime) -> None:
    """Ask for the mail of an invitation that was written, once for each time it was."""
    new = record.dynamodb.new_image if record.dynamodb else {}
    if not new or not new["member"].startswith(PREFIX) or new.get("removed_by"):
        return
    facts = {name: str(new[name]) for name in ("event_id", "member", "invited_at")}
    notifications.enqueue(
        key=f"{INVITED}#{facts['event_id']}#{facts['member']}#{facts['invited_at']}",
        template=INVITED,
        recipient=new["email"],
        values=facts,
        now=now,
        kind=NotificationKind.INVITATION,
        event_id=facts["event_id"],
    )


def compose(notification: Notification, *, now: datetime) -> Message | Suppression:
    """The mail, or why it is not wanted any more. Reads the invitation and the event."""
    facts = notification.facts
    invitation = Invitation.find(facts["event_id"], facts["member"])
    if invitation is None or invitation.removed_by:
        return Suppression("invitation_gone")
    if iso(invitation.invited_at) != facts["invited_at"]:
        return Suppression("invited_again")
    event = queries.settings_of(invitation.event_id, now=now)
    if event.status in _OVER:
        return Suppression("event_over")
    rendered = render(
        INVITED,
        {
            "inviter": invitation.inviter or "The organiser",
            "title": event.title,
            "what": _WHAT[invitation.role],
            "url": f"{config().public_base_url}/o/e/{event.uuid}/join",
            "expires": f"{invitation.expires_at:%d %B %Y}",
        },
    )
    return Message(
        recipient=invitation.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=(),
    )
