from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.learners import adopt_guest
from accounts.models import User


@receiver(user_logged_in)
def adopt_guest_at_sign_in(
    sender: type[User], request: HttpRequest | None, user: User, **kwargs: Any
) -> None:
    """Every way in (password, code, passkey, sign-up) ends in this signal of Django's."""
    if request is not None and hasattr(request, "session"):
        adopt_guest(request=request, user=user)
