"""The Studio's form of an atlas block, and the picture that it makes while it is being filled in."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse_lazy
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from js_asset import Script

from anatomy.atlas.plate import plate
from anatomy.atlas.selectors import company
from anatomy.atlas.state import MOVES, read_state
from lessons.models import AtlasBlock, AtlasContent
from lessons.studio import RowsForm

PREVIEW = "lessons_lesson_atlas_preview"


MOST_DIGITS = 18  # of a row's number; longer ones fit no database


def _row_number(typed: str) -> int:
    """Return the number of a row that a form names, 0 for what is none."""
    return int(typed) if typed.isdecimal() and len(typed) <= MOST_DIGITS else 0


class AtlasBlockForm(RowsForm):
    rows_field = "muscles"

    moves = forms.MultipleChoiceField(
        label=_("A reader may move"),
        choices=list(AtlasContent.MOVES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: the picture stands still and is cut to what it shows."),
    )
    show = forms.MultipleChoiceField(
        label=_("Shown"), choices=list(AtlasContent.SHOWN.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        widgets = {
            # The preview finds its block, and its own address, by this field.
            "view": forms.Select(attrs={"data-atlas-preview": reverse_lazy(f"admin:{PREVIEW}")}),
            "caption": forms.Textarea(attrs={"rows": 2}),
        }

    class Media:
        css = {"all": ["css/atlas.css"]}
        js = [Script("js/studio-atlas.js", type="module")]


class AtlasPreviewMixin:
    """Adds to the admin of lessons the address that draws an atlas block from the values of its form."""

    def get_urls(self) -> list[URLPattern]:
        own = path("atlas-preview/", self.admin_site.admin_view(self.atlas_preview), name=PREVIEW)  # type: ignore[attr-defined]
        return [own, *super().get_urls()]  # type: ignore[misc]

    def atlas_preview(self, request: HttpRequest) -> HttpResponse:
        """Answer with a fragment of HTML. `muscles` are keys of the database, all else is as in the atlas's address."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):  # type: ignore[attr-defined]
            raise PermissionDenied
        everybody = company()
        slugs = {str(muscle.pk): slug for slug, muscle in everybody.muscles.items()}
        asked = request.GET.copy()
        # Those that are saved stay in their order, as in the lesson.
        saved = AtlasBlock.objects.filter(pk=pk).first() if (pk := _row_number(asked.get("id", ""))) else None
        order = [str(row.pk) for row in saved.rows()] if saved else []
        picked = sorted(
            asked.getlist("muscles"), key=lambda pk: order.index(pk) if pk in order else len(order)
        )
        asked.setlist("muscles", [slugs[pk] for pk in picked if pk in slugs])
        asked["colour"] = asked.get("colouring", "")
        asked.setlist("show", ["", *asked.getlist("show")])
        state, complaints = read_state(asked, everybody.cast.names)
        moves = [name for name in MOVES if name in asked.getlist("moves")]
        key = slugify(asked.get("key", ""))[:60] or "preview"
        context: dict[str, Any] = {
            "plate": plate(state, key=key, moves=moves, full=False, everybody=everybody),
            "caption": asked.get("caption", "")[:300],
            "complaints": complaints,
            "moves": [AtlasContent.MOVES[name] for name in moves],
        }
        return render(request, "admin/lessons/atlas_preview.html", context)
