import uuid

import factory

from accounts.models import Learner, User

PASSWORD = "paper-bone-ink-4711"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"runner{n}@example.org")
    name = factory.Sequence(lambda n: f"Runner {n}")

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.set_password(extracted or PASSWORD)
        if create:
            self.save(update_fields=["password"])


class GuestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Learner

    guest_key = factory.LazyFunction(uuid.uuid4)


class LearnerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Learner

    user = factory.SubFactory(UserFactory)
