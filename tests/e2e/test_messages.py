"""Messages that did not arrive, in a browser."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.notifications.kinds import BOUNCED, SWITCHED_OFF, ChannelName, NotificationKind
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from tests.factories.events import make_event
from tests.factories.messages import make_message
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.browser
K, S = NotificationKind, NotificationStatus
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"


def messages_of(event_id: str) -> Notification:
    guest = make_registration(event_id=event_id, name=LONG)
    facts = {"shard": guest.shard, "guest": guest.guest}
    for_guest = {"event_id": event_id, "facts": facts}
    make_message(**for_guest, status=S.SUPPRESSED, reason=SWITCHED_OFF, kind=K.ANNOUNCEMENT)
    make_message(**for_guest, status=S.SUPPRESSED, reason=BOUNCED)
    make_message(event_id=event_id, status=S.FAILED, kind=K.INVITATION)
    make_message(
        **for_guest, status=S.FAILED, reason="bad_number", kind=K.SESSION, channel=ChannelName.SMS
    )
    last = datetime.now(UTC) + timedelta(seconds=1)
    return make_message(**for_guest, status=S.FAILED, reason="Unavailable", at=last)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_organiser_sends_what_failed_again(
    browser_page, sign_in_as, check_axe, shoot, width, dark
):
    event = make_event()
    sign_in_as("organiser", event.uuid)
    page = browser_page(width, dark=dark)
    page.goto(f"/o/e/{event.uuid}/messages")
    expect(page.get_by_text("Everything went out")).to_be_visible()
    check_axe(page)
    page.get_by_role("link", name="Quiet hours").click()
    page.get_by_label("From").fill("22:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Give both times, or none.")).to_be_visible()
    check_axe(page)
    shoot(page, f"messages-quiet-{width}")
    page.get_by_label("Until").fill("07:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    failed = messages_of(event.uuid)
    page.goto(f"/o/e/{event.uuid}")
    expect(page.get_by_text("3 messages did not go out.")).to_be_visible()
    shoot(page, f"messages-overview-{width}")
    page.get_by_role("link", name="Look at them").click()
    check_axe(page)
    shoot(page, f"messages-failed-{width}")
    page.get_by_role("button", name="Send again").first.click()
    expect(page.get_by_text("It is on its way again.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Held back").click()
    expect(page.get_by_text("Does not want messages like this one.")).to_be_visible()
    check_axe(page)
    shoot(page, f"messages-held-{width}")
    assert Notification.find(failed.key).status is S.QUEUED
