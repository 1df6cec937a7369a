"""An alert for each kind of finding: opened once, counted, passed, silenced, told once."""

from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from credit.actions import alert_deliveries, alert_silences, alerts
from credit.actions.alert_steps import WordsMissing
from credit.actions.alerts import Found
from credit.actions.refusals import NotAllowed
from credit.alert_kinds import KINDS, TABLE, kind_of
from credit.models import Alert, AlertCase, AlertSilence, AuditEvent, Role
from credit.models.products import Product
from monitoring.findings import Finding, tell

AT = factories.AT
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CAUSES = [kind.cause for kind in TABLE]


def finding(cause="score_drift", *, is_bad=True, product=None, segment="", **changes):
    said = {"message": "PSI 0.31 over 1,840 applications.", "n": 1840, "link": "/console/"}
    return Finding(
        cause=cause, product=product, segment=segment, is_bad=is_bad, **{**said, **changes}
    )


def handler(cause):
    return factories.user(*[kind_of(cause).owner])


def told(at):
    return [alert.cause for alert in alert_deliveries.owe_due(at=at)]


@pytest.fixture
def product(db):
    return factories.contract_version().product


@pytest.mark.parametrize("cause", CAUSES)
def test_a_bad_finding_opens_one_alert_and_counts_it_up(cause, product):
    tell([finding(cause, product=product)], at=AT)
    tell([finding(cause, product=product, n=1900)], at=AT + HOUR)

    alert = Alert.objects.get()
    assert (alert.times, alert.n, alert.first_at, alert.last_at) == (2, 1900, AT, AT + HOUR)
    assert (alert.owner, alert.link) == (kind_of(cause).owner, "/console/")
    assert AlertCase.objects.filter(alert=alert).exists() == kind_of(cause).opens_case
    assert told(AT + HOUR) == [cause]
    assert told(AT + 2 * HOUR) == []


@pytest.mark.parametrize("cause", CAUSES)
def test_a_good_finding_lets_it_pass(cause, product):
    tell([finding(cause, product=product)], at=AT)
    tell([finding(cause, product=product, is_bad=False)], at=AT + HOUR)

    alert = Alert.objects.get()
    assert alert.cleared_at == AT + HOUR
    assert alert.state == Alert.State.OPEN
    alerts.resolve_passed(at=AT + DAY + HOUR)
    alert.refresh_from_db()
    has_case = kind_of(cause).opens_case
    assert alert.state == (Alert.State.OPEN if has_case else Alert.State.RESOLVED)


@pytest.mark.parametrize("cause", CAUSES)
def test_what_is_silenced_is_counted_and_told_once_when_the_silence_is_over(cause, product):
    silenced(cause, product=product, until=AT + DAY)

    tell([finding(cause, product=product)], at=AT + HOUR)
    tell([finding(cause, product=product)], at=AT + 2 * HOUR)

    assert Alert.objects.get().times == 2
    assert told(AT + 2 * HOUR) == []
    assert told(AT + DAY) == [cause]
    assert told(AT + DAY + HOUR) == []


def silenced(cause, *, until, product=None, segment="", at=AT):
    return alert_silences.silence(
        cause=cause,
        product=product,
        segment=segment,
        until=until,
        why="A retraining runs.",
        by=handler(cause),
        at=at,
    )


def test_a_quiet_month_raises_none(product):
    for day in range(30):
        tell([finding(cause, product=product, is_bad=False) for cause in CAUSES], at=AT + day * DAY)

    assert not Alert.objects.exists()


def test_segments_and_products_have_alerts_of_their_own(product):
    where = [{}, {"product": product}, {"segment": "partner:acme"}]
    where += [{"product": product, "segment": "partner:acme"}]
    for at in (AT, AT + HOUR):
        tell([finding(**each) for each in where], at=at)

    assert [alert.times for alert in Alert.objects.all()] == [2, 2, 2, 2]


def test_the_same_finding_told_twice_counts_once(product):
    for _ in range(2):
        tell([finding(product=product)], at=AT)

    assert Alert.objects.get().times == 1


def test_what_was_found_before_it_was_resolved_is_no_news(product):
    tell([finding("fairness_outside", product=product)], at=AT)
    Alert.objects.update(resolved_at=AT + 2 * HOUR)

    tell([finding("fairness_outside", product=product)], at=AT + HOUR)

    assert Alert.objects.count() == 1


