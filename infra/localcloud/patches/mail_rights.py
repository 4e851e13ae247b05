"""Sending a mail asks for the right to its sender's identity, as on AWS.

ministack checks SES v2's ``SendEmail`` against every resource (``*``), so a role that may send from
one address only could not send at all.
"""

from email.utils import parseaddr

from ministack.core import iam_actions

_SEND = "/v2/email/outbound-emails"


def install() -> None:
    """Name the sender's identity where a mail is sent; leave all other calls as they are."""
    named = iam_actions._ses_v2_resource_arn

    def resource_arn(method: str, path: str, body: bytes, region: str, account_id: str) -> str:
        if method == "POST" and path.rstrip("/") == _SEND:
            sender = parseaddr(iam_actions._safe_json_field(body, "FromEmailAddress"))[1]
            return f"arn:aws:ses:{region}:{account_id}:identity/{sender}" if sender else "*"
        return str(named(method, path, body, region, account_id))

    iam_actions._ses_v2_resource_arn = resource_arn
