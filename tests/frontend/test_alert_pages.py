"""Alerts on their pages: who sees which, what may be done, and what is said of it."""

import re
from datetime import timedelta

import factories
import pytest
from factories import AT
from page_words import words_of

from credit.actions import alert_silences, alerts, training_runs
from credit.models import Alert, AlertCase, AlertSilence, AuditEvent, Role, User

NOW = AT + timedelta(hours=2)


def read(client, address="/alerts/", **asked):
    return words_of(client.get(address, asked))


def raised(cause="bundle_missing", **changes):
    said = {"product": None, "message": "The bundle is gone.", "at": AT}
    return alerts.raise_alert(cause=cause, **{**said, **changes})


def send(client, alert, what, **said):
    return client.post(f"/alerts/{alert.pk}/{what}/", said, follow=True)


def test_the_list_says_what_where_how_often_and_whose_it_is(as_validator, champion):
    for _ in range(3):
        raised(
            "score_drift",
            product=champion.product,
            segment="partner:acme",
            n=1840,
            message="PSI 0.31.",
        )

    page = read(as_validator)

    for words in ("The score has drifted", "PSI 0.31.", "Partner acme", "1,840", "case open"):
        assert words in page
    assert "Model validator" in page or "model validator" in page


def test_the_most_urgent_stands_first_and_says_so(as_validator, champion, validator):
    raised("no_champion", message="Word one.", at=AT)
    raised("queue_grows", message="Word two.", at=AT + timedelta(minutes=1))
    raised("shadow_failed", message="Word three.", at=AT + timedelta(minutes=3))
    raised("never_heard_of", message="Word four.", at=AT + timedelta(minutes=2))
    over = raised("stopped", message="Word five.", at=AT + timedelta(minutes=4))
    alerts.resolve(alert_id=over.pk, words="Mended.", by=validator, at=AT)

    page = read(as_validator, state="all")

    assert re.findall(r"Word (\w+)\.", page) == ["one", "four", "two", "three", "five"]
    assert page.count("Urgent") == 1


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        ("objective:pages_in_time", "Pages of officers in time"),
        ("queue:tasks", "Messages that no worker has taken"),
        ("figure:approval_rate", "Approval rate"),
        ("stage:final", "Final decisions"),
        ("partner:acme", "Partner acme"),
        ("objective:of_tomorrow", "objective:of_tomorrow"),
    ],
)
def test_what_an_alert_is_of_is_said_in_the_words_of_its_page(segment, words, as_validator):
    alert = raised(segment=segment)

    assert words in read(as_validator)
    assert words in read(as_validator, f"/alerts/{alert.pk}/")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, {"gone", "grows"}),
        ({"state": "open"}, {"gone", "grows"}),
        ({"state": "silenced"}, {"quiet"}),
        ({"state": "resolved"}, {"over"}),
        ({"state": "all"}, {"gone", "grows", "quiet", "over"}),
        ({"cause": "queue_grows"}, {"grows"}),
        ({"owner": "administrator"}, {"grows"}),
        ({"product": "consumer-loan"}, {"gone"}),
    ],
)
def test_alerts_are_filtered(asked, shown, as_validator, champion, validator):
    raised(message="Word gone.", product=champion.product)
    raised("queue_grows", message="Word grows.")
    raised("engine_failed", message="Word quiet.")
    over = raised("timed_out", message="Word over.")
    alerts.resolve(alert_id=over.pk, words="Mended.", by=validator, at=AT)
    silence("engine_failed", by=validator)

    page = read(as_validator, **asked)

    assert {word for word in ("gone", "grows", "quiet", "over") if f"Word {word}." in page} == shown


def test_a_filter_that_is_none_is_told_and_the_others_filter(as_validator):
    raised(message="Word gone.")
    raised("queue_grows", message="Word grows.")

    answer = as_validator.get("/alerts/?state=no-such&cause=queue_grows")
    page = words_of(answer)

    assert answer.status_code == 422
    assert "was not understood" in page
    assert "Word grows." in page
    assert "Word gone." not in page


def silence(cause, *, by):
    return alert_silences.silence(
        cause=cause,
        product=None,
        segment="",
        until=NOW + timedelta(days=1),
        why="It is being mended.",
        by=by,
        at=AT,
    )


def test_without_alerts_the_page_says_so(as_compliance):
    assert "No alert is like that" in read(as_compliance)