def test_a_good_finding_of_before_clears_nothing(product):
    tell([finding(product=product)], at=AT + HOUR)
    tell([finding(product=product, is_bad=False)], at=AT)

    assert Alert.objects.get().cleared_at is None


def test_a_flutter_is_one_alert(product):
    for hour in range(6):
        at = AT + hour * HOUR
        tell([finding("queue_grows", product=product, is_bad=hour % 2 == 0)], at=at)
        alerts.resolve_passed(at=at)

    alert = Alert.objects.get()
    assert alert.times == 3
    assert [step.kind for step in alert.steps.all()] == [
        *("cleared", "returned", "cleared", "returned", "cleared"),
    ]


def test_what_passed_while_silenced_is_never_told(product):
    silenced("queue_grows", product=product, until=AT + DAY)
    tell([finding("queue_grows", product=product)], at=AT)
    tell([finding("queue_grows", product=product, is_bad=False)], at=AT + HOUR)

    assert told(AT + 2 * DAY) == []


def test_what_was_told_and_outlives_its_silence_is_told_once_more(product):
    tell([finding(product=product)], at=AT)
    assert told(AT) == ["score_drift"]

    silenced("score_drift", product=product, until=AT + DAY)

    assert told(AT + HOUR) == []
    assert told(AT + DAY) == ["score_drift"]
    assert told(AT + 2 * DAY) == []


def test_a_silence_that_is_ended_early_tells_at_once(product):
    silence = silenced("score_drift", product=product, until=AT + DAY)
    tell([finding(product=product)], at=AT + HOUR)

    alert_silences.unsilence(silence_id=silence.pk, by=handler("score_drift"), at=AT + 2 * HOUR)

    assert told(AT + 2 * HOUR) == ["score_drift"]
    assert [step.kind for step in Alert.objects.get().steps.all()] == ["unsilenced"]
    with pytest.raises(alert_silences.AlreadyOver, match="The score has drifted” is over since"):
        alert_silences.unsilence(silence_id=silence.pk, by=handler("score_drift"), at=AT + 3 * HOUR)


def test_a_silence_covers_its_own_segment_only(product):
    silenced("feature_drift", product=product, segment="partner:acme", until=AT + DAY)
    segments = ("", "partner:acme", "partner:other")

    tell([finding("feature_drift", product=product, segment=each) for each in segments], at=AT)
    tell([finding("feature_drift")], at=AT)

    assert len(told(AT)) == 3


@pytest.mark.parametrize("until", [AT, AT - HOUR, AT + timedelta(days=30, seconds=1)])
def test_a_silence_ends_within_a_month(until, db):
    with pytest.raises(alert_silences.NoEnd):
        silenced("score_drift", until=until)


def test_what_is_silenced_is_not_silenced_again(db):
    silenced("score_drift", until=AT + DAY)

    made = AlertSilence.objects.get()
    said = f"has drifted” is silenced already, by {made.by.username} until 23 November 2026, 10:15"
    with pytest.raises(alert_silences.AlreadySilenced, match=said):
        silenced("score_drift", until=AT + 2 * DAY, at=AT + HOUR)

    silenced("score_drift", until=AT + 2 * DAY, at=AT + DAY)
    assert AlertSilence.objects.count() == 2


def test_the_database_knows_no_silence_without_an_end(db):
    by = handler("score_drift")
    with pytest.raises(IntegrityError, match="alert_silence_has_an_end"):
        AlertSilence.objects.create(
            cause="x", since=AT, until=AT + timedelta(days=31), why="-", by=by
        )


def test_an_alert_is_acknowledged_once_and_is_then_no_news(db, validator):
    alert = raised()

    alerts.acknowledge(alert_id=alert.pk, by=validator, at=AT + HOUR)

    alert.refresh_from_db()
    assert (alert.state, alert.taken_by) == (Alert.State.ACKNOWLEDGED, validator)
    assert not Alert.objects.news().exists()
    assert audited("alert_acknowledged").user == validator
    with pytest.raises(alerts.AlreadyAcknowledged, match=f"by {validator.username} on"):
        alerts.acknowledge(alert_id=alert.pk, by=validator, at=AT + HOUR)


