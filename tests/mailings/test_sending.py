import datetime
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from hipcourse.celery import app
from mailings import sending, tasks
from mailings.models import Delivery, Issue, MailGate, MailOptOut, Subscriber, Suppression
from mailings.services import ledger, queue
from mailings.services.issues import cancel_issue, finish_issues, pause_issue
from tests.factories.accounts import LearnerFactory
from tests.factories.mailings import DeliveryFactory, IssueFactory, NewsletterDeliveryFactory

# A mail server and a broker that are waited for: not beside other tests.
pytestmark = [pytest.mark.django_db, pytest.mark.processes]
MINUTE = datetime.timedelta(minutes=1)


def states():
    return dict(Delivery.objects.order_by("recipient").values_list("recipient", "status"))


def test_a_mail_is_sent_once_and_its_words_are_forgotten(sink):
    row = DeliveryFactory()

    assert sending.pump() is False
    assert sending.pump() is False

    row.refresh_from_db()
    assert sink.recipients() == [row.recipient]
    assert (row.status, row.text, row.html, row.token, row.attempts) == ("sent", "", "", "", 1)
    assert row.outcome == "250 2.0.0 taken"
    assert row.settled_at is not None


def test_one_connection_serves_a_chunk(sink):
    DeliveryFactory.create_batch(30)

    sending.pump()

    assert (len(sink.taken), sink.connections) == (30, 1)


def test_urgent_mail_goes_first(sink):
    DeliveryFactory(recipient="bulk@example.org")
    DeliveryFactory(recipient="urgent@example.org", urgent=True)

    sending.pump()

    assert [recipient for recipient, _message in sink.taken] == ["urgent@example.org", "bulk@example.org"]


@pytest.mark.parametrize(
    ("word", "status", "outcome", "is_suppressed"),
    [
        ("refuse", "failed", "550 5.1.1 no such user", True),
        ("policy", "failed", "550 5.7.1 we do not like you", False),
        ("spam", "failed", "554 5.7.1 looks like spam", False),
        ("defer", "queued", "451 4.7.1 greylisted", False),
        ("later", "queued", "452 4.2.2 mailbox full", False),
    ],
)
def test_each_answer_of_the_server_is_written_down_and_the_others_go_on(
    sink, word, status, outcome, is_suppressed
):
    row = DeliveryFactory(recipient=f"{word}.anna@example.org")
    other = DeliveryFactory()

    sending.pump()

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.status, row.outcome, other.status) == (status, outcome, "sent")
    assert Suppression.objects.filter(address=row.recipient).exists() is is_suppressed


@pytest.mark.parametrize("word", ["drop", "mute"])
def test_no_answer_after_the_message_is_an_unknown_fate_that_waits_for_a_person(sink, word):
    row = DeliveryFactory(recipient=f"{word}.anna@example.org")

    sending.pump(seconds=0.1)
    MailGate.objects.update(closed_until=timezone.now())
    sending.pump(seconds=0.1)

    row.refresh_from_db()
    assert (row.status, row.text) == ("uncertain", "It is 4711.")
    assert sink.recipients() == [row.recipient]


def test_each_unknown_fate_is_one_failure_and_the_third_in_a_row_pauses_issues(sink):
    issue = NewsletterDeliveryFactory(next_at=timezone.now() + datetime.timedelta(days=1)).issue
    seen = []
    for number in range(3):
        DeliveryFactory(recipient=f"drop.anna{number}@example.org")
        MailGate.objects.update(closed_until=timezone.now())
        sending.pump()
        gate = MailGate.objects.get()
        pause = round((gate.closed_until - gate.changed_at).total_seconds())
        seen.append((gate.failures, pause, Issue.objects.get(pk=issue.pk).status))

    assert seen == [(1, 2, "sending"), (2, 4, "sending"), (3, 8, "paused")]
    issue.refresh_from_db()
    assert issue.pause_reason.startswith("No answer after the message: ")


