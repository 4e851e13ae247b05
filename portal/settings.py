"""Django's settings of one stage, from environment variables.

``local`` and ``test`` speak plain HTTP on this machine; every other stage is deployed
and gets the secure defaults that ``manage.py check --deploy`` asks for.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from backend.shared.config import config
from portal.common.secret_key import lazy_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
BUILD_DIR = BASE_DIR / "static_build"
STAGE = config().stage
DEPLOYED = STAGE not in ("local", "test")


def origin_of(url: str) -> list[str]:
    """``https://host:port`` of a URL, as a list that is empty when there is none."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def listed(name: str) -> list[str]:
    return [part for part in os.environ.get(name, "").split(",") if part]


# Who is asked, and what is trusted
DEBUG = False
SECRET_KEY = lazy_secret_key()
PORTAL_HOST = urlsplit(config().public_base_url).hostname
ALLOWED_HOSTS = [*([PORTAL_HOST] if PORTAL_HOST else []), *listed("PORTAL_HOSTS")]
if not DEPLOYED:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "testserver"]
CSRF_TRUSTED_ORIGINS = [*origin_of(config().public_base_url), *listed("PORTAL_ORIGINS")]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "portal.common",
]
MIDDLEWARE = [
    "portal.common.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    *([] if DEPLOYED else ["whitenoise.middleware.WhiteNoiseMiddleware"]),
    "csp.middleware.CSPMiddleware",
    "portal.common.request_log.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.common.actor_middleware.ActorMiddleware",
    "portal.common.refusals.RefusalMiddleware",
]

# Sessions live in DynamoDB; no contrib.auth, no relational database
DATABASES: dict[str, dict[str, str]] = {}
SESSION_ENGINE = "portal.common.sessions"
SESSION_COOKIE_NAME = "__Host-foyer" if DEPLOYED else "foyer"
SESSION_COOKIE_AGE = 12 * 3600
STAY_SIGNED_IN_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = DEPLOYED
# A paired device keeps its own cookie, beside whoever is signed in, until it is revoked
KIOSK_COOKIE_NAME = "__Host-foyer-kiosk" if DEPLOYED else "foyer-kiosk"
KIOSK_COOKIE_AGE = 180 * 24 * 3600
KIOSK_COOKIE_SECURE = DEPLOYED
# That the crew took a self-service kiosk over by its PIN, for a quarter of an hour
KIOSK_UNLOCK_COOKIE_NAME = "__Host-foyer-crew" if DEPLOYED else "foyer-crew"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
ATTEMPTS_PER_ADDRESS = 10 if DEPLOYED else 1_000  # sign-in, sign-up, reset: per quarter hour
ATTEMPTS_PER_DEVICE = 10  # PINs typed at one kiosk: per quarter hour
ATTEMPTS_PER_CLIENT = 100 if DEPLOYED else 10_000

# CSRF by cookie, not by session: a form outlives the session that it was opened in
CSRF_COOKIE_NAME = "__Host-foyer-form" if DEPLOYED else "foyer-form"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = DEPLOYED
CSRF_FAILURE_VIEW = "portal.common.views.errors.csrf_failure"

# Transport and headers
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if DEPLOYED else None
SECURE_SSL_REDIRECT = DEPLOYED
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if DEPLOYED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = DEPLOYED
SECURE_HSTS_PRELOAD = DEPLOYED
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
STATIC_BASE_URL = os.environ.get("STATIC_BASE_URL", "").rstrip("/")
STATIC_ORIGIN = origin_of(STATIC_BASE_URL)


def upload_origins() -> list[str]:
    """Where a browser sends a banner: the media bucket, by both of S3's spellings."""
    cloud = config()
    if not cloud.media_bucket:
        return []
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        return origin_of(endpoint)
    s3 = f"s3.{cloud.region}.amazonaws.com"
    return [f"https://{cloud.media_bucket}.{s3}", f"https://{cloud.media_bucket}.s3.amazonaws.com"]


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, "'wasm-unsafe-eval'", *STATIC_ORIGIN],
        "style-src": [SELF, *STATIC_ORIGIN],
        "font-src": [SELF, *STATIC_ORIGIN],
        "img-src": [SELF, "data:", *STATIC_ORIGIN, *origin_of(config().media_base_url)],
        "connect-src": [SELF, *STATIC_ORIGIN, *upload_origins()],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Pages
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["portal.common.templatetags.foyer"],
            "libraries": {"foyer": "portal.common.templatetags.foyer"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "portal.common.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "portal.common.forms.FoyerRenderer"


def static_backend() -> str:
    """Only uploading needs the S3 library, whose import a cold start would pay for."""
    if not STATIC_BUCKET:
        return "portal.common.static_storage.LocalStaticStorage"
    if "collectstatic" in sys.argv:
        return "portal.common.static_bucket.BucketStaticStorage"
    return "portal.common.static_storage.DeployedStaticStorage"


# Static files: hashed names everywhere; whitenoise here, S3 behind CloudFront when deployed
STATIC_URL = f"{STATIC_BASE_URL}/" if STATIC_BASE_URL else "/static/"
STATIC_BUCKET = os.environ.get("STATIC_BUCKET", "")
STATICFILES_DIRS = [BUILD_DIR / "assets"]
STATIC_ROOT = BUILD_DIR / "staticfiles"
STORAGES = {"staticfiles": {"BACKEND": static_backend()}}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Language and time: stored in UTC, shown in the event's zone
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "foyer-language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = DEPLOYED
LANGUAGE_COOKIE_HTTPONLY = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.common.request_log.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        # Every request has its own line already; these would repeat it with its path.
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "CRITICAL"},
        "django.security": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "pynamodb": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        # Its access log has the query string (a guest's name, searched for) and the address.
        "zappa": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},
    },
}
