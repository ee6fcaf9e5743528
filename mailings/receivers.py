from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.learners import adopt_guest
from accounts.models import Learner
from accounts.signals import learner_merged
from mailings.models import Delivery, MailOptOut
from mailings.services.progress import queue_welcome


@receiver(email_confirmed)
def welcome_at_first_verified_address(
    sender: type[EmailAddress], request: HttpRequest, email_address: EmailAddress, **kwargs: Any
) -> None:
    """Allauth's own signal. The guest in this browser is adopted first: the mail speaks of their progress."""
    user = email_address.user
    learner = Learner.objects.filter(user=user).first()
    if learner is None and hasattr(request, "session"):
        learner = adopt_guest(request=request, user=user)
    if learner is None:
        learner, _created = Learner.objects.get_or_create(user=user)
    queue_welcome(user=user, learner=learner)


@receiver(learner_merged)
def move_mail(sender: type[Learner], source: Learner, target: Learner, **kwargs: Any) -> None:
    """The books go with the learner, and what either switched off stays off."""
    Delivery.objects.filter(learner=source).update(learner=target)
    MailOptOut.objects.bulk_create(
        [
            MailOptOut(learner=target, kind=kind, at=at)
            for kind, at in MailOptOut.objects.filter(learner=source).values_list("kind", "at")
        ],
        ignore_conflicts=True,
    )
