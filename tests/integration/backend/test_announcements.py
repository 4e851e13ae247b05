"""Announcements: written, tried out, sent to each guest once, paused, stopped and counted."""

from datetime import timedelta

import pytest

from backend.announcements import letters, queries, sending, services
from backend.announcements.errors import (
    AnnouncementChanged,
    AnnouncementNotFound,
    AnnouncementSent,
    TrialRefused,
)
from backend.announcements.kinds import Audience
from backend.announcements.models import Announcement
from backend.announcements.services import Wording
from backend.events.errors import EventForbidden
from backend.jobs import file_store
from backend.jobs import services as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.states import JobStatus
from backend.notifications import choices
from backend.notifications.choices import Choices
from backend.notifications.errors import ChannelRefused
from backend.notifications.kinds import NotificationKind
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.registrations import services as registrations
from backend.registrations.guests import guest_key, shard_of
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.shared.actor import Actor, ActorKind
from backend.shared.errors import BadInput
from backend.team.roles import Role
from tests.factories.team import make_member
from tests.support.announcing import Post, draft, send
from tests.support.booking import book, cancel, open_session
from tests.support.killing import dies
from tests.support.registering import LATER, OLGA, add, open_event

pytestmark = pytest.mark.usefixtures("tables")
S, J = NotificationStatus, JobStatus


@pytest.fixture
def event():
    return open_event(capacity=3, waiting_list=True)


def fill(event, *names: str) -> list[Registration]:
    return [
        add(event, name=name, email=f"{name}@{event.uuid}.example").registration for name in names
    ]


def addresses(*guests: Registration) -> list[str]:
    return sorted(str(one.user_email) for one in guests)


# Writing


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", " "),
        ("subject", "x" * 151),
        ("subject", "one\nBcc: two"),
        ("text", "\n"),
        ("text", "x" * 10_001),
        ("text", "nul \x00"),
    ],
)
def test_a_bad_wording_is_refused_by_its_field(event, field, value):
    with pytest.raises(BadInput) as refusal:
        draft(event, **{field: value})
    assert refusal.value.fields.keys() == {field}


def test_who_is_overtaken_changes_nothing(event):
    first = draft(event)
    place = {"event_id": event.uuid, "announcement_id": first.announcement_id}
    mine = Wording("Mine", "Text", Audience.IN)
    services.change_draft(**place, wording=mine, version=1, actor=OLGA, now=LATER)
    with pytest.raises(AnnouncementChanged):
        services.change_draft(
            **place, wording=Wording("Late", "Text", Audience.IN), version=1, actor=OLGA, now=LATER
        )
    assert Announcement.fetch(event.uuid, first.announcement_id).subject == "Mine"


def test_what_was_sent_stays_as_it_was(event):
    first = draft(event)
    send(first)
    with pytest.raises(AnnouncementSent):
        services.change_draft(
            event_id=event.uuid,
            announcement_id=first.announcement_id,
            wording=Wording("Late", "Text", Audience.IN),
            version=1,
            actor=OLGA,
            now=LATER,
        )


def test_sending_what_changed_since_it_was_seen_sends_nothing(event):
    first = draft(event)
    with pytest.raises(AnnouncementChanged):
        send(first, version=7)
    assert Announcement.fetch(event.uuid, first.announcement_id).is_draft


@pytest.mark.parametrize("announcement_id", ["", "nothing", "x" * 3000])
def test_an_announcement_that_is_not_there(event, announcement_id):
    with pytest.raises(AnnouncementNotFound):
        queries.fetch_announcement(
            event_id=event.uuid, announcement_id=announcement_id, actor=OLGA, now=LATER
        )


def test_a_desk_may_not_write_to_guests(event):
    make_member(event_id=event.uuid, member="dora", role=Role.DESK)
    dora = Actor(ActorKind.USER, user_id="dora")
    with pytest.raises(EventForbidden):
        send(draft(event), actor=dora)


# What a guest reads


