"""What the pages of alerts do is done at a prompt as well."""

import json
from datetime import timedelta
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from credit.actions import alerts
from credit.models import Alert, AlertCase, AlertSilence, Role, User


@pytest.fixture
def vera(db):
    return factories.user(Role.MODEL_VALIDATOR, username="vera")


def raised(cause="bundle_missing"):
    return alerts.raise_alert(cause=cause, product=None, message="It is gone.", at=factories.AT)


def run(*arguments):
    out = StringIO()
    call_command("alerts", *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


def test_alerts_are_listed(vera):
    raised()
    raised("score_drift")

    listed = run()["alerts"]

    assert {each["cause"] for each in listed} == {"bundle_missing", "score_drift"}
    assert {each["runbook"] for each in listed} == {"bundle-missing.md", "score-drift.md"}
    filtered = StringIO()
    call_command("alerts", "--cause", "score_drift", stdout=filtered)
    assert "score_drift" in filtered.getvalue()
    assert "bundle_missing" not in filtered.getvalue()


def test_an_alert_is_seen_to(vera):
    alert = raised()

    assert run("acknowledge", alert.pk, "--by", "vera")["state"] == "acknowledged"
    run("assign", alert.pk, "--to", "vera", "--by", "vera")
    run("comment", alert.pk, "--words", "The disk.", "--by", "vera")
    assert run("resolve", alert.pk, "--words", "Restored.", "--by", "vera")["state"] == "resolved"

    assert Alert.objects.get().resolution == "Restored."


def test_a_case_is_closed_and_the_finding_silenced(vera):
    alert = raised("score_drift")
    until = (timezone.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    words = ("--words", "It trains.", "--by", "vera", "--quiet-until", until)

    said = run("close", alert.pk, "--decision", "retrain_asked", *words)

    assert said["decision"] == AlertCase.objects.get().decision == "retrain_asked"
    assert AlertSilence.objects.count() == 1


def test_a_finding_is_silenced_and_unsilenced(vera):
    until = (timezone.now() + timedelta(days=7)).strftime("%Y-%m-%d %H:%M")

    made = run("silence", "score_drift", "--until", until, "--words", "It trains.", "--by", "vera")
    run("unsilence", made["silence"], "--by", "vera")

    assert AlertSilence.objects.get().ended_at is not None


def test_mail_is_set_and_the_secret_is_told(vera, settings):
    factories.user(Role.ADMINISTRATOR, username="ada")

    said = run("mail", "vera", "--address", "vera@bank.example", "--wanted", "no", "--by", "ada")

    assert said == {"user": "vera", "has_address": True, "wants_alerts": False}
    assert User.objects.get(username="vera").email == "vera@bank.example"
    assert run("secret")["secret"].startswith("whsec_")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("acknowledge", 999, "--by", "vera"), "none of that number"),
        (("resolve", 999, "--words", "x", "--by", "nobody"), "no user nobody"),
        (("silence", "x", "--until", "soon", "--words", "x", "--by", "vera"), "no moment"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments, says, vera):
    with pytest.raises(CommandError, match=says):
        run(*arguments)


def test_a_refusal_is_a_sentence(vera):
    alert = raised("score_drift")

    with pytest.raises(CommandError, match="has a case"):
        run("resolve", alert.pk, "--words", "Enough.", "--by", "vera")
