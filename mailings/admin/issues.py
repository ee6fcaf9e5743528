"""The newsletter in the Studio: write, look, test on yourself, send, watch."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.models import User
from lessons.studio import StudioBlock, StudioContentEditor
from mailings import links
from mailings.framing import frameable_html
from mailings.messages import fill_holes
from mailings.models import Delivery, Issue, IssueConcept, IssueDrill, IssueImage, IssueText
from mailings.rendering import RenderedMail, render_issue
from mailings.selectors import audience_size, deliveries_by_status
from mailings.services.issues import cancel_issue, pause_issue, resume_issue, send_test, start_issue

# Gmail hides what comes after about 102 kB behind a link.
CLIPPED_BYTES = 100_000


def current_mail(issue: Issue) -> RenderedMail:
    """Return an issue as it reads now: frozen once started, drawn anew while it is a draft."""
    if issue.status == Issue.Status.DRAFT:
        mail = render_issue(issue)
    else:
        mail = RenderedMail(issue.frozen_subject, issue.frozen_text, issue.frozen_html)
    home = links.absolute("/")
    return RenderedMail(
        mail.subject, fill_holes(mail.text, unsubscribe_url=home), fill_holes(mail.html, unsubscribe_url=home)
    )


@admin.register(Issue)
class IssueAdmin(StudioContentEditor):
    change_form_template = "admin/mailings/issue/change_form.html"
    list_display = ["subject", "status", "sent_of_all", "created_at", "started_at", "finished_at"]
    list_filter = ["status"]
    search_fields = ["subject"]
    inlines = [
        StudioBlock.create(IssueText, icon="notes", color="var(--ink-soft)"),
        StudioBlock.create(IssueConcept, icon="lightbulb", color="var(--lateral)"),
        StudioBlock.create(IssueDrill, icon="directions_run", color="var(--medial)"),
        StudioBlock.create(IssueImage, icon="image", color="var(--posterior)"),
    ]

    # What the page shows

    def get_fieldsets(self, request: HttpRequest, obj: Issue | None = None) -> Any:
        words = (None, {"fields": ["subject", "preheader"]})
        if obj is None or obj.status == Issue.Status.DRAFT:
            return [words]
        return [(_("Sending"), {"fields": ["state", "progress", "started_at", "finished_at"]}), words]

    def get_readonly_fields(self, request: HttpRequest, obj: Issue | None = None) -> list[str]:
        return ["state", "progress", "started_at", "finished_at"]

    def get_inlines(self, request: HttpRequest, obj: Issue | None = None) -> list[type]:
        """The blocks of a started issue are shown as the mail that readers get, below its books."""
        return self.inlines if obj is None or obj.status == Issue.Status.DRAFT else []

    def has_change_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        """Words that readers have got cannot be changed."""
        return super().has_change_permission(request, obj) and (
            obj is None or obj.status == Issue.Status.DRAFT
        )

    def has_delete_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.status == Issue.Status.DRAFT
        )

    @admin.display(description=_("state"))
    def state(self, issue: Issue) -> str:
        if issue.pause_reason:
            return format_html("{}: {}", issue.get_status_display(), issue.pause_reason)
        return issue.get_status_display()

    @admin.display(description=_("mails"))
    def progress(self, issue: Issue) -> str:
        counts = deliveries_by_status(issue)
        total = sum(counts.values())
        rows = format_html_join(
            "",
            "<tr><th scope='row'>{}</th><td>{}</td></tr>",
            [(status.label, counts[status]) for status in Delivery.Status if counts[status]],
        )
        settled = total - sum(counts[status] for status in ("queued", "claimed", "handing"))
        return format_html(
            "<progress max='{}' value='{}' aria-label='{}'></progress><table class='mail-counts'>{}</table>",
            total,
            settled,
            _("Mails settled"),
            rows,
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        newsletters = Q(deliveries__kind=Delivery.Kind.NEWSLETTER)
        # Without the long texts: neither the list nor the form shows them, and SQLite would group by them.
        issues: QuerySet[Issue] = super().get_queryset(request).defer("frozen_html", "frozen_text")
        return issues.annotate(
            mail_count=Count("deliveries", filter=newsletters),
            sent_count=Count("deliveries", filter=newsletters & Q(deliveries__status=Delivery.Status.SENT)),
        )

    @admin.display(description=_("sent"))
    def sent_of_all(self, issue: Issue) -> str:
        if issue.status == Issue.Status.DRAFT:
            return "–"
        return f"{issue.sent_count} / {issue.mail_count}"  # type: ignore[attr-defined]  # get_queryset counts

    # What can be done

    def get_urls(self) -> list[URLPattern]:
        def view(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(function)

        return [
            path("<int:pk>/preview/", view(self.preview), name="mailings_issue_preview"),
            path("<int:pk>/preview/html/", view(self.preview_html), name="mailings_issue_preview_html"),
            path("<int:pk>/test/", view(self.test), name="mailings_issue_test"),
            path("<int:pk>/send/", view(self.send), name="mailings_issue_send"),
            path("<int:pk>/pause/", view(self.pause), name="mailings_issue_pause"),
            path("<int:pk>/resume/", view(self.resume), name="mailings_issue_resume"),
            path("<int:pk>/cancel/", view(self.cancel), name="mailings_issue_cancel"),
            *super().get_urls(),
        ]

    def _may_send(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)

    def _issue(self, request: HttpRequest, pk: int, *, reading: bool = False) -> Issue:
        allowed = self.has_view_permission(request) if reading else self._may_send(request)
        if not allowed:
            raise PermissionDenied
        return get_object_or_404(Issue, pk=pk)

    def _page(self, request: HttpRequest, name: str, issue: Issue, **context: Any) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "issue": issue,
            "original": issue,
            **context,
        }
        return TemplateResponse(request, f"admin/mailings/issue/{name}.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["may_send"] = self._may_send(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        issue = self._issue(request, pk, reading=True)
        mail = current_mail(issue)
        return self._page(
            request,
            "preview",
            issue,
            title=_("Preview"),
            mail=mail,
            kilobytes=len(mail.html.encode()) // 1000,
            is_clipped=len(mail.html.encode()) > CLIPPED_BYTES,
        )

    def preview_html(self, request: HttpRequest, pk: int) -> HttpResponse:
        html = current_mail(self._issue(request, pk, reading=True)).html
        return xframe_options_sameorigin(lambda _request: frameable_html(html))(request)

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        issue = self._issue(request, pk)
        assert isinstance(request.user, User)
        if request.method == "POST":
            send_test(issue=issue, user=request.user)
            messages.success(
                request, _("A test is on its way to %(address)s.") % {"address": request.user.email}
            )
        return redirect("admin:mailings_issue_change", pk)

    def send(self, request: HttpRequest, pk: int) -> HttpResponse:
        issue = self._issue(request, pk)
        if request.method == "POST":
            try:
                count = start_issue(issue=issue)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                if count:
                    said = ngettext("It goes to one reader.", "It goes to %(count)d readers.", count)
                    messages.success(request, said % {"count": count})
                else:
                    messages.info(request, _("This issue had been started already. Nothing was sent twice."))
            return redirect("admin:mailings_issue_change", pk)
        if issue.status != Issue.Status.DRAFT:
            return redirect("admin:mailings_issue_change", pk)
        context = {"readers": audience_size(), "postal_address": settings.POSTAL_ADDRESS}
        return self._page(request, "send", issue, title=_("Send this issue?"), **context)

    def pause(self, request: HttpRequest, pk: int) -> HttpResponse:
        issue = self._issue(request, pk)
        if request.method == "POST" and pause_issue(issue=issue):
            messages.success(request, _("Paused. What a worker has in hand may still go; nothing else does."))
        return redirect("admin:mailings_issue_change", pk)

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        issue = self._issue(request, pk)
        if request.method == "POST" and resume_issue(issue=issue):
            messages.success(request, _("Sending goes on with those who have not got it."))
        return redirect("admin:mailings_issue_change", pk)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        issue = self._issue(request, pk)
        if request.method == "POST":
            count = cancel_issue(issue=issue)
            said = ngettext(
                "Cancelled. One reader will not get it.",
                "Cancelled. %(count)d readers will not get it.",
                count,
            )
            messages.success(request, said % {"count": count})
            return redirect("admin:mailings_issue_change", pk)
        waiting = deliveries_by_status(issue)[Delivery.Status.QUEUED]
        return self._page(request, "cancel", issue, title=_("Cancel this issue for good?"), waiting=waiting)