@pytest.mark.parametrize("role", [Role.MODEL_DEVELOPER, Role.ADMINISTRATOR])
def test_who_may_not_see_groups_does_not_find_alerts_about_them(role, signed_in):
    alert = raised("fairness_outside", message="AIR of under 25 is 0.71.")
    client = signed_in(role)

    assert "under 25" not in read(client)
    assert "under 25" in read(signed_in(Role.COMPLIANCE))
    assert client.get(f"/alerts/{alert.pk}/").status_code == 404
    assert send(client, alert, "comment", words="Hm.").status_code == 404


def test_an_alert_has_its_figures_history_and_runbook(as_validator, validator):
    alert = raised(n=7)
    alerts.acknowledge(alert_id=alert.pk, by=validator, at=AT)

    page = read(as_validator, f"/alerts/{alert.pk}/")

    for words in ("A model's file is gone", "The bundle is gone.", "Look here first", "HASH.zip"):
        assert words in page
    assert f"Acknowledged · {validator.known_as}" in page


def test_an_alert_of_a_model_leads_to_it_and_one_of_before_names_none(as_validator, champion):
    of_it = raised(product=champion.product, version=champion)
    of_before = raised("engine_failed", product=champion.product)

    page = as_validator.get(f"/alerts/{of_it.pk}/")
    assert f'href="/console/models/{champion.pk}/"' in page.text
    assert f"Model {champion.name}" in words_of(page)
    assert champion.name not in read(as_validator, f"/alerts/{of_before.pk}/")


def test_an_alert_is_acknowledged_given_commented_and_resolved(signed_in):
    vera = factories.user(Role.MODEL_VALIDATOR)
    client, alert = signed_in(user=vera), raised()

    for what, said in (
        ("acknowledge", {}),
        ("assign", {"to": vera.username}),
        ("comment", {"words": "The disk was full."}),
        ("resolve", {"words": "Restored."}),
    ):
        answer = send(client, alert, what, **said)
        assert answer.status_code == 200
        assert 'class="note success"' in answer.content.decode(), what

    alert.refresh_from_db()
    assert (alert.resolved_by, alert.resolution) == (vera, "Restored.")
    assert "The disk was full." in words_of(answer)


def test_a_training_that_failed_leads_to_the_trainings_and_their_runbook(
    as_validator, champion, developer
):
    run = training_runs.request(product_id=champion.product_id, by=developer, at=AT, enqueue=False)
    training_runs.fail(run_id=run.pk, problem="It did not work.", at=AT)

    answer = as_validator.get(f"/alerts/{Alert.objects.get().pk}/")

    page = words_of(answer)
    assert "A training failed" in page
    assert f"Training {run.pk} failed: It did not work." in page
    assert "A training only ever makes a candidate." in page
    assert "From docs/runbooks/failed-retraining.md" in page
    assert 'href="/console/consumer-loan/trainings/"' in answer.content.decode()


@pytest.mark.parametrize("what", ["comment", "resolve", "silence"])
def test_words_are_asked_for(what, as_validator):
    alert = raised()

    answer = as_validator.post(f"/alerts/{alert.pk}/{what}/", {"until": "2026-11-25T08:00"})

    assert answer.status_code == 422
    assert "Say it in a sentence." in words_of(answer)
    assert not AuditEvent.objects.exists()


def test_a_case_ends_with_a_decision_only(as_validator):
    alert = raised("score_drift")

    page = read(as_validator, f"/alerts/{alert.pk}/")
    assert "stays open until somebody records" in page
    assert "What was done" not in page
    assert "has a case" in words_of(send(as_validator, alert, "resolve", words="Enough."))
    wrong = as_validator.post(f"/alerts/{alert.pk}/close/", {"words": "It trains."})
    assert wrong.status_code == 422
    assert "It trains." in wrong.content.decode()
    short = send(as_validator, alert, "close", decision="nothing_to_do", words="No.")
    assert "at least 10 characters" in words_of(short)
    assert ">\nNo.</textarea>" in short.content.decode()

    said = {"decision": "retrain_asked", "words": "It trains.", "quiet_until": "2026-11-29T08:00"}
    answer = words_of(send(as_validator, alert, "close", **said))

    assert "A retraining was asked for" in answer
    assert AlertCase.objects.get().closed_at == NOW
    assert AlertSilence.objects.get().why == "It trains."


