import re
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import signing
from django.urls import reverse

from mailings import links, sending
from mailings.models import Consent, Delivery, MailOptOut, Subscriber, Suppression
from mailings.services import queue, subscribers
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.mailings import SubscriberFactory

pytestmark = pytest.mark.django_db
SUBSCRIBE = "/newsletter/subscribe/"


def ask(client, address="anna@example.org", **extra):
    return client.post(SUBSCRIBE, {"email": address}, **extra)


def link_in(sink, number=-1):
    text = sink.message(number).get_body(("plain",)).get_content()
    return re.search(r"http://testserver(/newsletter/confirm/\S+)", text)[1]


def everything():
    """All rows that these pages could change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Subscriber, Consent, Delivery, MailOptOut, Suppression)
    ]


def test_from_the_form_to_the_list_and_off_it_again(client, sink):
    assert (
        ask(client, headers={"referer": "http://testserver/lessons/"}).url == "/newsletter/check-your-inbox/"
    )
    assert client.get("/newsletter/check-your-inbox/").status_code == 200
    sending.pump()
    subscriber = Subscriber.objects.get()
    assert (subscriber.address, subscriber.status) == ("anna@example.org", "pending")

    path = link_in(sink)
    assert "Yes, send me the newsletter" in client.get(path).text
    assert client.post(path).status_code == 200
    subscriber.refresh_from_db()
    assert (subscriber.status, subscriber.confirmed_at is not None) == ("confirmed", True)

    leave = reverse("mailings:unsubscribe", args=[links.make_token(links.UNSUBSCRIBE, subscriber.pk)])
    assert "Leave the newsletter?" in client.get(leave).text
    assert client.post(leave).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.status == "unsubscribed"
    assert list(Consent.objects.values_list("event", "page")) == [
        ("asked", "/lessons/"),
        ("confirmed", "The link in the confirmation mail"),
        ("withdrawn", "The link in a mail"),
    ]
    assert Consent.objects.first().wording == (
        "One mail a month or so. Confirm by the mail we send; leave with one click."
    )


def test_who_left_can_come_back_on_the_same_day_but_must_confirm_again(client, sink):
    ask(client)
    sending.pump()
    first = link_in(sink)
    client.post(first)
    subscribers.unsubscribe(subscriber=Subscriber.objects.get(), wording="x", page="x")

    assert client.post(first).status_code == 404
    assert Subscriber.objects.get().status == "unsubscribed"
    ask(client)
    sending.pump()
    client.post(link_in(sink))

    assert (Subscriber.objects.get().status, len(sink.taken)) == ("confirmed", 2)


def test_the_answer_is_the_same_for_every_address_that_can_be_one(client):
    SubscriberFactory(address="confirmed@example.org")
    SubscriberFactory(address="left@example.org", status="unsubscribed")
    SubscriberFactory(address="pending@example.org", status="pending", confirmed_at=None)
    Suppression.objects.create(address="suppressed@example.org", reason="complaint")
    answers = []
    for name in ("unknown", "confirmed", "left", "pending", "suppressed"):
        response = ask(client, f"{name}@example.org")
        page = client.get(response.url)
        answers.append((response.status_code, response.url, response.content, page.content))

    assert answers == [answers[0]] * 5


def test_the_same_statements_are_run_for_every_address(client, django_assert_num_queries):
    SubscriberFactory(address="confirmed@example.org")
    Suppression.objects.create(address="suppressed@example.org", reason="complaint")
    counts = []
    for name in ("unknown", "confirmed", "suppressed"):
        with django_assert_num_queries(10) as captured:
            subscribers.ask_to_subscribe(address=f"{name}@example.org", wording="w", page="/")
        counts.append([query["sql"].split()[0] for query in captured.captured_queries])

    assert counts == [counts[0]] * 3


def test_a_confirmed_reader_who_asks_again_is_told_so_by_mail_alone(client, sink):
    SubscriberFactory(address="anna@example.org")

    ask(client)
    sending.pump()

    assert sink.message()["Subject"] == "You are on the list already"
    assert Subscriber.objects.get().status == "confirmed"


def test_one_mailbox_gets_one_confirmation_a_day_however_it_is_spelt(client, sink, settings):
    for number, address in enumerate(
        ["a.nna@gmail.com", "anna@gmail.com", "ANNA+1@gmail.com", "anna+2@googlemail.com", " Anna@GMAIL.com "]
    ):
        ask(client, address, REMOTE_ADDR=f"198.51.100.{number}")
    sending.pump()

    assert sink.recipients() == ["a.nna@gmail.com"]
    assert Consent.objects.count() == 1


def test_the_day_is_of_24_hours_and_not_of_the_calendar(client):
    with time_machine.travel("2026-11-23T23:55:00Z") as travel:
        ask(client)
        travel.move_to("2026-11-24T00:05:00Z")
        ask(client)
        assert Delivery.objects.count() == 1
        travel.move_to("2026-11-24T23:56:00Z")
        ask(client)

    assert Delivery.objects.count() == 2


def test_the_confirmation_holds_nothing_that_was_typed(client, sink):
    client.post(SUBSCRIBE, {"email": "buy.pills@example.org", "name": "CHEAP PILLS", "website": ""})
    sending.pump()

    message = sink.message()
    for part in ("plain", "html"):
        body = message.get_body((part,)).get_content().lower()
        assert "pills" not in body
    assert "pills" not in message["Subject"].lower()


def test_one_network_may_ask_ten_times_an_hour_whatever_it_forges(client):
    answers = [
        ask(client, f"reader{n}@example.org", headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n in range(12)
    ]

    assert answers == [302] * 10 + [429] * 2
    assert "many sign-ups from your network" in ask(client, "late@example.org").text
    assert Delivery.objects.count() == 10


def test_programs_that_fill_in_every_field_get_the_same_answer_and_no_mail(client):
    response = client.post(SUBSCRIBE, {"email": "anna@example.org", "website": "https://spam.example"})

    assert response.url == "/newsletter/check-your-inbox/"
    assert Subscriber.objects.count() == Delivery.objects.count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@example.org\nBcc: x@example.org",
        "a@b.org,c@d.org",
        "x\x00@example.org",
        "x" * 100_000,
    ],
)
def test_a_bad_address_comes_back_with_words_and_changes_nothing(client, typed):
    before = everything()
    response = ask(client, typed)

    assert response.status_code == 400
    assert "field-error" in response.text
    assert everything() == before


@pytest.mark.parametrize(
    ("referer", "page"),
    [("http://testserver/lessons/?q=1", "/lessons/"), ("", ""), ("http://[", ""), ("http://[::1/x", "")],
)
def test_the_page_of_the_form_is_kept_with_the_consent_if_it_is_told(client, referer, page):
    assert ask(client, headers={"referer": referer}).status_code == 302
    assert Consent.objects.get().page == page


def test_what_was_typed_is_still_there(client):
    assert 'value="anna@exam ple.org"' in ask(client, "anna@exam ple.org").text


def test_subscribing_takes_a_post_with_a_token_of_ours(client):
    from django.test import Client

    assert client.get(SUBSCRIBE).status_code == 200
    assert client.put(SUBSCRIBE).status_code == 405
    assert not Subscriber.objects.exists()
    assert ask(Client(enforce_csrf_checks=True)).status_code == 403


def test_every_page_offers_the_form(client):
    page = client.get("/newsletter/confirm/nonsense/").text

    assert f'action="{SUBSCRIBE}"' in page
    assert page.count('id="newsletter-email"') == 1


# Links


def tokens(subscriber, consent, learner):
    return {
        "confirm": links.make_token(links.CONFIRM, subscriber.pk, consent.pk),
        "unsubscribe": links.make_token(links.UNSUBSCRIBE, subscriber.pk),
        "stop": links.make_token(links.STOP, learner.pk, "weekly"),
    }


@pytest.fixture
def doors():
    subscriber = SubscriberFactory(status="pending", confirmed_at=None)
    consent = Consent.objects.create(subscriber=subscriber, event="asked", wording="w")
    return tokens(subscriber, consent, LearnerFactory())


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "stop"])
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_only_a_post_changes_anything(client, doors, door, method):
    before = everything()

    response = getattr(client, method)(reverse(f"mailings:{door}", args=[doors[door]]))

    assert response.status_code in {200, 405}
    assert everything() == before


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "stop"])
def test_a_link_works_without_cookies_and_more_than_once(doors, door):
    from django.test import Client

    path = reverse(f"mailings:{door}", args=[doors[door]])
    first = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    after = everything()
    second = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})

    assert (first.status_code, second.status_code) == (200, 200)
    assert everything() == after
    assert first.headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in first.headers["Cache-Control"]


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "stop"])
@pytest.mark.parametrize(
    "purpose", ["confirm", "unsubscribe", "stop", "cut", "longer", "changed", "other key", "x", "é"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_token_opens_its_own_door_only(client, doors, door, purpose, method):
    token = doors.get(purpose) or {
        "cut": doors[door][:-3],
        "longer": doors[door] + "x",
        "changed": "W" + doors[door][1:-1] + ("a" if doors[door][-1] != "a" else "b"),
        "other key": signing.dumps([1, 1], key="other", salt=f"mailings.{door}"),
        "x": "x",
        "é": "é:é:é",
    }.get(purpose)
    if purpose == door:
        return
    before = everything()

    response = getattr(client, method)(reverse(f"mailings:{door}", args=[token]))

    assert response.status_code == 404
    assert "This link does not work" in response.text
    assert everything() == before


def test_a_confirmation_link_is_good_for_seven_days(client, sink):
    with time_machine.travel("2026-11-23T08:00:00Z") as travel:
        ask(client)
        sending.pump()
        path = link_in(sink)
        travel.move_to("2026-11-30T07:59:00Z")
        assert client.get(path).status_code == 200
        travel.move_to("2026-11-30T08:01:00Z")
        assert client.get(path).status_code == client.post(path).status_code == 404

    assert Subscriber.objects.get().status == "pending"


def test_a_link_of_somebody_erased_says_that_they_are_off_the_list(client):
    subscriber = SubscriberFactory()
    path = reverse("mailings:unsubscribe", args=[links.make_token(links.UNSUBSCRIBE, subscriber.pk)])
    subscriber.delete()

    assert client.post(path).status_code == 200


def test_one_click_in_the_mail_program_is_honoured_at_once(client):
    subscriber = SubscriberFactory()
    url = links.unsubscribe_url(subscriber_id=subscriber.pk)

    response = client.post(url.removeprefix("http://testserver"), {"List-Unsubscribe": "One-Click"})

    subscriber.refresh_from_db()
    assert (response.status_code, subscriber.status) == (200, "unsubscribed")
    assert Consent.objects.get().page == "The mail program's unsubscribe button"


def test_weekly_mail_stops_by_its_link(client, doors):
    client.post(reverse("mailings:stop", args=[doors["stop"]]))

    assert MailOptOut.objects.get().kind == "weekly"


# Switches


@pytest.fixture
def reader(client):
    user = UserFactory()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.force_login(user)
    return user


def test_switches_show_and_keep_what_is_wanted(client, reader):
    page = client.get("/mail/").text
    assert re.findall(r'name="(\w+)"[^>]*checked', page) == ["weekly"]

    assert client.post("/mail/", {"newsletter": "on"}).url == "/mail/"
    assert re.findall(r'name="(\w+)"[^>]*checked', client.get("/mail/").text) == ["newsletter"]
    assert (Subscriber.objects.get().status, MailOptOut.objects.get().kind) == ("confirmed", "weekly")

    client.post("/mail/", {"weekly": "on"})
    client.post("/mail/", {"weekly": "on"})
    assert re.findall(r'name="(\w+)"[^>]*checked', client.get("/mail/").text) == ["weekly"]
    assert (Subscriber.objects.get().status, MailOptOut.objects.count()) == ("unsubscribed", 0)
    assert list(Consent.objects.values_list("event", flat=True)) == ["confirmed", "withdrawn"]


def test_looking_at_the_switches_writes_nothing(client, reader):
    from accounts.models import Learner

    client.get("/mail/")

    assert (Learner.objects.count(), Subscriber.objects.count()) == (0, 0)


def test_switches_are_for_who_is_signed_in(client):
    assert client.get("/mail/").status_code == client.post("/mail/").status_code == 302


def test_subscribing_works_quickly_while_broker_and_cache_are_away_and_the_mail_goes_out_later(
    client, settings, tmp_path, sink, use_broker
):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path / 'nobody.sock'}?db=1"}
    }
    use_broker(f"redis+socket://{tmp_path / 'nobody.sock'}?virtual_host=0")
    started = time.monotonic()
    response = ask(client)
    queue.wake()
    took = time.monotonic() - started

    assert (response.status_code, Delivery.objects.get().status) == (302, "queued")
    assert took < 0.5
    sending.pump()
    assert sink.recipients() == ["anna@example.org"]
