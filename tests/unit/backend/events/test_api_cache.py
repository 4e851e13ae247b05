"""Emptying the gateway's cache of events."""

import pytest

from backend.events import api_cache
from tests.support.caching_gateway import caching_gateway


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with caching_gateway(monkeypatch) as server:
        yield server


def test_cache_of_the_stage_is_emptied_by_one_call(gateway):
    api_cache.forget()

    assert gateway.asked == [("DELETE", "/restapis/api1/stages/production/cache/data")]


def test_stage_without_a_cache_asks_nothing(gateway, monkeypatch):
    monkeypatch.setenv("EVENT_CACHE", "")

    api_cache.forget()

    assert gateway.asked == []


def test_refused_emptying_is_logged_without_its_words_and_stops_nothing(gateway, caplog):
    gateway.status = 400

    api_cache.forget()

    assert [record.getMessage() for record in caplog.records] == [
        "the cache of events was not emptied"
    ]
    assert "canary" not in str([vars(record) for record in caplog.records])
