from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Case, Count, QuerySet, When
from django.forms import ModelForm
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from anatomy.changes import knowledge_changed
from anatomy.ground import against_facts, against_region
from anatomy.models import Coverage, Fact, Figure, Region, Source, Structure, Synonym
from anatomy.neutral import names_in_database


class KnowledgeAdmin(ModelAdmin):
    """Whatever is saved or deleted here, all that is drawn from the knowledge base is drawn anew."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        knowledge_changed()
        self.warn(request, self.contradictions(form.instance))

    def contradictions(self, row: Any) -> list[str]:
        """Return what contradicts a row that has just been saved, in sentences."""
        return []

    def warn(self, request: HttpRequest, contradictions: list[str]) -> None:
        """Tell the editor what does not agree; it is saved all the same, as the mistake may be on the other side."""
        for words in contradictions:
            text = _("This is saved, but it does not agree with the rest: %(words)s.")
            self.message_user(request, text % {"words": words}, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        knowledge_changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        knowledge_changed()


class SynonymInline(admin.TabularInline):
    model = Synonym
    extra = 0


@admin.register(Structure)
class StructureAdmin(KnowledgeAdmin):
    list_display = ["name", "kind", "latin", "part_of", "facts_count"]
    ordering = ["name"]
    list_filter = ["kind"]
    list_select_related = ["part_of"]
    list_per_page = 50
    search_fields = ["name", "latin", "slug", "synonyms__text"]
    autocomplete_fields = ["part_of"]
    inlines = [SynonymInline]
    fieldsets = [
        (None, {"fields": [("name", "kind"), "slug", "description"]}),
        (_("Names"), {"fields": [("latin", "pronunciation")]}),
        (_("Place"), {"fields": ["part_of"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Structure]:
        rows: QuerySet[Structure] = super().get_queryset(request)
        return rows.annotate(facts_total=Count("facts", distinct=True))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Structure], search_term: str
    ) -> tuple[QuerySet[Structure], bool]:
        """Where one is chosen by typing, names that begin as typed come first. A list keeps its own order."""
        rows, repeated = super().get_search_results(request, queryset, search_term)
        if request.resolver_match is not None and request.resolver_match.url_name == "autocomplete":
            begins = Case(When(name__istartswith=search_term, then=0), default=1)
            rows = rows.annotate(place=begins).order_by("place", "name")
        return rows, repeated

    def get_readonly_fields(self, request: HttpRequest, obj: Structure | None = None) -> list[str]:
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Structure | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["name"]}

    @admin.display(description=_("facts"), ordering="facts_total")
    def facts_count(self, structure: Structure) -> int:
        return structure.facts_total  # type: ignore[attr-defined, no-any-return]


class FactForm(ModelForm):
    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if data.get("status") == Fact.Status.REVIEWED and not data.get("sources"):
            self.add_error("sources", ValidationError(_("A reviewed fact needs a source."), code="no_source"))
        return data


class HasSourceFilter(admin.SimpleListFilter):
    title = _("sources")
    parameter_name = "sourced"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, Any]]:
        return [("yes", _("With a source")), ("no", _("Without a source"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Fact]) -> QuerySet[Fact]:
        return (
            queryset
            if self.value() is None
            else queryset.filter(sources__isnull=self.value() == "no").distinct()
        )


@admin.register(Fact)
class FactAdmin(KnowledgeAdmin):
    form = FactForm
    list_display = ["subject", "relation", "object", "role", "context_shown", "status", "source_count"]
    list_filter = ["relation", "status", "role", HasSourceFilter]
    list_select_related = ["subject", "object"]
    list_per_page = 50
    search_fields = ["slug", "subject__name", "object__name", "note"]
    ordering = ["subject__name", "relation", "position"]
    autocomplete_fields = ["subject", "object", "sources"]
    actions = ["mark_reviewed"]
    fieldsets = [
        (_("The fact"), {"fields": ["subject", "relation", "object", ("role", "context")]}),
        (_("Proof"), {"fields": ["sources", "note", "status"]}),
        (_("In tables"), {"fields": ["position"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fact]:
        rows: QuerySet[Fact] = super().get_queryset(request)
        return rows.annotate(sources_total=Count("sources", distinct=True))

    def get_readonly_fields(self, request: HttpRequest, obj: Fact | None = None) -> list[str]:
        """What a fact says is its name for good: one that is wrong is retired, and the right one added."""
        return ["subject", "relation", "object", "context"] if obj else []

    def save_model(self, request: HttpRequest, obj: Fact, form: Any, change: bool) -> None:
        if not change:
            obj.slug = Fact.slug_for(obj.subject.slug, obj.relation, obj.object.slug, obj.context)
        super().save_model(request, obj, form, change)

    def contradictions(self, row: Fact) -> list[str]:
        return against_facts([row])

    @admin.display(description=_("context"), ordering="context")
    def context_shown(self, fact: Fact) -> str:
        return "" if fact.context == Fact.NEUTRAL else fact.context_words

    @admin.display(description=_("sources"), ordering="sources_total")
    def source_count(self, fact: Fact) -> int:
        return fact.sources_total  # type: ignore[attr-defined, no-any-return]

    @admin.action(description=_("Mark as reviewed"), permissions=["change"])
    def mark_reviewed(self, request: HttpRequest, queryset: QuerySet[Fact]) -> None:
        """Settle the drafts that a source vouches for; say which ones have none, and what does not agree with them."""
        drafts = Fact.objects.filter(pk__in=queryset.values("pk"), status=Fact.Status.DRAFT)
        unsourced = list(drafts.filter(sources=None).values_list("slug", flat=True))
        sourced = list(drafts.exclude(sources=None).distinct().select_related("subject"))
        done = drafts.filter(pk__in=[fact.pk for fact in sourced]).update(status=Fact.Status.REVIEWED)
        if done:
            knowledge_changed()
        text = ngettext("%(count)d fact marked as reviewed.", "%(count)d facts marked as reviewed.", done)
        self.message_user(request, text % {"count": done}, messages.SUCCESS if done else messages.INFO)
        if unsourced:
            text = ngettext(
                "%(count)d fact has no source and stays a draft: %(names)s.",
                "%(count)d facts have no source and stay drafts: %(names)s.",
                len(unsourced),
            )
            names = ", ".join(unsourced[:5]) + (" …" if len(unsourced) > 5 else "")
            self.message_user(request, text % {"count": len(unsourced), "names": names}, messages.WARNING)
        self.warn(request, against_facts(sourced))


@admin.register(Source)
class SourceAdmin(KnowledgeAdmin):
    list_display = ["citation", "kind", "facts_count"]
    ordering = ["citation"]
    list_filter = ["kind"]
    search_fields = ["citation", "slug"]
    fields = ["citation", "kind", "slug", "url"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        rows: QuerySet[Source] = super().get_queryset(request)
        return rows.annotate(facts_total=Count("facts", distinct=True))

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        return ["slug"] if obj else []

    @admin.display(description=_("facts"), ordering="facts_total")
    def facts_count(self, source: Source) -> int:
        return source.facts_total  # type: ignore[attr-defined, no-any-return]


@admin.register(Coverage)
class CoverageAdmin(KnowledgeAdmin):
    list_display = ["subject", "relation"]
    list_filter = ["relation"]
    list_select_related = ["subject"]
    search_fields = ["subject__name"]
    autocomplete_fields = ["subject"]


def figure_picture(figure: Figure) -> str:
    """Return the picture of a figure for a form."""
    return format_html(
        '<img class="studio-picture" src="{}" alt="{}" width="{}" height="{}">',
        static(figure.file),
        figure.alt,
        figure.width,
        figure.height,
    )


class RegionInline(admin.TabularInline):
    model = Region
    fields = ["structure", "kind", "description"]
    readonly_fields = ["structure", "kind", "description"]
    extra = 0
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Region]:
        rows: QuerySet[Region] = super().get_queryset(request)
        return rows.select_related("structure")

    def has_add_permission(self, request: HttpRequest, obj: Figure | None = None) -> bool:
        return False


class RegionForm(ModelForm):
    def clean_description(self) -> str:
        text: str = self.cleaned_data["description"]
        found = names_in_database().in_text(text)
        if found:
            words = ", ".join(f"“{word}”" for word in found)
            message = _("This gives away what quizzes ask for: %(words)s. Say it in everyday words.")
            raise ValidationError(message, code="not_neutral", params={"words": words})
        return text


@admin.register(Region)
class RegionAdmin(KnowledgeAdmin):
    """Patches are drawn by the workshop; what is said of them is said here."""

    form = RegionForm
    list_display = ["structure", "kind", "figure", "description"]
    list_filter = ["figure", "kind"]
    list_select_related = ["structure", "figure"]
    list_per_page = 50
    ordering = ["figure__title", "position"]
    search_fields = ["structure__name", "structure__slug", "description"]
    autocomplete_fields = ["places"]
    fields = ["structure", "kind", "figure", "picture", "colour_shown", "description", "places"]
    readonly_fields = ["structure", "kind", "figure", "picture", "colour_shown"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Region]:
        rows: QuerySet[Region] = super().get_queryset(request)
        return rows.select_related("structure", "figure")

    def contradictions(self, row: Region) -> list[str]:
        return against_region(row)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        return False

    @admin.display(description=_("picture"))
    def picture(self, region: Region) -> str:
        return figure_picture(region.figure)

    @admin.display(description=_("colour in the picture"))
    def colour_shown(self, region: Region) -> str:
        return format_html(
            '<svg width="32" height="16" aria-hidden="true"><rect width="32" height="16" fill="{}"/></svg> {}',
            region.colour,
            region.colour,
        )


@admin.register(Figure)
class FigureAdmin(KnowledgeAdmin):
    """Figures are drawn by the workshop; their words can be bettered here."""

    list_display = ["title", "file", "regions_count"]
    ordering = ["title"]
    search_fields = ["title", "alt"]
    fields = ["title", "alt", "picture", "file"]
    readonly_fields = ["picture", "file"]
    inlines = [RegionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Figure]:
        rows: QuerySet[Figure] = super().get_queryset(request)
        return rows.annotate(regions_total=Count("regions"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Figure | None = None) -> bool:
        return False

    @admin.display(description=_("picture"))
    def picture(self, figure: Figure) -> str:
        return figure_picture(figure)

    @admin.display(description=_("regions"), ordering="regions_total")
    def regions_count(self, figure: Figure) -> int:
        return figure.regions_total  # type: ignore[attr-defined, no-any-return]
