from datetime import UTC, datetime

import pytest

from portal.common.event_times import local_text, span_text, time_element, zone_label

JUNE = datetime(2027, 6, 10, 7, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 10, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "label"),
    [
        (JUNE, "Europe/Vienna", "CEST"),
        (JANUARY, "Europe/Vienna", "CET"),
        (JUNE, "America/New_York", "EDT"),
        (JUNE, "Asia/Dubai", "UTC+04:00"),
        (JUNE, "Asia/Kathmandu", "UTC+05:45"),
        (JUNE, "UTC", "UTC"),
    ],
)
def test_zone_is_named_as_people_know_it(moment, zone, label):
    assert zone_label(moment, zone) == label


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("full", "Thu, 10 Jun 2027, 09:00 CEST"),
        ("long", "Thursday, 10 June 2027, 09:00 CEST"),
        ("day", "Thursday, 10 June 2027"),
        ("short_day", "Thu, 10 Jun"),
        ("time", "09:00 CEST"),
    ],
)
def test_time_is_shown_in_the_events_zone(style, text):
    assert local_text(JUNE, "Europe/Vienna", style) == text


def test_time_element_tells_machines_the_moment_and_people_the_zone():
    assert time_element(JUNE, "Europe/Vienna", "time") == (
        '<time datetime="2027-06-10T09:00+02:00" title="Europe/Vienna">09:00 CEST</time>'
    )


def test_span_within_a_day_names_day_and_zone_once():
    end = datetime(2027, 6, 10, 15, 30, tzinfo=UTC)

    assert span_text(JUNE, end, "Europe/Vienna") == "Thu, 10 Jun 2027, 09:00 to 17:30 CEST"


def test_span_past_midnight_in_the_events_zone_names_both_days():
    end = datetime(2027, 6, 10, 22, 30, tzinfo=UTC)

    assert span_text(JUNE, end, "Europe/Vienna") == (
        "Thu, 10 Jun 2027, 09:00 to Fri, 11 Jun 2027, 00:30 CEST"
    )


def test_span_over_a_clock_change_names_both_zones():
    start = datetime(2027, 3, 28, 0, 0, tzinfo=UTC)
    end = datetime(2027, 3, 28, 6, 0, tzinfo=UTC)

    assert span_text(start, end, "Europe/Vienna") == ("Sun, 28 Mar 2027, 01:00 CET to 08:00 CEST")
