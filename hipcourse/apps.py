from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class StudioConfig(admin_apps.AdminConfig):
    """Django's admin, as the Studio."""

    default = False  # "hipcourse" in INSTALLED_APPS is not the admin
    default_site = "hipcourse.studio.Studio"

    def ready(self) -> None:
        super().ready()
        from hipcourse.studio import make_groups  # noqa: PLC0415 -- models must be loaded first

        post_migrate.connect(make_groups, sender=self)
