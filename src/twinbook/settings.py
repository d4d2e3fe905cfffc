"""Django settings, all from the environment. Importing this starts nothing and creates nothing.

`twinbook.cli` starts the embedded database where no TWINBOOK_DATABASE_URL is given, and then sets that variable
for itself and its children. The secrets are read, and generated, the first time that something needs them.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import lazy
from psycopg.conninfo import conninfo_to_dict

from twinbook.home import home

PACKAGE = Path(__file__).resolve().parent

TWINBOOK_URL = os.environ.get("TWINBOOK_URL") or "http://127.0.0.1:8000"
_address = urlsplit(TWINBOOK_URL)
_https = _address.scheme == "https"


def secret_key() -> str:
    return os.environ.get("TWINBOOK_SECRET_KEY") or home().secret_key()


def encryption_keys() -> list[str]:
    """Fernet keys, newest first: the first encrypts, all decrypt."""
    given = os.environ.get("TWINBOOK_ENCRYPTION_KEYS")
    return given.replace(",", " ").split() if given else home().encryption_keys()


def database_from_url(url: str) -> dict[str, Any]:
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    options: dict[str, Any] = {"application_name": "twinbook"}
    pool = int(os.environ.get("TWINBOOK_DATABASE_POOL") or 0)
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "twinbook"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options | parts,
    }


SECRET_KEY = lazy(secret_key, str)()
DEBUG = False
ALLOWED_HOSTS = sorted({"127.0.0.1", "localhost", "[::1]", _address.hostname or "127.0.0.1"})
CSRF_TRUSTED_ORIGINS = [f"{_address.scheme}://{_address.netloc}"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its templates, so that ours come before them
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    "twinbook.gradebook",
    "twinbook.district",
    "twinbook.sync",
    "twinbook.web",
    "twinbook.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "twinbook.content_security.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],  # before allauth's own, so that ours dress its pages
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
ROOT_URLCONF = "twinbook.urls"
ASGI_APPLICATION = "twinbook.asgi.application"

# Without a URL the command line has not started the embedded server: an early query then fails with this name.
DATABASES = {
    "default": database_from_url(
        os.environ.get("TWINBOOK_DATABASE_URL") or f"postgresql:///twinbook?host={home().path}/not-started"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes: the lock-out after guesses counts here.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "district.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
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
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# Accounts come from the roster or from an administrator, never from a visitor.
ACCOUNT_ADAPTER = "twinbook.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _address.scheme
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",  # a whole school signs in from one address
    "login_failed": "60/m/ip,5/15m/key",  # five wrong passwords lock an address out for a quarter of an hour
    "reset_password": "10/m/ip,3/15m/key",
    "reset_password_from_key": "10/m/ip",
    "reauthenticate": "5/15m/user",
    "change_password": "5/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Twinbook"
SOCIALACCOUNT_ADAPTER = "twinbook.accounts.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
# A link and no form: our policy lets forms lead to ourselves only, and a browser holds that against each address on the way
# to a provider. Who is lured to the link signs in as themselves.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if os.environ.get("TWINBOOK_OIDC_ISSUER"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "district",
                "name": os.environ.get("TWINBOOK_OIDC_NAME") or "District account",
                "client_id": os.environ.get("TWINBOOK_OIDC_CLIENT_ID", ""),
                "secret": os.environ.get("TWINBOOK_OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": os.environ["TWINBOOK_OIDC_ISSUER"]},
            }
        ],
    }

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_FAILURE_VIEW = "twinbook.web.failures.csrf"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

# An unset mail server means that no mail leaves: passwords are then set by `twinbook user set-password`.
EMAIL_HOST = os.environ.get("TWINBOOK_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("TWINBOOK_SMTP_PORT") or 587)
EMAIL_HOST_USER = os.environ.get("TWINBOOK_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TWINBOOK_SMTP_PASSWORD", "")
_smtp_security = os.environ.get("TWINBOOK_SMTP_SECURITY") or "starttls"
EMAIL_USE_TLS = _smtp_security == "starttls"
EMAIL_USE_SSL = _smtp_security == "tls"
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("TWINBOOK_MAIL_FROM") or f"twinbook@{_address.hostname}"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "twinbook.logs.PlainFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("TWINBOOK_LOG_LEVEL") or "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "twinbook": {"level": os.environ.get("TWINBOOK_LOG_LEVEL") or "INFO"},
    },
}
