"""Who asked for the newsletter, the proof of it, and addresses never to be written to."""

import csv
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyMixin
from mailings.addresses import normalise
from mailings.models import Consent, Subscriber, Suppression

# A spreadsheet runs a cell that starts like this as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(value: Any) -> str:
    """Return a value as a CSV cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class ConsentInline(ReadOnlyMixin, admin.TabularInline):
    model = Consent
    fields = ["at", "event", "wording", "page"]
    extra = 0


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Nobody is put on the list here: only the owner of an address can consent."""

    list_display = ["address", "status", "created_at", "confirmed_at", "unsubscribed_at"]
    list_filter = ["status", "created_at"]
    search_fields = ["address"]
    fields = ["address", "status", "created_at", "confirmed_at", "unsubscribed_at"]
    inlines = [ConsentInline]
    actions = ["export_csv"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Erasing an address on its owner's wish."""
        return request.user.has_perm("mailings.delete_subscriber")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mailings.change_subscriber")

    @admin.action(description=_("Export as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse:
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="subscribers.csv"'
        writer = csv.writer(response)
        names = ["address", "status", "created_at", "confirmed_at", "unsubscribed_at"]
        writer.writerow(names)
        for row in queryset.order_by("pk").values_list(*names):
            writer.writerow([guarded(value) for value in row])
        return response


class SuppressionForm(forms.ModelForm):
    def clean_address(self) -> str:
        return normalise(self.cleaned_data["address"])


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin):
    form = SuppressionForm
    list_display = ["address", "reason", "at", "detail"]
    list_filter = ["reason", "at"]
    search_fields = ["address", "detail"]
    fields = ["address", "reason", "detail"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"reason": Suppression.Reason.MANUAL, **super().get_changeform_initial_data(request)}
