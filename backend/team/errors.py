"""What the team of an event refuses."""

from backend.shared.errors import Conflict, Forbidden, NotFound, Rejected, TooManyAttempts


class MemberNotFound(NotFound):
    """Nobody with this id is in the team."""

    code = "member_not_found"


class AlreadyMember(Conflict):
    """The person is in the team already; ``details["role"]`` says as what."""

    code = "already_member"


class OwnerStays(Rejected):
    """An event has exactly one owner, who is neither added nor removed like others."""

    code = "owner_stays"


class NotTeamOwner(Forbidden):
    """Only the owner of the event changes its team."""

    code = "not_team_owner"


class InvitationNotFound(NotFound):
    """This address is not invited (any more)."""

    code = "invitation_not_found"


class TeamFull(Rejected):
    """An event's team has a bounded number of people."""

    code = "team_full"


class InvitedJustNow(TooManyAttempts):
    """The mail went out a moment ago."""

    code = "invited_just_now"
