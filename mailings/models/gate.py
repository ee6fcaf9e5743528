"""Whether the mail server can be asked at the moment, as all workers know it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailGate(models.Model):
    """The one row that says until when the mail server is left alone, and why.

    It is closed by what concerns the server and not a single mail: it cannot be reached, it refuses our
    name and password, it has had enough for now. No mail loses an attempt by it.
    """

    ONLY = 1

    closed_until = models.DateTimeField(_("left alone until"), default=timezone.now)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("state of the mail server")
        verbose_name_plural = _("state of the mail server")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="mail_gate_is_one_row")]

    def __str__(self) -> str:
        return self.reason or "open"
