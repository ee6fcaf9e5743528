import re

import pytest
from django.urls import reverse

from anatomy.changes import knowledge_changed
from anatomy.models import Structure
from lessons.glossary import terms
from lessons.rendering import draw_lesson, rendered_lesson
from mailings.rendering import render_issue
from tests.factories.accounts import UserFactory
from tests.factories.anatomy import MuscleFactory, StructureFactory
from tests.factories.lessons import (
    KeyConceptBlockFactory,
    LessonFactory,
    TakeawaysBlockFactory,
    TextBlockFactory,
)
from tests.factories.mailings import IssueFactory, IssueTextFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def iliacus():
    muscle = MuscleFactory(
        slug="iliacus",
        name="Iliacus",
        latin="musculus iliacus",
        pronunciation="il-EYE-uh-kus",
        description="A fan.",
    )
    muscle.synonyms.create(text="Iliac muscle")
    return muscle


def text_of(html):
    return " ".join(
        re.sub(r"<[^>]+>", " ", re.sub(r'<span class="term__panel".*?</a></span>', "", html)).split()
    )


def test_a_lesson_explains_a_name_once_in_whatever_kind_of_text_says_it_first(iliacus):
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, ordering=1, key="one", body="<h2>Iliacus</h2><p>No name here.</p>")
    KeyConceptBlockFactory(parent=lesson, ordering=2, title="Iliacus", body="<p>The iliac muscle.</p>")
    TextBlockFactory(parent=lesson, ordering=3, key="three", body="<p>Iliacus again.</p>")
    TakeawaysBlockFactory(parent=lesson, ordering=4, body="<p>Iliacus once more.</p>")
    html = draw_lesson(lesson).html
    assert html.count("popovertarget") == 1
    assert (
        '<p>The <button type="button" class="term" popovertarget="term:iliacus">iliac muscle</button>'
        '<span class="term__panel" id="term:iliacus" popover role="note">'
        '<strong class="term__name">Iliacus</strong> <span class="latin" lang="la">musculus iliacus</span> '
        '<span class="term__said">Say il-EYE-uh-kus</span> <span class="term__words">A fan.</span> '
        '<a href="/muscles/iliacus/">Its page</a></span>.</p>'
    ) in html


def test_what_is_no_muscle_leads_to_the_glossary():
    StructureFactory(slug="iliac-fossa", name="Iliac fossa", description="A hollow.")
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, body="<p>In the iliac fossa.</p>")
    assert '<a href="/glossary/#iliac-fossa">In the glossary</a>' in draw_lesson(lesson).html


def test_words_to_read_do_not_grow_with_disclosures(iliacus):
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, body="<p>Iliacus pulls.</p>")
    with_help = draw_lesson(lesson)
    Structure.objects.update(description="")
    without = draw_lesson(lesson)
    assert "popover" in with_help.html
    assert "popover" not in without.html
    assert (with_help.words, text_of(with_help.html)) == (without.words, text_of(without.html))


def test_terms_are_read_in_two_queries_at_any_number(iliacus, django_assert_num_queries):
    MuscleFactory.create_batch(20, description="A muscle.")
    with django_assert_num_queries(2):
        assert len(terms()) == 21


def test_a_changed_description_is_shown_at_the_next_look(iliacus):
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, body="<p>Iliacus pulls.</p>")
    assert "A fan." in rendered_lesson(lesson).html
    Structure.objects.update(description="A broad fan.")
    knowledge_changed()
    assert "A broad fan." in rendered_lesson(lesson).html


def test_descriptions_are_text_and_no_html(iliacus):
    Structure.objects.update(description="<b>x</b>")
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, body="<p>Iliacus pulls.</p>")
    assert "&lt;b&gt;x&lt;/b&gt;" in draw_lesson(lesson).html


def test_tasks_in_running_are_plain_as_they_stand():
    StructureFactory(name="Braking hip extension", kind=Structure.Kind.ROLE, description="Holding back.")
    assert terms() == []


def test_an_issue_of_the_newsletter_gets_none(iliacus):
    issue = IssueFactory()
    IssueTextFactory(parent=issue, body="<p>Iliacus pulls.</p>")
    html = render_issue(issue).html
    assert "Iliacus pulls." in html
    assert "popover" not in html


def test_an_author_sees_them_in_the_preview(client, settings, iliacus):
    settings.STAFF_MFA_REQUIRED = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    lesson = LessonFactory(status="draft")
    TextBlockFactory(parent=lesson, body="<p>Iliacus pulls.</p>")
    assert 'popovertarget="term:iliacus"' in client.get(reverse("lessons:preview", args=[lesson.slug])).text
