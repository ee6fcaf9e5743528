"""A film of the course in a real browser: it plays, and its chapters and words lead into it."""

import pytest

from hipcourse.media import serve_media
from lessons.models import FilmProgress
from tests.factories.lessons import FilmBlockFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATE = "video => ({now: video.currentTime, seeking: video.seeking, said: video.textTracks[0].activeCues?.[0]?.text})"


@pytest.fixture(autouse=True)
def _parts_of_films(monkeypatch) -> None:
    """The test server answers with whole files only, in which no player can seek."""
    monkeypatch.setattr("django.test.testcases.serve", serve_media)


def state_when(page, is_due) -> dict:
    """Return where the film stands as soon as `is_due` says so of it. The page's policy forbids to wait in the page."""
    for _ in range(100):
        state = page.locator("video").evaluate(STATE)
        if not state["seeking"] and is_due(state):
            return state
        page.wait_for_timeout(100)
    raise AssertionError(f"the film stands at {state}")


def test_a_film_plays_with_captions_and_its_chapters_and_words_lead_into_it(page, axe, course):
    page.goto("/lessons/role-two-slingshot/")
    film = page.locator("course-film")
    film.locator("video").evaluate("video => video.play()")
    assert state_when(page, lambda film: film["now"] > 1)["said"].startswith("One running stride")

    chapters = film.get_by_role("navigation", name="Chapters of the film").get_by_role("link")
    assert [" ".join(text.split()) for text in chapters.all_inner_texts()] == [
        "0:00 The deep pair",
        "0:10 Foot down",
        "0:15 Late stance: brake",
        "0:25 Swing: drive",
        "0:34 The whole stride",
    ]
    chapters.nth(2).focus()
    page.keyboard.press("Enter")
    state_when(page, lambda film: 15.5 < film["now"] < 25)
    assert chapters.nth(2).get_attribute("aria-current") == "true"

    film.get_by_text("The film in words").click()
    film.get_by_role("link", name="Play from 0:30").click()
    state_when(page, lambda film: film["now"] > 30)
    with page.expect_response("**/film/one-stride-film/"):
        film.locator("video").evaluate("video => video.pause()")
    assert FilmProgress.objects.get().position >= 30
    assert axe(page) == []


def test_chapters_of_a_film_without_captions_do_not_turn_captions_off_elsewhere(page):
    film = FilmBlockFactory(captions="", chapters="0:00 Foot down\n0:10 Swing")
    page.goto(film.parent.get_absolute_url())
    page.wait_for_timeout(300)
    assert page.locator("video").evaluate("video => [...video.textTracks].map((track) => track.kind)") == [
        "chapters"
    ]
    assert page.evaluate("localStorage.getItem('film-captions')") is None


def test_without_scripts_a_chapter_opens_the_film_at_its_place(new_page, course):
    page = new_page(java_script_enabled=False)
    page.goto("/lessons/role-two-slingshot/")
    chapter = page.get_by_role("link", name="0:25 Swing: drive")
    assert chapter.get_attribute("href").endswith("one-stride.mp4#t=25")
