"""A lesson in a real browser: what counts as read, and films."""

import pytest

from lessons.models import BlockRead, FilmProgress
from tests.factories.lessons import (
    FilmBlockFactory,
    KeyConceptBlockFactory,
    LessonFactory,
    TakeawaysBlockFactory,
    TextBlockFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "<p>Bone answers to load.</p>" * 80
READ_AFTER_MS = 1500
SETTLE_MS = 300  # real time, for the browser to notice what has come into view
SEND_EVERY_MS = 4000


@pytest.mark.parametrize("factory", [TextBlockFactory, KeyConceptBlockFactory, TakeawaysBlockFactory])
def test_a_long_block_is_read_once_its_end_has_been_seen(page, factory):
    lesson = LessonFactory()
    factory(parent=lesson, key="long", body=LONG)
    page.clock.install()
    page.goto(lesson.get_absolute_url())
    block = page.locator("[data-block=long]")
    height = page.evaluate("innerHeight")
    assert block.bounding_box()["height"] > 2 * height

    for part in ("start", "center"):
        block.evaluate("(block, part) => block.scrollIntoView({block: part})", part)
        page.wait_for_timeout(SETTLE_MS)
        page.clock.run_for(READ_AFTER_MS + SEND_EVERY_MS)
    assert not BlockRead.objects.exists()

    with page.expect_response("**/read/"):
        block.evaluate("block => block.scrollIntoView({block: 'end'})")
        page.wait_for_timeout(SETTLE_MS)
        page.clock.run_for(READ_AFTER_MS + SEND_EVERY_MS)
    assert [row.block_key for row in BlockRead.objects.all()] == ["long"]
    page.get_by_text("Complete. It stays complete").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_embedded_film_is_declared_as_watched(new_page, axe, scripts):
    lesson = LessonFactory()
    embed = {"provider": "youtube", "video_id": "dQw4w9WgXcQ", "webm": "", "captions": ""}
    FilmBlockFactory(parent=lesson, key="stride", duration=0, **embed)
    page = new_page(java_script_enabled=scripts)
    page.goto(lesson.get_absolute_url())
    page.get_by_role("link", name="Watched it? Say so at the end of the lesson.").click()
    if scripts:
        assert axe(page) == []
    page.get_by_role("button", name="I have watched it").click()
    page.get_by_text("Marked as watched.").wait_for()
    assert page.get_by_role("button", name="I have watched it").count() == 0
    assert FilmProgress.objects.get().declared_at is not None
