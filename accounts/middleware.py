from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.learners import LearnerGoneError


class LearnerMiddleware:
    """What every request with a learner needs: a clean time zone before, and an answer when the learner is gone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        timezone.deactivate()  # the last request of this thread may have been somebody else's
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A guest who signs in elsewhere in the same instant: say so; what was done before is kept."""
        if not isinstance(exception, LearnerGoneError):
            return None
        context = {
            "status": 409,
            "title": _("You have just signed in in another window"),
            "text": _("What you did before is kept with your account. Reload this page and go on."),
        }
        return render(request, "error.html", context, status=409)
