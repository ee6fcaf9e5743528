import datetime
import threading

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models.signals import post_save
from django.utils import timezone

from accounts.learners import SESSION_KEY, merge_learners
from accounts.models import Learner, User
from lessons.models import Completion, LessonVisit
from mailings import sending
from mailings.models import Delivery, MailOptOut
from mailings.selectors import learners_due_for_weekly
from mailings.services.progress import queue_progress_mail
from tests.factories.accounts import GuestFactory, LearnerFactory, UserFactory
from tests.factories.lessons import LessonFactory, PartFactory
from tests.factories.mailings import DeliveryFactory

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 23, 8, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def learner():
    learner = LearnerFactory(user__name="Anna", user__date_joined=NOW - 30 * DAY)
    EmailAddress.objects.create(user=learner.user, email=learner.user.email, verified=True, primary=True)
    return learner


def work(learner, at, lesson=None):
    lesson = lesson or LessonFactory(title="Road maps")
    return LessonVisit.objects.create(learner=learner, lesson=lesson, first_at=at, last_at=at)


def due(now=NOW):
    return list(learners_due_for_weekly(now=now))


def test_who_worked_this_week_is_due_and_gets_one_mail_however_often_the_beat_runs(learner):
    work(learner, NOW - DAY)

    with time_machine.travel(NOW, tick=False):
        assert [queue_progress_mail(now=NOW), queue_progress_mail(now=NOW)] == [1, 0]
        assert queue_progress_mail(now=NOW + HOUR) == 0

    row = Delivery.objects.get()
    assert (row.dedupe_key, row.recipient, row.learner) == (
        f"weekly:{learner.pk}:2026-W48",
        learner.user.email,
        learner,
    )


@pytest.mark.parametrize(
    "reason",
    [
        "idle",
        "guest",
        "unverified",
        "switched off",
        "inactive",
        "just joined",
        "at work",
        "mailed lately",
        "long ago",
    ],
)
def test_who_is_not_due(learner, reason):
    work(learner, NOW - DAY)
    match reason:
        case "idle":
            LessonVisit.objects.all().delete()
        case "guest":
            Learner.objects.filter(pk=learner.pk).update(user=None, guest_key=Learner.new_guest_key())
        case "unverified":
            EmailAddress.objects.update(verified=False)
        case "switched off":
            MailOptOut.objects.create(learner=learner, kind="weekly")
        case "inactive":
            learner.user.is_active = False
            learner.user.save()
        case "just joined":
            learner.user.date_joined = NOW - 6 * DAY
            learner.user.save()
        case "at work":
            LessonVisit.objects.update(last_at=NOW - HOUR)
        case "mailed lately":
            DeliveryFactory(kind="weekly", learner=learner, created_at=NOW - 6 * DAY)
        case "long ago":
            LessonVisit.objects.update(last_at=NOW - 15 * DAY)

    assert due() == []


def test_work_before_the_last_mail_counts_no_more(learner):
    work(learner, NOW - 9 * DAY)
    DeliveryFactory(kind="weekly", learner=learner, created_at=NOW - 8 * DAY)

    assert due() == []


def test_a_beat_that_was_away_for_days_mails_late_and_once(learner):
    work(learner, NOW - DAY)
    late = NOW + 5 * DAY

    with time_machine.travel(late, tick=False):
        assert [queue_progress_mail(now=late), queue_progress_mail(now=late)] == [1, 0]
        assert queue_progress_mail(now=late + DAY) == 0


@pytest.mark.django_db(transaction=True)
def test_what_others_write_meanwhile_keeps_nobodys_mail_and_counts(learner):
    many = 250  # more than a database hands over at once
    users = User.objects.bulk_create(
        User(email=f"crowd{n}@example.org", date_joined=NOW - 30 * DAY) for n in range(many)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True) for user in users
    )
    others = Learner.objects.bulk_create(Learner(user=user) for user in users)
    lesson = LessonFactory()
    LessonVisit.objects.bulk_create(
        LessonVisit(learner=other, lesson=lesson, first_at=NOW - DAY, last_at=NOW - DAY)
        for other in [learner, *others]
    )

    def switch_off():
        """All but the last one switch the mail off, on a connection of their own, once the first mail is written."""
        try:
            MailOptOut.objects.bulk_create(MailOptOut(learner=other, kind="weekly") for other in others[:-1])
        finally:
            connection.close()

    def after_the_first(**kwargs):
        post_save.disconnect(after_the_first, sender=Delivery)
        other_process = threading.Thread(target=switch_off)
        transaction.on_commit(lambda: (other_process.start(), other_process.join()))

    post_save.connect(after_the_first, sender=Delivery)
    with time_machine.travel(NOW, tick=False):
        assert queue_progress_mail(now=NOW) == 2

    assert list(Delivery.objects.order_by("pk").values_list("learner", flat=True)) == [
        learner.pk, others[-1].pk
    ]  # fmt: skip


