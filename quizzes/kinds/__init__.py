from quizzes.kinds.base import (
    Body,
    ChoiceText,
    Data,
    Feedback,
    Kind,
    Problem,
    QuestionForm,
    QuestionText,
    Result,
)
from quizzes.kinds.match import Match
from quizzes.kinds.multi import Multi
from quizzes.kinds.single import Single

KINDS: dict[str, Kind] = {kind.key: kind for kind in (Single(), Multi(), Match())}

__all__ = [
    "KINDS",
    "Body",
    "ChoiceText",
    "Data",
    "Feedback",
    "Kind",
    "Problem",
    "QuestionForm",
    "QuestionText",
    "Result",
]
