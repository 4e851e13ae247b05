"""What a table's stream hands to its Lambda, without the Lambda."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import boto3

Record = dict[str, Any]


class Stream:
    """The records that are written to a table from now on, as Lambda delivers them."""

    def __init__(self, table: str) -> None:
        self._client = boto3.client("dynamodbstreams")
        arn = self._client.list_streams(TableName=table)["Streams"][0]["StreamArn"]
        shards = self._client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        self._iterators = [
            self._client.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
            )["ShardIterator"]
            for shard in shards
        ]

    def read(self, wanted: Callable[[Record], bool] = lambda _: True) -> list[Record]:
        """What was written since the last call."""
        records: list[Record] = []
        for place, iterator in enumerate(self._iterators):
            answer = self._client.get_records(ShardIterator=iterator)
            self._iterators[place] = answer["NextShardIterator"]
            records += answer["Records"]
        return [as_delivered(record) for record in records if wanted(record)]


def as_delivered(record: Record) -> Record:
    """The JSON form: times are seconds."""
    written = dict(record["dynamodb"])
    if isinstance(written["ApproximateCreationDateTime"], datetime):
        written["ApproximateCreationDateTime"] = written["ApproximateCreationDateTime"].timestamp()
    return {**record, "dynamodb": written}
