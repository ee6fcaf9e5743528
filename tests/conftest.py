"""Fixtures for all tests. The environment (data folder, Valkey, database) is made in tests/environment.py."""

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

from hipcourse.cache import ForgivingRedisCache

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
NO_CHROMIUM = "no Chromium found: install chromium (or google-chrome) to run the browser tests"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


def pytest_configure(config: pytest.Config) -> None:
    """Settle what has to be so before the apps load."""
    # Argon2 is slow on purpose; who signs in a hundred times may wait for something else.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Hashed names need collectstatic; the pages under test are the same without it.
    django_settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    django_settings.WHITENOISE_AUTOREFRESH = django_settings.WHITENOISE_USE_FINDERS = True


def pytest_report_header(config: pytest.Config) -> list[str]:
    database = django_settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    return [f"database: {database}", f"browser: {CHROMIUM or NO_CHROMIUM}"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    if not CHROMIUM and (count := sum("browser" in report.keywords for report in skipped)):
        terminalreporter.write_line(f"{count} browser tests were skipped: {NO_CHROMIUM}.", yellow=True)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Give each test an empty cache that has never failed."""
    ForgivingRedisCache._away_until = 0.0
    cache.clear()


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def site(live_server, settings) -> str:
    """Serve the site from another thread, to which links in mails lead too, and return its address."""
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return live_server.url


@pytest.fixture(scope="session")
def playwright() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous interface keeps an event loop in this thread, in which Django would
    # refuse every query. The loop is never inside a query, so nothing is at risk.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        yield playwright
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser(playwright) -> Iterator[object]:
    """One Chromium for the whole run."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def gl_browser(playwright) -> Iterator[object]:
    """One Chromium that draws WebGL, in software. Modules that need it name it `browser`."""
    arguments = [argument for argument in CHROMIUM_ARGUMENTS if argument != "--disable-gpu"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*arguments, *SOFTWARE_GL])
    yield browser
    browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What browsers complained of: console errors (CSP violations are such), script errors, foreign requests.

    The test fails at its end if anything is left in it. A test that provokes an error takes it out.
    """
    return []


@pytest.fixture
def new_page(browser, site, complaints) -> Iterator[Callable[..., object]]:
    """Return a function that opens a page in a browser context of its own: another visitor.

    Its keywords are those of Playwright's Browser.new_context, such as viewport=PHONE,
    color_scheme="dark" or java_script_enabled=False.
    """
    contexts = []
    host = urlsplit(site).netloc

    def note_console(message) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def note_request(request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and address.netloc != host:
            complaints.append(f"request to another host: {request.url}")

    def open_page(**options):
        context = browser.new_context(
            **{"base_url": site, "viewport": DESKTOP, "reduced_motion": "reduce", **options}
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("console", note_console)
        context.on("weberror", lambda error: complaints.append(f"script: {error.error}"))
        context.on("request", note_request)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page):
    """A page on a desktop screen."""
    return new_page()


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """Return a function that gives what axe finds wrong on a page, one line a finding, all WCAG levels and best practice."""
    from axe_playwright_python.sync_playwright import Axe

    def violations(page) -> list[str]:
        found = Axe().run(page).response["violations"]
        return [
            f"{violation['id']} ({violation['impact']}): {violation['help']}: {' '.join(map(str, node['target']))}"
            for violation in found
            for node in violation["nodes"]
        ]

    return violations
