"""Issues of the newsletter, written from the same blocks as lessons."""

from content_editor.models import Region, create_plugin_base
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lessons.models import DrillContent, ImageContent, KeyConceptContent, TextContent


class Issue(models.Model):
    """One issue. When sending starts, subject and bodies are frozen: every reader gets the same words."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENDING = "sending", _("Sending")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")

    subject = models.CharField(_("subject"), max_length=150)
    preheader = models.CharField(
        _("preview line"), max_length=150, blank=True, help_text=_("What inboxes show after the subject.")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("sending started"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    pause_reason = models.CharField(_("why it is paused"), max_length=300, blank=True, editable=False)
    frozen_subject = models.CharField(max_length=150, blank=True, editable=False)
    frozen_html = models.TextField(blank=True, editable=False)
    frozen_text = models.TextField(blank=True, editable=False)

    regions = [Region(key="main", title=_("Issue"))]

    class Meta:
        verbose_name = _("newsletter issue")
        verbose_name_plural = _("newsletter issues")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "sending", "paused", "sent", "cancelled"]),
                name="issue_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | (Q(started_at__isnull=False) & ~Q(frozen_text="")),
                name="issue_is_frozen_once_started",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


IssueBlock = create_plugin_base(Issue)


class IssueText(TextContent, IssueBlock):  # type: ignore[misc, valid-type]
    class Meta(TextContent.Meta, IssueBlock.Meta):  # type: ignore[name-defined]
        abstract = False


class IssueConcept(KeyConceptContent, IssueBlock):  # type: ignore[misc, valid-type]
    class Meta(KeyConceptContent.Meta, IssueBlock.Meta):  # type: ignore[name-defined]
        abstract = False


class IssueDrill(DrillContent, IssueBlock):  # type: ignore[misc, valid-type]
    class Meta(DrillContent.Meta, IssueBlock.Meta):  # type: ignore[name-defined]
        abstract = False


class IssueImage(ImageContent, IssueBlock):  # type: ignore[misc, valid-type]
    class Meta(ImageContent.Meta, IssueBlock.Meta):  # type: ignore[name-defined]
        abstract = False
