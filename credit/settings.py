"""Django's settings. What differs between machines comes from `credit.environment`."""

import secrets
from datetime import timedelta

from csp.constants import NONE, SELF

from credit import api_settings, logs, schedule
from credit.environment import CHECKOUT, VAR, broker, database, told
from credit.webhooks import addresses

environment = told()
LOGGING = logs.LOGGING

BASE_DIR = CHECKOUT
EVENHAND_VAR = VAR
DEBUG = environment.evenhand_debug
# Without a key each process makes its own, so nobody's sign-in outlives it or reaches the next one.
SECRET_KEY = environment.secret_key or secrets.token_urlsafe(50)
ALLOWED_HOSTS = environment.hosts
ROOT_URLCONF = "credit.urls"
WSGI_APPLICATION = "credit.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "credit",
    "monitoring",
    "frontend",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "axes",
    "csp",
    "django_htmx",
    "credit.apps.AccountsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "credit.middleware.metered",
    "credit.middleware.request_id",
    "credit.api.middleware.RequestLog",
    "credit.api.middleware.straight",  # what follows is for pages
    "django.middleware.gzip.GZipMiddleware",  # with bytes at random, so that sizes tell nothing
    "django.middleware.security.SecurityMiddleware",
    "credit.middleware.permissions_policy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "frontend.language.spoken",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "credit.middleware.session_limits",
    "credit.middleware.private_pages",
    "credit.middleware.person_limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -----------------------------------------------------------------------------------
# The product works as the role evenhand_app, whoever signs in: it owns nothing, truncates nothing
# and cannot read the vault (decision record 0004). Only `migrate` and the tests use "owner". The
# time-outs belong to the login: a web server's are shorter than a worker's.

DATABASES = {
    "default": database(
        environment.database_url,
        options="-c role=evenhand_app -c synchronous_commit=on",
    )
    | {"TEST": {"MIRROR": "owner"}},
    "owner": (
        database(environment.owner_database_url, variable="OWNER_DATABASE_URL")
        if environment.owner_database_url
        else database(environment.database_url)
    )
    | {"TEST": {"DEPENDENCIES": []}},
}

# --- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # each in its own words, for who looks for it
LOCALE_PATHS = [BASE_DIR / "locale"]  # .mo files are made from .po at set-up
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# --- Accounts -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "credit.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

# A guesser locks out the pair of account and address: never the account for everyone else.
AXES_CLIENT_IP_CALLABLE = "credit.remote_addresses.address_of"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Sessions, cookies, headers -----------------------------------------------------------------

HTTPS = environment.evenhand_https
EVENHAND_PROXIES = addresses.networks(environment.evenhand_proxies)
_COOKIE_PREFIX = "__Host-" if HTTPS else ""

SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 60  # idle, in seconds: a request begins it anew, once a minute
SESSION_BEGUN_ANEW_AFTER = timedelta(minutes=1)
SESSION_LONGEST = timedelta(hours=12)  # from signing in, however busy
LANGUAGE_COOKIE_NAME = f"{_COOKIE_PREFIX}language"  # what a person chose; else the browser's own
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$",
    r"^readyz$",
    r"^metrics$",
]  # probes come straight to the process
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a body, as the API promises
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # nothing asks for the others
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [  # packed already, or large and hardly asked for
    *("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2", "map"),
]

# --- Background work ----------------------------------------------------------------------------
# A message is a hint: the rows are the truth, and each task may run twice (decision record 0003).

CELERY_BROKER_URL = broker(environment.celery_broker_url)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 3600,  # seconds; above the longest training
    "unacked_restore_interval": 5,  # the defaults look for a dead worker's messages every 100 s
    "unacked_restore_throttle": 1,
    "max_retries": 1,  # of a message; a worker's own connection comes back by other settings
    "interval_start": 0,
    "interval_max": 0.2,
    "socket_connect_timeout": 2,  # a page that starts a training must not hang on a dead broker
    "socket_timeout": 10,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody asks, and listening takes time
CELERY_DB_REUSE_MAX = 1_000  # tasks over one connection, which `MeteredTask` looks after
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1_500_000  # KiB
CELERY_TASK_TIME_LIMIT = 2 * 3600
CELERY_TASK_SOFT_TIME_LIMIT = 2 * 3600 - 300
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = schedule.SCHEDULE
CELERY_BEAT_SCHEDULER = "credit.clock:Clock"

# --- Webhooks -----------------------------------------------------------------------------------
# Secrets are derived, not stored (decision record 0010). The networks may be reached although they
# are ours; loopback among them also without TLS.