def test_a_recipient_that_hangs_waits_and_keeps_nobody(sink):
    row = DeliveryFactory(recipient="hang.anna@example.org")
    other = DeliveryFactory()

    sending.pump()

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.status, other.status) == ("queued", "sent")
    assert row.next_at > timezone.now() + 4 * MINUTE


def test_deferred_mail_is_tried_after_growing_pauses_and_given_up_after_the_sixth_try(sink):
    row = DeliveryFactory(recipient="defer.anna@example.org")
    pauses = []
    for _try in range(6):
        sending.pump()
        row.refresh_from_db()
        pauses.append(
            round((row.next_at - timezone.now()) / MINUTE) if row.status == "queued" else row.status
        )
        Delivery.objects.update(next_at=timezone.now())

    assert pauses == [5, 15, 60, 240, 720, "failed"]
    assert sink.asked["defer.anna@example.org"] == 6


def test_a_mail_is_left_alone_until_its_time(sink):
    DeliveryFactory(next_at=timezone.now() + MINUTE)

    sending.pump()

    assert sink.taken == []


@pytest.mark.parametrize(
    ("attribute", "value", "needs_person"),
    [
        ("greeting", 421, False),
        ("greeting", 554, False),
        ("mail_answer", "421 4.3.2 too many", False),
        ("mail_answer", "451 4.7.1 slow down", False),
        ("mail_answer", "550 5.7.1 sender refused", True),
    ],
)
def test_trouble_of_the_server_costs_no_mail_an_attempt(sink, attribute, value, needs_person):
    row = NewsletterDeliveryFactory()
    setattr(sink, attribute, value)

    assert sending.pump() is False

    row.refresh_from_db()
    gate = MailGate.objects.get()
    assert (row.status, row.attempts, row.token) == ("queued", 0, "")
    assert gate.closed_until > timezone.now()
    assert row.issue.__class__.objects.get().status == ("paused" if needs_person else "sending")


def test_a_refused_password_pauses_issues_with_the_reason_and_healing_forgets_it(sink, settings):
    settings.EMAIL_URL = f"smtp+plain://me:wrong@{sink.address}"
    sink.auth_answer = "535 5.7.8 bad credentials"
    row = NewsletterDeliveryFactory()

    sending.pump()

    issue = Issue.objects.get()
    assert (issue.status, issue.pause_reason) == ("paused", "535 5.7.8 bad credentials")
    sink.auth_answer = "235 2.7.0 welcome"
    Issue.objects.update(status="sending")
    MailGate.objects.update(closed_until=timezone.now())
    sending.pump()
    row.refresh_from_db()
    assert row.status == "sent"
    assert (MailGate.objects.get().failures, MailGate.objects.get().reason) == (0, "")


def test_a_server_that_is_not_there_is_left_alone_longer_and_longer(settings):
    settings.EMAIL_URL = "smtp+plain://127.0.0.1:9"
    DeliveryFactory()
    pauses = []
    for _try in range(10):
        MailGate.objects.update(closed_until=timezone.now())
        sending.pump()
        pauses.append(round((MailGate.objects.get().closed_until - timezone.now()).total_seconds()))

    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert Delivery.objects.get().attempts == 0


def test_a_busy_server_gets_the_rest_later(sink):
    DeliveryFactory(recipient="anna@example.org", urgent=True)
    DeliveryFactory(recipient="busy.bob@example.org")
    DeliveryFactory(recipient="cleo@example.org")

    sending.pump()

    assert states() == {
        "anna@example.org": "sent", "busy.bob@example.org": "queued", "cleo@example.org": "queued"
    }  # fmt: skip


def test_a_password_is_never_sent_in_the_clear(sink, settings):
    settings.EMAIL_URL = f"smtp://me:secret@{sink.address}"
    sink.auth_answer = "235 welcome"
    DeliveryFactory()

    sending.pump()

    assert sink.taken == []
    assert MailGate.objects.get().reason == (
        "The server offers no STARTTLS, and a password is never sent in the clear."
    )


