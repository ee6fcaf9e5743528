from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import reversion
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_object_actions import DjangoObjectActions, action
from js_asset import Script
from reversion.admin import VersionAdmin
from reversion.models import Version

from accounts.admin import LearnerAdmin, ReadOnlyMixin
from anatomy.models import Fact
from lessons.atlas_admin import AtlasBlockForm, AtlasPreviewMixin
from lessons.authoring import duplicate_lesson, is_touched
from lessons.completeness import is_empty, name_of, unfinished
from lessons.models import (
    AtlasBlock,
    Completion,
    DrillBlock,
    FactsBlock,
    FigureBlock,
    FilmBlock,
    ImageBlock,
    KeyConceptBlock,
    Lesson,
    LessonVisit,
    Part,
    TakeawaysBlock,
    TextBlock,
)
from lessons.rendering import render_lesson
from lessons.selectors import minutes_to_read
from lessons.studio import RowsForm, StudioBlock, StudioContentEditor
from lessons.uploads import cleaned_captions, cleaned_mp4, cleaned_webm


class LessonBlockFormSet(forms.BaseInlineFormSet):
    """The blocks of one kind. Those of a draft may be half written; once it is to be read they must be whole."""

    def _texts(self, form: forms.ModelForm) -> Iterator[str]:
        """The names of fields that an author writes, and that a finished block cannot do without."""
        for name, field in form.fields.items():
            if (
                isinstance(field, forms.CharField)
                and not field.widget.is_hidden
                and not form._meta.model._meta.get_field(name).blank
            ):
                yield name

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for name in self._texts(form):
            form.fields[name].required = False

    def clean(self) -> None:
        super().clean()
        if self.instance.status == Lesson.Status.DRAFT:
            return
        for form in self.forms:
            if not (form.instance.pk or form.has_changed()) or form.cleaned_data.get("DELETE"):
                continue
            block = name_of(form.instance)
            for name in self._texts(form):
                if name not in form.errors and is_empty(getattr(form.instance, name)):
                    label = capfirst(str(form.fields[name].label))
                    text = _("%(block)s: %(field)s is missing. Write it, or keep the lesson a draft.")
                    form.add_error(name, text % {"block": block, "field": label})


class LessonBlockInline(StudioBlock):
    formset = LessonBlockFormSet


class FactsBlockForm(RowsForm):
    rows_field = "subjects"

    relations = forms.MultipleChoiceField(
        label=_("Columns"),
        choices=Fact.Relation,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What the table says about each row. New columns are added at the right."),
    )

    def clean_relations(self) -> list[str]:
        """Keep the columns in the order they had; the boxes come in the order of the list."""
        chosen, before = self.cleaned_data["relations"], list(self.instance.relations or [])
        return [name for name in before if name in chosen] + [name for name in chosen if name not in before]


class FilmBlockForm(forms.ModelForm):
    def _checked(self, field: str, cleaner: Any) -> Any:
        """Look at a file that has just been sent; one kept earlier has been looked at."""
        upload = self.cleaned_data[field]
        return cleaner(upload) if isinstance(upload, UploadedFile) else upload

    def clean_webm(self) -> Any:
        return self._checked("webm", cleaned_webm)

    def clean_mp4(self) -> Any:
        return self._checked("mp4", cleaned_mp4)

    def clean_captions(self) -> Any:
        return self._checked("captions", cleaned_captions)


PILLS: dict[str, str] = {
    Lesson.Status.DRAFT: "draft",
    Lesson.Status.SCHEDULED: "info",
    Lesson.Status.PUBLISHED: "done",
    Lesson.Status.RETIRED: "locked",
}


