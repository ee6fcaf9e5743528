import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from mailings.sending import pump
from quizzes.kinds import KINDS
from quizzes.models import Attempt, AttemptItem
from quizzes.serving import token
from tests.course import put_course


@pytest.fixture
def course(transactional_db) -> None:
    """The course as it is shipped."""
    put_course()


class Inbox:
    """What has been mailed, after sending what is due."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mails(self) -> list[EmailMessage]:
        while pump():
            pass
        return [
            message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted(self.folder.glob("*.eml"))
        ]

    def newest(self, recipient: str) -> EmailMessage:
        return [mail for mail in self.mails() if mail["To"] == recipient][-1]

    @staticmethod
    def text(mail: EmailMessage) -> str:
        return mail.get_body(("plain",)).get_content()

    def code(self, recipient: str) -> str:
        """Return the code in the newest mail: a line of its own."""
        return re.search(r"^\s*([A-Z0-9][A-Z0-9-]{4,})\s*$", self.text(self.newest(recipient)), re.M).group(1)

    def link(self, recipient: str, part: str) -> str:
        return re.search(rf"https?://\S*{part}\S*", self.text(self.newest(recipient))).group(0).rstrip(".)>")


@pytest.fixture
def inbox(settings, tmp_path) -> Inbox:
    settings.EMAIL_BACKEND = "mailings.backends.LedgerBackend"  # the test runner put its own in its place
    settings.EMAIL_URL = f"file://{tmp_path / 'mail'}"
    return Inbox(tmp_path / "mail")


def sign_in(page, client, user) -> None:
    """Give the page's browser a session of `user`."""
    client.force_login(user)
    page.goto("/account/login/")
    page.context.add_cookies(
        [
            {
                "name": "session",
                "value": client.cookies["session"].value,
                "url": page.evaluate("location.origin"),
            }
        ]
    )


@pytest.fixture
def answer_question():
    """Return a function that fills in the question on the page, rightly or wrongly, and confirms."""

    def fill(page, *, right: bool = True) -> None:
        attempt = Attempt.objects.get(public_id=page.locator("input[name=attempt]").input_value())
        item = AttemptItem.objects.select_related("served").get(
            attempt=attempt, position=page.locator("input[name=item]").input_value()
        )
        answer = KINDS[item.served.kind].perfect(item.served.key)
        if "pairs" in answer:
            for stem, option in answer["pairs"].items():
                option = (
                    option
                    if right
                    else next(o["id"] for o in item.served.public["options"] if o["id"] != option)
                )
                page.locator(f"select[name=row-{token(item.pk, stem)}]").select_option(token(item.pk, option))
        else:
            chosen = answer.get("choices") or [answer["choice"]]
            if not right:
                chosen = [
                    option["id"] for option in item.served.public["options"] if option["id"] not in chosen
                ][:1]
            for option in chosen:
                page.locator(f"input[value='{token(item.pk, option)}']").check()
        page.get_by_role("button", name="Confirm").click()

    return fill
