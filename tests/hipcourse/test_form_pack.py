"""The crispy template pack "hip"."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms


class Shoe(forms.Form):
    name = forms.CharField(help_text="As on the box.")
    note = forms.CharField(required=False, widget=forms.Textarea)
    foot = forms.ChoiceField(choices=[("l", "Left"), ("r", "Right")], widget=forms.RadioSelect)
    worn = forms.BooleanField(required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        if self.cleaned_data.get("name") == "left":
            raise forms.ValidationError("There is no such shoe.")


def test_a_field_is_tied_to_its_label_and_its_help():
    html = render_crispy_form(Shoe())

    assert '<label for="id_name">Name</label>' in html
    assert '<div class="help" id="id_name_helptext">As on the box.</div>' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert "error-summary" not in html


def test_only_what_may_be_left_out_is_marked():
    html = render_crispy_form(Shoe())

    assert html.count("(optional)") == 1
    assert "Note <small>(optional)</small>" in html


def test_choices_stand_in_a_fieldset_with_a_label_each():
    html = render_crispy_form(Shoe())

    assert "<legend>Foot</legend>" in html
    assert html.count('<label class="choice"') == 2


def test_a_form_sent_wrong_begins_with_a_summary_that_leads_to_each_answer():
    html = render_crispy_form(Shoe({"name": "", "foot": "x"}))

    assert html.index("error-summary") < html.index('id="id_name"')
    assert '<a href="#id_name">Name: This field is required.</a>' in html
    assert (
        '<a href="#id_foot">Foot: Select a valid choice. x is not one of the available choices.</a>' in html
    )
    assert 'id="id_foot"' in html
    assert '<p class="field-error" id="id_name_error">This field is required.</p>' in html
    assert 'aria-invalid="true"' in html


def test_a_mistake_of_the_whole_form_is_in_the_summary():
    html = render_crispy_form(Shoe({"name": "left", "foot": "l"}))

    assert "<li>There is no such shoe.</li>" in html


def test_a_layout_of_rows_fieldsets_and_buttons_is_drawn():
    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(
        Fieldset("Which one", Row(Field("name"), Field("foot"))),
        Submit("go", "Save"),
        Submit("drop", "Remove", css_class="button--danger"),
    )

    html = render_crispy_form(Shoe(), helper=helper)

    assert "<legend>Which one</legend>" in html
    assert 'class="field-row"' in html
    assert '<button type="submit" name="go" value="Save" class="button button--primary' in html
    assert 'name="drop" value="Remove" class="button ' in html
    assert "button--danger" in html
    assert "btn" not in html
