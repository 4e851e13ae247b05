"""``python -m infra.enlist --stage NAME``: put older public events into the directory.

Events are put there when they are published. Those that were published before there was a
directory are on no page of ``/get-events`` until this was run once; running it again does nothing.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from backend.events.kinds import Visibility
from backend.events.models import DIRECTORY
from backend.events.states import EventStatus
from infra.deploy import Target, stack_outputs
from infra.localcloud.cloud import LocalCloud
from infra.localcloud.places import DEFAULT_STATE

# As `backend.events.services` lists them: what was public and is neither canceled nor put away.
_BELONGS = "attribute_not_exists(directory) AND visibility = :public AND #s IN (:open, :over)"
_NAMES = {"#s": "status"}
_VALUES = {
    ":public": {"S": Visibility.PUBLIC.value},
    ":open": {"S": EventStatus.PUBLISHED.value},
    ":over": {"S": EventStatus.FINISHED.value},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """List a stage's older events; 1 with a reason in a sentence when it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m infra.enlist", description=__doc__)
    parser.add_argument("--stage", required=True, help="a stage that is deployed")
    stage = parser.parse_args(arguments).stage
    try:
        listed = enlist(stage, target_of(stage))
    except (ClientError, BotoCoreError, LookupError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{listed} events were put into the directory.")
    return 0


def target_of(stage: str) -> Target:
    """Where a stage's commands go: the stage ``local`` to the local cloud, unless one is named."""
    target = Target.from_environment()
    if stage != "local" or target.is_local:
        return target
    return Target(LocalCloud(DEFAULT_STATE).endpoint)


def enlist(stage: str, target: Target) -> int:
    """Put what belongs there into the directory; how many events that were.

    Reads the whole table once, and writes an event only as long as it still belongs there.
    """
    if not stack_outputs(stage, target=target).get("tables"):
        raise LookupError(f"Stage {stage} is not deployed here.")
    tables, name = target.client("dynamodb"), f"{stage}-events"
    pages = tables.get_paginator("scan").paginate(
        TableName=name,
        FilterExpression=_BELONGS,
        ExpressionAttributeNames=_NAMES,
        ExpressionAttributeValues=_VALUES,
    )
    return sum(_put(tables, name, item["uuid"]) for page in pages for item in page["Items"])


def _put(tables: Any, name: str, event_id: Mapping[str, str]) -> bool:
    try:
        tables.update_item(
            TableName=name,
            Key={"uuid": event_id},
            UpdateExpression="SET directory = :directory",
            ConditionExpression=_BELONGS,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues={**_VALUES, ":directory": {"S": DIRECTORY}},
        )
    except tables.exceptions.ConditionalCheckFailedException:
        return False  # hidden, canceled or listed meanwhile
    return True


if __name__ == "__main__":
    sys.exit(main())
