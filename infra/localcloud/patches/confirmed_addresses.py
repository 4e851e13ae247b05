"""Giving the code from the mail proves the address, as on AWS.

ministack confirms the account and leaves ``email_verified`` as it was, so a person who signed up
with a code had no verified address and could never register for an event.
"""

from typing import Any

from ministack.services import cognito


def install() -> None:
    """Mark the address verified where the code was right and the pool verifies addresses."""
    confirm = cognito._confirm_sign_up

    def confirm_and_verify(data: dict[str, Any]) -> Any:
        answer = confirm(data)
        if answer[0] == 200:
            _verify(data)
        return answer

    cognito._confirm_sign_up = confirm_and_verify


def _verify(data: dict[str, Any]) -> None:
    for pool in cognito._user_pools.values():
        if data.get("ClientId") in pool["_clients"] and "email" in pool["AutoVerifiedAttributes"]:
            user, _ = cognito._resolve_user(pool, data.get("Username"))
            others = [part for part in user["Attributes"] if part["Name"] != "email_verified"]
            user["Attributes"] = [*others, {"Name": "email_verified", "Value": "true"}]
