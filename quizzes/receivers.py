from typing import Any

from django.dispatch import receiver

from accounts.models import Learner
from accounts.signals import learner_merged
from quizzes.services import merge_attempts


@receiver(learner_merged)
def move_attempts(sender: type[Learner], source: Learner, target: Learner, **kwargs: Any) -> None:
    merge_attempts(source=source, target=target)