def test_a_guests_own_words_are_text_whatever_they_contain(event):
    [odd] = fill(event, "Eve")
    odd.name = "**Eve** <script>x</script> {where} [a](https://evil.example)"
    letter = letters.letter_of(draft(event), event, name=odd.name)
    assert f"Hello **{odd.name}**" in letter.text
    assert "<script" not in letter.html
    assert 'evil.example"' not in letter.html
    assert "{where}" in letter.html
    assert event.title in letter.html


def test_the_markdown_of_organisers_is_cleaned(event):
    text = "# Hi\n\n<img src=x onerror=alert(1)>\n\n[go](javascript:alert(1)) {unknown}"
    letter = letters.letter_of(draft(event, text=text), event, name="Ada")
    assert "<h3>Hi</h3>" in letter.html
    assert [bad for bad in ("<img", 'javascript:alert(1)"') if bad in letter.html] == []
    assert "{unknown}" in letter.text


def test_a_preview_is_about_somebody_it_is_for_and_then_the_next(event):
    ada, bea, cem, dan = fill(event, "Ada", "Bea", "Cem", "Dan")
    waiting = draft(event, Audience.WAITLISTED)
    assert queries.guest_to_preview(event, waiting).guest == dan.guest
    everybody = draft(event)
    assert queries.guest_to_preview(event, everybody, after=ada.guest).guest == bea.guest
    assert queries.guest_to_preview(event, draft(event, Audience.IN)) is None
    assert cem.is_confirmed


def test_a_test_goes_to_its_author_alone_once_a_minute(event):
    [ada] = fill(event, "Ada")
    olga = Actor(ActorKind.USER, user_id=OLGA.user_id, email="olga@example.org", name="Olga")
    first = draft(event)
    place = {"event_id": event.uuid, "announcement_id": first.announcement_id, "actor": olga}
    post = Post()
    by_sms = frozenset({NotificationKind.ANNOUNCEMENT})
    chosen = Choices("Olga", "+4915112345678", by_sms=by_sms)
    choices.change_choices(choices=chosen, actor=olga, now=LATER)
    for version, seconds in enumerate((0, 10, 61), start=1):
        services.send_test(**place, now=LATER + timedelta(seconds=seconds))
        # Changing it is no way to send more of them.
        wording = Wording(first.subject, first.text, Audience.IN)
        services.change_draft(**place, wording=wording, version=version, now=LATER)
    minute = (LATER.replace(second=0), LATER.replace(second=0) + timedelta(minutes=1))
    keys = [
        f"announcement_test#{first.announcement_id}#{OLGA.user_id}#{at:%Y-%m-%dT%H:%M}:00.000Z"
        for at in minute
    ]
    assert [post.deliver_key(key) for key in keys] == [S.SENT, S.SENT]
    assert post.addresses == ["olga@example.org"] * 2
    assert [Notification.find(f"{key}#SMS") for key in keys] == [None, None]
    kept = [Notification.find(key) for key in keys]
    assert [(one.recipient, one.facts) for one in kept] == [("-", {})] * 2
    assert "Hello **Olga**" in post.taken[0].text
    assert Notification.find(letters.key_of(first.announcement_id, ada.guest)) is None


def test_a_test_to_who_switched_announcements_off_says_so(event):
    olga = Actor(ActorKind.USER, user_id=OLGA.user_id, email="olga2@example.org", name="Olga")
    off = frozenset({NotificationKind.ANNOUNCEMENT})
    choices.change_choices(choices=Choices(name="Olga", off=off), actor=olga, now=LATER)
    first = draft(event)
    for author in (olga, OLGA if not OLGA.email else Actor(ActorKind.USER, user_id=OLGA.user_id)):
        with pytest.raises(TrialRefused):
            services.send_test(
                event_id=event.uuid,
                announcement_id=first.announcement_id,
                actor=author,
                now=LATER,
            )


# Sending


