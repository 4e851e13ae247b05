"""What each role may do to which tables: exactly what its function does to them."""

import re

import pytest

from tests.support.templates import resources, texts


def tables_of(stack: str, role: str) -> set[str]:
    """The tables that a role names, by the parameters that hold them."""
    policy = resources(stack, "AWS::IAM::Role")[role]["Policies"][0]["PolicyDocument"]
    named = {text for s in policy["Statement"] for text in texts(s["Resource"])}
    return {match[1] for text in named if (match := re.search(r"(\w+)TableArn", text))}


@pytest.mark.parametrize(
    ("stack", "role", "tables"),
    [
        ("api", "HealthRole", set()),
        ("api", "LoginRole", set()),
        ("api", "RegisterRole", {"Users", "Profiles"}),
        ("api", "PublicEventsRole", {"Events", "SeatBlocks", "Sessions", "Stats"}),
        (
            "api",
            "SessionsRole",
            {"Sessions", "Bookings", "SeatBlocks", "Registrations", "Events", "Team"},
        ),
        (
            "streams",
            "SessionsStreamRole",
            {"Sessions", "Bookings", "SeatBlocks", "Events", "Activity", "Jobs"},
        ),
        (
            "streams",
            "BookingsStreamRole",
            {"Sessions", "Bookings", "SeatBlocks", "Registrations", "Events", "Activity", "Stats"}
            | {"Notifications"},
        ),
        ("api", "EventsRole", {"Events", "SeatBlocks", "Team", "Idempotency"}),
        ("api", "RegistrationsRole", {"Registrations", "SeatBlocks", "Events", "Team"}),
        ("api", "ScansRole", {"Registrations", "Scans", "Events", "Team"}),
        ("api", "KioskAuthorizerRole", {"Kiosks"}),
        ("api", "UsersAuthorizerRole", set()),
        ("api", "ProfilesRole", {"Profiles"}),
        (
            "api",
            "UsersRole",
            {
                "Users",
                "Profiles",
                "WebSessions",
                "Team",
                "Events",
                "Registrations",
                "Jobs",
                "Idempotency",
            },
        ),
        ("streams", "ProfilesStreamRole", {"Profiles", "Notifications"}),
        ("streams", "KiosksStreamRole", {"Activity"}),
        ("api", "GuestRequestsRole", {"GuestRequests", "Registrations", "Events", "Team"}),
        (
            "streams",
            "GuestRequestsStreamRole",
            {"GuestRequests", "Stats", "Activity", "Notifications", "Events"},
        ),
        ("streams", "RequestRemindersRole", {"GuestRequests"}),
        ("streams", "SessionNoticesRole", {"Sessions", "Events", "Jobs"}),
        ("streams", "EmailFeedbackRole", {"Contacts", "Notifications"}),
        ("streams", "UploadsRole", {"Events"}),
        (
            "streams",
            "EventsStreamRole",
            {"Events", "Registrations", "SeatBlocks", "Activity", "Jobs"},
        ),
        (
            "streams",
            "NotificationsStreamRole",
            {
                "Announcements",
                "Jobs",
                "Notifications",
                "Contacts",
                "Profiles",
                "Registrations",
                "Events",
                "Team",
                "GuestRequests",
                "Sessions",
                "Bookings",
            },
        ),
        ("streams", "TeamStreamRole", {"Notifications", "Activity", "GuestRequests"}),
    ],
)
def test_role_reaches_the_tables_that_its_function_works_on_and_no_others(stack, role, tables):
    assert tables_of(stack, role) == tables


def table_rights_of(stack: str, role: str) -> dict[str, set[str]]:
    """What a role may do to each table or index that it names."""
    policy = resources(stack, "AWS::IAM::Role")[role]["Policies"][0]["PolicyDocument"]
    return {
        re.sub(r"TableArn|[${}]", "", text): {a.removeprefix("dynamodb:") for a in s["Action"]}
        for s in policy["Statement"]
        for text in texts(s["Resource"])
        if "TableArn" in text
    }


