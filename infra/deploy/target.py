"""Where a deployment goes: an account and region of AWS, or the local cloud."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3

REGION = "eu-central-1"
# The key and secret of the local cloud; a real account's are never read for loopback.
LOCAL_KEY = "test"


@dataclass(frozen=True)
class Target:
    """``endpoint`` is the local cloud's address, or None for AWS."""

    endpoint: str | None
    region: str = REGION

    @classmethod
    def from_environment(cls) -> "Target":
        """AWS_ENDPOINT_URL decides, as it does for every AWS client."""
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or REGION
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
        return cls(endpoint or None, region)

    @property
    def is_local(self) -> bool:
        """Whether it is a cloud on this machine, where no layer needs building."""
        host = urlsplit(self.endpoint or "").hostname
        return host in {"127.0.0.1", "localhost", "::1"}

    @property
    def poll_seconds(self) -> float:
        """How long to wait between looks at a stack that is being changed."""
        return 0.02 if self.is_local else 3.0

    @cached_property
    def _session(self) -> Any:
        if self.is_local:
            return boto3.Session(LOCAL_KEY, LOCAL_KEY, region_name=self.region)
        return boto3.Session(region_name=self.region)

    def client(self, service: str) -> Any:
        """A boto3 client of ``service`` for this target."""
        made = self.__dict__.setdefault("_clients", {})
        if service not in made:
            made[service] = self._session.client(service, endpoint_url=self.endpoint)
        return made[service]

    @cached_property
    def account(self) -> str:
        """The account's number."""
        return str(self.client("sts").get_caller_identity()["Account"])
