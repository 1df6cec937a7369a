"""What holds for every page and process: headers, sessions, lock-out, settings, logs."""

import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import factories
import pytest
import structlog
from django.conf import settings
from django.test import Client

from credit import logs
from credit.environment import Environment, database

CHECKOUT = Path(__file__).parents[2]
HOME = "/sign-in/"


@pytest.fixture
def browser(officer):
    client = Client()
    client.force_login(officer)
    return client


def test_pages_allow_nothing_inline_and_nothing_from_elsewhere(db):
    policy = Client().get(HOME).headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_pages_carry_the_headers(db, header, value):
    assert Client().get(HOME).headers[header] == value


def test_a_machine_s_answer_allows_a_browser_nothing(db):
    policy = Client().get("/api/v1/products").headers["Content-Security-Policy"]

    assert policy == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("header", "value"), [("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff")]
)
def test_a_machine_s_answer_carries_the_headers_as_well(db, header, value):
    assert Client().get("/api/v1/products").headers[header] == value


def test_being_signed_in_opens_nothing_to_machines(browser):
    answer = browser.get("/api/v1/products")

    assert answer.status_code == 401
    assert not answer.cookies


def test_browser_features_that_no_page_uses_are_denied(db):
    assert "camera=()" in Client().get(HOME).headers["Permissions-Policy"]


def test_what_a_signed_in_person_sees_is_kept_nowhere(browser):
    assert browser.get("/").headers["Cache-Control"] == "no-store, private"


def test_a_caller_may_name_its_request_and_only_plainly(db):
    client = Client()

    assert client.get(HOME, headers={"X-Request-Id": "abc-12345"})["X-Request-Id"] == "abc-12345"
    for bad in ("x", "a b", "<script>", "a" * 65):
        answered = client.get(HOME, headers={"X-Request-Id": bad})["X-Request-Id"]
        assert len(answered) == 32


def test_a_session_ends_after_half_an_hour_of_nothing(browser):
    browser.get("/")

    assert browser.cookies["session"]["max-age"] == 1800


def test_a_session_ends_after_twelve_hours_however_busy(browser):
    assert browser.get("/").status_code == 200
    session = browser.session
    session["began_at"] = (datetime.now(UTC) - timedelta(hours=11, minutes=59)).isoformat()
    session.save()
    assert browser.get("/").status_code == 200

    session = browser.session
    session["began_at"] = (datetime.now(UTC) - timedelta(hours=12, minutes=1)).isoformat()
    session.save()

    assert browser.get("/").headers["Location"].startswith("/sign-in/")


def _in_a_process(code, **environment):
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"EVENHAND_HTTPS", "EVENHAND_DEBUG"}
    }
    return subprocess.run(
        [sys.executable, *code],
        cwd=CHECKOUT,
        env={
            **clean,
            "SECRET_KEY": "k" * 25 + "abcdefghijklmnopqrstuvwxyz0123456789",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_djangos_own_check_of_a_deployment_finds_nothing(db):
    code = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    found = _in_a_process(code, EVENHAND_PROXIES="10.0.0.0/8")

    assert found.returncode == 0, found.stderr


def test_over_https_cookies_are_locked_to_the_host():
    code = (
        "from django.conf import settings as s; import json; print(json.dumps([s.DEBUG,"
        "s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME,"
        "s.SECURE_HSTS_SECONDS]))"
    )

    shown = _in_a_process(["-c", code], DJANGO_SETTINGS_MODULE="credit.settings")

    assert json.loads(shown.stdout) == [False, "__Host-session", True, "__Host-csrf", 31536000]


def test_the_serving_process_loads_no_training_no_pandas_and_no_statistics():
    code = (
        "import credit.wsgi, sys; from django.urls import get_resolver as r; r().url_patterns;"
        "print([m for m in ('xgboost', 'sklearn', 'pandas', 'fairlearn', 'scoring.training',"
        " 'scoring.fairness', 'shap', 'scipy.stats', 'scipy.optimize') if m in sys.modules])"
    )

    shown = _in_a_process(["-c", code])

    assert shown.stdout.strip() == "[]", shown.stderr


def test_passwords_are_kept_by_argon2():
    from credit import settings as written  # noqa: PLC0415 - the tests use a quicker one

    assert written.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CELERY_TASK_ACKS_LATE", True),
        ("CELERY_TASK_REJECT_ON_WORKER_LOST", True),
        ("CELERY_WORKER_PREFETCH_MULTIPLIER", 1),
        ("CELERY_ACCEPT_CONTENT", ["json"]),
        ("CELERY_TASK_SERIALIZER", "json"),
    ],
)
def test_the_worker_loses_nothing_and_reads_json_only(name, value):
    assert getattr(settings, name) == value


def test_no_task_outlives_the_time_after_which_it_is_sent_again():
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS

    assert options["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT


def test_every_scheduled_task_exists():
    from credit.celery import app  # noqa: PLC0415

    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= set(app.tasks)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://web:p%40w@db:5433/evenhand", ("db", "5433", "web", "p@w", "evenhand")),
        ("postgresql://web:pw@/evenhand?host=/run/pg", ("/run/pg", "", "web", "pw", "evenhand")),
        ("postgresql:///evenhand", ("", "", "", "", "evenhand")),
    ],
)
def test_database_addresses_are_understood(url, expected):
    said = database(url, options="-c role=evenhand_app")

    assert tuple(said[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")) == expected
    assert said["OPTIONS"]["options"] == "-c role=evenhand_app"


def test_what_an_address_says_of_tls_and_options_is_kept():
    said = database(
        "postgresql://x@y/z?sslmode=verify-full&options=-c%20geqo%3Doff", options="-c a=b"
    )

    assert said["OPTIONS"]["sslmode"] == "verify-full"
    assert said["OPTIONS"]["options"] == "-c geqo=off -c a=b"


def test_a_real_variable_wins_over_the_file_that_the_product_leaves(tmp_path, monkeypatch):
    file = tmp_path / "environment"
    file.write_text("PORT='9000'\nALLOWED_HOSTS='a.example, b.example'\n")
    monkeypatch.setenv("PORT", "9001")

    read = Environment(_env_file=file)

    assert read.port == 9001
    assert read.hosts == ["a.example", "b.example"]


def test_logs_are_one_json_object_a_line_with_the_request_they_belong_to():
    formatter = logs.LOGGING["formatters"]["json"]
    made = formatter["()"](**{k: v for k, v in formatter.items() if k != "()"})
    record = logging.makeLogRecord({"name": "django.request", "levelno": 30, "msg": "Gone: %s"})
    record.args = ("/x",)
    record.levelname = "WARNING"

    with structlog.contextvars.bound_contextvars(request_id="abc"):
        line = json.loads(made.format(record))

    assert (line["event"], line["request_id"], line["level"]) == ("Gone: /x", "abc", "warning")


def test_the_log_of_a_decision_says_nothing_of_the_person(champion, own_store, caplog):
    """What goes well leaves the line of its request only; here the model's file is gone."""
    with caplog.at_level("INFO"):
        factories.decide(reference="Jane Roe", monitoring={"age_group": "under_25"})

    said = " ".join(record.getMessage() for record in caplog.records)
    assert "decided_by_a_fallback" in said or "decided_without_a_model" in said
    for private in ("Jane", "under_25", "10050", "below_0"):
        assert private not in said
