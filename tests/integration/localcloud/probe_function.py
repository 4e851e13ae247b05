"""The functions of the probe stack; they run inside the local cloud's Lambda."""

import json
import os
import time

import boto3


class OutOfStock(Exception):
    pass


def work(event, context):
    """Do what the event asks for, so that one function serves many tests."""
    if event.get("raise"):
        raise OutOfStock("none left")
    if event.get("layer"):
        import probe_layer

        return probe_layer.WORD
    if event.get("sleep"):
        time.sleep(event["sleep"])
    if event.get("put"):
        boto3.client("dynamodb").put_item(
            TableName=event["put"], Item={"pk": {"S": "written"}, "sk": {"S": "by work"}}
        )
    if event.get("get"):
        boto3.client("dynamodb").get_item(
            TableName=event["get"], Key={"pk": {"S": "any"}, "sk": {"S": "thing"}}
        )
    return "done"


def serve(event, context):
    return {"statusCode": 200, "body": json.dumps({"method": event["httpMethod"]})}


def consume(event, context):
    """Hand on each key; report or raise where an item says so."""
    sqs = boto3.client("sqs")
    for record in event["Records"]:
        item = record["dynamodb"]["NewImage"]
        if "slow" in item:
            time.sleep(float(item["slow"]["N"]))
        if "poison" in item and item["poison"]["S"] == "report":
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        if "poison" in item:
            raise OutOfStock("poisoned")
        body = json.dumps({"pk": item["pk"]["S"], "sk": item["sk"]["S"]})
        sqs.send_message(QueueUrl=os.environ["SEEN_QUEUE"], MessageBody=body)
    return {"batchItemFailures": []}
