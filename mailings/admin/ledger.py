"""Every mail and what became of it. Read-only, but for mails whose fate a person must decide."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import ReadOnlyMixin
from mailings.models import Delivery, MailGate
from mailings.services.ledger import resolve_as_sent, send_again


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """The words of a mail are left out: codes and links of others are nobody's business."""

    list_display = ["created_at", "kind", "recipient", "subject_shown", "status", "outcome"]
    list_display_links = ["created_at"]
    list_filter = ["status", "kind", "issue", "created_at"]
    list_select_related = ["issue"]
    search_fields = ["recipient", "dedupe_key", "subject", "outcome"]
    date_hierarchy = "created_at"
    fields = [
        "dedupe_key", "kind", "recipient", "subject_shown", "status", "outcome", "attempts", "next_at", "created_at",
        "settled_at", "urgent", "issue", "subscriber", "learner",
    ]  # fmt: skip
    actions = ["send_uncertain_again", "settle_as_sent"]
    show_full_result_count = False

    @admin.display(description=_("subject"))
    def subject_shown(self, delivery: Delivery) -> str:
        if delivery.kind == Delivery.Kind.NEWSLETTER and delivery.issue:
            return delivery.issue.frozen_subject
        return delivery.subject

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mailings.change_delivery")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        gate = MailGate.objects.filter(failures__gt=0).first()
        if gate:
            messages.warning(
                request,
                _("The mail server could not be asked: %(reason)s. It is tried again; no mail is lost.")
                % {"reason": gate.reason},
            )
        return super().changelist_view(request, extra_context)

    @admin.action(description=_("Send again (mails of unknown fate only)"), permissions=["settle"])
    def send_uncertain_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        uncertain = queryset.filter(status=Delivery.Status.UNCERTAIN)
        if not uncertain.exists():
            messages.warning(request, _("None of these is of unknown fate, so none is sent again."))
            return None
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Send these mails again?"),
                "deliveries": uncertain.select_related("issue"),
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/mailings/delivery/send_again.html", context)
        count = sum(send_again(delivery=delivery) for delivery in uncertain)
        said = ngettext("One mail goes out again.", "%(count)d mails go out again.", count)
        messages.success(request, said % {"count": count})
        return None

    @admin.action(description=_("Settle as sent (mails of unknown fate only)"), permissions=["settle"])
    def settle_as_sent(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = sum(resolve_as_sent(delivery=delivery) for delivery in queryset)
        said = ngettext("One mail is settled as sent.", "%(count)d mails are settled as sent.", count)
        messages.success(request, said % {"count": count})
