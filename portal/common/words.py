"""The domain's fixed choices in words, for forms and pages."""

from django.utils.translation import gettext_lazy as _

from backend.events.kinds import Category, LocationType, Visibility
from backend.team.roles import Role

CATEGORIES = {
    Category.CONFERENCE: _("Conference"),
    Category.MEETUP: _("Meetup"),
    Category.WORKSHOP: _("Workshop"),
    Category.CONCERT: _("Concert"),
    Category.SPORTS: _("Sports"),
    Category.COMMUNITY: _("Community"),
    Category.FOOD: _("Food"),
    Category.ARTS: _("Arts"),
    Category.BUSINESS: _("Business"),
    Category.OTHER: _("Other"),
}
LOCATION_TYPES = {
    LocationType.IN_PERSON: _("In person"),
    LocationType.ONLINE: _("Online"),
    LocationType.BOTH: _("In person and online"),
}
VISIBILITIES = {
    Visibility.PUBLIC: _("Public: anybody finds it"),
    Visibility.UNLISTED: _("Unlisted: who has the address"),
    Visibility.PRIVATE: _("Private: the team and its guests"),
}
ROLES = {
    Role.OWNER: _("Owner"),
    Role.ORGANISER: _("Organiser"),
    Role.DESK: _("Desk"),
    Role.FLOOR: _("Floor"),
}
ROLE_NOTES = {
    Role.OWNER: _("everything, also the team and canceling the event"),
    Role.ORGANISER: _("everything but the team and canceling the event"),
    Role.DESK: _("scans tickets, finds guests by name, takes walk-ins, undoes a check-in"),
    Role.FLOOR: _("serves what guests ask for and order, and sees nothing else of the event"),
}
