"""Alerts reach people by mail and the lender's own webhook: once, without anything personal."""

import json
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import factories
import pytest
from django.core import mail
from django.db import IntegrityError
from webhook_receiver import listening

from credit import tasks
from credit.actions import alert_deliveries, alert_mails, alert_sending, alert_silences, alerts
from credit.actions.refusals import NotAllowed
from credit.models import Alert, AlertDelivery, AuditEvent, Role, User
from credit.webhooks import signing
from credit.webhooks.addresses import networks

AT = factories.AT
HOUR = timedelta(hours=1)
State = AlertDelivery.State
SECRET = "applicant's income is 2,000"


@pytest.fixture(autouse=True)
def _tells(settings, db):
    settings.EVENHAND_MAIL_IS_ON = True
    settings.EVENHAND_ADDRESS = "https://evenhand.bank.example"
    settings.EVENHAND_WEBHOOK_NETWORKS = networks("127.0.0.0/8")


@pytest.fixture
def receiver(settings):
    with listening() as receiver:
        settings.EVENHAND_ALERT_WEBHOOK = receiver.url
        yield receiver


def person(name, *roles, **changes):
    made = factories.user(*roles, username=name)
    User.objects.filter(pk=made.pk).update(**{"email": f"{name}@bank.example", **changes})
    return made


def raised(cause="other_contract", **changes):
    said = {"product": None, "message": SECRET, "segment": "officer:olga", "n": 12, "at": AT}
    return alerts.raise_alert(cause=cause, **{**said, **changes})


def work(at=AT):
    """Tell people; what beat asks before is right each time."""
    is_due = alert_sending.is_any_due(at=at)
    owed = alert_deliveries.owe_due(at=at)
    tries = alert_sending.sweep(at=at, clock=lambda: at)
    assert is_due or not (owed or tries)
    return tries


def test_one_mail_goes_to_each_of_the_owners_role_who_wants_it():
    person("vera", Role.MODEL_VALIDATOR)
    person("victor", Role.MODEL_VALIDATOR)
    person("silent", Role.MODEL_VALIDATOR, mails_alerts=False)
    person("nowhere", Role.MODEL_VALIDATOR, email="")
    person("gone", Role.MODEL_VALIDATOR, is_active=False)
    person("olga", Role.OFFICER)
    raised()

    work()
    raised(at=AT + HOUR)
    work(AT + HOUR)

    assert [each.to for each in mail.outbox] == [["vera@bank.example"], ["victor@bank.example"]]


def test_a_mail_says_what_it_is_and_where_to_look_and_nothing_of_anybody():
    person("vera", Role.MODEL_VALIDATOR)
    alert = raised()

    work()

    (sent,) = mail.outbox
    assert sent.subject == "[Evenhand] Urgent: A model asks for other data"
    assert f"https://evenhand.bank.example/alerts/{alert.pk}/" in sent.body
    assert "other-contract.md" in sent.body
    for personal in (SECRET, "income", "olga"):
        assert personal not in sent.subject + sent.body
    assert sent.extra_headers["Message-ID"].endswith("@evenhand.bank.example>")


def test_mail_is_off_until_a_server_or_folder_is_named(settings):
    settings.EVENHAND_MAIL_IS_ON = False
    person("vera", Role.MODEL_VALIDATOR)
    raised()

    work()

    assert not AlertDelivery.objects.exists()
    assert Alert.objects.get().told_at == AT


def test_what_the_time_machine_replays_is_no_news():
    person("vera", Role.MODEL_VALIDATOR)
    raised("drift_population")

    work()

    assert not mail.outbox


def test_a_mail_server_that_is_away_is_tried_again(monkeypatch):
    person("vera", Role.MODEL_VALIDATOR)
    raised()
    with monkeypatch.context() as away:
        away.setattr(mail.EmailMessage, "send", _fail)
        work()

    delivery = AlertDelivery.objects.get()
    assert (delivery.state, delivery.problem) == (State.PENDING, "SMTPServerDisconnected")
    assert delivery.next_try_at > AT
    work(AT + HOUR)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.sent_at, delivery.attempts) == (State.SENT, AT + HOUR, 2)
    assert len(mail.outbox) == 1


def _fail(self):
    raise SMTPServerDisconnected


def test_what_is_tried_in_vain_is_given_up(monkeypatch):
    monkeypatch.setattr(mail.EmailMessage, "send", _fail)
    person("vera", Role.MODEL_VALIDATOR)
    raised()

    for day in range(alert_sending.MOST_TRIES + 1):
        work(AT + timedelta(days=day))

    delivery = AlertDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.FAILED, alert_sending.MOST_TRIES)


def test_a_worker_that_dies_before_it_sent_leaves_it_to_the_next(monkeypatch):
    person("vera", Role.MODEL_VALIDATOR)
    raised()
    alert_deliveries.owe_due(at=AT)
    alert_sending.claim(at=AT)  # and dies

    assert work(AT + timedelta(minutes=1)) == 0
    assert work(AT + timedelta(minutes=6)) == 1
    assert len(mail.outbox) == 1


def test_a_worker_that_dies_before_it_noted_it_repeats_the_same_message():
    person("vera", Role.MODEL_VALIDATOR)
    raised()
    alert_deliveries.owe_due(at=AT)
    (job,) = alert_sending.claim(at=AT)
    assert alert_sending._mail(job) == ""  # and dies

    work(AT + HOUR)

    one, other = (each.extra_headers["Message-ID"] for each in mail.outbox)
    assert one == other


