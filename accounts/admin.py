from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, User


class ReadOnlyMixin:
    """What learners did is there to be read. It is added to by them alone, and goes with them."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class UserAddForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class UserChangeForm(DjangoUserChangeForm):
    class Meta:
        model = User
        fields = ("email", "name", "is_active", "is_staff", "is_superuser", "groups", "user_permissions")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts. Who may do what is shown to superusers only, and nobody else can touch a staff account."""

    form = UserChangeForm
    add_form = UserAddForm
    list_display = ["email", "name", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "date_joined"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["date_joined", "last_login"]
    filter_horizontal = []
    autocomplete_fields = ["groups"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        (_("Dates"), {"fields": [("date_joined", "last_login")]}),
        (_("Access"), {"fields": ["is_active"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"classes": ["wide"], "fields": ["email", "name", "usable_password", "password1", "password2"]},
        ),
    ]
    rights = (_("What they may do"), {"fields": ["is_staff", "is_superuser", "groups"]})

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        return [*fieldsets, self.rights] if obj and _is_superuser(request) else fieldsets

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What hangs on an account goes with it, so it asks for no permission of its own."""
        listed, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # Mail must not go on to the old address, nor count as confirmed at the new one.
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, primary=True, verified=False)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Accounts go one by one: a list of ticks is too easily one too many."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or _is_superuser(request) or not (user.is_staff or user.is_superuser)


@admin.register(Learner)
class LearnerAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Whoever learns, and how far they have come. Apps above add what they know by `shows`."""

    list_display = ["__str__", "created_at", "last_seen_at"]
    list_filter = [("user", admin.EmptyFieldListFilter), "last_seen_at"]
    list_select_related = ["user"]
    list_per_page = 50
    search_fields = ["user__email", "user__name", "guest_key"]
    ordering = ["-last_seen_at"]
    fields = ["user", "guest_key", "time_zone", ("created_at", "last_seen_at")]
    counted: ClassVar[dict[str, type[Model]]] = {}

    @classmethod
    def shows(cls, inline: type[InlineModelAdmin]) -> type[InlineModelAdmin]:
        """Show a table on each learner's page, and its number of rows in the list. Use it as a decorator."""
        model: type[Model] = inline.model
        name = f"{model._meta.model_name}_count"

        def count(self: LearnerAdmin, learner: Learner) -> int:
            return int(getattr(learner, name))

        setattr(
            cls,
            f"show_{name}",
            admin.display(count, description=model._meta.verbose_name_plural, ordering=name),
        )
        cls.counted = {**cls.counted, name: model}
        cls.list_display = [*cls.list_display, f"show_{name}"]
        cls.inlines = [*cls.inlines, inline]
        return inline

    def get_queryset(self, request: HttpRequest) -> QuerySet[Learner]:
        counts = {name: _rows_of_learner(model) for name, model in self.counted.items()}
        learners: QuerySet[Learner] = super().get_queryset(request)
        return learners.annotate(**counts)


def _rows_of_learner(model: type[Model]) -> Coalesce:
    rows = model._default_manager.filter(learner=OuterRef("pk")).order_by().values("learner")
    return Coalesce(Subquery(rows.annotate(total=Count("pk")).values("total")), 0)
