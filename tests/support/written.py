"""What requests to the deployed API have written."""

import boto3

DERIVED = {"activity", "notifications", "stats"}
"""Written by the streams of the other tables only, at their own pace; no route may."""
SEEN = "last_seen_at"
"""A genuine kiosk is noted as seen, also when its event is another one."""


def written() -> dict[str, list[str]]:
    """All items of all tables that a request could write."""
    dynamodb = boto3.client("dynamodb")
    scan, tables = dynamodb.get_paginator("scan"), dynamodb.list_tables()["TableNames"]
    return {
        table: sorted(
            str({name: value for name, value in item.items() if name != SEEN})
            for page in scan.paginate(TableName=table, ConsistentRead=True)
            for item in page["Items"]
        )
        for table in tables
        if table.partition("-")[2] not in DERIVED
    }