def test_a_mail_that_cannot_be_made_fails_and_the_others_go_on(sink):
    DeliveryFactory(recipient="not an address")
    DeliveryFactory(recipient="anna@example.org")

    sending.pump()

    assert states() == {"not an address": "failed", "anna@example.org": "sent"}
    assert Delivery.objects.get(status="failed").outcome == (
        "“not an address” is not an address that mail can be sent to."
    )


# Consent is asked again at the moment of handing over


@pytest.mark.parametrize("status", [Subscriber.Status.PENDING, Subscriber.Status.UNSUBSCRIBED])
def test_no_newsletter_to_who_is_not_on_the_list_any_more(sink, status):
    row = NewsletterDeliveryFactory()
    Subscriber.objects.update(status=status)

    sending.pump()

    row.refresh_from_db()
    assert (row.status, sink.taken) == ("cancelled", [])


def test_no_newsletter_to_a_subscriber_who_was_erased(sink):
    row = NewsletterDeliveryFactory()
    Subscriber.objects.all().delete()

    sending.pump()

    row.refresh_from_db()
    assert (row.status, sink.taken) == ("cancelled", [])


@pytest.mark.parametrize("kind", ["account", "confirm", "welcome", "weekly", "newsletter"])
def test_nothing_goes_to_a_suppressed_address(sink, kind):
    learner = LearnerFactory()
    if kind == "newsletter":
        row = NewsletterDeliveryFactory()
    else:
        row = DeliveryFactory(kind=kind, learner=learner, recipient=learner.user.email)
    Suppression.objects.create(address=row.recipient.lower(), reason="complaint")

    sending.pump()

    row.refresh_from_db()
    assert (row.status, sink.taken) == ("cancelled", [])


@pytest.mark.parametrize("change", ["opted out", "inactive", "other address", "deleted"])
def test_no_weekly_mail_to_who_does_not_want_it_any_more(sink, change):
    learner = LearnerFactory()
    row = DeliveryFactory(kind="weekly", learner=learner, recipient=learner.user.email)
    if change == "opted out":
        MailOptOut.objects.create(learner=learner, kind="weekly")
    elif change == "inactive":
        learner.user.is_active = False
        learner.user.save()
    elif change == "other address":
        learner.user.email = "new@example.org"
        learner.user.save()
    else:
        learner.user.delete()

    sending.pump()

    row.refresh_from_db()
    assert (row.status, sink.taken) == ("cancelled", [])


def test_who_leaves_while_the_issue_is_being_sent_gets_it_no_more(sink):
    rows = NewsletterDeliveryFactory.create_batch(3, issue=NewsletterDeliveryFactory().issue)
    now = timezone.now()
    _token, claimed = ledger.claim(limit=10, now=now)
    Subscriber.objects.filter(pk=rows[1].subscriber_id).update(status="unsubscribed")

    wanted = ledger.weed(claimed, now=now)

    assert [row.pk for row in wanted] == [row.pk for row in claimed if row.pk != rows[1].pk]
    assert [ledger.hand_over(row, now=now) for row in wanted] == [True, True, True]
    rows[1].refresh_from_db()
    assert rows[1].status == "cancelled"


def test_a_paused_issue_keeps_its_mails_for_later(sink):
    row = NewsletterDeliveryFactory()
    now = timezone.now()
    _token, [claimed] = ledger.claim(limit=10, now=now)
    pause_issue(issue=row.issue)

    assert ledger.hand_over(claimed, now=now) is False
    ledger.drop_unwanted(claimed, now=now)
    sending.pump()

    row.refresh_from_db()
    assert (row.status, row.attempts, sink.taken) == ("queued", 0, [])


