"""Error pages: plain words, and what to do next. They run no query, for they may be shown when the database is away."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {"status": status, "title": title, "text": text}
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        400,
        _("That request could not be read"),
        _("Nothing was changed. Go back, reload the page and try once more."),
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        403,
        _("This page is not open to you"),
        _("Nothing was changed. If you have an account that may see it, sign in and try again."),
    )


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is no page here"),
        _(
            "The address may be mistyped, or the page may have moved. The lessons are all listed on the course map."
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        500,
        _("Something broke on our side"),
        _("It has been noted. What you had saved is still saved. Please try again in a minute."),
    )


def body_too_large(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        413,
        _("That was too much at once"),
        _(
            "What you sent is larger than this form takes, so nothing was changed. Go back, shorten it and try again."
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    return _page(
        request,
        403,
        _("This form has been open for too long"),
        _(
            "For your safety a form works only in the browser that opened it, with cookies on. "
            "Nothing was changed. Go back, reload the page and send it again."
        ),
    )
