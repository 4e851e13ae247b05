"""Addresses are names in any case where the pool says so, as on AWS.

ministack keeps that setting and compares to the letter, so who signed up as ``Ada@example.org``
could not sign in as ``ada@example.org``, and could sign up again.
"""

from typing import Any

from ministack.services import cognito


def install() -> None:
    """Look a name up once more without its case, if nobody has it to the letter."""
    resolve = cognito._resolve_user

    def resolve_in_any_case(pool: dict[str, Any], username: str) -> Any:
        found = resolve(pool, username)
        if found[0] or not username or _is_case_sensitive(pool):
            return found
        same = [name for name in _names(pool) if name.casefold() == username.casefold()]
        return resolve(pool, same[0]) if same else found

    cognito._resolve_user = resolve_in_any_case


def _is_case_sensitive(pool: dict[str, Any]) -> bool:
    return (pool.get("UsernameConfiguration") or {}).get("CaseSensitive") is not False


def _names(pool: dict[str, Any]) -> list[str]:
    """What people of the pool may call themselves when they sign in."""
    aliases = pool.get("UsernameAttributes") or []
    return [*pool["_users"]] + [
        pair["Value"]
        for user in pool["_users"].values()
        for pair in user["Attributes"]
        if pair["Name"] in aliases
    ]
