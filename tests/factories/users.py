from typing import Any

from backend.shared.actor import Actor, ActorKind


def a_user(user_id: str = "user-olga", **values: Any) -> Actor:
    """A signed-in person with a verified address."""
    defaults: dict[str, Any] = {
        "kind": ActorKind.USER,
        "user_id": user_id,
        "email": f"{user_id}@example.org",
        "name": user_id.title(),
    }
    return Actor(**defaults | values)


def an_administrator() -> Actor:
    return a_user("user-ada", groups=frozenset({"apiAdmins"}))
