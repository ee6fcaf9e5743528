import factory

from anatomy.models import Fact, Figure, Region, Source, Structure


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source

    slug = factory.Sequence(lambda n: f"source-{n}")
    citation = factory.Sequence(lambda n: f"Author {n}. A book about hips. Press, 20{n % 100:02d}.")


class StructureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Structure

    slug = factory.Sequence(lambda n: f"structure-{n}")
    name = factory.Sequence(lambda n: f"Structure {n}")
    kind = Structure.Kind.LANDMARK


class MuscleFactory(StructureFactory):
    kind = Structure.Kind.MUSCLE


class FactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Fact
        skip_postgeneration_save = True

    subject = factory.SubFactory(MuscleFactory)
    relation = Fact.Relation.ORIGIN
    object = factory.SubFactory(StructureFactory)
    context = Fact.NEUTRAL
    status = Fact.Status.REVIEWED
    slug = factory.LazyAttribute(
        lambda fact: Fact.slug_for(fact.subject.slug, fact.relation, fact.object.slug, fact.context)
    )

    @factory.post_generation
    def sources(self, create, extracted, **kwargs):
        if create:
            self.sources.set([SourceFactory()] if extracted is None else extracted)


class FigureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Figure

    slug = factory.Sequence(lambda n: f"figure-{n}")
    title = factory.Sequence(lambda n: f"Figure {n}")
    file = "anatomy/hip-front.svg"
    width = 630
    height = 1110
    alt = "A hip from the front."


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Region
        skip_postgeneration_save = True

    figure = factory.SubFactory(FigureFactory)
    structure = factory.SubFactory(MuscleFactory)
    kind = Region.Kind.ORIGIN
    colour = "#aa0000"
    description = "A patch high up on the bone."

    @factory.post_generation
    def places(self, create, extracted, **kwargs):
        if create:
            self.places.set([StructureFactory()] if extracted is None else extracted)