@pytest.mark.parametrize(
    ("stack", "role", "rights"),
    [
        (
            "api",
            "EventsRole",
            {
                "Events": {"GetItem", "PutItem", "UpdateItem"},
                "Events/index/creator_index": {"Query"},
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Team": {"GetItem", "PutItem"},
                "Idempotency": {"PutItem", "DeleteItem"},
            },
        ),
        (
            "api",
            "UsersRole",
            {
                "Users": {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Scan"},
                "Profiles": {"DeleteItem"},
                "WebSessions": {"DeleteItem"},
                "WebSessions/index/sub_index": {"Query"},
                "Team": {"UpdateItem", "DeleteItem"},
                "Team/index/member_index": {"Query"},
                "Events": {"UpdateItem"},
                "Events/index/creator_index": {"Query"},
                "Registrations/index/email_index": {"Query"},
                "Jobs": {"GetItem", "PutItem"},
                "Idempotency": {"PutItem", "DeleteItem"},
            },
        ),
        ("api", "ProfilesRole", {"Profiles": {"GetItem", "UpdateItem"}}),
        (
            "streams",
            "ProfilesStreamRole",
            {"Profiles": {"UpdateItem"}, "Notifications": {"PutItem"}},
        ),
        (
            "api",
            "GuestRequestsRole",
            {
                "GuestRequests": {"GetItem", "BatchGetItem", "PutItem", "UpdateItem"},
                "GuestRequests/index/queue_index": {"Query"},
                "GuestRequests/index/user_index": {"Query"},
                "Registrations": {"GetItem"},
                "Events": {"GetItem"},
                "Team": {"GetItem", "BatchGetItem"},
            },
        ),
        (
            "streams",
            "GuestRequestsStreamRole",
            {
                "GuestRequests": {"GetItem", "UpdateItem"},
                "Stats": {"UpdateItem"},
                "Activity": {"PutItem"},
                "Notifications": {"PutItem"},
                "Events": {"GetItem"},
            },
        ),
        (
            "streams",
            "EmailFeedbackRole",
            {"Contacts": {"UpdateItem"}, "Notifications": {"GetItem", "UpdateItem"}},
        ),
        (
            "streams",
            "RequestRemindersRole",
            {"GuestRequests": {"UpdateItem"}, "GuestRequests/index/due_index": {"Query"}},
        ),
        (
            "streams",
            "SessionNoticesRole",
            {
                "Sessions": {"GetItem", "UpdateItem"},
                "Sessions/index/notice_index": {"Query"},
                "Events": {"GetItem"},
                "Jobs": {"GetItem", "PutItem"},
                "Jobs/index/stuck_index": {"Query"},
            },
        ),
        (
            "api",
            "RegistrationsRole",
            {
                "Registrations": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Registrations/index/email_index": {"Query"},
                "Registrations/index/name_index": {"Query"},
                "Registrations/index/waiting_index": {"Query"},
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Events": {"GetItem", "BatchGetItem"},
                "Team": {"GetItem"},
            },
        ),
        (
            "api",
            "PublicEventsRole",
            {
                "Events": {"GetItem", "BatchGetItem"},
                "Events/index/listing_index": {"Query"},
                "Events/index/directory_index": {"Query"},
                "SeatBlocks": {"GetItem", "BatchGetItem"},
                "Sessions/index/agenda_index": {"Query"},
                "Stats": {"BatchGetItem"},
            },
        ),
        (
            "api",
            "SessionsRole",
            {
                "Sessions": {"GetItem", "BatchGetItem"},
                "Bookings": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Bookings/index/guest_index": {"Query"},
                "Bookings/index/waiting_index": {"Query"},
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Registrations": {"GetItem", "BatchGetItem"},
                "Registrations/index/email_index": {"Query"},
                "Events": {"GetItem"},
                "Team": {"GetItem"},
            },
        ),
        (
            "streams",
            "SessionsStreamRole",
            {
                "Sessions": {"GetItem"},
                "Events": {"GetItem"},
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Bookings": {"GetItem", "UpdateItem"},
                "Bookings/index/waiting_index": {"Query"},
                "Activity": {"PutItem"},
                "Jobs": {"GetItem", "PutItem"},
            },
        ),
        (
            "streams",
            "BookingsStreamRole",
            {
                "Sessions": {"GetItem"},
                "Events": {"GetItem"},
                "Registrations": {"BatchGetItem"},
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Bookings": {"GetItem", "UpdateItem", "BatchGetItem"},
                "Bookings/index/waiting_index": {"Query"},
                "Activity": {"PutItem"},
                "Stats": {"GetItem", "UpdateItem"},
                "Notifications": {"PutItem"},
            },
        ),
        ("streams", "UploadsRole", {"Events": {"GetItem", "UpdateItem"}}),
        (
            "streams",
            "EventsStreamRole",
            {
                "Events": {"GetItem"},
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Registrations": {"GetItem", "UpdateItem"},
                "Registrations/index/waiting_index": {"Query"},
                "Activity": {"PutItem"},
                "Jobs": {"GetItem", "PutItem"},
            },
        ),
        (
            "streams",
            "RegistrationsStreamRole",
            {
                "Events": {"GetItem"},
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Registrations": {"GetItem", "UpdateItem", "BatchGetItem"},
                "Registrations/index/waiting_index": {"Query"},
                "GuestRequests": {"BatchGetItem", "UpdateItem"},
                "GuestRequests/index/guest_index": {"Query"},
                "Sessions": {"GetItem", "Query"},
                "Bookings": {"GetItem", "BatchGetItem", "PutItem", "UpdateItem"},
                "Scans": {"PutItem"},
                "Activity": {"PutItem"},
                "Stats": {"GetItem", "UpdateItem"},
                "Notifications": {"PutItem"},
            },
        ),
        (
            "streams",
            "JobsRole",
            {
                "Jobs": {"GetItem", "UpdateItem", "DeleteItem"},
                "Events": {"GetItem"},
                "Registrations": {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"},
                "Registrations/index/name_index": {"Query"},
                "Registrations/index/waiting_index": {"Query"},
                "Sessions": {"GetItem", "BatchGetItem", "Query"},
                "Bookings": {"GetItem", "BatchGetItem", "Query", "UpdateItem"},
                "Bookings/index/guest_index": {"Query"},
                "Bookings/index/waiting_index": {"Query"},
                "Team": {"GetItem"},
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "Stats": {"GetItem", "BatchGetItem"},
                "Scans": {"Query"},
                "Jobs/index/event_index": {"Query"},
                "Activity/index/subject_index": {"Query"},
                "GuestRequests": {"GetItem", "BatchGetItem", "UpdateItem"},
                "GuestRequests/index/queue_index": {"Query"},
                "GuestRequests/index/guest_index": {"Query"},
                "Activity": {"UpdateItem"},
                "Notifications": {"GetItem", "BatchGetItem", "PutItem", "UpdateItem"},
                "Announcements": {"GetItem"},
            },
        ),
        (
            "streams",
            "SeatAuditRole",
            {
                "SeatBlocks": {"GetItem", "PutItem", "UpdateItem", "BatchGetItem"},
                "SeatBlocks/index/audit_index": {"Query"},
                "Registrations": {"GetItem", "BatchGetItem", "PutItem", "UpdateItem", "Query"},
                "Registrations/index/waiting_index": {"Query"},
                "Sessions": {"GetItem"},
                "Bookings": {"GetItem", "BatchGetItem", "PutItem", "UpdateItem", "Query"},
                "Bookings/index/waiting_index": {"Query"},
                "Events": {"GetItem"},
                "Notifications": {"UpdateItem"},
                "Notifications/index/stuck_index": {"Query"},
            },
        ),
    ],
)
def test_role_may_do_to_tables_what_its_code_does_and_no_more(stack, role, rights):
    assert table_rights_of(stack, role) == rights
