"""The knowledge base: every fact about a muscle is stored once, and everything is drawn from it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """Where a fact comes from, with its full citation."""

    class Kind(models.TextChoices):
        BOOK = "book", _("Book")
        ARTICLE = "article", _("Article")
        REVIEW = "review", _("Review")
        MODEL = "model", _("Model")
        DATASET = "dataset", _("Data set")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ARTICLE)
    citation = models.TextField(
        _("citation"), help_text=_("Authors, title, journal or publisher, year, pages.")
    )
    url = models.URLField(_("link"), blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["citation"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["book", "article", "review", "model", "dataset"]),
                name="source_kind_is_known",
            ),
            models.CheckConstraint(condition=~Q(citation=""), name="source_has_a_citation"),
        ]

    def __str__(self) -> str:
        return self.citation[:80]


class Structure(models.Model):
    """A thing with a name: a muscle, a bone, a place on it, a movement, a nerve, a task in running."""

    class Kind(models.TextChoices):
        MUSCLE = "muscle", _("Muscle")
        GROUP = "group", _("Muscle group")
        BONE = "bone", _("Bone")
        LANDMARK = "landmark", _("Landmark")
        SITE = "site", _("Attachment site")
        JOINT = "joint", _("Joint")
        MOVEMENT = "movement", _("Movement")
        NERVE = "nerve", _("Nerve")
        REGION = "region", _("Region")
        ROLE = "role", _("Task in running")
        PHASE = "phase", _("Phase of the stride")

    slug = models.SlugField(
        _("slug"),
        max_length=60,
        unique=True,
        help_text=_("Never change it: facts, lessons and reviews refer to it."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=80)
    latin = models.CharField(_("Latin name"), max_length=120, blank=True)
    part_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        verbose_name=_("part of"),
    )
    description = models.TextField(_("in plain words"), blank=True)
    pronunciation = models.CharField(_("said as"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("structure")
        verbose_name_plural = _("structures")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "muscle",
                        "group",
                        "bone",
                        "landmark",
                        "site",
                        "joint",
                        "movement",
                        "nerve",
                        "region",
                        "role",
                        "phase",
                    ]
                ),
                name="structure_kind_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(part_of=models.F("id")),
                name="structure_is_not_part_of_itself",
                violation_error_message=_("A structure cannot be a part of itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Synonym(models.Model):
    """Another name that books and runners use for a structure."""

    structure = models.ForeignKey(
        Structure, on_delete=models.CASCADE, related_name="synonyms", verbose_name=_("structure")
    )
    text = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["structure", "text"], name="synonym_once_per_structure"),
        ]

    def __str__(self) -> str:
        return self.text


class FactQuerySet(models.QuerySet["Fact"]):
    def settled(self) -> "FactQuerySet":
        """Facts that a second pair of eyes has checked and that sources do not dispute."""
        return self.filter(status=Fact.Status.REVIEWED).exclude(role=Fact.Role.DISPUTED)

    def shown(self) -> "FactQuerySet":
        """Facts that a learner may read: reviewed ones, with disputes marked as such."""
        return self.filter(status=Fact.Status.REVIEWED)


class Fact(models.Model):
    """Subject, relation, object, in a context: `iliacus — origin — iliac fossa`."""

    class Relation(models.TextChoices):
        ORIGIN = "origin", _("Origin")
        INSERTION = "insertion", _("Insertion")
        ACTION = "action", _("Action")
        NERVE = "nerve", _("Nerve")
        MEMBER = "member", _("Muscles")
        FUNCTION = "function", _("Function")
        SIDE = "side", _("Side of the hip")

    class Role(models.TextChoices):
        PRIME = "prime", _("main")
        ASSIST = "assist", _("helper")
        NONE = "none", _("no part in it")
        DISPUTED = "disputed", _("sources differ")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEWED = "reviewed", _("Reviewed")
        RETIRED = "retired", _("Retired")

    class Context(models.TextChoices):
        """When a fact holds, or for which part of the muscle."""

        NEUTRAL = "neutral", _("always")
        EXTENDED_HIP = "extended-hip", _("extended hip")
        FLEXED_HIP = "flexed-hip", _("flexed hip")
        DEEPLY_FLEXED_HIP = "deeply-flexed-hip", _("deeply flexed hip")
        EXTENDED_KNEE = "extended-knee", _("extended knee")
        FLEXED_KNEE = "flexed-knee", _("flexed knee")
        FIXED_THIGH = "fixed-thigh", _("fixed thigh")
        ANTERIOR_FIBRES = "anterior-fibres", _("front fibres")
        POSTERIOR_FIBRES = "posterior-fibres", _("rear fibres")
        UPPER_FIBRES = "upper-fibres", _("upper fibres")
        LOWER_FIBRES = "lower-fibres", _("lower fibres")
        ISCHIAL_PART = "ischial-part", _("ischial part")
        PUBIC_PART = "pubic-part", _("pubic part")

    NEUTRAL = Context.NEUTRAL.value

    slug = models.CharField(_("name"), max_length=200, unique=True, editable=False)
    subject = models.ForeignKey(
        Structure, on_delete=models.PROTECT, related_name="facts", verbose_name=_("subject")
    )
    relation = models.CharField(_("relation"), max_length=10, choices=Relation)
    object = models.ForeignKey(
        Structure, on_delete=models.PROTECT, related_name="facts_about", verbose_name=_("object")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, blank=True)
    context = models.SlugField(
        _("context"),
        max_length=40,
        choices=Context,
        default=NEUTRAL,
        help_text=_("When it holds, or for which part of the muscle."),
    )
    note = models.TextField(_("note"), blank=True, help_text=_("Who says what, where sources differ."))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    sources = models.ManyToManyField(Source, blank=True, related_name="facts", verbose_name=_("sources"))
    position = models.PositiveIntegerField(_("position"), default=0, help_text=_("Order in tables."))

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "relation", "object", "context"],
                name="fact_stored_once",
                violation_error_message=_("This fact is in the knowledge base already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    relation__in=["origin", "insertion", "action", "nerve", "member", "function", "side"]
                ),
                name="fact_relation_is_known",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["", "prime", "assist", "none", "disputed"]), name="fact_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "reviewed", "retired"]), name="fact_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(role="disputed") | ~Q(note=""),
                name="fact_disputed_says_who_says_what",
                violation_error_message=_("Where sources differ, the note must say who says what."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def context_words(self) -> str:
        """Return the context as words: `anterior-fibres` reads “front fibres”."""
        return str(self.get_context_display()).replace("-", " ")

    @staticmethod
    def slug_for(subject: str, relation: str, object_: str, context: str = NEUTRAL) -> str:
        """Return the stable name of a fact, such as `iliacus.origin.iliac-fossa`."""
        name = f"{subject}.{relation}.{object_}"
        return name if context == Fact.NEUTRAL else f"{name}.{context}"


class Coverage(models.Model):
    """`This list is complete`: without it absence proves nothing, so no negative question may be asked."""

    subject = models.ForeignKey(
        Structure, on_delete=models.CASCADE, related_name="coverage", verbose_name=_("subject")
    )
    relation = models.CharField(_("relation"), max_length=10, choices=Fact.Relation)

    class Meta:
        verbose_name = _("complete list")
        verbose_name_plural = _("complete lists")
        ordering = ["subject__name", "relation"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "relation"], name="coverage_once_per_list"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.get_relation_display()}"


class KnowledgeRevision(models.Model):
    """How often the knowledge base has changed: one row."""

    number = models.PositiveBigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("revision of the knowledge base")
        verbose_name_plural = _("revision of the knowledge base")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="knowledge_revision_is_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Figure(models.Model):
    """A picture that the workshop has drawn, kept among the static files."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    file = models.CharField(
        _("file"), max_length=120, help_text=_("Below static/, such as anatomy/hip-front.svg.")
    )
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    alt = models.TextField(
        _("description"), help_text=_("What the picture shows, for those who cannot see it.")
    )

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=~Q(alt=""), name="figure_has_a_description"),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="figure_has_a_size"),
        ]

    def __str__(self) -> str:
        return self.title


