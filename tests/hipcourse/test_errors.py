import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import path

from hipcourse import urls

MEGABYTE = 1024 * 1024


def test_an_unknown_address_gets_a_page_that_says_so(client, db):
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "There is no page here" in response.text


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b"],
)
def test_a_body_of_10_mb_is_refused_before_it_is_read(client, db, content_type):
    response = client.post("/account/login/", data=b"a" * 10 * MEGABYTE, content_type=content_type)

    assert response.status_code == 413
    assert "That was too much at once" in response.text


def test_a_form_without_its_token_is_refused_with_a_way_out(db):
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@example.org"})

    assert response.status_code == 403
    assert "This form has been open for too long" in response.text


def test_a_form_from_another_site_is_refused(db):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/account/login/")
    token = browser.cookies["csrf"].value

    response = browser.post(
        "/account/login/", {"csrfmiddlewaretoken": token}, headers={"origin": "https://evil.example"}
    )

    assert response.status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "a b"]
)
def test_a_host_that_is_not_ours_is_a_bad_request(client, db, host):
    response = client.get("/", headers={"host": host})

    assert response.status_code == 400


def explode(request):
    raise RuntimeError("secret detail")


urlpatterns = [path("explode/", explode), *urls.urlpatterns]
handler500 = urls.handler500


@pytest.mark.urls(__name__)
def test_a_view_that_breaks_gets_a_page_without_details(client, db):
    client.raise_request_exception = False

    response = client.get("/explode/")

    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert "secret detail" not in response.text


def test_error_pages_need_no_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = client.get("/no/such/page/")

    assert response.status_code == 404


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/lessons/lesson/add/", "/newsletter/subscribe/"])
def test_large_uploads_are_for_the_studios_own_forms_and_browsers_with_a_session(client, db, path):
    def status():
        return client.post(path, {"film": SimpleUploadedFile("film.webm", b"x" * 3_000_000)}).status_code

    assert status() == 413
    client.cookies["session"] = "somebody"
    assert (status() == 413) == ("lesson" not in path)
