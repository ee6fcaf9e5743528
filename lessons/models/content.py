from django.db import models
from django.utils.translation import gettext_lazy as _


class ContentFile(models.Model):
    """What a file of content/ said when it was last loaded, and what the database said right afterwards.

    How load_course tells an author's edit from a change of the file. The two differ where loading keeps
    what the file no longer speaks of, such as a retired question.
    """

    identity = models.CharField(
        _("what"), max_length=200, unique=True, help_text=_("Kind and slug, such as lesson:muscle-pathways.")
    )
    digest = models.CharField(_("digest"), max_length=64)
    here_digest = models.CharField(_("digest of the database"), max_length=64, blank=True)
    loaded_at = models.DateTimeField(_("loaded"), auto_now=True)

    class Meta:
        verbose_name = _("content file")
        verbose_name_plural = _("content files")
        ordering = ["identity"]

    def __str__(self) -> str:
        return self.identity
