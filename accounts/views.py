from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import ProfileForm
from accounts.learners import current_learner, ensure_learner
from accounts.models import Learner


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """The account's own page: name and time zone, and the ways to everything else."""
    assert request.user.is_authenticated
    if request.method == "POST":
        form = ProfileForm(request.POST, user=request.user, learner=ensure_learner(request))
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("accounts:overview")
    else:
        form = ProfileForm(user=request.user, learner=current_learner(request) or Learner(user=request.user))
    return render(request, "accounts/overview.html", {"form": form})
