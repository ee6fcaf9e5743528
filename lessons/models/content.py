from django.db import models
from django.utils.translation import gettext_lazy as _


class ContentFile(models.Model):
    """What a file of content/ said when it was last loaded: how load_course knows an author's edit."""

    path = models.CharField(_("path"), max_length=200, unique=True)
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded"), auto_now=True)

    class Meta:
        verbose_name = _("content file")
        verbose_name_plural = _("content files")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path
