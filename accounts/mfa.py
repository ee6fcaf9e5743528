"""The second proof of identity that whoever edits the course must give."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User

PROOFS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
SESSION_KEY = "second-proof-set-up"


def may_enter_studio(request: HttpRequest) -> bool:
    """Has this session, not just this account, given a second proof? Always true where none is required.

    A session that was opened with the password alone, before the account had a second proof, does not do.
    """
    return not settings.STAFF_MFA_REQUIRED or (is_mfa_enabled(request.user, PROOFS) and _proved(request))


def _proved(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return request.session.get(SESSION_KEY) == request.user.pk or any(
        record.get("method") == "mfa" for record in records
    )


def second_factor_url(request: HttpRequest) -> str:
    """Return where to set up a second proof, or to give the one there is."""
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    back = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
    if Authenticator.Type.TOTP in kinds:
        return f"{reverse('mfa_reauthenticate')}?{back}"
    if Authenticator.Type.WEBAUTHN in kinds:
        return f"{reverse('mfa_reauthenticate_webauthn')}?{back}"
    return reverse("mfa_index")


@receiver(authenticator_added)
def remember_set_up(sender: type[Authenticator], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever sets up a second proof has just shown that they hold it: do not ask for it once more."""
    if kwargs["authenticator"].type in PROOFS:
        request.session[SESSION_KEY] = user.pk
