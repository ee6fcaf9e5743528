"""Every page: axe finds nothing, nothing sticks out at 320 px, no console error, no foreign request."""

import pytest

from lessons.models import Completion, Lesson
from mailings import links
from mailings.models import Consent, Subscriber
from quizzes.models import Attempt
from tests.e2e.conftest import sign_in
from tests.factories.accounts import LearnerFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 320, "height": 700}
GUEST_PAGES = [
    "/",
    "/lessons/",
    "/lessons/meet-the-hip-flexors/",
    "/lessons/drills-lift/",
    "/lessons/muscle-pathways/quiz/",
    "/muscles/",
    "/muscles/pectineus/",
    "/glossary/?q=iliac",
    "/account/login/",
    "/account/login/code/",
    "/account/signup/",
    "/account/password/reset/",
    "/newsletter/check-your-inbox/",
    "/newsletter/confirm/broken/",
]
OWN_PAGES = [
    "/",
    "/lessons/",
    "/lessons/mobile-strong-durable/",
    "/lessons/muscle-pathways/quiz/",
    "/account/",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/logout/",
    "/mail/",
]


def look(page, axe, addresses):
    """Return what is wrong on the pages, as lines that begin with the address."""
    wrong = []
    for address in addresses:
        page.goto(address)
        wrong += [f"{address} {finding}" for finding in axe(page)]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > page.viewport_size["width"]:
            wrong.append(f"{address} is {width} px wide")
    return wrong


def test_pages_of_a_guest(new_page, axe, course, complaints):
    subscriber = Subscriber.objects.create(address="reader@example.org")
    consent = Consent.objects.create(subscriber=subscriber, event=Consent.Event.ASKED, wording="Yes")
    tokens = [
        links.confirm_url(subscriber_id=subscriber.pk, consent_id=consent.pk),
        links.unsubscribe_url(subscriber_id=subscriber.pk),
    ]
    for scheme in ("light", "dark"):
        page = new_page(viewport=NARROW, color_scheme=scheme)
        assert look(page, axe, [*GUEST_PAGES, *tokens]) == []
        page.goto("/lessons/no-such-lesson/")
        assert axe(page) == []
        # The two pages that answer 404 are the ones that should.
        assert [line.split("(")[-1] for line in complaints] == [
            f"{page.url.split('/lessons')[0]}/newsletter/confirm/broken/)",
            f"{page.url})",
        ]
        complaints.clear()


def test_pages_of_somebody_with_an_account(new_page, axe, course, client):
    learner = LearnerFactory()
    lesson = Lesson.objects.get(slug="mobile-strong-durable")
    Completion.objects.create(learner=learner, lesson=lesson, lesson_version=1)
    for scheme in ("light", "dark"):
        page = new_page(viewport=NARROW, color_scheme=scheme)
        sign_in(page, client, learner.user)
        assert look(page, axe, OWN_PAGES) == []


def test_a_lesson_and_its_quiz_by_keyboard_alone(new_page, course):
    page = new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    tab_to(page, "Start lesson 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lessons/mobile-strong-durable/")
    tab_to(page, "I have read this lesson", limit=120)
    page.keyboard.press("Enter")
    page.get_by_text("Marked as read").wait_for()
    tab_to(page, "Start the quiz", limit=120)
    page.keyboard.press("Enter")
    page.wait_for_url("**/quiz/")
    tab_to(page, "Start")
    page.keyboard.press("Enter")
    page.get_by_text("Question 1 of").first.wait_for()
    for _ in range(20):
        if not page.get_by_role("button", name="Confirm").count():
            break
        if page.locator("form select").count():
            for select in page.locator("article select").all():
                focus_next(page, "select")
                page.keyboard.press("ArrowDown")
                assert select.input_value() != ""
        else:
            focus_next(page, "input")
            page.keyboard.press("Space")
        tab_to(page, "Confirm")
        page.keyboard.press("Enter")
        page.locator("#feedback").wait_for()
        assert page.evaluate("document.activeElement.id") == "feedback"
        tab_to(page, ("Next question", "See your result"))
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "item=" not in address)
    page.locator(".score").wait_for()
    assert Attempt.objects.get().finished_at is not None


def tab_to(page, words, limit=60):
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(words):
            return
    raise AssertionError(f"{words} cannot be reached with the Tab key")


def focus_next(page, tag, limit=30):
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.localName") == tag:
            return
    raise AssertionError(f"no {tag} can be reached with the Tab key")


def test_everything_that_matters_works_without_javascript(new_page, course):
    page = new_page(java_script_enabled=False)
    page.goto("/lessons/mobile-strong-durable/")
    page.get_by_role("button", name="I have read this lesson").click()
    page.get_by_text("Marked as read. The quiz is what is left to do.").wait_for()
    page.get_by_role("link", name="Start the quiz").click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator("article input[type=radio], article input[type=checkbox]").first.check()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Next question").wait_for()


def test_reading_is_noticed_as_it_happens_and_continue_leads_back(new_page, course):
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto("/lessons/bone-adapts/")
    with page.expect_response("**/read/"):
        for block in page.locator("[data-block]").all()[:3]:
            block.evaluate("block => block.lastElementChild.scrollIntoView({block: 'center'})")
            page.wait_for_timeout(1700)
    page.goto("/lessons/")
    link = page.get_by_role("link", name="Continue")
    assert "/lessons/bone-adapts/#" in link.get_attribute("href")


def test_a_strict_part_shows_the_missing_step(new_page, course, complaints):
    lesson = Lesson.objects.get(slug="bone-adapts")
    lesson.part.sequence = "strict"
    lesson.part.save()
    page = new_page()
    page.goto("/lessons/bone-adapts/")
    page.get_by_role("link", name="Go to").click()
    assert page.url.endswith("/lessons/mobile-strong-durable/")
    complaints.clear()  # the locked page answers 403
