from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.events import make_event
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")


@pytest.mark.parametrize("address", ["scans", "gate", "undo"])
@pytest.mark.parametrize(
    "body",
    [
        "[" * 3_900,
        '{"gate": ' + "[" * 3_900,
        '{"gate": "\\ud800", "ticket": "\\ud800", "scan_id": "s", "guest": "\\ud800"}',
        '{"gate": {"a": 1}, "ticket": 7, "scan_id": [], "guest": null}',
        '{"scan_id": ' + "9" * 3_900 + "}",
    ],
)
def test_body_made_to_break_the_reader_is_refused(address, body):
    event = make_event(starts_at=datetime.now(UTC) - timedelta(hours=1))
    desk = browser_of("desk", event.uuid)

    answer = desk.post(f"/o/e/{event.uuid}/desk/{address}", body, content_type="application/json")

    assert answer.status_code in (200, 400)
    assert desk.get(f"/o/e/{event.uuid}/desk").status_code == 200