class Region(models.Model):
    """A coloured patch of a figure: where a muscle starts or ends."""

    class Kind(models.TextChoices):
        ORIGIN = "origin", _("Origin")
        INSERTION = "insertion", _("Insertion")

    # What older rows say until files or an editor say more. It is nobody's word: files leave it out.
    UNDESCRIBED = "A coloured patch on the bone."

    figure = models.ForeignKey(
        Figure, on_delete=models.CASCADE, related_name="regions", verbose_name=_("figure")
    )
    structure = models.ForeignKey(
        Structure, on_delete=models.PROTECT, related_name="regions", verbose_name=_("structure")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    colour = models.CharField(_("colour"), max_length=7, help_text=_("As in the picture: #rrggbb."))
    description = models.TextField(
        _("description"),
        help_text=_(
            "Where the patch lies and what it looks like, for those who cannot see it. "
            "Name no muscle and no landmark: quizzes ask for them."
        ),
    )
    places = models.ManyToManyField(
        Structure,
        related_name="patches_here",
        verbose_name=_("stands on"),
        help_text=_("The places that the patch covers, such as the iliac fossa."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["figure", "structure", "kind"], name="region_once_per_figure"),
            models.CheckConstraint(
                condition=Q(kind__in=["origin", "insertion"]), name="region_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(colour__regex=r"^#[0-9a-f]{6}$"), name="region_colour_is_hexadecimal"
            ),
            models.CheckConstraint(condition=~Q(description=""), name="region_has_a_description"),
        ]

    def __str__(self) -> str:
        return f"{self.structure} · {self.get_kind_display()}"
