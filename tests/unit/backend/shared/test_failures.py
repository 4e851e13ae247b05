import json
from types import SimpleNamespace

import pytest

from backend.shared.failures import traits_of
from backend.shared.stream_batches import follow

CANARY = "Canary Bird <canary@example.org>"
CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="1"
)


def fail(record: object = None) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        raise RuntimeError(CANARY) from error


def test_error_is_told_by_kind_and_place_without_its_text():
    with pytest.raises(RuntimeError) as caught:
        fail()

    told = traits_of(caught.value)

    assert told["error_type"] == "RuntimeError < ValueError"
    assert told["frames"][-1].endswith(" fail")
    assert "Canary" not in json.dumps(told)


def test_record_that_cannot_be_followed_leaves_no_text_in_the_log(caplog):
    record = {"eventID": "e-1", "eventName": "INSERT", "dynamodb": {"SequenceNumber": "7"}}

    answer = follow(fail)({"Records": [record]}, CONTEXT)

    [logged] = caplog.records
    assert answer == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    assert logged.error_type == "RuntimeError < ValueError"
    assert logged.exc_info is None
    assert "Canary" not in str(logged.__dict__)