@pytest.mark.parametrize("way", ["given back", "deferred", "lost"])
def test_what_a_worker_held_when_its_issue_was_cancelled_does_not_wait_for_ever(sink, way):
    row = NewsletterDeliveryFactory()
    now = timezone.now()
    _token, [claimed] = ledger.claim(limit=10, now=now)
    if way == "deferred":
        ledger.hand_over(claimed, now=now)
    assert cancel_issue(issue=row.issue) == 0

    if way == "given back":
        ledger.release([claimed])
    elif way == "deferred":
        ledger.defer(claimed, answer="451 later", now=now)
    else:
        Delivery.objects.update(lease_until=now - MINUTE)
    sending.pump()

    row.refresh_from_db()
    assert (row.status, row.outcome, row.settled_at is not None, sink.taken) == (
        "cancelled", "The issue was cancelled.", True, []
    )  # fmt: skip


def test_only_waiting_mails_of_the_issue_end_with_it(sink):
    cancelled = NewsletterDeliveryFactory().issue
    NewsletterDeliveryFactory(
        recipient="sent@example.org", issue=cancelled, status="sent", settled_at=timezone.now()
    )
    other = NewsletterDeliveryFactory(next_at=timezone.now() + MINUTE)
    paused = NewsletterDeliveryFactory(issue__status="paused")

    assert cancel_issue(issue=cancelled) == 1
    ledger.reap(now=timezone.now())

    assert {row.recipient: row.status for row in Delivery.objects.exclude(status="cancelled")} == {
        "sent@example.org": "sent", other.recipient: "queued", paused.recipient: "queued"
    }  # fmt: skip


def test_a_cancelled_issue_ends_what_a_worker_holds(sink):
    row = NewsletterDeliveryFactory()
    now = timezone.now()
    _token, [claimed] = ledger.claim(limit=10, now=now)
    Issue.objects.update(status="cancelled")

    assert ledger.hand_over(claimed, now=now) is False
    ledger.drop_unwanted(claimed, now=now)

    row.refresh_from_db()
    assert row.status == "cancelled"


# Leases and fencing


def test_what_a_dead_worker_held_is_freed_or_becomes_uncertain(sink):
    DeliveryFactory(
        recipient="claimed@example.org", status="claimed", token="gone", lease_until=timezone.now() - MINUTE
    )
    DeliveryFactory(
        recipient="handing@example.org", status="handing", token="gone", lease_until=timezone.now() - MINUTE
    )
    DeliveryFactory(
        recipient="working@example.org", status="handing", token="busy", lease_until=timezone.now() + MINUTE
    )

    sending.pump()

    assert states() == {
        "claimed@example.org": "sent", "handing@example.org": "uncertain", "working@example.org": "handing"
    }  # fmt: skip
    assert sink.recipients() == ["claimed@example.org"]


def test_a_worker_whose_claim_was_taken_away_does_not_send(sink):
    row = DeliveryFactory()
    now = timezone.now()
    _token, [zombies] = ledger.claim(limit=10, now=now)
    later = now + ledger.CLAIM_LEASE + MINUTE
    ledger.reap(now=later)
    _token, [mine] = ledger.claim(limit=10, now=later)

    assert ledger.hand_over(zombies, now=later) is False
    ledger.drop_unwanted(zombies, now=later)
    assert ledger.release([zombies]) == 0
    assert ledger.hand_over(mine, now=later) is True
    row.refresh_from_db()
    assert (row.status, row.token) == ("handing", mine.token)


def test_a_late_answer_settles_a_mail_that_has_become_uncertain(sink):
    row = DeliveryFactory()
    now = timezone.now()
    _token, [claimed] = ledger.claim(limit=10, now=now)
    ledger.hand_over(claimed, now=now)
    ledger.reap(now=now + ledger.handing_lease() + MINUTE)
    row.refresh_from_db()
    assert row.status == "uncertain"

    ledger.settle_sent(claimed, answer="250 ok", now=now)

    row.refresh_from_db()
    assert row.status == "sent"