def test_no_two_tellings_have_the_same_id(receiver):
    vera = person("vera", Role.MODEL_VALIDATOR)
    alert, _other = raised(), raised("no_champion")
    work()
    alert_silences.silence(
        cause=alert.cause,
        product=None,
        segment=alert.segment,
        until=AT + HOUR,
        why="It is being mended.",
        by=vera,
        at=AT,
    )
    work(AT + HOUR)  # it outlived its silence and is told once more

    mails = [each.extra_headers["Message-ID"] for each in mail.outbox]
    posted = [json.loads(body)["id"] for _headers, body in receiver.came]
    assert (len(set(mails)), len(set(posted))) == (3, 3)
    assert (len(mails), len(posted)) == (3, 3)


def test_what_two_workers_find_is_owed_once():
    vera = person("vera", Role.MODEL_VALIDATOR)
    alert = raised()
    work()

    with pytest.raises(IntegrityError, match="alert_delivery_once"):
        AlertDelivery.objects.create(
            alert=alert, event="alert.opened", user=vera, owed_at=AT, next_try_at=AT
        )


@pytest.mark.parametrize(
    "happens",
    [
        lambda alert, vera: alerts.resolve(alert_id=alert.pk, words="Mended.", by=vera, at=AT),
        lambda _, vera: alert_mails.set_wanted(user_id=vera.pk, is_wanted=False, by=vera, at=AT),
        lambda _, vera: alert_mails.set_address(user_id=vera.pk, address="", at=AT),
    ],
)
def test_a_mail_that_nobody_needs_any_more_does_not_leave(happens):
    vera = person("vera", Role.MODEL_VALIDATOR)
    alert = raised()
    alert_deliveries.owe_due(at=AT)

    happens(alert, vera)
    work()

    assert not mail.outbox
    assert AlertDelivery.objects.get().state == State.CANCELLED


def test_the_webhook_hears_of_both_ends_signed(receiver, validator):
    alert = raised()
    work()
    alerts.resolve(alert_id=alert.pk, words="Mended.", by=validator, at=AT + HOUR)
    work(AT + HOUR)

    (headers, opened), (_, resolved) = receiver.came
    told = json.loads(opened)
    assert (told["type"], json.loads(resolved)["type"]) == ("alert.opened", "alert.resolved")
    assert told["data"]["cause"] == "other_contract"
    assert told["data"]["address"] == f"https://evenhand.bank.example/alerts/{alert.pk}/"
    assert SECRET not in opened.decode() + resolved.decode()
    assert "olga" not in opened.decode()
    signed = signing.headers(
        alert_sending.secrets(),
        message_id=told["id"],
        timestamp=int(headers["webhook-timestamp"]),
        body=opened,
    )
    assert headers["webhook-signature"] == signed["webhook-signature"]


def test_the_webhook_that_does_not_answer_well_is_tried_again(receiver):
    receiver.status = 500
    raised()
    work()
    assert AlertDelivery.objects.get().problem == "It answered 500."

    receiver.status = 204
    work(AT + HOUR)

    assert AlertDelivery.objects.get().state == State.SENT


def test_the_webhook_does_not_go_to_a_machine_that_only_we_can_reach(receiver, settings):
    settings.EVENHAND_WEBHOOK_NETWORKS = ()
    raised()

    work()

    assert not receiver.came
    assert "private" in AlertDelivery.objects.get().problem


def test_while_keys_are_exchanged_both_secrets_sign(settings):
    settings.EVENHAND_WEBHOOK_KEYS = ["old"]
    (old,) = alert_sending.secrets()
    settings.EVENHAND_WEBHOOK_KEYS = ["new", "old"]

    new, still = alert_sending.secrets()

    assert still == old != new


def test_the_worker_does_it_all_in_one_task(monkeypatch):
    person("vera", Role.MODEL_VALIDATOR)
    raised()
    raised("queue_grows")
    alerts.note_passed(cause="queue_grows", product=None, segment="officer:olga", at=AT + HOUR)
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT + timedelta(days=2))

    tasks.deliver_alerts()
    tasks.deliver_alerts()

    assert len(mail.outbox) == 1
    assert Alert.objects.get(cause="queue_grows").resolved_at is not None


def test_an_address_is_named_by_an_administrator_and_not_told_to_the_trail(administrator):
    vera = person("vera", Role.MODEL_VALIDATOR, email="")

    for by in (None, administrator):
        alert_mails.set_address(user_id=vera.pk, address="v@bank.example", by=by, at=AT)

    event = AuditEvent.objects.get(type="mail_set")
    assert event.details == {"has_address": True, "wants_alerts": True}
    with pytest.raises(NotAllowed):
        alert_mails.set_address(user_id=vera.pk, address="x@bank.example", by=vera, at=AT)
    with pytest.raises(alert_mails.NoAddress):
        alert_mails.set_address(user_id=vera.pk, address="vera", by=administrator, at=AT)


def test_each_turns_their_own_mail_off_and_nobody_anothers():
    vera, victor = person("vera", Role.MODEL_VALIDATOR), person("victor", Role.MODEL_VALIDATOR)

    alert_mails.set_wanted(user_id=vera.pk, is_wanted=False, by=vera, at=AT)

    assert not User.objects.get(pk=vera.pk).mails_alerts
    with pytest.raises(NotAllowed):
        alert_mails.set_wanted(user_id=vera.pk, is_wanted=True, by=victor, at=AT)
