"""Request-wide guards."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hipcourse.errors import body_too_large


class BodyLimitMiddleware:
    """Answer an oversized form with a clear page before any view reads it.

    Only the forms of the Studio that take films and pictures may be larger, and only for a browser with
    a session; their fields have limits of their own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if _may_upload(request):
            limit = settings.UPLOAD_MAX_SIZE
        if length > limit:
            return body_too_large(request)
        return self.get_response(request)


def _may_upload(request: HttpRequest) -> bool:
    return (
        request.content_type == "multipart/form-data"
        and request.path.startswith(("/admin/lessons/lesson/", "/admin/mailings/issue/"))
        and settings.SESSION_COOKIE_NAME in request.COOKIES
    )
