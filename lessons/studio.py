"""What the admins of lessons, quizzes and issues share: the Studio's editor, safe under a strict CSP."""

from typing import Any

from content_editor.admin import ContentEditor, ContentEditorInline
from csp.decorators import csp_update
from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from js_asset import Media, Script

# The two small style sheets that the block editor and the rich text editor write into the page. Named by
# their content, these and no others may: a browser test fails when an update of either changes them.
EDITOR_STYLES = [
    "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='",
    "'sha256-N1v+9oYdxeZd/nv2iKYNMLWqP5BlGZff7wM0R1mK4ws='",
]


class StudioAdmin(admin.ModelAdmin):
    """A ModelAdmin whose forms may hold rich text: its import map runs by the request's nonce only."""

    @method_decorator(csp_update({"style-src": EDITOR_STYLES}))
    def changeform_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(*args, **kwargs)

    def render_change_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> TemplateResponse:
        response: TemplateResponse = super().render_change_form(request, *args, **kwargs)  # type: ignore[assignment]
        if response.context_data is not None:
            response.context_data["media"] = Media.from_media(
                response.context_data["media"],
                nonce=str(request.csp_nonce),  # type: ignore[attr-defined]
            )
        return response


class StudioContentEditor(StudioAdmin, ContentEditor):
    """A page made of blocks. Each block gets real buttons, so that no step needs a mouse.

    Combine it as (DjangoObjectActions, VersionAdmin, StudioContentEditor): reversion then keeps
    the page with all its blocks as one version.
    """

    class Media:
        js = [Script("js/studio-editor.js", type="module")]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> TemplateResponse:
        response = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        if (
            obj is not None
            and not self.has_change_permission(request, obj)
            and response.context_data is not None
        ):
            # The block editor needs fields to arrange; without any, as here, it stops with an error.
            response.context_data["media"] = admin.ModelAdmin.media.fget(self)  # type: ignore[attr-defined]
        return response


class StudioBlock(ContentEditorInline):
    """The form of one kind of block. Make one by `StudioBlock.create(Model, icon="notes", color="…")`."""


class RowsForm(forms.ModelForm):
    """The form of a block that holds structures, in the order in which the author picked them."""

    rows_field = ""

    def clean(self) -> dict[str, Any] | None:
        """Put the rows in the order chosen; the query gives them by name."""
        data = super().clean() or {}
        if rows := data.get(self.rows_field):
            typed = self.fields[self.rows_field].widget.value_from_datadict(
                self.data, self.files, self.add_prefix(self.rows_field)
            )
            places = {pk: place for place, pk in enumerate(typed)}
            data[self.rows_field] = sorted(rows, key=lambda row: places.get(str(row.pk), len(places)))
        return data

    def _save_m2m(self) -> None:
        self.instance.add_rows(self.cleaned_data[self.rows_field])
        super()._save_m2m()  # type: ignore[misc]
