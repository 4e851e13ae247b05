"""Paired devices in a browser: a context per device, and a hand scanner that types."""

from collections.abc import Mapping
from contextlib import ExitStack

from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from backend.kiosks.services import Paired
from tests.e2e.desk_camera import give_camera
from tests.factories.kiosks import pair_device

SCREEN = ".fo-desk__screen"


def give_credential(context: BrowserContext, url: str, paired: Paired) -> None:
    """The cookie that pairing leaves."""
    cookie = {
        "name": settings.KIOSK_COOKIE_NAME,
        "value": paired.credential,
        "url": url,
        "httpOnly": True,
        "sameSite": "Strict",
    }
    context.add_cookies([cookie])


def open_kiosk(
    page: Page,
    url: str,
    event_id: str,
    *,
    address: str = "/k/scan",
    express: bool = False,
    camera: str = "",
    **values: str,
) -> Page:
    """The scanner of a newly paired device; ``camera`` is the error that its camera makes."""
    paired = pair_device(event_id=event_id, express=express, **values)
    give_credential(page.context, url, paired)
    give_camera(page, error=camera)
    page.goto(address)
    if not camera:
        page.locator("[data-camera-state=running]").wait_for()
    return page


def type_in(page: Page, text: str) -> None:
    """What a fast hand scanner does: a first key wherever the focus is, the rest at once, Enter."""
    page.keyboard.type(text[0])
    page.keyboard.insert_text(text[1:])
    page.keyboard.press("Enter")


def scan_all(page: Page, texts: list[str]) -> list[str]:
    """Scan one after the other by hand scanner; the machine words of the answers, in order.

    The next is scanned while the answer before is still on the screen, as crews do.
    """
    answers = []
    for text in texts:
        with page.expect_response(lambda reply: reply.url.endswith("scans")) as reply:
            type_in(page, text)
        answers.append(reply.value.json()["result"])
        expect(page.locator(f"{SCREEN}[data-result={answers[-1]}]")).to_be_visible()
    return answers


def scan_together(tickets: Mapping[Page, list[str]]) -> dict[Page, list[str]]:
    """Scan at several devices in the same moments; each one's answers, in its order."""
    answers: dict[Page, list[str]] = {page: [] for page in tickets}
    for texts in zip(*tickets.values(), strict=True):
        with ExitStack() as stack:
            awaited = {
                page: stack.enter_context(
                    page.expect_response(lambda one: one.url.endswith("scans"))
                )
                for page in tickets
            }
            for page, text in zip(tickets, texts, strict=True):
                type_in(page, text)
        for page, reply in awaited.items():
            answers[page].append(reply.value.json()["result"])
            expect(page.locator(f"{SCREEN}[data-result={answers[page][-1]}]")).to_be_visible()
    return answers
