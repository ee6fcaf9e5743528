"""What is drawn from the knowledge base names the revision it was drawn at, and is drawn anew at the next one."""

from django.db.models import Expression, F, Subquery, Value
from django.db.models.functions import Coalesce

from anatomy.models import KnowledgeRevision


def knowledge_changed() -> None:
    """Count a change of facts, structures, sources or figures; to be called after it, in its transaction if any."""
    if not KnowledgeRevision.objects.update(number=F("number") + 1):
        # Nothing has changed before: of two who find that out at once, only one adds the row.
        KnowledgeRevision.objects.bulk_create([KnowledgeRevision(pk=1)], ignore_conflicts=True)
        KnowledgeRevision.objects.update(number=F("number") + 1)


def knowledge_revision() -> int:
    """Return the number of changes so far. Read it before what is to be drawn, so that none is missed."""
    return KnowledgeRevision.objects.values_list("number", flat=True).first() or 0


def revision_now() -> Expression:
    """Return `knowledge_revision` as an expression, for a query that asks something else anyway."""
    return Coalesce(Subquery(KnowledgeRevision.objects.values("number")[:1]), Value(0))
