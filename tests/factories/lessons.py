import factory

from lessons.models import FilmBlock, KeyConceptBlock, Lesson, Part, TakeawaysBlock, TextBlock


class PartFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Part

    number = factory.Sequence(lambda n: n + 1)
    slug = factory.Sequence(lambda n: f"part-{n}")
    title = factory.Sequence(lambda n: f"Part {n}")
    status = Part.Status.PUBLISHED


class LessonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Lesson

    part = factory.SubFactory(PartFactory)
    position = factory.Sequence(lambda n: n)
    slug = factory.Sequence(lambda n: f"lesson-{n}")
    title = factory.Sequence(lambda n: f"Lesson {n}")
    summary = "What a runner gets from it."
    status = Lesson.Status.PUBLISHED


class TextBlockFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TextBlock

    parent = factory.SubFactory(LessonFactory)
    region = "main"
    ordering = factory.Sequence(lambda n: n)
    key = factory.Sequence(lambda n: f"text-{n}")
    body = "<p>Bone answers to load.</p>"


class KeyConceptBlockFactory(TextBlockFactory):
    class Meta:
        model = KeyConceptBlock

    key = factory.Sequence(lambda n: f"concept-{n}")
    title = "Road map"


class TakeawaysBlockFactory(TextBlockFactory):
    class Meta:
        model = TakeawaysBlock

    key = factory.Sequence(lambda n: f"takeaways-{n}")


class FilmBlockFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FilmBlock

    parent = factory.SubFactory(LessonFactory)
    region = "main"
    ordering = factory.Sequence(lambda n: n)
    key = factory.Sequence(lambda n: f"film-{n}")
    title = "One stride"
    webm = "films/stride.webm"
    captions = "films/stride.vtt"
    duration = 40
