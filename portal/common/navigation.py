"""Where the bars of the base templates lead.

A link shows once its page exists: the name of its URL pattern is the only thing to
keep in step. ``event_id`` is handed to the patterns of one event.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.events import policies
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.shared.actor import Actor
from backend.shared.clock import utc_now


@dataclass(frozen=True, slots=True)
class Link:
    """``key`` is what a page passes as ``section``; ``short`` is for the bar on phones.

    Who may not do ``needs`` at the event is not shown a page that would refuse them.
    """

    key: str
    label: str | Promise
    icon: str
    pattern: str
    short: str | Promise = ""
    needs: EventAction | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Navigation:
    """``start`` is the organiser's first page."""

    start: str
    groups: list[Group] = field(default_factory=list)
    shortcuts: list[Link] = field(default_factory=list)
    account: list[Link] = field(default_factory=list)
    public: list[Link] = field(default_factory=list)


OF_ONE_EVENT = (
    Group(
        _("On the day"),
        [
            Link(
                "overview",
                _("Overview"),
                "home",
                "organiser:overview",
                _("Overview"),
                EventAction.SEE_OVERVIEW,
            ),
            Link(
                "registrations",
                _("Registrations"),
                "users",
                "organiser:registrations",
                _("Guests"),
                EventAction.SEE_GUESTS,
            ),
            Link("desk", _("Desk"), "qrcode", "kiosk:scan", _("Desk"), EventAction.SCAN),
            Link(
                "requests",
                _("Requests"),
                "bell",
                "organiser:requests",
                _("Requests"),
                EventAction.SERVE_REQUESTS,
            ),
            Link("orders", _("Orders"), "receipt", "organiser:orders", _("Orders")),
            Link(
                "kiosks",
                _("Kiosks"),
                "device-tablet",
                "organiser:kiosks",
                needs=EventAction.MANAGE_KIOSKS,
            ),
        ],
    ),
    Group(
        _("Prepare"),
        [
            Link(
                "edit",
                _("Event"),
                "pencil",
                "organiser:event-edit",
                _("Event"),
                EventAction.EDIT,
            ),
            Link(
                "agenda",
                _("Agenda"),
                "calendar",
                "organiser:agenda",
                needs=EventAction.SEE_GUESTS,
            ),
            Link("catalogue", _("Catalogue"), "tag", "organiser:catalogue"),
            Link("badges", _("Badges"), "id-badge-2", "organiser:badges"),
            Link(
                "announce",
                _("Announce"),
                "speakerphone",
                "organiser:announce",
                needs=EventAction.MANAGE_GUESTS,
            ),
        ],
    ),
    Group(
        _("Look back"),
        [
            Link("reports", _("Reports"), "chart-bar", "organiser:reports"),
            Link(
                "activity",
                _("Activity"),
                "history",
                "organiser:activity",
                needs=EventAction.SEE_ACTIVITY,
            ),
            Link(
                "messages",
                _("Messages"),
                "mail",
                "organiser:messages",
                needs=EventAction.SEE_GUESTS,
            ),
            Link(
                "jobs",
                _("Jobs"),
                "list-check",
                "organiser:jobs",
                needs=EventAction.MANAGE_GUESTS,
            ),
            Link("team", _("Team"), "users-group", "organiser:team"),
        ],
    ),
)
OF_ALL_EVENTS = (
    Group(
        _("Organise"),
        [
            Link("events", _("My events"), "calendar", "organiser:events", _("Events")),
            Link("new", _("New event"), "calendar-plus", "organiser:event-new", _("New")),
        ],
    ),
)
FOR_ADMINISTRATORS = Group(
    _("Administration"), [Link("users", _("Users"), "users", "organiser:users", _("Users"))]
)
ACCOUNT = [
    Link("events", _("My events"), "calendar", "organiser:events"),
    Link("me", _("My tickets"), "ticket", "public:my-tickets"),
    Link("sessions", _("My sessions"), "calendar", "public:my-sessions"),
    Link("requests", _("My requests"), "bell", "public:my-requests"),
    Link("profile", _("Profile"), "user", "public:profile"),
]
PUBLIC = [
    Link("events", _("Events"), "calendar", "public:explore"),
    Link("me", _("My tickets"), "ticket", "public:my-tickets"),
]


def navigation_for(*, actor: Actor, event: Event | None = None) -> Navigation:
    """The links for one page, of ``event`` those that the actor's role may follow."""
    keys = {"event_id": event.uuid} if event else {}
    groups = [*(_allowed(OF_ONE_EVENT, actor, event) if event else OF_ALL_EVENTS)]
    if actor.is_administrator and not event:
        groups.append(FOR_ADMINISTRATORS)
    shown = [group for group in (_of(group, keys) for group in groups) if group.links]
    everything = [link for group in shown for link in group.links]
    return Navigation(
        start=_address("organiser:events", {}) or reverse("home"),
        groups=shown,
        shortcuts=[link for link in everything if link.short][:4],
        account=_existing(ACCOUNT, {}),
        public=_existing(PUBLIC, {}),
    )


def _allowed(groups: Iterable[Group], actor: Actor, event: Event) -> list[Group]:
    role = events.role_at(event=event, actor=actor, now=utc_now())

    def may_follow(link: Link) -> bool:
        return link.needs is None or policies.may(actor, event, role, link.needs)

    return [Group(group.label, [*filter(may_follow, group.links)]) for group in groups]


def _of(group: Group, keys: dict[str, str]) -> Group:
    return Group(group.label, _existing(group.links, keys))


def _existing(links: list[Link], keys: dict[str, str]) -> list[Link]:
    addressed = [(link, _address(link.pattern, keys)) for link in links]
    return [replace(link, href=href) for link, href in addressed if href]


def _address(pattern: str, keys: dict[str, str]) -> str:
    try:
        return reverse(pattern, kwargs=keys)
    except NoReverseMatch:
        return ""