def test_week_after_week_each_gets_its_mail(learner):
    visit = work(learner, NOW - DAY)
    sent = []
    for week in range(3):
        now = NOW + week * 7 * DAY
        LessonVisit.objects.filter(pk=visit.pk).update(last_at=now - DAY)
        with time_machine.travel(now, tick=False):
            sent.append(queue_progress_mail(now=now))

    assert sent == [1, 1, 1]


def test_weekly_mail_tells_what_was_done_and_where_to_go_on(learner, settings, sink):
    part = PartFactory()
    done, begun, later = [
        LessonFactory(part=part, title=title) for title in ("Pathways", "Road maps", "Wrap-up")
    ]
    work(learner, NOW - 2 * DAY, done)
    Completion.objects.create(learner=learner, lesson=done, lesson_version=1, completed_at=NOW - 2 * DAY)
    work(learner, NOW - DAY, begun)
    with time_machine.travel(NOW, tick=False):
        queue_progress_mail(now=NOW)
        sending.pump()
    message = sink.message()
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    stop = message["List-Unsubscribe"].strip("<>")

    assert message["Subject"] == "One more lesson done"
    assert (
        text
        == f"""\
Hello Anna,

This is what you have done since 9 November:

- Pathways: completed
- Road maps: begun

That makes 1 of 3 lessons.

Go on where you left off: lesson 2, Road maps (1 min)
http://testserver/lessons/{begun.slug}/

--{" "}
You get this mail because you learned something this week and have an
account with this address. To stop the weekly mail:
{stop}

HipCourse, the anatomy of the runner's hip
http://testserver
1 Harbour Road, Exampleton
"""
    )
    assert f'href="http://testserver/lessons/{begun.slug}/"' in message.get_body(("html",)).get_content()
    assert later.title not in text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7|add:7 }}", "\r\nBcc: x@example.org"])
def test_a_hostile_name_stays_words(learner, sink, name):
    learner.user.name = name
    learner.user.save()
    work(learner, NOW - DAY)
    with time_machine.travel(NOW, tick=False):
        queue_progress_mail(now=NOW)
        sending.pump()
    message = sink.message()

    assert message["Bcc"] is None
    assert "<script" not in message.get_body(("html",)).get_content()


def test_queries_for_the_due_do_not_grow(learner, django_assert_num_queries):
    work(learner, NOW - DAY)
    for _n in range(2):
        other = LearnerFactory(user__date_joined=NOW - 30 * DAY)
        EmailAddress.objects.create(user=other.user, email=other.user.email, verified=True)
        work(other, NOW - DAY)

    with django_assert_num_queries(1):
        assert len([learner.user.email for learner in due()]) == 3


def confirm_address(rf, user, session=None):
    request = rf.post("/")
    request.session = session or SessionStore()
    address, _created = EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True)
    email_confirmed.send(sender=EmailAddress, request=request, email_address=address)


def test_welcome_comes_once(rf):
    user = UserFactory(name="Anna")
    LessonFactory(title="Why a hip")

    confirm_address(rf, user)
    confirm_address(rf, user)

    row = Delivery.objects.get()
    assert (row.dedupe_key, row.kind, row.recipient) == (f"welcome:user:{user.pk}", "welcome", user.email)
    assert "Hello Anna," in row.text
    assert (
        "This is a good place to start:\n\nLesson 1: Why a hip (1 min)\nhttp://testserver/lessons/"
        in row.text
    )
    assert "http://testserver/mail/stop/" in row.text


def test_welcome_speaks_of_what_the_guest_has_done(rf):
    user = UserFactory()
    guest = GuestFactory()
    work(guest, timezone.now())
    session = SessionStore()
    session[SESSION_KEY] = str(guest.guest_key)

    confirm_address(rf, user, session)

    row = Delivery.objects.get()
    assert (row.learner_id, "This is where you left off:" in row.text) == (guest.pk, True)


def test_merging_moves_the_books_and_keeps_off_what_either_switched_off():
    source, target = GuestFactory(), LearnerFactory()
    row = DeliveryFactory(kind="weekly", learner=source)
    MailOptOut.objects.create(learner=source, kind="weekly")
    MailOptOut.objects.create(learner=source, kind="welcome")
    MailOptOut.objects.create(learner=target, kind="weekly")

    merge_learners(source=source, target=target)

    row.refresh_from_db()
    assert row.learner == target
    assert sorted(MailOptOut.objects.values_list("learner", "kind")) == [
        (target.pk, "weekly"), (target.pk, "welcome")
    ]  # fmt: skip


def test_a_weekly_mail_waits_for_the_learners_own_morning(learner):
    learner.time_zone = "America/Denver"
    learner.save()
    work(learner, NOW - DAY)
    morning = NOW + 7 * HOUR  # 08:00 in Denver
    assert [queue_progress_mail(now=NOW), queue_progress_mail(now=morning)] == [0, 1]
