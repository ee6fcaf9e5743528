from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page may need to know about the site itself."""
    return {"SITE_URL": settings.SITE_URL, "DEBUG": settings.DEBUG}