def raised(cause="bundle_missing", **changes):
    said = {"product": None, "message": "It is gone.", "at": AT}
    return alerts.raise_alert(cause=cause, **{**said, **changes})


def audited(kind):
    return AuditEvent.objects.get(type=kind)


def test_an_alert_is_given_to_who_may_see_to_it(db, validator, administrator, officer):
    alert = raised()

    alerts.assign(alert_id=alert.pk, to=administrator, by=validator, at=AT)

    alert.refresh_from_db()
    assert alert.taken_by == administrator
    assert audited("alert_assigned").details["to"] == administrator.pk
    with pytest.raises(alerts.CannotTake, match=officer.username):
        alerts.assign(alert_id=alert.pk, to=officer, by=validator, at=AT)


def test_an_alert_is_resolved_with_words_that_the_trail_only_commits_to(db, validator):
    alert = raised()

    alerts.resolve(alert_id=alert.pk, words=" The backup of Ada is in. ", by=validator, at=AT)

    alert.refresh_from_db()
    assert (alert.state, alert.resolution) == ("resolved", "The backup of Ada is in.")
    words = audited("alert_resolved").details["words"]
    assert words
    assert "Ada" not in words


@pytest.mark.parametrize("words", ["", "  \n"])
def test_an_alert_is_not_resolved_without_words(words, db, validator):
    with pytest.raises(WordsMissing):
        alerts.resolve(alert_id=raised().pk, words=words, by=validator, at=AT)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MODEL_VALIDATOR, Role.ADMINISTRATOR}))
def test_others_do_nothing_about_an_alert_of_a_model(role, db, validator):
    alert, by = raised(), factories.user(role)
    doings = (
        lambda: alerts.acknowledge(alert_id=alert.pk, by=by, at=AT),
        lambda: alerts.assign(alert_id=alert.pk, to=validator, by=by, at=AT),
        lambda: alerts.resolve(alert_id=alert.pk, words="Mended.", by=by, at=AT),
    )

    for doing in doings:
        with pytest.raises(NotAllowed):
            doing()

    assert not AuditEvent.objects.exists()


def test_nothing_is_done_about_what_is_over(db, validator):
    alert = raised()
    alerts.resolve(alert_id=alert.pk, words="Mended.", by=validator, at=AT)

    for doing in (
        lambda: alerts.acknowledge(alert_id=alert.pk, by=validator, at=AT),
        lambda: alerts.assign(alert_id=alert.pk, to=validator, by=validator, at=AT),
    ):
        with pytest.raises(alerts.AlreadyResolved):
            doing()


def test_a_cause_that_nobody_knows_still_opens_an_alert(db):
    alert = raised("never_heard_of")

    assert alert.owner == Role.MODEL_VALIDATOR
    assert "never_heard_of" not in KINDS


def test_the_database_lets_nobody_change_what_is_over(db, validator):
    alert = raised()
    now = timezone.now()  # a month later it may go, by the database's clock
    alerts.resolve(alert_id=alert.pk, words="Mended.", by=validator, at=now)

    for change in (
        lambda: Alert.objects.filter(pk=alert.pk).update(resolution="Never was."),
        lambda: Alert.objects.filter(pk=alert.pk).delete(),
        lambda: alert.steps.update(words="Never was."),
        lambda: alert.steps.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_database_keeps_what_an_alert_is_about(db):
    alert = raised()

    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(cause="something_else")


def test_an_alert_links_to_our_pages_only(db):
    with pytest.raises(IntegrityError, match="alert_links_to_a_page_of_ours"):
        raised(link="https://elsewhere.example/")


def test_keys_that_no_longer_expire_let_their_alert_pass(db):
    from credit.actions import api_keys  # noqa: PLC0415

    raised("keys_expire")

    api_keys.warn_of_expiry(at=AT + HOUR)

    assert Alert.objects.get().cleared_at == AT + HOUR


def test_raising_one_anew_costs_two_statements(db, django_assert_num_queries):
    product = None
    raised(product=product)

    with django_assert_num_queries(4):  # with the two of its savepoint
        raised(product=product)


def test_take_finding_says_which_product(product):
    found = Found(
        cause="score_drift",
        product_id=product.pk,
        segment="",
        is_bad=True,
        message="PSI 0.3.",
        n=3,
        link="",
    )

    alerts.take_finding(found=found, at=AT)

    assert Alert.objects.get().product == Product.objects.get()
