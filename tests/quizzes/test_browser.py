"""Every kind by keyboard alone on the narrowest phone, with and without JavaScript."""

import uuid

import pytest

from accounts.learners import SESSION_KEY
from quizzes.models import Attempt
from quizzes.services import start_attempt, submit_answer
from tests.quizzes.taking import answer_all, hopeless, items

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 320, "height": 640}


@pytest.fixture(autouse=True)
def _ideas(quiz):
    """Long words and long sentences, as authors write them."""
    quiz.title = "Check your road map of the musculotendinous attachments"
    quiz.save()
    for question in quiz.questions.all():
        question.stem = (
            "A muscle starts on the pelvis, passes in front of the hip joint and ends on the femur. Which?"
        )
        question.save()
    for choice in quiz.questions.get(slug="match").choices.all():
        choice.text += " of the sternocleidomastoideus-like iliotibial tract"
        choice.save()


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def focused(page):
    return page.evaluate("document.activeElement.id")


def press_until(page, key, reached, limit=60):
    for _ in range(limit):
        if page.evaluate(reached):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{reached} was not reached by {key}")


def answer_by_keyboard(page, kind):
    """Choose something with the keys that the browser gives to plain controls, and confirm."""
    if kind == "match":
        for number in range(page.locator("form .match-row select").count()):
            press_until(
                page,
                "Tab",
                f"document.activeElement === document.querySelectorAll('.match-row select')[{number}]",
            )
            page.keyboard.press("ArrowDown")
    else:
        press_until(page, "Tab", "document.activeElement.matches('.option input')")
        page.keyboard.press("Space")
    press_until(page, "Tab", "document.activeElement.textContent.trim() === 'Confirm'")
    page.keyboard.press("Enter")
    page.wait_for_url("**?item=*")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_quiz_is_taken_by_keyboard_alone_at_320_pixels(new_page, quiz, url, javascript):
    page = new_page(viewport=NARROW, java_script_enabled=javascript)
    page.goto(url)
    press_until(page, "Tab", "document.activeElement.textContent.trim() === 'Start'")
    page.keyboard.press("Enter")
    for kind in ("single", "multi", "match"):
        page.wait_for_selector(".option input, .match-row select")
        assert fits(page)
        answer_by_keyboard(page, kind)
        assert fits(page)
        if javascript:
            assert focused(page) == "feedback"
        press_until(
            page, "Tab", "/^(Next question|See your result)$/.test(document.activeElement.textContent.trim())"
        )
        page.keyboard.press("Enter")
    page.wait_for_selector(".score")
    assert fits(page)
    attempt = Attempt.objects.get()
    assert attempt.finished_at is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_of_a_quiz(
    new_page, quiz, learner, url, axe, client, settings, complaints, scheme
):
    session = client.session
    session[SESSION_KEY] = str(learner.guest_key)
    session.save()
    page = new_page(viewport=NARROW, color_scheme=scheme)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": settings.SITE_URL}]
    )

    def look(name):
        return {name: axe(page)}

    page.goto(url)
    found = look("cover")
    attempt = start_attempt(learner=learner, quiz=quiz)
    for item in items(attempt):
        page.goto(url)
        found |= look(f"{item.served.kind}-question")
        page.get_by_role("button", name="Confirm").evaluate("button => { button.form.noValidate = true }")
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_selector("#quiz-problem")
        assert focused(page) == "quiz-problem"
        assert "422" in complaints.pop()  # Chromium notes every answer of 400 and more
        found |= look(f"{item.served.kind}-problem")
        submit_answer(item=item, submit_key=uuid.uuid4(), answer=hopeless(item))
        page.goto(f"{url}?item={item.position}")
        found |= look(f"{item.served.kind}-feedback")
    page.goto(attempt.get_absolute_url())
    found |= look("result")
    answer_all(start_attempt(learner=learner, quiz=quiz))
    page.goto(Attempt.objects.get(passed=True).get_absolute_url())
    found |= look("passed")
    page.goto(url)
    found |= look("cover-again")
    page.goto(quiz.lesson.get_absolute_url())
    found |= look("lesson")
    assert {name: violations for name, violations in found.items() if violations} == {}