@pytest.mark.parametrize(
    ("audience", "names"),
    [
        (Audience.EVERYBODY, ["Ada", "Bea", "Cem", "Dan"]),
        (Audience.CONFIRMED, ["Ada", "Bea", "Cem"]),
        (Audience.WAITLISTED, ["Dan"]),
        (Audience.IN, ["Ada"]),
        (Audience.EXPECTED, ["Bea", "Cem"]),
    ],
)
def test_it_goes_to_whom_it_is_for(event, audience, names):
    guests = fill(event, "Ada", "Bea", "Cem", "Dan")
    ada = Registration.fetch(guests[0].shard, guests[0].guest)
    ada.admission = Admission.IN
    ada.save()
    first, post = draft(event, audience), Post()
    job = send(first)
    post.run(job)
    meant = [one for one in guests if one.name in names]
    assert post.deliver(first, *meant) == [S.SENT] * len(names)
    assert post.deliver(first, *(one for one in guests if one not in meant)) == [None] * (
        len(guests) - len(names)
    )
    done = post.run(job)
    assert (done.status, done.done, done.failed) == (J.DONE, len(names), 0)


def test_the_report_counts_what_was_sent_held_back_and_failed(event):
    ada, bea, cem, dan = fill(event, "Ada", "Bea", "Cem", "Dan")
    add(event, name="Nobody", email="")
    post = Post(refused={str(bea.user_email): ChannelRefused("MessageRejected")})
    contact = choices.link_to(
        choices.contact_id_of(str(cem.user_email)), NotificationKind.ANNOUNCEMENT
    )
    choices.switch(contact.rpartition("/")[2], off=True, now=LATER)
    first = draft(event)
    job = send(first)
    assert post.run(job).status is J.RUNNING
    assert post.deliver(first, ada, bea, cem) == [S.SENT, S.FAILED, S.SUPPRESSED]
    assert post.run(job).status is J.RUNNING  # one is still on its way
    post.deliver(first, dan)
    done = post.run(job)
    assert (done.status, done.done, done.failed) == (J.DONE, 3, 1)
    assert done.result == {
        "queued": 4,
        "without_address": 1,
        "sent": 2,
        "held_back": 1,
        "undelivered": 1,
    }
    assert [(one.where, one.code) for one in done.list_problems()] == [
        (bea.guest, "MessageRejected")
    ]


def test_who_waits_for_a_night_is_still_looked_for(event):
    [ada] = fill(event, "Ada")
    first, post = draft(event), Post()
    job = send(first)
    for _ in range(60):
        assert post.run(job).status is J.RUNNING
    assert post.deliver(first, ada) == [S.SENT]
    assert post.run(job).status is J.DONE


def test_sending_again_is_the_same_job_and_nobody_gets_it_twice(event):
    [ada] = fill(event, "Ada")
    first, post = draft(event), Post()
    jobs_started = {send(first).job_id, send(first).job_id}
    assert len(jobs_started) == 1
    job = send(first)
    post.run(job)
    assert post.deliver(first, ada, ada) == [S.SENT, S.SENT]
    assert len(post.taken) == 1
    assert Announcement.fetch(event.uuid, first.announcement_id).job_id == job.job_id


def test_who_gave_the_place_back_since_gets_nothing(event):
    [ada] = fill(event, "Ada")
    first, post = draft(event), Post()
    post.run(send(first))
    registrations.cancel_guest(
        event_id=event.uuid, guest=ada.guest, version=ada.version, actor=OLGA, now=LATER
    )
    assert post.deliver(first, ada) == [S.SUPPRESSED]


def test_a_paused_job_holds_what_waits_in_the_outbox_and_goes_on(event):
    ada, bea = fill(event, "Ada", "Bea")
    first, post = draft(event), Post()
    job = send(first)
    post.run(job)
    post.deliver(first, ada)
    jobs.request_pause(job_id=job.job_id, now=post.now)
    assert post.deliver(first, bea) == [S.SENDING]
    assert post.run(job).status is J.PAUSED
    assert post.deliver(first, bea) == [S.SENDING]
    jobs.retry_job(job_id=job.job_id, now=post.now)
    assert post.deliver(first, bea) == [S.SENT]
    assert post.run(job).status is J.DONE
    assert post.addresses == addresses(ada, bea)


