"""The least that a signed-in Django page costs: session, user, one SELECT and a template of 20 kB.

The yardstick of benchmarks/lesson_page.py, served by the same gunicorn from the same database.
"""

from hipcourse.settings import *  # noqa: F403 -- the same machine room, another house

ROOT_URLCONF = "benchmarks.bare_urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # allauth will not start without it
]
