"""The settings. Values that differ between installations come from the environment or from `.env` in this project."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from backoffice.framework import theme
from cinema import clock, csp
from cinema.environment import BASE_DIR, database_settings, env, exit_with_error, required, time_zone
from cinema.job_schedule import SCHEDULE
from house_rules.defaults import *  # noqa: F403 (they are settings too)
from house_rules.defaults import HOLD_LIMITS
from house_rules.file_storage import file_storage
from house_rules.languages import languages_of
from jobs.cron_lines import cron_line, machine_zone

env.read_env(BASE_DIR / ".env")  # cron sets no environment, so the project's own file is always read

from integrations.environment import *  # noqa: E402, F403 (settings of the connections to other systems)
from payments.environment import *  # noqa: E402, F403 (settings of gateways and fiscal receipts)
from payments.environment import GATEWAY_CLASSES, REQUIRED_KEYS  # noqa: E402

# --- Where it runs

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY", "set it to a long random text, and keep it")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former keys, which still verify
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_NAME = env.str("SITE_NAME", default="")  # empty: “Cinema”, in the visitor's language
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
TERMS_URL = env.str("TERMS_URL", default="")
PRIVACY_URL = env.str("PRIVACY_URL", default="")
ORDER_PATH = "/order/{token}/"  # the customer's page of an order, for links in messages; a test compares the shop's
APPROVAL_PATH = "/admin/accounts/approval/{pk}/change/"  # staff's page of a request; a test compares it too
REPORT_FILE_PATH = "/admin/reports/businessday/files/{pk}/"  # where staff fetch a report; a test compares it too
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)  # one that sets X-Forwarded-Proto and adds to X-Forwarded-For

ROOT_URLCONF = "cinema.urls"
WSGI_APPLICATION = "cinema.wsgi.application"

INSTALLED_APPS = [
    "cinema",  # its system checks
    "house_rules",
    "accounts",
    "jobs",
    "notifications",
    "screenings",
    "concessions",
    "bonuses",
    "payments",
    "orders",
    "allocations",
    "customers",
    "incidents",
    "waiting",
    "reports",
    "pricing",
    "film_hire",
    "consistency",
    "storefront",
    "boxoffice",
    "integrations",
    "django_otp",
    "django_otp.plugins.otp_totp",  # before the pages, which unregister its own
    "backoffice.apps.BackofficeConfig",
    "unfold.apps.BasicAppConfig",  # without its AppConfig that replaces the admin site
    "backoffice.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_crontab",
]

MIDDLEWARE = [
    "integrations.watching.logs.RequestId",
    "accounts.permissions_policy.PermissionsPolicy",
    "jobs.views.HealthCheckMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "cinema.csp.ContentSecurityPolicy",
    "accounts.body_limit.BodyLimit",  # before anything that reads a body
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "storefront.middleware.LanguageInAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.staff_sessions.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",  # stores who made a change
    "axes.middleware.AxesMiddleware",
    "house_rules.scope.HouseRulesMiddleware",
    "storefront.middleware.RateLimitMiddleware",
    "storefront.middleware.CampaignLinks",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "backoffice.framework.unfold_patches.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "storefront.context.shop",
            ],
        },
    }
]

FORM_RENDERER = "backoffice.framework.unfold_patches.Renderer"

# --- Data

DATABASES = {
    "default": database_settings(
        required("DATABASE_URL", "set it to postgres://USER:PASSWORD@HOST/NAME or to sqlite:///var/cinema.sqlite3")
    )
}
if _replica := env.str("REPORTS_DATABASE_URL", default=""):
    DATABASES["reports"] = database_settings(_replica, "REPORTS_DATABASE_URL")  # see reports.replica
    DATABASE_ROUTERS = ["reports.replica.Router"]
REPORTS_MAX_LAG = timedelta(seconds=env.int("REPORTS_MAX_LAG", default=300))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "admin:login"
CSRF_FAILURE_VIEW = "storefront.views.csrf.failed"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Log-in is throttled (django-axes) by the pair of user and IP address: all tills of a cinema share one address, and
# attempts from elsewhere must not lock a user out. Counted in the database, because web processes share no memory.
# One password tried on many accounts is throttled by the address (`ATTEMPTS["log_in"]`).
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.throttling.PasswordBackend",
    "accounts.backends.ShopBackend",  # sessions of the shop
    "accounts.backends.PinBackend",  # sessions of the box office
    "accounts.backends.PermissionBackend",  # never asked for a password
]
OTP_TOTP_ISSUER = SITE_NAME or "Cinema"  # how authenticator apps name the log-in
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # more attempts do not prolong it
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"  # the name of the log-in form's e-mail field
AXES_USERNAME_CALLABLE = "accounts.throttling.login_name"
AXES_CLIENT_IP_CALLABLE = "cinema.http.client_network"
AXES_LOCKOUT_CALLABLE = "accounts.throttling.locked_out"
LOCKED_OUT_PAGES = {  # by URL namespace
    "admin": "backoffice.framework.site.locked_out",
    "shop": "storefront.views.account.locked_out",
}
AXES_DISABLE_ACCESS_LOG = True  # personal data without a use here
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False  # masks names and addresses in its log lines

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="ru")
LANGUAGES = languages_of([LANGUAGE_CODE, *env.list("LANGUAGES", default=["ru", "en", "de"])])
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "unfold"]  # django-unfold has no Russian of its own
USE_I18N = True
FORMAT_MODULE_PATH = "cinema.formats"
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Moscow")
CRON_TIME_ZONE = env.str("CRON_TIME_ZONE", default="")  # empty: that of this machine
WALLET_CERTIFICATE = env.str("WALLET_CERTIFICATE", default="")  # a file, of `storefront.services.wallet`
PHONE_REGION = env.str("PHONE_REGION", default="RU").upper()

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS: list[object] = [BASE_DIR / "static", *API_PAGES]  # noqa: F405 (of `integrations.environment`)

# What `build_reports` makes is ours alone, pictures may be seen by everybody. Web server and jobs share both.
_report_files = env.str("REPORT_FILES", default=str(BASE_DIR / "var" / "reports"))
_picture_files = env.str("PICTURE_FILES", default=str(BASE_DIR / "var" / "pictures"))
_only_ours = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
_for_all = {"base_url": "/pictures/", "file_permissions_mode": 0o644}
STORAGES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "reports": file_storage("REPORT_FILES", _report_files, **_only_ours),
    "pictures": file_storage("PICTURE_FILES", _picture_files, **_for_all),
    "statements": {"BACKEND": "film_hire.files.SentStatements"},  # rows of the database
}

if not DEBUG:
    MIDDLEWARE.insert(4, "whitenoise.middleware.WhiteNoiseMiddleware")  # needs `collectstatic`; runserver needs neither
    STORAGES["staticfiles"] = {"BACKEND": "house_rules.static_files.StaticFilesStorage"}  # hashed, compressed
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
    # Choices of the owner of the domain; cinema.checks replaces the third, about a weak SECRET_KEY.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "security.W009"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True

UNFOLD = theme.UNFOLD
CONTENT_SECURITY_POLICY = {"DIRECTIVES": csp.SHOP_POLICY}  # the admin has another: see cinema.csp
SECURE_REFERRER_POLICY = "same-origin"  # links to orders are secrets: other sites get no referrer
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 31_536_000

# Bodies stay in memory, never on the disk. Only a page that imports files takes more, from staff who may import
# (`accounts.body_limit.LargeBody`). The proxy's limits are a little above both (deploy/).
MAX_REQUEST_BYTES = 2_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = MAX_REQUEST_BYTES
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- Messages (without a mail server they become files, not log lines: they contain addresses and secret links)

vars().update(env.email("EMAIL_URL", default=f"filemail:///{quote(str(BASE_DIR / 'var' / 'mail'))}"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Cinema <cinema@localhost>")

# --- Payments (docs/payments.md lists what each gateway needs)

# The gateways that customers can choose, in this order. With “demo”, the demonstration bank, tickets cost nothing.
PAYMENT_GATEWAYS = env.list("PAYMENT_GATEWAYS", default=["demo"] if DEBUG else [])
for _gateway in PAYMENT_GATEWAYS:
    if _gateway not in REQUIRED_KEYS:
        exit_with_error(f"PAYMENT_GATEWAYS: {_gateway} is no gateway; choose from {', '.join(REQUIRED_KEYS)}")
    for _key in REQUIRED_KEYS[_gateway]:
        required(_key, f"PAYMENT_GATEWAYS names {_gateway}, which needs it")
if DEBUG or "demo" in PAYMENT_GATEWAYS:
    INSTALLED_APPS.append("demo")  # its pages, command and tables
    GATEWAY_CLASSES["demo"] = "demo.bank.DemoBank"

GATEWAY_TIMEOUT = (3.05, 10.0)  # seconds to connect, and to wait for an answer

# Fiscal receipts (54-FZ in Russia) for payments and refunds since that day; without a day none are made.
_since = env.str("RECEIPTS_SINCE", default="2000-01-01" if DEBUG else "")
RECEIPT_ZONE = time_zone("TIME_ZONE", TIME_ZONE)  # in which the day of a tax change begins
RECEIPTS_SINCE = datetime.fromisoformat(_since).replace(tzinfo=RECEIPT_ZONE) if _since else None

# --- Business rules of the chain: house_rules.defaults has those that no environment sets

HOLD_LIMITS["ONLINE"] = (timedelta(minutes=env.int("HOLD_MINUTES", default=15)), timedelta(0))
GIFT_CARD_VALIDITY = timedelta(days=env.int("GIFT_CARD_VALIDITY", default=0))  # 0: they do not expire
SELF_SERVICE_REFUND_UNTIL = env.int("SELF_SERVICE_REFUND_UNTIL", default=60)  # minutes before the start

SIMPLE_HISTORY_DATE_INDEX = False  # histories are read by row

# --- Jobs

JOB_SCHEDULE = SCHEDULE
JOB_RUNS_KEPT = timedelta(days=30)

CRON_LOG = Path(env.str("CRON_LOG", default=str(BASE_DIR / "var" / "cron.log")))
CRONTAB_DJANGO_MANAGE_PATH = str(BASE_DIR / "manage.py")
# Unique per checkout, so that two on one machine do not remove each other's crontab lines.
CRONTAB_DJANGO_PROJECT_NAME = f"cinema-{hashlib.sha256(str(BASE_DIR).encode()).hexdigest()[:8]}"
CRONTAB_COMMENT = f"cinema jobs {CRONTAB_DJANGO_PROJECT_NAME}"
CRONTAB_COMMAND_PREFIX = "umask 077;"  # the shell opens the log before the job starts
CRONTAB_COMMAND_SUFFIX = f">> {CRON_LOG} 2>&1"
CRON_ZONE = time_zone("CRON_TIME_ZONE", CRON_TIME_ZONE) if CRON_TIME_ZONE else machine_zone()
CRONJOBS = [
    (
        cron_line(when, zone=RECEIPT_ZONE, cron_zone=CRON_ZONE, year=clock.this_year()),
        "django.core.management.call_command",
        [job],
        dict(when.options),
    )
    for job, when in SCHEDULE.items()
]

# “line” for people, or “json” for collectors of logs (docs/watching.md).
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in ("line", "json"):
    exit_with_error(f"LOG_FORMAT: {LOG_FORMAT} is not a format; write line or json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "mask_secrets": {"()": "cinema.logs.MaskSecrets"},
        "no_tracebacks": {"()": "cinema.logs.OmitTracebacks"},
    },
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "integrations.watching.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["mask_secrets"]}},
    "loggers": {"django.request": {"filters": ["no_tracebacks"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
