"""The stage's secrets, read from AWS Secrets Manager once per process."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from backend.shared.aws_session import aws_session
from backend.shared.config import config


@dataclass(frozen=True, slots=True)
class TicketKeys:
    """Key material for signing tickets: key id → random text; ``current`` signs new ones."""

    current: str
    texts: dict[str, str]


@cache
def _read(arn: str) -> dict[str, str]:
    client: Any = aws_session().create_client("secretsmanager", region_name=config().region)
    secret: dict[str, str] = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
    return secret


def stage_hmac_key() -> bytes:
    """The key of every HMAC of this stage (guest keys, paging tokens)."""
    return _read(config().stage_secret_arn)["hmac"].encode()


def ticket_keys() -> TicketKeys:
    """The keys tickets are, or were, signed with."""
    secret = dict(_read(config().ticket_keys_arn))
    return TicketKeys(current=secret.pop("current"), texts=secret)
