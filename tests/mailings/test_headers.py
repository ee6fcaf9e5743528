import datetime
import email
import email.policy

import pytest
from django.core.checks import Error, run_checks

from mailings.headers import BadAddressError, build_headers, checked_address, encode_header, one_line
from mailings.messages import compose
from tests.factories.accounts import LearnerFactory
from tests.factories.mailings import DeliveryFactory, NewsletterDeliveryFactory

NOW = datetime.datetime(2026, 11, 23, 8, 30, tzinfo=datetime.UTC)


def headers_of(**changes):
    fields = {
        "pk": 7,
        "kind": "account",
        "recipient": "anna@example.org",
        "subject": "Your code",
        "date": NOW,
    }
    return build_headers(**{**fields, **changes})


def test_account_mail_has_these_headers_and_no_others():
    assert headers_of() == [
        ("From", "HipCourse <course@hipcourse.example>"),
        ("To", "anna@example.org"),
        ("Subject", "Your code"),
        ("Date", "Mon, 23 Nov 2026 08:30:00 +0000"),
        ("Message-ID", "<d7.account@testserver>"),
        ("Auto-Submitted", "auto-generated"),
    ]


def test_newsletter_can_be_left_in_one_click_and_is_not_marked_as_automatic():
    assert headers_of(kind="newsletter", stop_url="https://x.example/u/1/", issue_id=12)[5:] == [
        ("List-Id", "HipCourse newsletter <newsletter.testserver>"),
        ("Feedback-ID", "issue-12:all:newsletter:hipcourse"),
        ("List-Unsubscribe", "<https://x.example/u/1/>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def test_weekly_mail_can_be_left_in_one_click():
    assert headers_of(kind="weekly", stop_url="https://x.example/s/1/")[5:] == [
        ("Auto-Submitted", "auto-generated"),
        ("List-Unsubscribe", "<https://x.example/s/1/>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


@pytest.mark.parametrize(
    "subject",
    [
        "Hi\nBcc: all@example.org",
        "Hi\r\nBcc: all@example.org",
        "Hi\r\n\r\nbody",
        "Hi\x00\x0bthere",
        "Hi\u2028Bcc: x",
        "Hi\x85Bcc: x",
        "Größe\r\nBcc: x@example.org",
        "x" * 400 + "\nBcc: x@example.org",
    ],
)
def test_no_subject_makes_a_second_header(subject):
    raw = b"".join(encode_header(name, value) for name, value in headers_of(subject=subject))
    parsed = email.message_from_bytes(raw + b"\r\n", policy=email.policy.default)

    assert parsed.keys() == ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
    assert parsed["Subject"] == one_line(subject)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@example.org\nBcc: x@example.org",
        "anna@example.org, x@example.org",
        "anna@example.org;x@example.org",
        "<anna@example.org>",
        "anna @example.org",
        "änna@example.org",
        "anna@exa mple.org",
        "anna@example.org\x00",
    ],
)
def test_what_is_not_one_address_is_refused(address):
    with pytest.raises(BadAddressError):
        checked_address(address)


def test_international_domain_goes_out_in_ascii():
    assert checked_address("anna@läufer.example") == "anna@xn--lufer-gra.example"


def test_long_subject_beyond_ascii_is_folded_and_reads_the_same():
    subject = "Übung für die Hüfte: " + "schräge Züge, " * 8
    raw = encode_header("Subject", one_line(subject))

    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert email.message_from_bytes(raw + b"\r\n", policy=email.policy.default)["Subject"] == one_line(
        subject
    )


def test_sender_name_beyond_ascii_is_encoded(settings):
    settings.MAIL_FROM = "Hüftkurs <course@hipcourse.example>"
    raw = encode_header(*headers_of()[0])

    assert email.message_from_bytes(raw + b"\r\n", policy=email.policy.default)["From"] == settings.MAIL_FROM


def test_the_check_of_the_settings_has_nothing_to_say_of_a_good_sender():
    assert [message for message in run_checks() if message.id == "mailings.E001"] == []


def test_the_check_of_the_settings_names_a_bad_sender(settings):
    settings.MAIL_FROM = "HipCourse"

    assert [message for message in run_checks() if message.id == "mailings.E001"] == [
        Error(
            "MAIL_FROM is 'HipCourse'. It must be one address, with or without a name: HipCourse <course@example.org>.",
            hint="Set MAIL_FROM in .env.",
            id="mailings.E001",
        )
    ]


def parsed(delivery, issue=None):
    return email.message_from_bytes(compose(delivery, issue=issue, now=NOW), policy=email.policy.default)


@pytest.mark.django_db
def test_message_carries_both_parts_unchanged():
    text = "Grüße.\n.\n..dots\nA line " + "that is very long " * 40 + "\n\nFrom here on =3D trailing \n"
    delivery = DeliveryFactory(text=text, html="<p>Ä € 😀 = done</p>")
    raw = compose(delivery, issue=None, now=NOW)
    message = parsed(delivery)

    assert message.get_content_type() == "multipart/alternative"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == text
    assert message.get_body(("html",)).get_content() == "<p>Ä € 😀 = done</p>"
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.django_db
def test_mail_without_html_is_a_plain_text():
    message = parsed(DeliveryFactory(html="", text="Only words."))

    assert (message.get_content_type(), message.get_content()) == ("text/plain", "Only words.")


@pytest.mark.django_db
def test_newsletter_takes_its_words_from_the_issue_and_each_reader_gets_an_own_link():
    from mailings import links
    from mailings.messages import UNSUBSCRIBE_HOLE

    delivery = NewsletterDeliveryFactory(
        issue__frozen_subject="One idea", issue__frozen_text=f"Leave: {UNSUBSCRIBE_HOLE}",
        issue__frozen_html=f'<a href="{UNSUBSCRIBE_HOLE}">Leave</a>',
    )  # fmt: skip
    message = parsed(delivery, delivery.issue)
    url = message["List-Unsubscribe"].strip("<>")

    assert message["Subject"] == "One idea"
    assert message.get_body(("plain",)).get_content() == f"Leave: {url}"
    assert message.get_body(("html",)).get_content() == f'<a href="{url}">Leave</a>'
    token = url.removeprefix("http://testserver/newsletter/unsubscribe/").rstrip("/")
    assert links.read_token(links.UNSUBSCRIBE, token, kinds=(int,)) == [delivery.subscriber_id]


@pytest.mark.django_db
def test_weekly_mail_names_the_link_that_stops_it():
    delivery = DeliveryFactory(kind="weekly", learner=LearnerFactory())

    assert parsed(delivery)["List-Unsubscribe"].startswith("<http://testserver/mail/stop/")