def test_a_stopped_job_sends_no_more(event):
    ada, bea = fill(event, "Ada", "Bea")
    first, post = draft(event), Post()
    job = send(first)
    post.run(job)
    post.deliver(first, ada)
    jobs.request_cancel(job_id=job.job_id, now=post.now)
    assert post.deliver(first, bea) == [S.SUPPRESSED]
    assert post.run(job).status is J.CANCELED
    assert post.addresses == addresses(ada)


def test_a_kill_at_any_call_loses_and_doubles_nothing(event, monkeypatch):
    monkeypatch.setattr(services, "SENT_PER_DAY", 100)
    guests = fill(event, "Ada", "Bea", "Cem", "Dan")
    for number in range(1, 80, 3):
        first, post = draft(event), Post()
        job = send(first)
        died = dies(lambda post=post, job=job: post.run(job), number, after=bool(number % 2))
        post.run(job)
        assert post.deliver(first, *guests) == [S.SENT] * len(guests)
        done = post.run(job)
        assert (done.status, done.done, done.result["queued"]) == (J.DONE, 4, 4)
        assert post.addresses == addresses(*guests)
        if not died:
            break
    else:
        pytest.fail("It never got through.")


def test_many_pages_are_all_asked_for(event, monkeypatch):
    guests = fill(event, "Ada", "Bea", "Cem", "Dan")
    monkeypatch.setattr(sending, "GUESTS_PER_STEP", 1)
    first, post = draft(event), Post()
    job = send(first)
    post.run(job)
    assert post.deliver(first, *guests) == [S.SENT] * len(guests)
    done = post.run(job)
    assert (done.kind, done.done, done.total) == (JobKind.ANNOUNCE, 4, 4)
    # Where a page started is a guest's name, and nobody needs it any more.
    assert [name for name in file_store.list_names(job.job_id) if name.startswith("start")] == []


def test_a_guest_who_was_erased_since_gets_nothing(event):
    [ada] = fill(event, "Ada")
    first, post = draft(event), Post()
    post.run(send(first))
    registrations.erase_guest(shard=ada.shard, guest=ada.guest, changed_by="USER:olga", now=LATER)
    assert post.deliver(first, ada) == [S.SUPPRESSED]
    key = letters.key_of(first.announcement_id, ada.guest)
    assert Notification.find(key).reason == "registration_gone"


def test_an_announcement_that_is_gone_is_not_sent(event):
    [ada] = fill(event, "Ada")
    first, post = draft(event), Post()
    post.run(send(first))
    first.delete()
    assert post.deliver(first, ada) == [S.SUPPRESSED]
    key = letters.key_of(first.announcement_id, ada.guest)
    assert Notification.find(key).reason == "announcement_gone"


def test_it_can_go_to_who_has_a_place_at_a_session_alone():
    event, session = open_session(capacity=2)
    for who in ("ada", "ben", "cyd"):
        book(session, who)  # the third one waits there
    first, post = draft(event, session_id=session.session_id), Post()
    job = send(first)
    post.run(job)
    guests = [stored_guest(event, who) for who in ("ada", "ben", "cyd")]
    assert post.deliver(first, guests[0], guests[2]) == [S.SENT, None]
    cancel(session, "ben")
    assert post.deliver(first, guests[1]) == [S.SUPPRESSED]
    done = post.run(job)
    assert (done.status, done.result["sent"], done.result["held_back"]) == (J.DONE, 1, 1)


def stored_guest(event, who: str) -> Registration:
    guest = guest_key(event.uuid, f"{who}@example.com")
    return Registration.fetch(shard_of(event.uuid, guest, shards=event.shards), guest)


def test_a_session_of_another_event_is_refused_by_its_field(event):
    _, theirs = open_session()
    with pytest.raises(BadInput) as refusal:
        draft(event, session_id=theirs.session_id)
    assert refusal.value.fields.keys() == {"session_id"}