EVENHAND_WEBHOOK_KEYS = environment.webhook_keys or [SECRET_KEY]
EVENHAND_WEBHOOK_NETWORKS = addresses.networks(environment.evenhand_webhook_networks)

# --- Alerts -------------------------------------------------------------------------------------
# Mail is off until a server or a folder is named (decision record 34). The webhook is the lender's
# own, signed as partners' are.

EVENHAND_ADDRESS = (environment.evenhand_address or f"http://127.0.0.1:{environment.port}").rstrip(
    "/"
)
EVENHAND_MAIL_IS_ON = bool(environment.evenhand_mail_host or environment.evenhand_mail_folder)
EVENHAND_ALERT_WEBHOOK = environment.evenhand_alert_webhook
EVENHAND_KEEP_ALERTS_MONTHS = environment.evenhand_keep_alerts_months
EVENHAND_RUNBOOKS = BASE_DIR / "docs" / "runbooks"  # ship with the product; pages show them
EMAIL_BACKEND = "django.core.mail.backends." + (
    "smtp.EmailBackend" if environment.evenhand_mail_host else "filebased.EmailBackend"
)
EMAIL_FILE_PATH = environment.evenhand_mail_folder or None
EMAIL_HOST = environment.evenhand_mail_host
EMAIL_PORT = environment.evenhand_mail_port
EMAIL_HOST_USER = environment.evenhand_mail_user
EMAIL_HOST_PASSWORD = environment.evenhand_mail_password
EMAIL_USE_TLS = environment.evenhand_mail_tls == "starttls"
EMAIL_USE_SSL = environment.evenhand_mail_tls == "tls"
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.evenhand_mail_from

# --- Metrics ------------------------------------------------------------------------------------
# Who shows this may read `/metrics`. Without it only this machine may, and only over plain HTTP on
# loopback: behind a proxy everybody comes from there.

EVENHAND_METRICS_TOKEN = environment.evenhand_metrics_token

# --- Service levels -----------------------------------------------------------------------------
# What is promised, and what a processor costs (decision record 35). The thread that is started
# beside the web server belongs to `monitoring`, which credit knows by name only.

EVENHAND_SLO = environment.evenhand_slo
EVENHAND_PROCESSOR_HOUR = environment.evenhand_processor_hour
EVENHAND_PROCESSOR_CURRENCY = environment.evenhand_processor_currency
EVENHAND_BESIDE_THE_WEB = "monitoring.service.web_tasks.start"

# --- Retention ----------------------------------------------------------------------------------
# Months that are over for longer than this may be dropped by `manage.py drop_months`; none goes by
# itself. What proves a decision is kept as long as the decision.

EVENHAND_LAWS = BASE_DIR / "laws"  # the law packs, dated data that ships with the product
EVENHAND_KEEP_DECISIONS_MONTHS = environment.evenhand_keep_decisions_months
EVENHAND_KEEP_AUDIT_MONTHS = max(
    environment.evenhand_keep_audit_months, environment.evenhand_keep_decisions_months
)

# --- Training -----------------------------------------------------------------------------------
# Trees are fitted in the worker's process, or on a Dask cluster (decision record 0007).

EVENHAND_ENGINE = environment.evenhand_engine
EVENHAND_DASK_SCHEDULER = environment.evenhand_dask_scheduler  # none: processes of this machine

# --- Shadows ------------------------------------------------------------------------------------
# Versions that score beside the champion, after its answer (decision record 15).

EVENHAND_SHADOWS = environment.evenhand_shadows
EVENHAND_SHADOW_QUEUE = environment.evenhand_shadow_queue
EVENHAND_SHADOW_BUSY = environment.evenhand_shadow_busy

# --- The REST API -------------------------------------------------------------------------------

REST_FRAMEWORK = api_settings.REST_FRAMEWORK
OAUTH2_PROVIDER_APPLICATION_MODEL = api_settings.OAUTH2_PROVIDER_APPLICATION_MODEL
OAUTH2_PROVIDER = api_settings.OAUTH2_PROVIDER
SPECTACULAR_SETTINGS = api_settings.SPECTACULAR_SETTINGS
EVENHAND_RATE_PER_SECOND = environment.evenhand_rate_per_second
EVENHAND_RATE_BURST = environment.evenhand_rate_burst
EVENHAND_PAGES_PER_SECOND = environment.evenhand_pages_per_second
EVENHAND_PAGES_BURST = environment.evenhand_pages_burst
