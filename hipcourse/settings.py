"""All settings, read from the environment (or .env). See .env.example for what each means."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

DEBUG = env.bool("DEBUG", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _kept_secret() -> str:
    """Return the key kept in DATA_DIR, made on the first run, so that sessions outlive a restart."""
    path = DATA_DIR / "secret-key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("Set SECRET_KEY (a long random string), or DEBUG=True to try things out.")
    SECRET_KEY = _kept_secret()

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/")
SITE_IS_SECURE = urlsplit(SITE_URL).scheme == "https"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "hipcourse",
    "mailings",
    "quizzes",
    "lessons",
    "anatomy",
    "accounts",
    "hipcourse.apps.StudioConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "admin_ordering",
    "content_editor",
    "crispy_forms",
    "csp",
    "django_object_actions",
    "django_prose_editor",
    "js_asset",
    "reversion",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "hipcourse.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LearnerMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "hipcourse.urls"
WSGI_APPLICATION = "hipcourse.wsgi.application"

_loaders: list[Any] = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hipcourse.context_processors.site",
            ],
            # Without the cache in between, an edited template shows at the next click.
            "loaders": _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
        },
    }
]

# Data

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'hipcourse.sqlite3'}")}
_database = DATABASES["default"]
# Opening SQLite with its pragmas costs as much as half a page, and PostgreSQL a round trip or three.
_database["CONN_MAX_AGE"] = 60
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # WAL with IMMEDIATE transactions is what lets web, worker and beat write at the same time without
    # "database is locked". The worker asks for FULL: a ledger row must survive a power cut.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA busy_timeout=20000;"
        f"PRAGMA synchronous={env.str('SQLITE_SYNCHRONOUS', 'NORMAL')};",
    }
    _database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "options": "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# `manage.py up` starts its own broker on this socket when REDIS_URL is not set. A socket's path may
# hold about 100 bytes, so a deep DATA_DIR falls back to a short path that is the same for every process.
BROKER_SOCKET = DATA_DIR / "broker.sock"
if len(str(BROKER_SOCKET)) > 100:
    import hashlib
    import tempfile

    BROKER_SOCKET = (
        Path(tempfile.gettempdir())
        / f"hipcourse-{hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:16]}.sock"
    )
REDIS_URL = env.str("REDIS_URL", "").rstrip("/")
if not REDIS_URL:
    _broker_url = f"redis+socket://{BROKER_SOCKET}?virtual_host=0"
    _cache_url = f"unix://{BROKER_SOCKET}?db=1"
elif REDIS_URL.startswith("unix://"):
    _broker_url = f"redis+socket://{REDIS_URL.removeprefix('unix://')}?virtual_host=0"
    _cache_url = f"{REDIS_URL}?db=1"
elif urlsplit(REDIS_URL).path:
    raise ImproperlyConfigured(
        "REDIS_URL must end after the port: databases 0 (broker) and 1 (cache) are chosen by HipCourse."
    )
else:
    _broker_url = f"{REDIS_URL}/0"
    _cache_url = f"{REDIS_URL}/1"

CACHES = {
    "default": {
        "BACKEND": "hipcourse.cache.ForgivingRedisCache",
        "LOCATION": _cache_url,
        "OPTIONS": {"socket_connect_timeout": 0.1, "socket_timeout": 0.2},
    }
}

# Celery. None of these is a default by accident: each was chosen after seeing what breaks without it.

CELERY_BROKER_URL = _broker_url
CELERY_TASK_IGNORE_RESULT = True  # a result backend would make .delay() hang when Redis does
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.1,
    "socket_timeout": 0.5,
    "socket_keepalive": True,
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0, "interval_start": 0, "interval_max": 0.1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "every-3-seconds-send-what-is-due": {
        "task": "mailings.pump",
        "schedule": 3.0,
        "options": {"expires": 3},
    },
    "every-10-minutes-queue-progress-mail": {
        "task": "mailings.queue_progress_mail",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "every-day-clear-expired-sessions": {
        "task": "accounts.clear_expired_sessions",
        "schedule": 24 * 3600.0,
        "options": {"expires": 3600},
    },
    "every-day-remove-idle-guests": {
        "task": "accounts.remove_idle_guests",
        "schedule": 24 * 3600.0,
        "options": {"expires": 3600},
    },
}

# Mail: everything that Django sends becomes a row in the ledger (mailings.Delivery) first.

EMAIL_BACKEND = "mailings.backends.LedgerBackend"
EMAIL_URL = env.str("EMAIL_URL", f"file://{DATA_DIR / 'mail'}")
EMAIL_TIMEOUT = 30
MAIL_FROM = env.str("MAIL_FROM", "HipCourse <course@hipcourse.example>")
DEFAULT_FROM_EMAIL = MAIL_FROM
SERVER_EMAIL = MAIL_FROM
POSTAL_ADDRESS = env.str("POSTAL_ADDRESS", "")

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "lessons:map"
LOGIN_URL = "account_login"
LOGOUT_REDIRECT_URL = "lessons:home"
PASSWORD_RESET_TIMEOUT = 3600

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # allauth would put the host of the request there
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_IS_SECURE else "http"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# Whoever may edit the course must prove more than a password, except while trying things out.
STAFF_MFA_REQUIRED = not DEBUG

# Safety

SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if SITE_IS_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SITE_IS_SECURE else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "hipcourse.errors.csrf_failure"
SECURE_SSL_REDIRECT = SITE_IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # load balancers ask from behind the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SITE_IS_SECURE
SECURE_HSTS_PRELOAD = SITE_IS_SECURE
# YouTube refuses embeds without a referrer, so Django's "same-origin" will not do.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_SIZE = 200 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],  # the nonce is sent only where a page asked for it: the admin
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "frame-src": [SELF, "https://www.youtube-nocookie.com", "https://player.vimeo.com"],
    }
}

# Language, time, files

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True
FORMS_URLFIELD_ASSUME_HTTPS = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
# `make bundle` makes the second; without it the atlas stays flat.
STATICFILES_DIRS = [
    folder for folder in (BASE_DIR / "static", BASE_DIR / "frontend" / "dist") if folder.is_dir()
]
MEDIA_URL = "media/"
MEDIA_ROOT = DATA_DIR / "media"
CONTENT_DIR = BASE_DIR / "content"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "hipcourse.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MIMETYPES = {".glb": "model/gltf-binary"}

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "hip"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "null": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},  # once, not twice
        # A scanner's wrong Host header is no event; a traceback for each would drown those that are.
        "django.security.DisallowedHost": {"handlers": ["null"], "propagate": False},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
