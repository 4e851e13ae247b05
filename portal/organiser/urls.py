"""Addresses of the organiser pages."""

from django.urls import path

from portal.organiser.views import (
    activity,
    banner,
    event_form,
    event_list,
    event_status,
    guest_adding,
    guest_changes,
    guest_data,
    guest_lists,
    guests,
    jobs,
    kiosks,
    overview,
    recount,
    registrations,
    scans,
    team,
)

app_name = "organiser"
urlpatterns = [
    path("events", event_list.EventsView.as_view(), name="events"),
    path("events/new", event_form.CreateEventView.as_view(), name="event-new"),
    path("e/<str:event_id>", overview.OverviewView.as_view(), name="overview"),
    path("e/<str:event_id>/numbers", overview.NumbersView.as_view(), name="numbers"),
    path("e/<str:event_id>/edit", event_form.EditEventView.as_view(), name="event-edit"),
    path("e/<str:event_id>/banner", banner.AttachBannerView.as_view(), name="banner"),
    path("e/<str:event_id>/banner/offer", banner.OfferBannerView.as_view(), name="banner-offer"),
    path("e/<str:event_id>/publish", event_status.PublishView.as_view(), name="publish"),
    path("e/<str:event_id>/cancel", event_status.CancelEventView.as_view(), name="cancel"),
    path("e/<str:event_id>/finish", event_status.FinishEventView.as_view(), name="finish"),
    path("e/<str:event_id>/archive", event_status.ArchiveEventView.as_view(), name="archive"),
    path("e/<str:event_id>/copy", event_status.CopyEventView.as_view(), name="copy"),
    path(
        "e/<str:event_id>/registrations",
        registrations.RegistrationsView.as_view(),
        name="registrations",
    ),
    path(
        "e/<str:event_id>/registrations/add",
        guest_adding.AddGuestView.as_view(),
        name="guest-new",
    ),
    path(
        "e/<str:event_id>/registrations/walk-in",
        guest_adding.WalkInView.as_view(),
        name="walk-in",
    ),
    path(
        "e/<str:event_id>/registrations/change",
        registrations.ChangeGuestsView.as_view(),
        name="guests-change",
    ),
    path("e/<str:event_id>/import", guest_lists.ImportView.as_view(), name="import"),
    path(
        "e/<str:event_id>/import/<str:upload>",
        guest_lists.ImportListView.as_view(),
        name="import-list",
    ),
    path("e/<str:event_id>/export", guest_lists.ExportView.as_view(), name="export"),
    path(
        "e/<str:event_id>/registrations/<str:guest>",
        guests.GuestView.as_view(),
        name="guest",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/cancel",
        guest_changes.CancelGuestView.as_view(),
        name="guest-cancel",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/edit",
        guests.EditGuestView.as_view(),
        name="guest-edit",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/ticket",
        guests.GuestTicketView.as_view(),
        name="guest-ticket",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/reissue",
        guest_changes.ReissueTicketView.as_view(),
        name="guest-reissue",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/resend",
        guest_changes.ResendTicketView.as_view(),
        name="guest-resend",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/email",
        guests.ChangeEmailView.as_view(),
        name="guest-email",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/wait",
        guest_changes.MoveToWaitingListView.as_view(),
        name="guest-wait",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/promote",
        guest_changes.PromoteGuestView.as_view(),
        name="guest-promote",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/export",
        guest_data.ExportGuestView.as_view(),
        name="guest-export",
    ),
    path(
        "e/<str:event_id>/registrations/<str:guest>/erase",
        guest_data.EraseGuestView.as_view(),
        name="guest-erase",
    ),
    path("e/<str:event_id>/team", team.TeamView.as_view(), name="team"),
    path("e/<str:event_id>/team/invite", team.InviteView.as_view(), name="team-invite"),
    path("e/<str:event_id>/team/leave", team.LeaveTeamView.as_view(), name="team-leave"),
    path("e/<str:event_id>/join", team.JoinTeamView.as_view(), name="team-join"),
    path(
        "e/<str:event_id>/team/invitations/<str:invitee>/withdraw",
        team.WithdrawInvitationView.as_view(),
        name="team-withdraw",
    ),
    path(
        "e/<str:event_id>/team/<str:member>/role",
        team.ChangeRoleView.as_view(),
        name="team-role",
    ),
    path(
        "e/<str:event_id>/team/<str:member>/remove",
        team.RemoveMemberView.as_view(),
        name="team-remove",
    ),
    path("e/<str:event_id>/recount", recount.RecountView.as_view(), name="recount"),
    path("e/<str:event_id>/jobs", jobs.JobsView.as_view(), name="jobs"),
    path("e/<str:event_id>/jobs/<str:job_id>", jobs.JobView.as_view(), name="job"),
    path(
        "e/<str:event_id>/jobs/<str:job_id>/cancel",
        jobs.CancelJobView.as_view(),
        name="job-cancel",
    ),
    path(
        "e/<str:event_id>/jobs/<str:job_id>/retry",
        jobs.RetryJobView.as_view(),
        name="job-retry",
    ),
    path(
        "e/<str:event_id>/jobs/<str:job_id>/files/<str:name>",
        jobs.JobFileView.as_view(),
        name="job-file",
    ),
    path("e/<str:event_id>/activity", activity.ActivityView.as_view(), name="activity"),
    path("e/<str:event_id>/activity/undo", activity.UndoView.as_view(), name="activity-undo"),
    path("e/<str:event_id>/kiosks", kiosks.KiosksView.as_view(), name="kiosks"),
    path("e/<str:event_id>/kiosks/new", kiosks.PairKioskView.as_view(), name="kiosk-new"),
    path("e/<str:event_id>/kiosks/<str:kiosk>", kiosks.ChangeKioskView.as_view(), name="kiosk"),
    path(
        "e/<str:event_id>/kiosks/<str:kiosk>/pair",
        kiosks.PairingCodeView.as_view(),
        name="kiosk-pair",
    ),
    path(
        "e/<str:event_id>/kiosks/<str:kiosk>/revoke",
        kiosks.RevokeKioskView.as_view(),
        name="kiosk-revoke",
    ),
    path("e/<str:event_id>/scans", scans.ScansView.as_view(), name="scans"),
]
