"""What a desk shows, and what is stored then."""

from backend.registrations.models import Registration

SCREEN = ".fo-desk__screen"


def stored(registration: Registration) -> Registration:
    return Registration.fetch(registration.shard, registration.guest)


def rows(page) -> list[tuple[str, str]]:
    names = page.locator("[data-rows] bdi").all_text_contents()
    words = page.locator("[data-rows] [data-word]").all_text_contents()
    return [(name, word.rstrip(",")) for name, word in zip(names, words, strict=True)]
