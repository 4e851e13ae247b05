"""What a mail is made of."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from backend.notifications.channels.email import mime
from backend.notifications.errors import ChannelRefused
from backend.notifications.messages import Attachment, Message
from backend.notifications.rendering import render
from backend.notifications.states import NOTIFICATION_STATES, NotificationStatus
from backend.shared.states import IllegalTransition

S = NotificationStatus
LEGAL = {(S.QUEUED, S.SENDING), (S.SENDING, S.SENT), (S.SENDING, S.FAILED)} | {
    (S.SENDING, S.SUPPRESSED),
    (S.SENT, S.FAILED),
    (S.FAILED, S.QUEUED),
    (S.SUPPRESSED, S.QUEUED),
}
VALUES: dict[str, object] = {
    "name": "Ada <b>",
    "title": "Rust & Tea",
    "time_span": "Friday 20 November 2026, 18:00–21:00 CET (Europe/Berlin)",
    "location": "Library, 2nd floor",
    "short_code": "7K3M-Q2XD",
    "event_canceled": False,
    "ticket_url": "https://foyer.example/me/tickets/1",
    "event_url": "https://foyer.example/events/1",
}


def parse(message: Message) -> EmailMessage:
    parsed = message_from_bytes(mime(message, sender="Foyer <f@example.org>"), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.mark.parametrize("current", S)
@pytest.mark.parametrize("target", S)
def test_notification_states_allow_exactly_the_legal_moves(current, target):
    if (current, target) in LEGAL:
        NOTIFICATION_STATES.check(current, target)
    else:
        with pytest.raises(IllegalTransition):
            NOTIFICATION_STATES.check(current, target)


def test_a_mail_has_text_html_inline_image_and_files():
    mail = parse(
        Message(
            recipient="ada@example.org",
            subject="Grüße",
            text="plain\n",
            html='<img src="cid:ticket">',
            attachments=(
                Attachment("ticket.png", "image/png", b"png", inline_id="ticket"),
                Attachment("ticket.png", "image/png", b"png"),
                Attachment("event.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n"),
            ),
        )
    )
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
        "text/calendar",
    ]
    inline, attached, calendar = list(mail.walk())[-3:]
    assert (inline["Content-ID"], inline.get_content_disposition()) == ("<ticket>", "inline")
    assert (attached.get_filename(), attached.get_content_disposition()) == (
        "ticket.png",
        "attachment",
    )
    assert calendar.get_payload(decode=True) == b"BEGIN:VCALENDAR\r\n"
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "Grüße")


def test_a_mail_may_be_text_alone():
    mail = parse(Message(recipient="ada@example.org", subject="Hello", text="plain\n"))
    assert (mail.get_content_type(), mail.get_content()) == ("text/plain", "plain\r\n")


@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_a_header_cannot_be_smuggled_in(field: str):
    values = {"recipient": "ada@example.org", "subject": "Hi", "text": ""}
    values[field] += "\r\nBcc: everybody@example.org"
    with pytest.raises(ChannelRefused):
        mime(Message(**values), sender="f@example.org")


LONG_URL = f"https://{'long-name.' * 20}example.org/unsubscribe/{'x' * 300}"


@pytest.mark.parametrize("url", ["https://foyer.example/unsubscribe/x", LONG_URL])
def test_mail_programs_find_the_link_that_unsubscribes(url: str):
    subject = "Grüße an alle, die am Freitag in der Bibliothek dabei sind: " * 3
    one_click = "List-Unsubscribe=One-Click"
    headers = (("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", one_click))
    message = Message("ada@example.org", subject, "plain\n", headers=headers)
    head, _, _ = mime(message, sender="f@example.org").partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    assert lines.count(f"List-Unsubscribe: <{url}>") == 1
    assert lines.count(f"List-Unsubscribe-Post: {one_click}") == 1
    assert max(len(line) for line in lines if url not in line) <= 78
    assert parse(message)["Subject"] == subject


def test_a_further_header_cannot_bring_another():
    headers = (("List-Unsubscribe", "<x>\r\nBcc: everybody@example.org"),)
    with pytest.raises(ChannelRefused):
        mime(Message("ada@example.org", "Hi", "", headers=headers), sender="f@example.org")


@pytest.mark.parametrize("template", ["registration_confirmed", "registration_canceled"])
def test_html_escapes_what_guests_and_organisers_typed(template: str):
    rendered = render(template, VALUES)
    assert "Ada &lt;b&gt;" in rendered.html
    assert "Rust &amp; Tea" in rendered.html
    assert "Ada <b>" in rendered.text
    assert "Europe/Berlin" in rendered.text
    assert "Europe/Berlin" in rendered.html


def test_the_confirmation_names_the_ticket_and_where_it_is():
    rendered = render("registration_confirmed", VALUES)
    assert rendered.subject == "Your ticket for Rust & Tea"
    assert "7K3M-Q2XD" in rendered.text
    assert "7K3M-Q2XD" in rendered.html
    assert "https://foyer.example/me/tickets/1" in rendered.text


def test_line_breaks_of_a_title_do_not_leave_the_subject():
    rendered = render("registration_canceled", VALUES | {"title": "A\r\nBcc: b@example.org"})
    assert rendered.subject == "Canceled: A Bcc: b@example.org"


def test_a_missing_value_is_an_error():
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        render("registration_confirmed", {"title": "A"})
