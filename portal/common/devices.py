"""What somebody acts from, in one word for the activity record: no more than it takes to ask around.

Browsers say "Mobi" on phones, as MDN recommends to look for
(https://developer.mozilla.org/docs/Web/HTTP/Browser_detection_using_the_user_agent).
"""

TABLETS = ("ipad", "tablet", "silk/", "playbook")


def device_of(user_agent: str) -> str:
    """``phone``, ``tablet`` or ``computer``; empty for what is no browser."""
    said = user_agent.lower()
    if any(word in said for word in TABLETS) or ("android" in said and "mobi" not in said):
        return "tablet"
    if "mobi" in said:
        return "phone"
    return "computer" if "mozilla/" in said else ""
