"""One runner from the first click to the inbox and out again, in a real browser."""

import pytest

from accounts.models import Learner
from lessons.models import Completion
from mailings.models import Issue, IssueText, Subscriber
from tests.e2e.conftest import sign_in
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "runner@example.org"


def take_quiz(page, answer_question):
    while page.get_by_role("button", name="Confirm").count():
        answer_question(page)
        page.get_by_role("link", name="Next question").or_(
            page.get_by_role("link", name="See your result")
        ).click()


def sign_up(page, inbox, address):
    page.goto("/account/signup/")
    page.get_by_label("Email").first.fill(address)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    field = page.get_by_label("Code")
    field.wait_for()
    field.fill(inbox.code(address))
    page.get_by_role("button", name="Continue").click()


def test_a_guest_learns_signs_up_and_finds_the_progress_everywhere(new_page, course, inbox, answer_question):
    page = new_page()
    page.goto("/")
    page.get_by_role("link", name="Start lesson 1").first.click()
    assert "/lessons/mobile-strong-durable/" in page.url
    page.get_by_role("link", name="Start the quiz").click()
    page.get_by_role("button", name="Start", exact=True).click()
    take_quiz(page, answer_question)
    assert page.locator(".score").inner_text().startswith("100 %")
    guest = Learner.objects.get()
    assert (guest.is_guest, guest.completions.count()) == (True, 1)

    sign_up(page, inbox, ADDRESS)
    page.goto("/lessons/")
    page.get_by_text("1 of 12 lessons complete").wait_for()
    owner = Learner.objects.get()
    assert (owner.pk, owner.user.email) == (guest.pk, ADDRESS)

    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/lessons/")
    assert page.get_by_text("1 of 12 lessons complete").count() == 0

    elsewhere = new_page()
    elsewhere.goto("/lessons/muscle-pathways/")
    elsewhere.get_by_role("button", name="I have read this lesson").click()
    elsewhere.goto("/lessons/muscle-pathways/quiz/")
    elsewhere.get_by_role("button", name="Start", exact=True).click()
    take_quiz(elsewhere, answer_question)
    elsewhere.goto("/account/login/")
    elsewhere.get_by_label("Email").first.fill(ADDRESS)
    elsewhere.get_by_label("Password").first.fill(PASSWORD)
    elsewhere.get_by_role("button", name="Sign in", exact=True).click()
    elsewhere.wait_for_url("**/lessons/")
    elsewhere.get_by_text("2 of 12 lessons complete").wait_for()
    assert list(Learner.objects.all()) == [owner]
    assert sorted(Completion.objects.values_list("learner_id", "lesson__slug")) == [
        (owner.pk, "mobile-strong-durable"),
        (owner.pk, "muscle-pathways"),
    ]


def test_a_reader_subscribes_gets_an_issue_from_the_studio_and_leaves_in_one_click(
    new_page, course, inbox, client, settings
):
    settings.STAFF_MFA_REQUIRED = False
    reader = new_page()
    reader.goto("/lessons/")
    footer = reader.locator("footer")
    footer.get_by_label("Email").fill(ADDRESS)
    footer.get_by_role("button", name="Send me the newsletter").click()
    reader.get_by_role("heading", name="Check your inbox").wait_for()
    link = inbox.link(ADDRESS, "/newsletter/confirm/")
    reader.goto(link)
    assert Subscriber.objects.get().status == Subscriber.Status.PENDING
    reader.get_by_role("button", name="Yes, send me the newsletter").click()
    assert Subscriber.objects.get().status == Subscriber.Status.CONFIRMED

    issue = Issue.objects.create(subject="The front of the hip", preheader="Six muscles, two jobs")
    IssueText.objects.create(
        parent=issue, region="main", ordering=1, body="<p>Lift the knee, then hold the stretch.</p>"
    )
    author = UserFactory(is_staff=True, is_superuser=True)
    studio = new_page()
    sign_in(studio, client, author)
    studio.goto(f"/admin/mailings/issue/{issue.pk}/change/")
    studio.get_by_role("link", name="Send…").click()
    studio.get_by_role("button", name="Send it to one reader").click()
    studio.wait_for_url("**/change/")

    mail = inbox.newest(ADDRESS)
    assert mail["Subject"] == "The front of the hip"
    assert "Lift the knee, then hold the stretch." in inbox.text(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = mail["List-Unsubscribe"].strip("<>")
    reader.goto(leave)
    assert Subscriber.objects.get().status == Subscriber.Status.CONFIRMED
    answer = reader.request.post(leave, form={"List-Unsubscribe": "One-Click"})
    assert answer.status == 200
    assert Subscriber.objects.get().status == Subscriber.Status.UNSUBSCRIBED
