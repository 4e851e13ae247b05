"""An event that runs, its guests, and a desk whose camera shows what a test holds before it."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.registrations.models import Registration
from tests.e2e.desk_camera import give_camera
from tests.factories.events import make_event
from tests.factories.registrations import make_registration


@pytest.fixture
def event(portal_url):
    started = datetime.now(UTC) - timedelta(hours=1)
    return make_event(title="PyCon Alpina 2027", starts_at=started)


@pytest.fixture
def guest(event):
    def registered(name: str, **values) -> Registration:
        email = f"{abs(hash(name))}@example.com"
        return make_registration(event_id=event.uuid, user_email=email, name=name, **values)

    return registered


@pytest.fixture
def desk(event, browser_page, sign_in_as):
    """``desk()``: the page of a desk whose gate is known and whose camera runs."""

    def open_desk(
        width: int = 1280, *, dark: bool = False, error: str = "", gate: str = "North foyer"
    ):
        sign_in_as("desk", event.uuid)
        page = browser_page(width, dark=dark)
        give_camera(page, error=error)
        if gate:
            page.add_init_script(f"localStorage['foyer.desk.gate.{event.uuid}'] = {gate!r}")
        page.goto(f"/o/e/{event.uuid}/desk")
        if gate:  # its answer renews the session's cookie: no test may begin before
            page.locator(f"#desk[data-gate='{gate}']").wait_for()
        if gate and not error:
            page.locator("[data-camera-state=running]").wait_for()
        return page

    return open_desk