def test_a_mail_that_kills_its_workers_is_given_up(sink):
    row = DeliveryFactory(
        status="claimed", token="gone", lease_until=timezone.now() - MINUTE, attempts=ledger.MOST_CLAIMS
    )

    ledger.reap(now=timezone.now())

    row.refresh_from_db()
    assert row.status == "failed"


def test_only_an_uncertain_mail_can_be_sent_again(sink):
    sent = DeliveryFactory(status="sent", settled_at=timezone.now())
    uncertain = DeliveryFactory(status="uncertain", settled_at=timezone.now())

    assert (ledger.send_again(delivery=sent), ledger.send_again(delivery=uncertain)) == (False, True)
    sending.pump()

    assert sink.recipients() == [uncertain.recipient]


def test_an_uncertain_mail_of_a_cancelled_issue_is_not_sent_again(sink):
    row = NewsletterDeliveryFactory(status="uncertain", settled_at=timezone.now())
    Issue.objects.update(status="cancelled")

    assert ledger.send_again(delivery=row) is False


def test_an_uncertain_mail_can_be_settled_by_hand(sink):
    uncertain = DeliveryFactory(status="uncertain", settled_at=timezone.now())

    assert ledger.resolve_as_sent(delivery=uncertain) is True

    uncertain.refresh_from_db()
    assert (uncertain.status, uncertain.text) == ("sent", "")


def test_an_issue_is_sent_when_no_mail_of_it_waits(sink):
    issue = NewsletterDeliveryFactory(recipient="x@example.org", subscriber__address="x@example.org").issue
    waiting = NewsletterDeliveryFactory(issue=issue, next_at=timezone.now() + MINUTE)
    sending.pump()
    assert Issue.objects.get().status == "sending"

    Delivery.objects.filter(pk=waiting.pk).update(next_at=timezone.now())
    sending.pump()

    issue.refresh_from_db()
    assert (issue.status, issue.finished_at is not None) == ("sent", True)


def test_sending_again_opens_a_finished_issue_until_it_is_done(sink):
    row = NewsletterDeliveryFactory(status="uncertain", settled_at=timezone.now())
    sending.pump()
    assert Issue.objects.get().status == "sent"

    ledger.send_again(delivery=row)
    assert Issue.objects.get().status == "sending"
    sending.pump()

    assert (sink.recipients(), Issue.objects.get().status) == ([row.recipient], "sent")


def test_a_late_deferral_opens_a_finished_issue_until_it_is_done(sink):
    row = NewsletterDeliveryFactory()
    now = timezone.now()
    _token, [claimed] = ledger.claim(limit=10, now=now)
    ledger.hand_over(claimed, now=now)
    ledger.reap(now=now + ledger.handing_lease() + MINUTE)
    finish_issues(now=now)
    assert Issue.objects.get().status == "sent"

    ledger.defer(claimed, answer="451 later", now=now)
    assert Issue.objects.get().status == "sending"
    Delivery.objects.update(next_at=timezone.now())
    sending.pump()

    assert (sink.recipients(), Issue.objects.get().status) == ([row.recipient], "sent")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["sending again", "finishing"])
def test_an_issue_is_never_finished_beside_a_mail_that_is_sent_again(first):
    row = NewsletterDeliveryFactory(status="uncertain", settled_at=timezone.now())
    steps = [lambda: ledger.send_again(delivery=row), lambda: finish_issues(now=timezone.now())]
    if first == "finishing":
        steps.reverse()

    def second_step():
        try:
            steps[1]()
        finally:
            connection.close()

    with transaction.atomic():
        steps[0]()
        second = threading.Thread(target=second_step)
        second.start()
        second.join(0.5)  # it waits for the lock; without one it is through by now
    second.join(10)

    row.refresh_from_db()
    assert (row.status, Issue.objects.get().status) == ("queued", "sending")


# Ways out


