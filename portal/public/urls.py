"""Addresses of the public pages."""

from django.urls import path

from portal.public.views import events, me, profile, registrations, requests, sessions

app_name = "public"
urlpatterns = [
    path("events", events.ExploreView.as_view(), name="explore"),
    path("e/<str:event_id>", events.EventView.as_view(), name="event"),
    path("e/<str:event_id>/event.ics", events.CalendarView.as_view(), name="calendar"),
    path("e/<str:event_id>/register", registrations.RegisterView.as_view(), name="register"),
    path("e/<str:event_id>/give-up", registrations.GiveUpView.as_view(), name="give-up"),
    path(
        "e/<str:event_id>/sessions/<str:session_id>",
        sessions.SessionView.as_view(),
        name="session",
    ),
    path(
        "e/<str:event_id>/sessions/<str:session_id>/book",
        sessions.BookView.as_view(),
        name="session-book",
    ),
    path(
        "e/<str:event_id>/sessions/<str:session_id>/give-up",
        sessions.GiveUpBookingView.as_view(),
        name="session-give-up",
    ),
    path("me", me.MyTicketsView.as_view(), name="my-tickets"),
    path("me/profile", profile.ProfileView.as_view(), name="profile"),
    path("me/sessions", sessions.MySessionsView.as_view(), name="my-sessions"),
    path(
        "me/sessions/<str:event_id>.ics",
        sessions.MySessionsCalendarView.as_view(),
        name="my-sessions-calendar",
    ),
    path("unsubscribe/<str:token>", profile.UnsubscribeView.as_view(), name="unsubscribe"),
    path("me/requests", requests.MyRequestsView.as_view(), name="my-requests"),
    path(
        "me/requests/<str:request_id>/cancel",
        requests.CancelView.as_view(),
        name="request-cancel",
    ),
    path("me/ask/<str:event_id>/<str:kind>", requests.AskView.as_view(), name="ask"),
    path("me/tickets/<str:event_id>", me.TicketView.as_view(), name="ticket"),
    path("me/tickets/<str:event_id>/mail", registrations.ResendView.as_view(), name="resend"),
]
