import uuid

import factory
from django.utils import timezone

from mailings.models import Delivery, Issue, IssueConcept, IssueDrill, IssueText, Subscriber


class SubscriberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subscriber

    address = factory.Sequence(lambda n: f"reader{n}@example.org")
    status = Subscriber.Status.CONFIRMED
    confirmed_at = factory.LazyFunction(timezone.now)


class IssueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Issue

    subject = factory.Sequence(lambda n: f"Issue {n}")
    preheader = "One idea about your hip."


class IssueTextFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IssueText

    parent = factory.SubFactory(IssueFactory)
    region = "main"
    ordering = factory.Sequence(lambda n: n)
    body = "<p>Bone answers to load.</p>"


class IssueConceptFactory(IssueTextFactory):
    class Meta:
        model = IssueConcept

    title = "Vary the stress"


class IssueDrillFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IssueDrill

    parent = factory.SubFactory(IssueFactory)
    region = "main"
    ordering = factory.Sequence(lambda n: n)
    title = "Wall march"
    side = "anterior"
    purpose = "Lift the thigh without leaning back."
    set_up = "<p>Stand with your hands on a wall.</p>"
    cues = "<ul><li><p>Tall</p></li><li><p>Quick</p></li></ul>"
    dose = "3 × 10 a side"
    easier = "Slower"
    harder = "With a band"
    stop_rule = "It pinches in front"


class DeliveryFactory(factory.django.DjangoModelFactory):
    """A mail of the kind that nobody has to consent to."""

    class Meta:
        model = Delivery

    kind = Delivery.Kind.ACCOUNT
    dedupe_key = factory.LazyAttribute(lambda row: f"{row.kind}:{uuid.uuid4()}")
    recipient = factory.Sequence(lambda n: f"runner{n}@example.org")
    subject = "Your code"
    text = "It is 4711."
    html = "<p>It is 4711.</p>"


class NewsletterDeliveryFactory(DeliveryFactory):
    """A mail of an issue that is being sent, to a confirmed reader."""

    kind = Delivery.Kind.NEWSLETTER
    issue = factory.SubFactory(
        IssueFactory,
        status=Issue.Status.SENDING,
        started_at=factory.LazyFunction(timezone.now),
        frozen_subject="The issue",
        frozen_text="Words.",
        frozen_html="<p>Words.</p>",
    )
    subscriber = factory.SubFactory(SubscriberFactory)
    recipient = factory.SelfAttribute("subscriber.address")
    subject = text = html = ""
