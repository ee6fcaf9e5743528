import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image

from mailings import sending
from mailings.models import Delivery, Issue, IssueImage, Subscriber, Suppression
from mailings.rendering import render_issue
from mailings.services.issues import cancel_issue, pause_issue, resume_issue, send_test, start_issue
from tests.factories.accounts import UserFactory
from tests.factories.mailings import (
    IssueConceptFactory,
    IssueDrillFactory,
    IssueFactory,
    IssueTextFactory,
    SubscriberFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue():
    issue = IssueFactory(subject="Lift & load", preheader="One idea")
    IssueTextFactory(
        ordering=1,
        parent=issue,
        body='<h2>Bone</h2><p>It <strong>answers</strong>. <a href="https://example.org/">Why</a></p>',
    )
    IssueConceptFactory(ordering=2, parent=issue, title="Vary it", body="<p>Often.</p>")
    IssueDrillFactory(ordering=3, parent=issue)
    return issue


def test_the_audience_is_who_is_confirmed_and_not_suppressed_each_once(issue):
    anna, bob = SubscriberFactory.create_batch(2)
    SubscriberFactory(status="pending", confirmed_at=None)
    SubscriberFactory(status="unsubscribed")
    Suppression.objects.create(address=SubscriberFactory().address, reason="manual")

    assert start_issue(issue=issue) == 2

    rows = Delivery.objects.order_by("pk")
    assert [
        (row.dedupe_key, row.kind, row.recipient, row.subscriber, row.status, row.urgent) for row in rows
    ] == [
        (f"issue:{issue.pk}:sub:{reader.pk}", "newsletter", reader.address, reader, "queued", False)
        for reader in (anna, bob)
    ]
    assert all(row.next_at <= timezone.now() and row.created_at <= timezone.now() for row in rows)
    assert (issue.status, issue.frozen_subject) == ("sending", "Lift & load")


def test_the_audience_is_written_by_one_statement_however_large(issue, django_assert_max_num_queries):
    SubscriberFactory.create_batch(30)

    with django_assert_max_num_queries(12):
        assert start_issue(issue=issue) == 30


def test_pressed_twice_it_is_sent_once(issue):
    SubscriberFactory()

    assert [start_issue(issue=issue), start_issue(issue=issue)] == [1, 0]
    assert Delivery.objects.count() == 1


def test_words_edited_after_the_start_reach_nobody(issue, sink):
    SubscriberFactory()
    start_issue(issue=issue)
    Issue.objects.update(subject="Other words")

    sending.pump()

    assert sink.message()["Subject"] == "Lift & load"


@pytest.mark.parametrize("lack", ["readers", "blocks", "subject"])
def test_an_issue_that_cannot_be_sent_says_why_and_stays_a_draft(lack):
    issue = IssueFactory(subject="" if lack == "subject" else "S")
    if lack != "blocks":
        IssueTextFactory(parent=issue)
    if lack != "readers":
        SubscriberFactory()

    with pytest.raises(ValidationError) as raised:
        start_issue(issue=issue)

    issue.refresh_from_db()
    assert (issue.status, Delivery.objects.count(), len(raised.value.messages)) == ("draft", 0, 1)


def test_the_text_part_reads_as_if_written(issue, settings):
    assert (
        render_issue(issue).text.replace("\ue000", "%")
        == """\
Lift & load

Bone
====

It answers. Why (https://example.org/)

* Key concept: Vary it *

Often.

* Drill: Wall march *
Front (anterior)

Lift the thigh without leaning back.

Set-up:

Stand with your hands on a wall.

Cues:

- Tall
- Quick

Sets and reps: 3 × 10 a side
Easier: Slower
Harder: With a band
Stop when: It pinches in front

--\x20
You get this mail because you confirmed that you want the HipCourse
newsletter. To leave, open this page and press the button:
%unsubscribe%

HipCourse, the anatomy of the runner's hip
http://testserver
1 Harbour Road, Exampleton
"""
    )


def test_a_picture_has_its_address_words_and_a_width_that_fits(issue):
    content = io.BytesIO()
    Image.new("RGB", (1200, 600)).save(content, "PNG")
    IssueImage.objects.create(
        parent=issue,
        region="main",
        ordering=9,
        image=ImageFile(content, name="hip.png"),
        alt='A "hip"',
        caption="Fig.",
    )
    mail = render_issue(issue)

    assert 'src="http://testserver/media/images/hip' in mail.html
    assert 'alt="A &quot;hip&quot;" width="536"' in mail.html
    assert '[Picture: A "hip"]\nFig.\n' in mail.text


def test_the_html_part_is_inlined_small_and_dark_ready(issue):
    html = render_issue(issue).html

    assert "prefers-color-scheme: dark" in html
    assert '<h1 style="' in html
    assert "1 Harbour Road, Exampleton" in html
    assert len(html.encode()) < 100_000
    assert html.count("\ue000unsubscribe\ue000") == 1


@pytest.mark.parametrize(
    "words",
    [
        "{{ settings.SECRET_KEY }}",
        "{% load x %}",
        "{0.__class__}",
        "%(x)s",
        "${x}",
        "\ue000unsubscribe\ue000",
    ],
)
def test_words_of_an_author_are_never_run(words, sink):
    issue = IssueFactory(subject=f"A {words}")
    IssueTextFactory(parent=issue, body=f"<p>B {words}</p>")
    SubscriberFactory()
    start_issue(issue=issue)

    sending.pump()

    shown = words.replace("\ue000", "")
    assert sink.message()["Subject"] == f"A {shown}"
    assert f"B {shown}\n" in sink.message().get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_hostile_words_in_plain_fields_are_escaped(issue):
    Issue.objects.update(subject="<script>alert(1)</script>", preheader='"><img src=x onerror=alert(1)>')
    issue.refresh_from_db()

    html = render_issue(issue).html

    assert "<script" not in html
    assert "<img" not in html


def test_pause_holds_resume_sends_the_rest_and_everybody_gets_it_once(issue, sink):
    SubscriberFactory.create_batch(3)
    start_issue(issue=issue)

    assert pause_issue(issue=issue, reason="Wait") is True
    sending.pump()
    assert sink.taken == []
    assert resume_issue(issue=issue) is True
    sending.pump()

    issue.refresh_from_db()
    assert (len(sink.taken), len(set(sink.recipients())), issue.status, issue.pause_reason) == (
        3,
        3,
        "sent",
        "",
    )
    assert (pause_issue(issue=issue), resume_issue(issue=issue)) == (False, False)


def test_cancelling_ends_what_waits(issue, sink):
    SubscriberFactory.create_batch(3)
    start_issue(issue=issue)

    assert cancel_issue(issue=issue) == 3
    sending.pump()

    issue.refresh_from_db()
    assert (sink.taken, issue.status) == ([], "cancelled")
    assert set(Delivery.objects.values_list("status", flat=True)) == {"cancelled"}
    assert cancel_issue(issue=issue) == 0


def test_a_test_goes_to_the_tester_alone_and_changes_no_list(issue, sink):
    SubscriberFactory()
    user = UserFactory()

    send_test(issue=issue, user=user)
    send_test(issue=issue, user=user)
    sending.pump()

    issue.refresh_from_db()
    assert sink.recipients() == [user.email, user.email]
    assert sink.message()["Subject"] == "[Test] Lift & load"
    assert "\ue000" not in sink.message().get_body(("html",)).get_content()
    assert (issue.status, Subscriber.objects.count()) == ("draft", 1)


def test_leaving_between_start_and_sending_is_honoured(issue, sink):
    SubscriberFactory.create_batch(2)
    start_issue(issue=issue)
    left = Subscriber.objects.first()
    Subscriber.objects.filter(pk=left.pk).update(status="unsubscribed")

    sending.pump()

    assert left.address not in sink.recipients()
    assert len(sink.taken) == 1
