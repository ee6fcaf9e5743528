import datetime
import time
from collections import Counter

import pytest
from django.utils import timezone

from hipcourse.celery import app
from mailings.models import Delivery, Issue, Subscriber
from mailings.services.issues import start_issue
from tests.factories.mailings import IssueFactory, IssueTextFactory
from tests.mailings.sink import Sink
from tests.mailings.workers import Workers

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
READERS = 500


def wait_for(condition, *, seconds=20.0):
    """Wait for `condition`, nudging the workers as the beat does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        app.send_task("mailings.pump", expires=3)
        time.sleep(0.2)


def test_killed_in_the_middle_of_an_issue_nobody_gets_it_twice_and_nobody_is_lost(tmp_path):
    app.control.purge()
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(address=f"reader{n}@example.org", status="confirmed", confirmed_at=now)
        for n in range(READERS)
    )
    issue = IssueFactory(subject="One idea")
    IssueTextFactory(parent=issue)
    with Sink() as sink:
        sink.seconds_a_mail = 0.005
        workers = Workers(tmp_path / "worker.log", EMAIL_URL=sink.url)
        with workers:
            assert start_issue(issue=issue) == READERS
            wait_for(lambda: len(sink.taken) >= READERS // 4)
        taken_at_kill = len(sink.taken)
        held = Delivery.objects.filter(status__in=["claimed", "handing"])
        assert held.exists()

        # Nothing that the killed ones held is theirs any more once the leases are over.
        held.update(lease_until=timezone.now() - datetime.timedelta(seconds=1))
        with workers:
            wait_for(lambda: Issue.objects.get().status == "sent")

    addresses = {status: set() for status in Delivery.Status.values}
    for status, address in Delivery.objects.values_list("status", "recipient"):
        addresses[status].add(address)
    taken = Counter(sink.recipients())
    assert taken_at_kill < READERS
    assert [address for address, count in taken.items() if count > 1] == []
    assert addresses["sent"] | addresses["uncertain"] == {f"reader{n}@example.org" for n in range(READERS)}
    assert len(addresses["uncertain"]) <= 2
    assert addresses["sent"] <= set(taken) <= addresses["sent"] | addresses["uncertain"]
