"""Choosing what one is told, signed in or by the link of a mail."""

import pytest
from django.test import Client

from backend.notifications import choices
from backend.notifications.kinds import SWITCHABLE, NotificationKind
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
K = NotificationKind


def typed(**changed: str) -> dict[str, str]:
    """The form as it opens, everything by e-mail and nothing by SMS."""
    ticks = {f"email_{kind}": "on" for kind in SWITCHABLE if kind is not K.WELCOME}
    return {"name": "Ada Byron", "phone": "", **ticks, **changed}


def link_for(email: str, kind: NotificationKind) -> str:
    url = choices.link_to(choices.contact_id_of(email), kind)
    return f"/unsubscribe/{url.rpartition('/')[2]}"


def test_what_is_chosen_is_kept():
    guest = browser_of("stranger")
    form = typed(phone="+49 151 23456789", sms_SESSION="on")
    del form["email_REQUEST"]
    assert guest.post("/me/profile", form).status_code == 302
    kept = choices.fetch_choices(actor=guest.actor)
    assert (kept.name, kept.phone) == ("Ada Byron", "+4915123456789")
    assert (kept.off, kept.by_sms) == ({K.REQUEST}, {K.SESSION})
    page = guest.get("/me/profile").text
    assert ('value="+4915123456789"' in page, page.count(" checked")) == (True, 5)


def test_a_bad_number_is_named_and_what_was_typed_stays():
    guest = browser_of("stranger")
    form = typed(phone="call me", sms_SESSION="on")
    answer = guest.post("/me/profile", form)
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"phone"}
    assert 'value="call me"' in answer.text
    assert choices.fetch_choices(actor=guest.actor).by_sms == frozenset()


def test_sms_without_a_number_is_refused_beside_the_number():
    answer = browser_of("stranger").post("/me/profile", typed(sms_SESSION="on"))
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"phone"}


def test_what_the_page_does_not_offer_stays_switched_off():
    guest = browser_of("stranger")
    guest.post(link_for(guest.actor.email, K.WELCOME))
    guest.post("/me/profile", typed())
    assert choices.fetch_choices(actor=guest.actor).off == {K.WELCOME}


def test_a_page_that_was_opened_before_undoes_nothing_that_was_switched_off_since():
    guest = browser_of("stranger")
    guest.post("/me/profile", typed(phone="+49151234567"))
    shown = guest.get("/me/profile").context["form"]["shown"].value()
    guest.post("/me/profile", typed(phone="+49151234567", sms_REQUEST="on"))
    guest.post(link_for(guest.actor.email, K.SESSION))

    form = typed(shown=shown, phone="+49151234567", sms_SESSION="on")
    del form["email_REQUEST"]
    guest.post("/me/profile", form)

    kept = choices.fetch_choices(actor=guest.actor)
    assert (kept.off, kept.by_sms) == ({K.REQUEST, K.SESSION}, {K.REQUEST, K.SESSION})


def test_opening_the_link_changes_nothing():
    guest = browser_of("stranger")
    link = link_for(guest.actor.email, K.SESSION)
    assert Client().get(link).status_code == 200
    assert choices.fetch_choices(actor=guest.actor).off == frozenset()


def test_one_click_of_a_mail_program_switches_off_without_a_form_or_a_session():
    guest = browser_of("stranger")
    program = Client(enforce_csrf_checks=True)
    answer = program.post(link_for(guest.actor.email, K.SESSION), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert choices.fetch_choices(actor=guest.actor).off == {K.SESSION}


def test_the_page_switches_on_again_and_everything_off():
    guest, visitor = browser_of("stranger"), Client()
    link = link_for(guest.actor.email, K.SESSION)
    kept = []
    for word in ("off", "on", "all"):
        visitor.post(link, {"switch": word})
        kept.append(choices.fetch_choices(actor=guest.actor).off)
    assert kept == [{K.SESSION}, frozenset(), frozenset(SWITCHABLE)]
    assert "Only tickets come to this address" in visitor.get(link).text


@pytest.mark.parametrize("how", ["get", "post"])
def test_a_link_that_was_not_made_here_leads_nowhere(how: str):
    assert getattr(Client(), how)("/unsubscribe/x.SESSION.y").status_code == 404
