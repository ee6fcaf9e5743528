import socket
import threading
import time

import pytest
from celery import current_app
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import transaction

from mailings.models import Delivery
from mailings.services import queue
from mailings.services.queue import queue_mail

MAIL = {"kind": "account", "recipient": "anna@example.org", "subject": "S", "text": "T", "html": "<p>T</p>"}

# A broker that is lost and waited for: not beside other tests.
pytestmark = pytest.mark.processes


@pytest.mark.django_db
def test_the_same_occasion_is_written_once():
    first = queue_mail(**MAIL, occasion="reset:7")

    assert queue_mail(**MAIL, occasion="reset:7") is None
    assert queue_mail(**MAIL, occasion="reset:8") is not None
    assert first.dedupe_key == "account:reset:7"
    assert Delivery.objects.count() == 2


@pytest.mark.django_db
def test_another_broken_rule_is_not_taken_for_a_repeat():
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        queue_mail(**{**MAIL, "kind": "unknown"}, occasion="x")


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_mail_with_it():
    with transaction.atomic():
        queue_mail(**MAIL, occasion="x")
        transaction.set_rollback(True)

    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_the_worker_is_woken_once_the_mail_is_committed(django_capture_on_commit_callbacks):
    current_app.control.purge()
    with django_capture_on_commit_callbacks(execute=True):
        queue_mail(**MAIL, occasion="x")
        assert current_app.control.purge() == 0

    assert current_app.control.purge() == 1


def test_a_broker_that_is_away_costs_next_to_nothing_and_is_left_alone(use_broker, tmp_path):
    use_broker(f"redis+socket://{tmp_path / 'nobody.sock'}?virtual_host=0")
    started = time.monotonic()

    for _wake in range(20):
        queue.wake()

    assert time.monotonic() - started < 0.4
    assert queue._rest_until > time.monotonic()


def test_a_broker_that_hangs_holds_nobody_for_long(use_broker):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        use_broker(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        started = time.monotonic()

        for _wake in range(20):
            queue.wake()

        assert time.monotonic() - started < 0.4
        for thread in threading.enumerate():
            if thread.name == "wake-mail-worker":
                thread.join(5)


@pytest.fixture
def _ledger(settings):
    """Tests run with Django's backend in memory; these ask for the site's own."""
    settings.EMAIL_BACKEND = "mailings.backends.LedgerBackend"


@pytest.mark.django_db
@pytest.mark.usefixtures("_ledger")
def test_mail_of_django_becomes_one_urgent_row_a_recipient():
    sent = send_mail(
        "Two\nlines", "Words", None, ["anna@example.org", "Bob <bob@example.org>"], html_message="<p>W</p>"
    )

    assert sent == 1
    rows = Delivery.objects.order_by("recipient")
    assert [
        (row.recipient, row.kind, row.urgent, row.subject, row.text, "<p>W</p>" in row.html) for row in rows
    ] == [
        ("anna@example.org", "account", True, "Two lines", "Words", True),
        ("bob@example.org", "account", True, "Two lines", "Words", True),
    ]
    assert len(set(rows.values_list("dedupe_key"))) == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("_ledger")
def test_mail_of_django_without_html_stays_a_text():
    send_mail("S", "Words", None, ["anna@example.org"])

    assert Delivery.objects.values_list("text", "html").get() == ("Words", "")


@pytest.mark.django_db
@pytest.mark.usefixtures("_ledger")
def test_mail_of_django_in_html_alone_gets_a_text():
    message = EmailMultiAlternatives("S", "<p>Words</p>", None, ["anna@example.org"])
    message.content_subtype = "html"
    message.send()

    assert Delivery.objects.values_list("text", flat=True).get() == "Words"


@pytest.mark.django_db
@pytest.mark.usefixtures("_ledger")
def test_a_mail_to_nobody_is_no_mail():
    assert send_mail("S", "Words", None, []) == 0
    assert Delivery.objects.count() == 0
