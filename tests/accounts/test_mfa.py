import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.contrib.auth.models import AnonymousUser

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

SECRET = auth.generate_totp_secret()
WORDS = (
    "The Studio needs a second proof of who you are, besides your password or a mailed code. "
    "Give it here, then open the Studio again."
)


def code(secret=SECRET):
    """The code that the author's phone shows."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))


def proofs(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def author():
    user = UserFactory(is_staff=True, is_superuser=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, user):
    return client.post("/account/login/?next=/admin/", {"login": user.email, "password": PASSWORD})


def test_production_asks_staff_for_a_second_proof(settings):
    assert settings.STAFF_MFA_REQUIRED is True


def test_a_stranger_is_sent_to_the_sites_own_sign_in(client):
    answer = client.get("/admin/lessons/lesson/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/account/login/")
    assert "lesson" in answer.redirect_chain[-1][0]


def test_a_learner_does_not_get_in(client):
    client.force_login(UserFactory())

    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_without_a_second_proof_are_led_to_where_one_is_set_up(client, author):
    sign_in(client, author)

    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1] == ("/account/2fa/", 302)
    assert proofs(answer)[-1] == WORDS
    assert client.get("/admin/lessons/lesson/").status_code == 302
    assert client.post("/admin/lessons/lesson/", {"action": "retire"}).status_code == 302


def test_the_password_and_a_code_from_the_phone_open_the_studio(client, author):
    auth.TOTP.activate(author, SECRET)

    answer = sign_in(client, author)
    assert answer.url.startswith("/account/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302
    client.post(answer.url, {"code": code()})

    assert client.get("/admin/").status_code == 200


def test_a_session_from_before_the_second_proof_has_to_give_it(client, author):
    sign_in(client, author)
    auth.TOTP.activate(author, SECRET)  # set up elsewhere, by the owner of the account

    answer = client.get("/admin/lessons/lesson/", follow=True)
    assert answer.redirect_chain[-1][0] == "/account/2fa/reauthenticate/?next=%2Fadmin%2Flessons%2Flesson%2F"
    client.post(answer.redirect_chain[-1][0], {"code": "000000"})
    assert client.get("/admin/").status_code == 302
    answer = client.post(answer.redirect_chain[-1][0], {"code": code()})

    assert answer.url == "/admin/lessons/lesson/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_up_a_second_proof_is_giving_it(client, author):
    sign_in(client, author)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.get("/account/2fa/totp/activate/")
    secret = client.session[auth.SECRET_SESSION_KEY]

    client.post("/account/2fa/totp/activate/", {"code": code(secret)})

    assert Authenticator.objects.filter(user=author, type=Authenticator.Type.TOTP).exists()
    assert client.get("/admin/").status_code == 200


def test_a_passkey_is_asked_for_on_its_own_page(client, author):
    sign_in(client, author)
    Authenticator.objects.create(user=author, type=Authenticator.Type.WEBAUTHN, data={})

    answer = client.get("/admin/login/")

    assert answer.url == "/account/2fa/webauthn/reauthenticate/?next=%2Fadmin%2F"


def test_recovery_codes_alone_are_no_second_proof(client, author):
    sign_in(client, author)
    Authenticator.objects.create(user=author, type=Authenticator.Type.RECOVERY_CODES, data={})

    assert client.get("/admin/login/").url == "/account/2fa/"


def test_where_none_is_required_the_password_is_enough(client, author, settings):
    settings.STAFF_MFA_REQUIRED = False
    sign_in(client, author)

    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/").url == "/admin/"


def test_the_second_proof_of_one_account_does_not_serve_another(client, author, rf):
    from accounts.mfa import may_enter_studio, remember_set_up

    auth.TOTP.activate(author, SECRET)
    request = rf.get("/admin/")
    request.user, request.session = author, {}
    proof = Authenticator.objects.get()
    remember_set_up(Authenticator, request=request, user=author, authenticator=proof)
    assert may_enter_studio(request)

    request.user = UserFactory(is_staff=True)
    auth.TOTP.activate(request.user, SECRET)
    assert not may_enter_studio(request)
    request.user = AnonymousUser()
    assert not may_enter_studio(request)
