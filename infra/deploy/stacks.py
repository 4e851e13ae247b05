"""One CloudFormation stack: bring it to a template, or delete it, and say why that failed."""

import json
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.errors import DeployError
from infra.deploy.target import Target

# The longest template body a request may carry; longer ones go through the bucket.
INLINE_BYTES = 51_200
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# A stack whose very first deployment failed can only be deleted and made anew.
UNBORN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS"}


class Stack:
    """A stack by name; it need not exist."""

    def __init__(self, target: Target, name: str) -> None:
        """``name`` is the whole name of the stack, ``foyer-local-tables``."""
        self._target = target
        self._client = target.client("cloudformation")
        self.name = name

    def describe(self) -> dict[str, Any] | None:
        """What CloudFormation knows of the stack, or None if there is none."""
        try:
            stack: dict[str, Any] = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack

    def outputs(self) -> dict[str, str]:
        """The stack's outputs; empty if it does not exist."""
        found = (self.describe() or {}).get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def resources(self) -> list[dict[str, Any]]:
        """Summaries of the stack's resources."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [resource for page in pages for resource in page["StackResourceSummaries"]]

    def deploy(self, template: Mapping[str, str], parameters: Mapping[str, str]) -> bool:
        """Bring the stack to ``template`` (``TemplateBody`` or ``TemplateURL``).

        Returns whether anything changed; raises DeployError naming the resource that failed.
        """
        known = self.describe()
        if known and known["StackStatus"] in UNBORN:
            self.delete()
            known = None
        request: dict[str, Any] = {
            "StackName": self.name,
            "Capabilities": CAPABILITIES,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            "Tags": [{"Key": "project", "Value": "foyer"}],
            **template,
        }
        since = _last_event(self._client, self.name) if known else ""
        try:
            if known:
                self._client.update_stack(**request)
            else:
                # Kept after a failure, so that its events can be read; the next run deletes it.
                self._client.create_stack(**request, OnFailure="ROLLBACK")
        except ClientError as error:
            if "No updates" in str(error):
                return False
            raise DeployError(f"{self.name}: {error.response['Error']['Message']}") from error
        status = self._settled()
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise DeployError(f"{self.name} is {status}.\n{self._reasons(since)}")
        return True

    def delete(self) -> None:
        """Delete the stack and wait until it is gone; nothing happens if there is none."""
        known = self.describe()
        if not known:
            return
        since = _last_event(self._client, self.name)
        self._client.delete_stack(StackName=self.name)
        status = self._settled()
        if status != "DELETE_COMPLETE":
            raise DeployError(f"{self.name} is {status}.\n{self._reasons(since)}")

    def _settled(self) -> str:
        while True:
            stack = self.describe()
            if stack is None:
                return "DELETE_COMPLETE"
            status = str(stack["StackStatus"])
            if not status.endswith("IN_PROGRESS"):
                return status
            time.sleep(self._target.poll_seconds)

    def _reasons(self, since: str) -> str:
        """One line per resource that failed, the first cause first."""
        failed = []
        for event in self._client.describe_stack_events(StackName=self.name)["StackEvents"]:
            if event["EventId"] == since:
                break
            reason = event.get("ResourceStatusReason", "no reason given")
            # What was called off because another one failed is not the cause.
            if event["ResourceStatus"].endswith("FAILED") and "cancelled" not in reason:
                failed.append(f"  {event['LogicalResourceId']} ({event['ResourceType']}): {reason}")
        return "\n".join(dict.fromkeys(reversed(failed))) or "  CloudFormation gave no reason."


def _last_event(client: Any, name: str) -> str:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    return str(events[0]["EventId"]) if events else ""


def template_body(template: Mapping[str, Any]) -> bytes:
    """A template as compact JSON."""
    return json.dumps(template, separators=(",", ":")).encode()