def test_mail_is_kept_as_files_without_a_server(settings, tmp_path):
    settings.EMAIL_URL = f"file://{tmp_path / 'kept mail %20'}"
    DeliveryFactory()

    sending.pump()

    [path] = (tmp_path / "kept mail %20").iterdir()
    assert path.suffix == ".eml"
    assert b"Subject: Your code\r\n" in path.read_bytes()


def test_a_folder_that_cannot_be_written_costs_no_mail(settings, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    settings.EMAIL_URL = f"file://{blocker}"
    row = DeliveryFactory()

    sending.pump()

    row.refresh_from_db()
    assert (row.status, row.attempts) == ("queued", 0)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "pigeon://loft",
            "EMAIL_URL starts with 'pigeon'. It must be smtp://, smtps://, smtp+plain:// or file://.",
        ),
        ("smtp://host:many", "The port in EMAIL_URL is not a number."),
        ("smtp://", "EMAIL_URL names no mail server: smtp://user:password@host:587."),
    ],
)
def test_an_address_of_no_known_kind_is_named_before_a_mail_is_touched(settings, url, message):
    settings.EMAIL_URL = url
    row = DeliveryFactory()

    with pytest.raises(ImproperlyConfigured) as raised:
        sending.pump()

    row.refresh_from_db()
    assert (str(raised.value), row.status) == (message, "queued")


@pytest.mark.parametrize(
    "sender", ["", "HipCourse", "course@", "HipCourse <course at example.org>", "käthe@example.org"]
)
def test_a_bad_sender_is_named_before_a_mail_is_touched(sink, settings, sender):
    settings.MAIL_FROM = sender
    row = DeliveryFactory()

    with pytest.raises(ImproperlyConfigured) as raised:
        sending.pump()

    row.refresh_from_db()
    assert str(raised.value) == (
        f"MAIL_FROM is {sender!r}. It must be one address, with or without a name: HipCourse <course@example.org>."
    )
    assert (row.status, row.attempts, row.text, sink.taken) == ("queued", 0, "It is 4711.", [])


def test_a_slice_ends_in_time_and_says_that_there_is_more(sink):
    sink.seconds_a_mail = 0.02
    DeliveryFactory.create_batch(50)

    assert sending.pump(seconds=0.3) is True

    left = Delivery.objects.filter(status="queued")
    assert 0 < left.count() < 50
    assert set(left.values_list("attempts", "token")) == {(0, "")}


def test_message_id_is_the_same_at_every_attempt(sink):
    row = DeliveryFactory(recipient="later.anna@example.org")
    sending.pump()
    Delivery.objects.update(next_at=timezone.now(), recipient="anna@example.org")
    sending.pump()

    assert sink.message()["Message-ID"] == f"<d{row.pk}.account@testserver>"


def test_a_test_of_a_draft_is_not_held_back_by_its_state(sink):
    IssueFactory()
    DeliveryFactory(kind="test", recipient="author@example.org")

    sending.pump()

    assert sink.recipients() == ["author@example.org"]


def test_the_task_asks_for_another_slice_only_while_more_is_due(sink, monkeypatch, settings):
    settings.EMAIL_TIMEOUT = 10  # well above what the sink takes for a mail
    app.control.purge()
    DeliveryFactory.create_batch(2)
    monkeypatch.setattr(sending, "CHUNK", 1)
    sink.seconds_a_mail = 1.0
    monkeypatch.setattr(sending.pump, "__kwdefaults__", {"seconds": 0.8})

    def asked() -> int:
        """The wake-up may still be on its way when the task has ended: it waits for nothing."""
        with queue._publishing:
            return app.control.purge()

    tasks.pump()
    assert (len(sink.taken), asked()) == (1, 1)
    monkeypatch.setattr(sending.pump, "__kwdefaults__", {"seconds": 5.0})
    tasks.pump()
    assert (len(sink.taken), asked()) == (2, 0)


def test_an_answer_is_written_down_though_the_database_was_away_for_a_moment():
    answers = [OperationalError("the connection was closed"), True]

    def step():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    sending._record(step)

    assert answers == []
