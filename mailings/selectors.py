"""Who is due for a mail, and what it says: questions on state, so that a missed run mails late, and once."""

import datetime
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Count, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Learner
from lessons.models import Completion, Lesson, LessonVisit
from lessons.selectors import CourseState, LessonState, course_state
from mailings.models import Delivery, Issue, MailOptOut, Subscriber
from quizzes.models import Attempt

WEEK = datetime.timedelta(days=7)
# How far back a mail may look when no run found the learner due for a while.
LOOK_BACK = datetime.timedelta(days=14)
# Nobody gets a summary while still at it.
QUIET = datetime.timedelta(hours=3)


def learners_due_for_weekly(*, now: datetime.datetime) -> QuerySet[Learner]:
    """Learners who are to get a weekly progress mail now, each with `since`: when the last one was, or the sign-up.

    They have an account with a verified address, did something since then, have been quiet for three
    hours, had no weekly mail for seven days and have not switched it off.
    """
    last_mail = (
        Delivery.objects.filter(learner=OuterRef("pk"), kind=Delivery.Kind.WEEKLY)
        .order_by("-created_at")
        .values("created_at")[:1]
    )
    verified = EmailAddress.objects.filter(
        user=OuterRef("user"), verified=True, email__iexact=OuterRef("user__email")
    )
    opted_out = MailOptOut.objects.filter(learner=OuterRef("pk"), kind=Delivery.Kind.WEEKLY)
    return (
        Learner.objects.filter(user__is_active=True)
        .select_related("user")
        .annotate(since=Coalesce(Subquery(last_mail, output_field=DateTimeField()), "user__date_joined"))
        .filter(Exists(verified), ~Exists(opted_out), since__lte=now - WEEK)
        .filter(_worked_since(OuterRef("since"), now - LOOK_BACK))
        .exclude(_worked_since(now - QUIET, now - QUIET))
        .order_by("pk")
    )


def _worked_since(since: datetime.datetime | OuterRef, at_most_ago: datetime.datetime) -> Q:
    """Whether a learner (the outer row) has worked on a lesson or a quiz after both times."""
    visits = LessonVisit.objects.filter(learner=OuterRef("pk"))
    completions = Completion.objects.filter(learner=OuterRef("pk"))
    attempts = Attempt.objects.filter(learner=OuterRef("pk"))
    return (
        Q(Exists(visits.filter(last_at__gt=since).filter(last_at__gt=at_most_ago)))
        | Q(Exists(completions.filter(completed_at__gt=since).filter(completed_at__gt=at_most_ago)))
        | Q(Exists(attempts.filter(started_at__gt=since).filter(started_at__gt=at_most_ago)))
    )


@dataclass(frozen=True)
class WeekOfWork:
    """What a learner did since a time, and where the way goes on."""

    since: datetime.datetime
    completed: list[Lesson]
    worked_on: list[Lesson]
    quizzes: int
    course: CourseState

    @property
    def next(self) -> LessonState | None:
        return self.course.next


def week_of_work(learner: Learner, *, since: datetime.datetime, now: datetime.datetime) -> WeekOfWork:
    since = max(since, now - LOOK_BACK)
    completed = Lesson.objects.filter(completions__learner=learner, completions__completed_at__gt=since)
    visited = Lesson.objects.filter(visits__learner=learner, visits__last_at__gt=since)
    return WeekOfWork(
        since=since,
        completed=list(completed.in_order()),
        worked_on=list(visited.exclude(completions__learner=learner).in_order()),
        quizzes=Attempt.objects.filter(learner=learner, finished_at__gt=since).count(),
        course=course_state(learner),
    )


@dataclass(frozen=True)
class MailSwitches:
    newsletter: bool
    weekly: bool


def mail_switches(*, learner: Learner | None, address: str) -> MailSwitches:
    """Tell which mails go to the owner of an account."""
    return MailSwitches(
        newsletter=Subscriber.objects.filter(
            address=address.lower(), status=Subscriber.Status.CONFIRMED
        ).exists(),
        weekly=learner is None
        or not MailOptOut.objects.filter(learner=learner, kind=Delivery.Kind.WEEKLY).exists(),
    )


def deliveries_by_status(issue: Issue) -> dict[str, int]:
    """Return how many mails of an issue are in each state; every state is named."""
    counted = dict(
        Delivery.objects.filter(issue=issue, kind=Delivery.Kind.NEWSLETTER)
        .order_by()
        .values_list("status")
        .annotate(Count("pk"))
    )
    return {status.value: counted.get(status.value, 0) for status in Delivery.Status}


def audience_size() -> int:
    return Subscriber.objects.reachable().count()