class LessonForm(forms.ModelForm):
    """The lesson itself. It remembers which version it was opened with: what came since is not written over."""

    # The number that the lesson bore before a version of its history was looked at.
    version_before_revert: int | None = None

    opened_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        widgets = {"summary": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["opened_version"] = self.version_before_revert or self.instance.version

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if self.instance.pk and data.get("opened_version") != self._version_now():
            raise ValidationError(
                format_html(
                    '{} <a href="{}" target="_blank" rel="noopener">{}</a>',
                    _(
                        "Somebody has changed this lesson since you opened it. Nothing has been saved, and what "
                        "you wrote still stands below. Carry it over into the lesson as it is now:"
                    ),
                    reverse("admin:lessons_lesson_change", args=[self.instance.pk]),
                    _("open it in a new tab"),
                ),
                code="changed_meanwhile",
            )
        return data

    def _version_now(self) -> int | None:
        """Read the stored number, and let nobody else save the lesson before this form is through."""
        stored = Lesson.objects.select_for_update().filter(pk=self.instance.pk).order_by("pk")
        version = stored.values_list("version", flat=True).first()
        return self.version_before_revert or version


@admin.register(Lesson)
class LessonAdmin(AtlasPreviewMixin, DjangoObjectActions, VersionAdmin, StudioContentEditor):
    form = LessonForm
    change_list_template = "admin/lessons/lesson/change_list.html"
    list_display = ["title", "part_number", "position", "status_shown", "minutes", "changed"]
    list_editable = ["position"]
    list_filter = ["part", "status", "updated_at"]
    list_select_related = ["part", "rendered"]
    list_per_page = 100
    search_fields = ["title", "slug", "summary"]
    autocomplete_fields = ["sources"]
    actions = ["publish", "retire"]
    change_actions = ["preview", "duplicate"]
    history_latest_first = True
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "opened_version"]}),
        (_("Place and time"), {"fields": [("part", "position"), ("status", "publish_at")]}),
        (_("Sources"), {"fields": ["sources"], "classes": ["collapse"]}),
    ]
    inlines = [
        LessonBlockInline.create(TextBlock, icon="notes", color="var(--ink-soft)"),
        LessonBlockInline.create(KeyConceptBlock, icon="lightbulb", color="var(--lateral)"),
        LessonBlockInline.create(
            FactsBlock,
            form=FactsBlockForm,
            icon="table_chart",
            color="var(--posterior)",
            autocomplete_fields=["subjects"],
            fields=["title", "subjects", "relations", "caption", "region", "ordering"],
        ),
        LessonBlockInline.create(FigureBlock, icon="photo", color="var(--medial)"),
        LessonBlockInline.create(
            AtlasBlock,
            form=AtlasBlockForm,
            icon="accessibility_new",
            color="var(--lateral)",
            autocomplete_fields=["muscles"],
            fieldsets=[
                (
                    None,
                    {
                        "fields": [
                            "muscles",
                            "view",
                            ("flexion", "adduction", "rotation", "knee"),
                            ("speed", "at"),
                            "moves",
                            ("show", "colouring"),
                            "caption",
                            "region",
                            "ordering",
                        ]
                    },
                )
            ],
        ),
        LessonBlockInline.create(FilmBlock, form=FilmBlockForm, icon="play_circle", color="var(--anterior)"),
        LessonBlockInline.create(DrillBlock, icon="directions_run", color="var(--medial)"),
        LessonBlockInline.create(ImageBlock, icon="image", color="var(--posterior)"),
        LessonBlockInline.create(TakeawaysBlock, icon="checklist", color="var(--good)"),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Lesson | None = None) -> list[str]:
        """The address of a lesson that has left the drafts stays: links, mails and reviews point to it.

        What is stored counts: a form that comes back with errors has already put its own status into `obj`.
        """
        out = (
            obj is not None and Lesson.objects.filter(pk=obj.pk).exclude(status=Lesson.Status.DRAFT).exists()
        )
        return ["slug"] if out else []

    def get_form(
        self, request: HttpRequest, obj: Lesson | None = None, change: bool = False, **options: Any
    ) -> type[forms.ModelForm]:
        form: type[forms.ModelForm] = super().get_form(request, obj, change=change, **options)
        if form is not LessonForm and issubclass(form, LessonForm):
            form.version_before_revert = getattr(request, "version_before_revert", None)
        return form

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Lesson | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["title"]}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the place after the last lesson."""
        last = Lesson.objects.in_order().last()
        place = {"part": last.part_id, "position": last.position + 1} if last else {}
        return {**place, **super().get_changeform_initial_data(request)}

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Lessons are deleted one by one, or better retired."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    class Media:
        js = [Script("js/studio-list.js", type="module")]

    @admin.display(description=_("status"), ordering="status")
    def status_shown(self, lesson: Lesson) -> str:
        words = lesson.get_status_display()
        if lesson.status == Lesson.Status.SCHEDULED and lesson.publish_at:
            words = f"{words}: {date_format(localtime(lesson.publish_at), 'j M Y, H:i')}"
        return format_html('<span class="pill pill--{}">{}</span>', PILLS[lesson.status], words)

    @admin.display(description=_("part"), ordering="part__number")
    def part_number(self, lesson: Lesson) -> int:
        return lesson.part.number

    @admin.display(description=_("changed"), ordering="updated_at")
    def changed(self, lesson: Lesson) -> str:
        return date_format(localtime(lesson.updated_at), "j M Y")

    @admin.display(description=_("minutes"))
    def minutes(self, lesson: Lesson) -> int | None:
        rendered = getattr(lesson, "rendered", None)
        return minutes_to_read(rendered) if rendered else None

    def get_view_on_site_url(self, obj: Lesson | None = None) -> str | None:
        """There is nothing to be seen on the site before the lesson and its part are out."""
        live = obj is not None and obj.is_live and obj.part.status == Part.Status.PUBLISHED
        return super().get_view_on_site_url(obj) if live else None

    def save_model(self, request: HttpRequest, obj: Lesson, form: forms.ModelForm, change: bool) -> None:
        if change:
            obj.version = getattr(request, "version_before_revert", obj.version) + 1
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        render_lesson(form.instance)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Before a lesson that came from a file is changed for the first time, keep it as it is."""
        lesson = self.get_object(request, unquote(object_id)) if request.method == "POST" else None
        may_change = lesson is not None and self.has_change_permission(request, lesson)
        if may_change and not Version.objects.get_for_object(lesson).exists():
            with reversion.create_revision():
                reversion.add_to_revision(lesson)
                reversion.set_comment(_("As it was before the first change in the Studio."))
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    def revision_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Going back to older words is a new version: the number on learners' completions only grows."""
        version = Lesson.objects.filter(pk=unquote(object_id)).values_list("version", flat=True).first()
        if version is not None:
            request.version_before_revert = version  # type: ignore[attr-defined]
        response: HttpResponse = super().revision_view(request, object_id, version_id, extra_context)
        return response

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        lesson = self.get_object(request, unquote(object_id))
        if lesson is None or not self.has_delete_permission(request, lesson) or not is_touched(lesson):
            return super().delete_view(request, object_id, extra_context)
        self.message_user(
            request,
            _(
                "Learners have worked on “%(title)s”, so it cannot be deleted. Retire it instead: it leaves "
                "the map, and those who worked on it keep their progress and can still read it."
            )
            % {"title": lesson.title},
            messages.ERROR,
        )
        return redirect("admin:lessons_lesson_change", lesson.pk)

    def get_change_actions(self, request: HttpRequest, object_id: str, form_url: str) -> list[str]:
        actions = ["preview"] if self.has_change_permission(request) else []
        return [*actions, "duplicate"] if self.has_add_permission(request) else actions

    @action(
        label=_("Preview as a learner"),
        description=_(
            "Opens a new tab and shows the lesson as it was last saved. Nothing is kept of what you do there."
        ),
        attrs={"target": "_blank", "rel": "noopener"},
        methods=("GET",),
        button_type="a",
    )
    def preview(self, request: HttpRequest, lesson: Lesson) -> HttpResponse:
        return redirect("lessons:preview", lesson.slug)

    @action(
        label=_("Duplicate"),
        description=_("Makes a draft with the same blocks."),
        methods=("POST",),
        button_type="form",
    )
    def duplicate(self, request: HttpRequest, lesson: Lesson) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        with self.create_revision(request):
            copy = duplicate_lesson(lesson=lesson)
        self.log_addition(request, copy, _("A copy of “%(title)s”.") % {"title": lesson.title})
        self.message_user(
            request, _("This is the copy: a draft that you can change freely."), messages.SUCCESS
        )
        return redirect("admin:lessons_lesson_change", copy.pk)

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Lesson]) -> None:
        """Publish what is finished; say of the others what they lack."""
        finished = []
        for lesson in self._others(queryset, Lesson.Status.PUBLISHED):
            if missing := unfinished(lesson):
                text = _("“%(title)s” is not finished, so it has not been published. %(missing)s") % {
                    "title": lesson.title,
                    "missing": " ".join(missing),
                }
                self.message_user(request, text, messages.ERROR)
            else:
                finished.append(lesson)
        self._set_status(request, finished, Lesson.Status.PUBLISHED)

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Lesson]) -> None:
        self._set_status(request, self._others(queryset, Lesson.Status.RETIRED), Lesson.Status.RETIRED)

    def _others(self, queryset: QuerySet[Lesson], status: Lesson.Status) -> Iterable[Lesson]:
        """Return the chosen lessons that do not have this status yet."""
        return list(Lesson.objects.filter(pk__in=queryset.values("pk")).exclude(status=status))

    def _set_status(self, request: HttpRequest, lessons: Iterable[Lesson], status: Lesson.Status) -> None:
        """Save one by one, so that each change stands in the lesson's history and open forms learn of it."""
        changed = 0
        for lesson in lessons:
            lesson.status = status
            lesson.version += 1
            lesson.save(update_fields=["status", "version", "updated_at"])
            self.log_change(request, lesson, [{"changed": {"fields": [str(_("status"))]}}])
            changed += 1
        text = ngettext("%(count)d lesson: %(status)s.", "%(count)d lessons: %(status)s.", changed)
        self.message_user(
            request,
            text % {"count": changed, "status": status.label},
            messages.SUCCESS if changed else messages.INFO,
        )


