import pytest
from django.urls import include, path

import hipcourse.urls
from mailings import sending
from tests.factories.mailings import DeliveryFactory

urlpatterns = [*hipcourse.urls.urlpatterns, path("dev/mail/", include("mailings.dev_urls"))]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.EMAIL_URL = f"file://{tmp_path / 'mail'}"
    return tmp_path / "mail"


def test_it_says_so_while_there_is_no_mail(client):
    assert "No mail yet." in client.get("/dev/mail/").text


def test_each_mail_is_shown_newest_first_with_html_text_and_headers(client, folder):
    for subject in ("First <b>", "Second"):
        DeliveryFactory(subject=subject, text="See http://testserver/x", html="<head></head><p>Hello</p>")
        sending.pump()
    page = client.get("/dev/mail/").text
    assert page.index("Second") < page.index("First &lt;b&gt;")
    assert "First <b>" not in page

    name = max(path.name for path in folder.iterdir())
    detail = client.get(f"/dev/mail/{name}/").text
    assert '<a href="http://testserver/x" rel="nofollow">http://testserver/x</a>' in detail
    assert "Auto-Submitted: auto-generated" in detail
    html = client.get(f"/dev/mail/{name}/html/")
    assert html.text == '<head><base target="_blank"></head><p>Hello</p>'
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in html.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["..", "..%2f..%2fsecret-key", "nothing.eml", "secret.txt", "%00.eml"])
def test_only_kept_mails_can_be_opened(client, folder, name):
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    (folder.parent / "secret-key").write_text("secret")

    assert client.get(f"/dev/mail/{name}/").status_code == 404


def test_all_are_deleted_by_post_only(client, folder):
    DeliveryFactory()
    sending.pump()
    assert client.get("/dev/mail/delete-all/").status_code == 405
    assert len(list(folder.iterdir())) == 1

    client.post("/dev/mail/delete-all/")

    assert list(folder.iterdir()) == []


def test_the_password_of_a_mail_server_is_not_shown(client, settings):
    settings.EMAIL_URL = "smtp://me:secret@mail.example.org:587"

    page = client.get("/dev/mail/").text
    assert ("smtp://mail.example.org:587" in page, "secret" in page) == (True, False)
