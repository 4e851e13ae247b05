"""The domain's fixed choices in words, for forms and pages."""

from django.utils.translation import gettext_lazy as _

from backend.events.kinds import Category, LocationType, Visibility

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
    Visibility.PRIVATE: _("Private: the team only"),
}
