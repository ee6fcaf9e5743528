from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnatomyConfig(AppConfig):
    name = "anatomy"
    verbose_name = _("Anatomy")
