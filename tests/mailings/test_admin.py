import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailings import sending
from mailings.admin.subscribers import guarded
from mailings.models import Delivery, Issue, MailGate, Suppression
from tests.factories.accounts import UserFactory
from tests.factories.mailings import (
    DeliveryFactory,
    IssueConceptFactory,
    IssueDrillFactory,
    IssueFactory,
    IssueTextFactory,
    NewsletterDeliveryFactory,
    SubscriberFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def author(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def issue():
    issue = IssueFactory(subject="Lift & load")
    IssueTextFactory(parent=issue)
    IssueConceptFactory(parent=issue)
    IssueDrillFactory(parent=issue)
    return issue


def url(issue, action=""):
    return f"/admin/mailings/issue/{issue.pk}/{action or 'change'}/"


def buttons(page):
    return [
        name
        for name in ("Preview", "Send me a test", "Send…", "Pause", "Resume", "Cancel…")
        if f">{name}<" in page
    ]


def test_an_author_writes_looks_tests_and_sends(client, author, issue, sink):
    SubscriberFactory.create_batch(2)
    page = client.get(url(issue)).text
    assert buttons(page) == ["Preview", "Send me a test", "Send…"]

    preview = client.get(url(issue, "preview")).text
    assert "Bone answers to load." in preview
    assert preview.count(f'src="{url(issue, "preview/html")}"') == 2

    client.post(url(issue, "test"))
    sending.pump()
    assert sink.recipients() == [author.email]

    assert "2 confirmed readers will get it" in client.get(url(issue, "send")).text
    assert Delivery.objects.filter(kind="newsletter").count() == 0
    page = client.post(url(issue, "send"), follow=True).text
    assert "It goes to 2 readers." in page
    assert buttons(page) == ["Preview", "Send me a test", "Pause", "Cancel…"]
    assert 'name="subject"' not in page

    page = client.post(url(issue, "send"), follow=True).text
    assert "Nothing was sent twice." in page
    sending.pump()
    assert len(sink.taken) == 3
    assert Issue.objects.get().status == "sent"


def test_pausing_resuming_and_cancelling(client, author, issue):
    SubscriberFactory.create_batch(2)
    client.post(url(issue, "send"))
    assert buttons(client.post(url(issue, "pause"), follow=True).text) == [
        "Preview", "Send me a test", "Resume", "Cancel…"
    ]  # fmt: skip
    client.post(url(issue, "resume"))
    assert Issue.objects.get().status == "sending"
    assert "2 readers have not got it yet" in client.get(url(issue, "cancel")).text
    assert Issue.objects.get().status == "sending"
    assert "2 readers will not get it." in client.post(url(issue, "cancel"), follow=True).text
    assert Issue.objects.get().status == "cancelled"


def test_an_issue_that_cannot_be_sent_says_why(client, author):
    assert "Write something first" in client.post(url(IssueFactory(), "send"), follow=True).text


def test_reading_changes_nothing(client, author, issue):
    SubscriberFactory()
    for action in ("change", "preview", "preview/html", "test", "send", "pause", "resume", "cancel"):
        assert client.get(url(issue, action)).status_code in {200, 302}

    assert (Issue.objects.get().status, Delivery.objects.count()) == ("draft", 0)


def test_who_may_not_send_cannot(client, issue):
    client.force_login(UserFactory(is_staff=True))
    SubscriberFactory()

    for action in ("preview", "preview/html", "test", "send", "pause", "resume", "cancel"):
        assert client.post(url(issue, action)).status_code == 403
    assert (Issue.objects.get().status, Delivery.objects.count()) == ("draft", 0)


def test_an_unknown_issue_is_not_found(client, author):
    assert client.get("/admin/mailings/issue/4711/preview/").status_code == 404
    assert client.get("/admin/mailings/issue/abc/preview/").status_code in {302, 404}


def test_words_readers_have_got_cannot_be_changed(client, author, issue):
    SubscriberFactory()
    client.post(url(issue, "send"))

    client.post(url(issue), {"subject": "Other", "preheader": ""})

    assert Issue.objects.get().subject == "Lift & load"


def test_the_previewed_mail_can_do_nothing(client, author, issue):
    response = client.get(url(issue, "preview/html"))

    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "script" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_list_of_issues_counts_what_was_sent_in_as_many_queries_for_one_as_for_many(client, author):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            pages.append(client.get("/admin/mailings/issue/").text)
        return len(captured)

    pages = []
    IssueFactory()
    issue = NewsletterDeliveryFactory(status="sent", settled_at=timezone.now()).issue
    NewsletterDeliveryFactory(issue=issue)
    DeliveryFactory(issue=issue, kind="test")
    with_one = queries()
    for _n in range(9):
        NewsletterDeliveryFactory.create_batch(2, issue=NewsletterDeliveryFactory().issue)

    assert queries() == with_one
    assert [re.findall(r'field-sent_of_all">([^<]*)<', page) for page in pages] == [
        ["1 / 2", "–"], ["0 / 3"] * 9 + ["1 / 2", "–"]
    ]  # fmt: skip


def test_a_refused_test_row_is_listed_without_its_words(client, author):
    row = DeliveryFactory(text="Your code is 4711.", outcome="550 no")
    page = client.get(f"/admin/mailings/delivery/{row.pk}/change/").text

    assert (row.recipient in page, "4711" in page) == (True, False)


def test_the_ledger_cannot_be_written(client, author):
    row = DeliveryFactory()
    assert client.get("/admin/mailings/delivery/add/").status_code == 403
    assert client.post(f"/admin/mailings/delivery/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert (
        client.post(f"/admin/mailings/delivery/{row.pk}/change/", {"recipient": "x@example.org"}).status_code
        == 403
    )


def test_uncertain_mail_goes_again_after_a_question(client, author, sink):
    sent = DeliveryFactory(status="sent", settled_at=timezone.now())
    uncertain = NewsletterDeliveryFactory(status="uncertain", settled_at=timezone.now())
    form = {"action": "send_uncertain_again", "_selected_action": [sent.pk, uncertain.pk]}

    page = client.post("/admin/mailings/delivery/", form).text
    assert ("will get it twice" in page, uncertain.recipient in page, sent.recipient in page) == (
        True,
        True,
        False,
    )
    assert Delivery.objects.filter(status="uncertain").count() == 1
    client.post("/admin/mailings/delivery/", {**form, "confirmed": "yes"})
    sending.pump()

    assert sink.recipients() == [uncertain.recipient]


def test_uncertain_mail_is_settled_by_hand(client, author):
    row = DeliveryFactory(status="uncertain", settled_at=timezone.now())

    client.post("/admin/mailings/delivery/", {"action": "settle_as_sent", "_selected_action": [row.pk]})

    assert Delivery.objects.get().status == "sent"


def test_the_ledger_tells_when_the_server_is_away(client, author):
    MailGate.objects.create(pk=1, failures=2, reason="535 bad credentials")

    assert "535 bad credentials" in client.get("/admin/mailings/delivery/").text


@pytest.mark.parametrize("count", [1, 3])
def test_the_ledger_lists_in_as_many_queries_for_one_as_for_many(
    client, author, django_assert_num_queries, count
):
    for _n in range(count):
        NewsletterDeliveryFactory(recipient=f"r{_n}@example.org")
    client.get("/admin/mailings/delivery/")

    with django_assert_num_queries(8):
        client.get("/admin/mailings/delivery/")


def test_subscribers_are_exported_without_formulas(client, author):
    rows = [SubscriberFactory(address="=cmd@example.org"), SubscriberFactory(address="anna@example.org")]
    response = client.post(
        "/admin/mailings/subscriber/", {"action": "export_csv", "_selected_action": [row.pk for row in rows]}
    )

    assert [line.split(",")[:2] for line in response.text.splitlines()] == [
        ["address", "status"], ["'=cmd@example.org", "confirmed"], ["anna@example.org", "confirmed"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("a", "a"),
        (None, ""),
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
    ],
)
def test_a_cell_is_never_a_formula(value, cell):
    assert guarded(value) == cell


def test_a_subscriber_is_shown_with_the_proof_and_cannot_be_put_on_the_list(client, author):
    subscriber = SubscriberFactory()
    subscriber.consents.create(event="confirmed", wording="One mail a month or so.")

    assert "One mail a month or so." in client.get(f"/admin/mailings/subscriber/{subscriber.pk}/change/").text
    assert client.get("/admin/mailings/subscriber/add/").status_code == 403


def test_an_address_is_suppressed_in_the_form_in_which_it_is_compared(client, author):
    client.post(
        "/admin/mailings/suppression/add/", {"address": " Anna@Example.org", "reason": "manual", "detail": ""}
    )

    assert Suppression.objects.get().address == "anna@example.org"


def test_a_bad_address_is_not_suppressed(client, author):
    page = client.post(
        "/admin/mailings/suppression/add/", {"address": "anna", "reason": "manual", "detail": ""}
    )

    assert (page.status_code, Suppression.objects.count()) == (200, 0)
