import factory

from quizzes.models import Choice, Question, Quiz
from tests.factories.lessons import LessonFactory


class QuizFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Quiz

    lesson = factory.SubFactory(LessonFactory)
    title = factory.Sequence(lambda n: f"Quiz {n}")
    intro = "On what you have just read."


class ChoiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Choice

    position = factory.Sequence(lambda n: n)
    text = factory.Sequence(lambda n: f"Answer {n}")
    why = factory.LazyAttribute(lambda choice: f"Why {choice.text}")


class QuestionFactory(factory.django.DjangoModelFactory):
    """A single question without answers; SingleFactory, MultiFactory and MatchFactory make whole ones."""

    class Meta:
        model = Question
        skip_postgeneration_save = True

    quiz = factory.SubFactory(QuizFactory)
    position = factory.Sequence(lambda n: n)
    slug = factory.Sequence(lambda n: f"question-{n}")
    kind = "single"
    stem = factory.Sequence(lambda n: f"Question {n}?")
    explanation = "The idea behind it."


class SingleFactory(QuestionFactory):
    """Right: “Iliac fossa”. Wrong: “Ischial tuberosity”, “Iliac crest”."""

    @factory.post_generation
    def choices(self, create, extracted, **kwargs):
        ChoiceFactory(question=self, text="Iliac fossa", is_correct=True)
        ChoiceFactory(question=self, text="Ischial tuberosity")
        ChoiceFactory(question=self, text="Iliac crest")


class MultiFactory(QuestionFactory):
    """Right: “Iliacus”, “Psoas major”. Wrong: “Gracilis”, “Piriformis”."""

    kind = "multi"

    @factory.post_generation
    def choices(self, create, extracted, **kwargs):
        for text in ("Iliacus", "Psoas major"):
            ChoiceFactory(question=self, text=text, is_correct=True)
        for text in ("Gracilis", "Piriformis"):
            ChoiceFactory(question=self, text=text)


class MatchFactory(QuestionFactory):
    """Iliacus: “Iliac fossa”; Sartorius: “Upper front bump”. Decoys: “Sitting bone”, “Sacrum”."""

    kind = "match"

    @factory.post_generation
    def choices(self, create, extracted, **kwargs):
        for prompt, text in (("Iliacus", "Iliac fossa"), ("Sartorius", "Upper front bump")):
            ChoiceFactory(question=self, prompt=prompt, text=text, is_correct=True)
        for text in ("Sitting bone", "Sacrum"):
            ChoiceFactory(question=self, text=text)
