"""Request-wide guards."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hipcourse.errors import body_too_large


class BodyLimitMiddleware:
    """Answer an oversized form with a clear page before any view reads it.

    File uploads (multipart, which Django streams to disk) have their own limits in their forms.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if request.content_type == "multipart/form-data":
            limit = settings.UPLOAD_MAX_SIZE if request.path.startswith("/admin/") else limit
        if length > limit:
            return body_too_large(request)
        return self.get_response(request)