def test_compliance_closes_a_case_of_fairness_and_nothing_of_a_model(as_compliance):
    alert = raised("fairness_outside")
    of_model = raised()

    send(as_compliance, alert, "close", decision="fairness_reviewed", words="One cut-off for all.")

    assert AlertCase.objects.get().decision == "fairness_reviewed"
    assert "The owner of this cause" in read(as_compliance, f"/alerts/{of_model.pk}/")
    refused = as_compliance.post(f"/alerts/{of_model.pk}/resolve/", {"words": "Mended."})
    assert refused.status_code == 403


def test_a_silence_is_begun_shown_and_ended(as_validator):
    alert = raised()

    send(as_validator, alert, "silence", until="2026-11-25T08:00", words="It is being mended.")

    assert "Silenced until 25 Nov 2026" in read(as_validator, f"/alerts/{alert.pk}/")
    index = read(as_validator)
    assert "It is being mended." in index
    assert "No alert is like that" in index
    silence = AlertSilence.objects.get()
    as_validator.post(f"/alerts/silences/{silence.pk}/end/")
    assert "The bundle is gone." in read(as_validator)


def test_a_silence_of_what_others_see_to_is_not_there_to_be_ended(as_compliance, validator):
    silence = alert_silences.silence(
        cause="bundle_missing",
        product=None,
        segment="",
        until=NOW + timedelta(days=1),
        why="-",
        by=validator,
        at=AT,
    )

    assert as_compliance.post(f"/alerts/silences/{silence.pk}/end/").status_code == 404
    assert "End this silence" not in read(as_compliance)


def test_a_silence_without_end_is_refused_in_a_sentence(as_validator):
    alert = raised()

    answer = send(as_validator, alert, "silence", until="2027-11-25T08:00", words="For good.")

    assert "within 30 days" in words_of(answer)
    assert not AlertSilence.objects.exists()


@pytest.mark.parametrize("address", ["/alerts/999999/", "/alerts/999999/comment/"])
def test_an_alert_that_is_not_there_is_404(address, as_validator):
    open_it = as_validator.get if address.endswith("9/") else as_validator.post

    assert open_it(address).status_code == 404


@pytest.mark.parametrize("what", ["no-such", "delete"])
def test_there_is_nothing_else_to_do(what, as_validator):
    assert send(as_validator, raised(), what).status_code == 404


def test_nobody_else_is_given_an_alert(as_validator):
    alert = raised()

    assert send(as_validator, alert, "assign", to="nobody").status_code == 404


def test_each_turns_their_mail_off_and_on(signed_in):
    vera = factories.user(Role.MODEL_VALIDATOR)
    client = signed_in(user=vera)

    client.post("/alerts/mail/", {"wants": "no"})
    assert "You turned mails of alerts off." not in read(client)  # there is no address to speak of
    User.objects.filter(pk=vera.pk).update(email="vera@bank.example")
    assert "You turned mails of alerts off." in read(client)

    client.post("/alerts/mail/", {"wants": "yes"})
    assert "vera@bank.example" in read(client)
    assert client.post("/alerts/mail/", {"wants": "perhaps"}).status_code == 404


def test_the_navigation_counts_what_is_open_for_ones_own_roles(signed_in, validator):
    raised()
    raised("queue_grows")
    seen = raised("engine_failed")
    alerts.acknowledge(alert_id=seen.pk, by=validator, at=AT)

    assert "Alerts 1 open for you" in read(signed_in(Role.MODEL_VALIDATOR), "/audit/")
    assert "open for you" not in read(signed_in(Role.AUDITOR), "/audit/")


def test_officers_pages_ask_nothing_about_alerts(as_officer, django_assert_num_queries):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(
        connection,
    ) as asked:
        as_officer.get("/")

    assert not [each for each in asked.captured_queries if "credit_alert" in each["sql"]]


def test_an_alert_links_only_to_what_one_may_open(as_compliance, as_validator):
    alert = raised(link="/console/")
    elsewhere = raised("engine_failed", link="/no/such/page/")

    assert "Open the page with the figures" in read(as_validator, f"/alerts/{alert.pk}/")
    assert "Open the page with the figures" not in read(as_compliance, f"/alerts/{alert.pk}/")
    assert "Open the page with the figures" not in read(as_validator, f"/alerts/{elsewhere.pk}/")


def test_words_of_people_and_partners_are_shown_and_never_run(as_validator):
    alert = raised(message="<script>alert(1)</script>", segment="partner:<b>x</b>")

    page = as_validator.get(f"/alerts/{alert.pk}/").content.decode()

    assert "<script>alert(1)" not in page
    assert "<b>x" not in page
    assert Alert.objects.get().state == "open"
