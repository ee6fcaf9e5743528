import pytest
from allauth.account.models import EmailAddress

from mailings.models import Delivery
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ledger(settings):
    settings.EMAIL_BACKEND = "mailings.backends.LedgerBackend"


def ask_for_code(client, address):
    client.post("/account/login/code/", {"email": address})
    return Delivery.objects.get()


def test_a_code_comes_urgently_in_our_look_without_the_host_of_the_request(client):
    user = UserFactory()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    row = ask_for_code(client, user.email)

    assert (row.kind, row.recipient, row.subject, row.urgent) == (
        "account",
        user.email,
        "Your code to sign in",
        True,
    )
    assert row.text.startswith(
        "Hello,\n\nType this code into the HipCourse page that is waiting for it:\n\n    "
    )
    assert 'class="code" style="' in row.html
    assert max(len(line) for line in row.text.splitlines()) <= 72


def test_an_unknown_address_is_told_so_by_mail_alone(client):
    row = ask_for_code(client, "nobody@example.org")

    assert row.subject == "There is no HipCourse account with this address"
    assert "http://testserver/account/signup/" in row.text
    assert 'href="http://testserver/account/signup/"' in row.html
