"""Sign-up, sign-in and reset: clear messages, nothing told about who has an account, no way around."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from accounts.models import Learner, User
from lessons.models import LessonVisit
from tests.factories.accounts import PASSWORD, GuestFactory, LearnerFactory, UserFactory
from tests.factories.lessons import LessonFactory

pytestmark = pytest.mark.django_db

LOGIN, SIGNUP, RESET = "/account/login/", "/account/signup/", "/account/password/reset/"


def verified(user):
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def newest_code():
    return re.search(r"^\s*([A-Z0-9][A-Z0-9-]{4,})\s*$", mail.outbox[-1].body, re.M).group(1)


def sign_up(client, address, **extra):
    return client.post(SIGNUP, {"email": address, "password1": PASSWORD, **extra}, follow=True)


def without_secrets(response):
    text = response.content.decode()
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", text)


def test_a_wrong_password_is_told_plainly_and_keeps_the_address(client):
    user = verified(UserFactory())
    answer = client.post(LOGIN, {"login": user.email, "password": "wrong"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "The email address and/or password you specified are not correct." in page
    assert f'value="{user.email}"' in page
    assert "_auth_user_id" not in client.session


def test_forty_wrong_passwords_are_slowed_down_whatever_the_forwarded_header_says(client):
    user = verified(UserFactory())
    answers = [
        client.post(
            LOGIN, {"login": user.email, "password": "wrong"}, headers={"x-forwarded-for": f"10.0.0.{number}"}
        )
        for number in range(40)
    ]
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].content.decode()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no-address",
        "a@",
        "@b.example",
        "a b@c.example",
        "a@b.example\r\nBcc: x@y.example",
        "a" * 300 + "@b.example",
        "a\0@b.example",
    ],
)
def test_absurd_addresses_are_refused_with_a_message_and_change_nothing(client, address):
    answer = sign_up(client, address)
    assert answer.status_code == 200
    assert 'class="error-summary' in answer.content.decode()
    assert not User.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("password", ["short", "password", "1234567890"])
def test_weak_passwords_are_refused_with_the_reason(client, password):
    answer = client.post(SIGNUP, {"email": "runner@example.org", "password1": password})
    assert "This password is" in answer.content.decode()
    assert not User.objects.exists()


def test_long_passwords_work(client):
    password = "päß wörd " * 100
    sign_up_answer = client.post(SIGNUP, {"email": "runner@example.org", "password1": password}, follow=True)
    assert sign_up_answer.status_code == 200
    assert User.objects.get().check_password(password)


def test_signing_up_with_a_known_address_looks_the_same_and_makes_nobody(client):
    verified(UserFactory(email="known@example.org"))
    new = sign_up(client, "fresh@example.org")
    client.logout()
    known = sign_up(client, "known@example.org")
    assert known.redirect_chain == new.redirect_chain
    assert without_secrets(known).replace("known@", "fresh@") == without_secrets(new)
    assert User.objects.count() == 2


def test_a_reset_tells_nothing_about_who_has_an_account(client):
    verified(UserFactory(email="known@example.org"))
    known = client.post(RESET, {"email": "known@example.org"}, follow=True)
    client.session.flush()
    unknown = client.post(RESET, {"email": "fresh@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert without_secrets(known).replace("known@", "fresh@") == without_secrets(unknown)


def test_a_guest_signs_up_with_what_they_did(client):
    lesson = LessonFactory()
    client.post(reverse("lessons:mark-read", args=[lesson.slug]))
    guest = Learner.objects.get()
    sign_up(client, "runner@example.org")
    client.post("/account/confirm-email/", {"code": newest_code()})
    guest.refresh_from_db()
    assert guest.user.email == "runner@example.org"
    assert list(LessonVisit.objects.values_list("learner_id", flat=True)) == [guest.pk]


def test_signing_in_by_code_merges_too(client):
    owner = LearnerFactory()
    verified(owner.user)
    client.post(reverse("lessons:mark-read", args=[LessonFactory().slug]))
    client.post("/account/login/code/", {"email": owner.user.email})
    client.post("/account/login/code/confirm/", {"code": newest_code()})
    assert list(Learner.objects.all()) == [owner]
    assert list(LessonVisit.objects.values_list("learner_id", flat=True)) == [owner.pk]


def test_a_wrong_code_lets_nobody_in(client):
    user = verified(UserFactory())
    client.post("/account/login/code/", {"email": user.email})
    answer = client.post("/account/login/code/confirm/", {"code": "WRONG1"})
    assert "Incorrect code." in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_session_changes_at_sign_in_and_dies_at_sign_out(client):
    user = verified(UserFactory())
    client.get("/")
    session = client.session
    session["guest"] = str(GuestFactory().guest_key)
    session.save()
    before = session.session_key
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    signed_in = client.cookies["session"].value
    assert signed_in != before
    client.get("/account/logout/")
    assert "_auth_user_id" in client.session
    client.post("/account/logout/")
    client.cookies["session"] = signed_in
    assert client.get("/account/").status_code == 302


def test_extra_fields_of_a_form_make_nobody_staff(client):
    sign_up(client, "runner@example.org", is_staff="1", is_superuser="1", email_verified="1")
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, EmailAddress.objects.get().verified) == (False, False, False)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "/%09/evil.example",
        "javascript:x",
        "-1",
        "1e9",
    ],
)
def test_signing_in_leads_to_this_site_only(client, target):
    user = verified(UserFactory())
    answer = client.post(
        f"{LOGIN}?next={target}", {"login": user.email, "password": PASSWORD, "next": target}
    )
    assert answer.status_code == 302
    assert "evil" not in answer["Location"].partition("%")[0]
    assert answer["Location"].startswith("/")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_a_foreign_host_name_is_refused(client, host):
    assert client.post(RESET, {"email": "a@b.example"}, headers={"host": host}).status_code == 400
    assert mail.outbox == []


def test_the_own_page_needs_an_account_and_saves_what_is_typed(client):
    assert client.get("/account/").status_code == 302
    learner = LearnerFactory()
    client.force_login(learner.user)
    client.post("/account/", {"name": "  Ada <b>  ", "time_zone": "Europe/London"})
    learner.refresh_from_db()
    learner.user.refresh_from_db()
    assert (learner.user.name, learner.time_zone) == ("Ada <b>", "Europe/London")
    assert "Ada &lt;b&gt;" in client.get("/account/").content.decode()
    answer = client.post("/account/", {"name": "x" * 200, "time_zone": "Moon/Base"})
    assert answer.status_code == 200
    learner.refresh_from_db()
    assert learner.time_zone == "Europe/London"
