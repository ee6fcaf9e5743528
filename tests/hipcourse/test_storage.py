"""Static files as production serves them."""

import re

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

IMPORT = re.compile(
    r"""^(?:import|export)\b[^;]*?from\s*["']([^"']+)["']|\bimport\(["']([^"']+)["']\)""", re.MULTILINE
)


def imports(text: str) -> list[str]:
    """Return what a module imports, at once or later."""
    return [early or late for early, late in IMPORT.findall(text)]


@pytest.fixture
def collected(settings, tmp_path):
    """The folder into which this project's own static files were collected, as for production."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "hipcourse.storage.StaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return settings.STATIC_ROOT


def test_modules_import_one_another_by_hashed_names(collected, settings) -> None:
    modules = sorted((settings.BASE_DIR / "static" / "js").rglob("*.js"))
    followed = 0
    for module in modules:
        name = module.relative_to(settings.BASE_DIR / "static").as_posix()
        hashed = collected / staticfiles_storage.stored_name(name)
        for path in imports(hashed.read_text()):
            target = hashed.parent / path
            assert target.is_file(), f"{name} imports {path}"
            assert re.search(r"\.[0-9a-f]{12}\.js$", path), f"{name} imports {path}"
            followed += 1
    assert followed == sum(len(imports(module.read_text())) for module in modules) > 0
