"""Who gets what, and the proof that they wanted it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def reachable(self) -> "SubscriberQuerySet":
        """Confirmed, and not suppressed since."""
        return self.filter(status=Subscriber.Status.CONFIRMED).exclude(
            address__in=Suppression.objects.values("address")
        )


class Subscriber(models.Model):
    """An address that asked for the newsletter. Only a confirmed one is ever written to again."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    address = models.EmailField(_("address"), unique=True, help_text=_("In lower case."))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed"), null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["pending", "confirmed", "unsubscribed"]),
                name="subscriber_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(address=Lower("address")), name="subscriber_address_is_lower_case"
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(confirmed_at__isnull=False),
                name="subscriber_confirmed_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.address


class Consent(models.Model):
    """What was agreed to or withdrawn, when, in which words and on which page. Only ever added to."""

    class Event(models.TextChoices):
        ASKED = "asked", _("Asked")
        CONFIRMED = "confirmed", _("Confirmed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="consents", verbose_name=_("subscriber")
    )
    event = models.CharField(_("event"), max_length=10, choices=Event)
    wording = models.TextField(_("wording"))
    page = models.CharField(_("page"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(event__in=["asked", "confirmed", "withdrawn"]), name="consent_event_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} {self.event}"


class Suppression(models.Model):
    """An address that must not be written to, whatever list it is on."""

    class Reason(models.TextChoices):
        REFUSED = "refused", _("Refused by its server for good")
        COMPLAINT = "complaint", _("Marked as spam")
        MANUAL = "manual", _("By hand")

    address = models.EmailField(_("address"), unique=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    detail = models.TextField(_("detail"), blank=True)
    at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["refused", "complaint", "manual"]), name="suppression_reason_is_known"
            ),
            models.CheckConstraint(
                condition=Q(address=Lower("address")), name="suppression_address_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.address


class MailOptOut(models.Model):
    """A learner has switched one kind of mail off. No row: it is on."""

    learner = models.ForeignKey(
        Learner, on_delete=models.CASCADE, related_name="mail_opt_outs", verbose_name=_("learner")
    )
    kind = models.CharField(_("kind"), max_length=12)
    at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("mail switched off")
        verbose_name_plural = _("mail switched off")
        constraints = [
            models.UniqueConstraint(fields=["learner", "kind"], name="mail_opt_out_once_per_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=["weekly", "welcome"]), name="mail_opt_out_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} {self.kind}"