@admin.register(Part)
class PartAdmin(VersionAdmin):
    ordering = ["number"]
    list_display = ["title", "number", "status", "sequence", "lessons_count"]
    list_filter = ["status"]
    search_fields = ["title", "summary"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary"]}),
        (_("Place and rules"), {"fields": [("number", "status"), "sequence"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Part]:
        rows: QuerySet[Part] = super().get_queryset(request)
        return rows.annotate(lessons_total=Count("lessons"))

    def get_readonly_fields(self, request: HttpRequest, obj: Part | None = None) -> list[str]:
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Part | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["title"]}

    @admin.display(description=_("lessons"), ordering="lessons_total")
    def lessons_count(self, part: Part) -> int:
        return part.lessons_total  # type: ignore[attr-defined, no-any-return]


class ProgressAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_filter = ["lesson"]
    list_select_related = ["learner__user", "lesson"]
    search_fields = ["learner__user__email", "lesson__title"]
    list_per_page = 50


@admin.register(Completion)
class CompletionAdmin(ProgressAdmin):
    list_display = ["learner", "lesson", "completed_at", "lesson_version"]
    date_hierarchy = "completed_at"


@admin.register(LessonVisit)
class LessonVisitAdmin(ProgressAdmin):
    list_display = ["learner", "lesson", "first_at", "last_at", "marked_read_at"]
    ordering = ["-last_at"]


class ProgressInline(ReadOnlyMixin, admin.TabularInline):
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("lesson")


@LearnerAdmin.shows
class CompletionInline(ProgressInline):
    model = Completion
    fields = ["lesson", "completed_at", "lesson_version"]


@LearnerAdmin.shows
class LessonVisitInline(ProgressInline):
    model = LessonVisit
    fields = ["lesson", "first_at", "last_at", "marked_read_at"]
