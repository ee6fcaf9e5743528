"""The ledger: a mail is a row, written in the same transaction as its cause."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner
from mailings.models.issues import Issue
from mailings.models.subscribers import Subscriber


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime.datetime) -> "DeliveryQuerySet":
        """Waiting, its time has come, and (for a newsletter) its issue is being sent."""
        return self.filter(
            ~Q(kind=Delivery.Kind.NEWSLETTER) | Q(issue__status=Issue.Status.SENDING),
            status=Delivery.Status.QUEUED,
            next_at__lte=now,
        )

    def unsettled(self) -> "DeliveryQuerySet":
        """Waiting or in the hands of a worker."""
        return self.filter(
            status__in=[Delivery.Status.QUEUED, Delivery.Status.CLAIMED, Delivery.Status.HANDING]
        )


class Delivery(models.Model):
    """One mail to one recipient, and what became of it.

        queued → claimed → handing → sent | failed | uncertain
           ↑________|  (lease over: nothing was handed over)

    `handing` is committed just before the message is handed to the mail server. A row found in
    that state after its lease is over may or may not have arrived: it becomes `uncertain`,
    is shown to a person and is never sent again by itself.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("Account")
        CONFIRM = "confirm", _("Confirm the subscription")
        NEWSLETTER = "newsletter", _("Newsletter")
        TEST = "test", _("Test of an issue")
        WELCOME = "welcome", _("Welcome")
        WEEKLY = "weekly", _("Weekly progress")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        CLAIMED = "claimed", _("Taken by a worker")
        HANDING = "handing", _("Being handed over")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Refused for good")
        UNCERTAIN = "uncertain", _("Unknown: may have arrived")
        CANCELLED = "cancelled", _("Not sent: no longer wanted")

    dedupe_key = models.CharField(
        _("occasion"),
        max_length=120,
        unique=True,
        help_text=_("Kind, recipient and occasion: what may happen only once."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    recipient = models.EmailField(_("recipient"))
    subscriber = models.ForeignKey(
        Subscriber,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
        verbose_name=_("subscriber"),
    )
    learner = models.ForeignKey(
        Learner,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
        verbose_name=_("learner"),
    )
    issue = models.ForeignKey(
        Issue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
        verbose_name=_("issue"),
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(
        _("text"), blank=True, help_text=_("Emptied once sent; the newsletter's is kept with its issue.")
    )
    html = models.TextField(_("HTML"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    urgent = models.BooleanField(
        _("urgent"), default=False, help_text=_("Goes before bulk mail: someone is waiting for it.")
    )
    token = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("not before"), default=timezone.now)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    outcome = models.TextField(_("what the server said"), blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["queued", "claimed", "handing", "sent", "failed", "uncertain", "cancelled"]
                ),
                name="delivery_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["account", "confirm", "newsletter", "test", "welcome", "weekly"]),
                name="delivery_kind_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["claimed", "handing"])
                | (~Q(token="") & Q(lease_until__isnull=False)),
                name="delivery_held_has_token_and_lease",
            ),
            models.CheckConstraint(
                condition=~Q(kind="newsletter") | Q(issue__isnull=False),
                name="delivery_newsletter_has_an_issue",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "claimed", "handing"]) | Q(settled_at__isnull=False),
                name="delivery_settled_says_when",
            ),
        ]
        indexes = [
            # for the claim: what is due, urgent first
            models.Index(fields=["-urgent", "next_at"], name="delivery_due", condition=Q(status="queued")),
            # for the reaper
            models.Index(
                fields=["lease_until"], name="delivery_held", condition=Q(status__in=["claimed", "handing"])
            ),
            models.Index(fields=["issue", "status"], name="delivery_issue_progress"),
        ]

    def __str__(self) -> str:
        return self.dedupe_key
