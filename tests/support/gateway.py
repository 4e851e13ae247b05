"""What the gateway asks an authorizer."""

METHOD = "arn:aws:execute-api:eu-central-1:000000000000:api/test/POST/events/e/scans"


def question(token: str) -> dict[str, str]:
    """Whether the sender of this ``Authorization`` may call ``METHOD``."""
    return {"type": "TOKEN", "authorizationToken": token, "methodArn": METHOD}
