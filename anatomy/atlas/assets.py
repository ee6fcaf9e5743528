"""Addresses of the workshop's files that the moving atlas fetches. What has not been built is left out."""

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

STRANDS, SCENE_MODEL, SCENE = "anatomy/strands.json", "anatomy/hip.glb", "js/atlas-scene.js"


def asset(name: str) -> str:
    """Return the address of a static file that may not be there, "" without it."""
    hashed = getattr(staticfiles_storage, "hashed_files", None)
    if hashed is not None:
        return static(name) if staticfiles_storage.hash_key(name) in hashed else ""  # type: ignore[attr-defined]
    return static(name) if finders.find(name) else ""
