"""The stop button: no model scores, and every application goes to a person."""

from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError

from credit.actions import batch_runs, service_stops
from credit.actions.refusals import NotAllowed
from credit.models import Alert, AuditEvent, Decision, ServiceStop
from credit.queries import registry

AT = factories.AT
NEXT = AT + timedelta(seconds=1)


@pytest.fixture
def press(champion, validator):
    def run(by=validator, at=AT, why="Scores look wrong since noon."):
        return service_stops.stop(product_id=champion.product_id, by=by, at=at, why=why)

    return run


@pytest.fixture
def release(champion, validator):
    def run(by=validator, at=NEXT, why="The feed is mended."):
        return service_stops.resume(product_id=champion.product_id, by=by, at=at, why=why)

    return run


def test_every_application_goes_to_a_person(press, django_capture_on_commit_callbacks):
    assert factories.decide(**factories.AUTOMATIC).answer["status"] == "approved"

    with django_capture_on_commit_callbacks(execute=True):
        press()

    answer = factories.decide(at=NEXT, **factories.AUTOMATIC).answer
    assert (answer["recommendation"], answer["status"]) == ("refer", "awaiting_officer")
    assert (answer["pd"], answer["model"]["route"]) == (None, "none")
    assert "a person stopped it" in answer["warnings"][0]


def test_rows_of_a_batch_do_too(press):
    press()
    factories.batch(factories.ndjson(factories.body(), factories.body()), at=NEXT)

    batch_runs.work(clock=lambda: NEXT)

    routes = Decision.objects.values_list("application__score__route", flat=True)
    assert list(routes) == ["none", "none"]


def test_an_alert_stands_while_it_lasts(press):
    press()
    factories.decide(at=NEXT)

    assert Alert.objects.get().cause == "stopped"


def test_the_champion_scores_again_when_it_is_released(press, release):
    press()
    release()

    answer = factories.decide(at=NEXT + timedelta(seconds=1), **factories.AUTOMATIC).answer
    assert (answer["status"], answer["model"]["route"]) == ("approved", "champion")


def test_both_are_in_the_trail_with_their_words(press, release, validator):
    press()
    release()

    told = AuditEvent.objects.filter(target="product:consumer-loan").order_by("pk")
    assert [(event.type, event.user, event.details["why"]) for event in told] == [
        ("service_stopped", validator, "Scores look wrong since noon."),
        ("service_resumed", validator, "The feed is mended."),
    ]


def test_who_stopped_it_is_told_while_it_lasts(press, release, validator):
    press()
    assert registry.stop_of("consumer-loan").by == validator.get_username()

    release()
    assert registry.stop_of("consumer-loan") is None


def test_pressing_twice_says_who_was_first(press, validator):
    press()

    with pytest.raises(service_stops.StoppedAlready, match=validator.get_username()):
        press(by=factories.user("model_validator"))


def test_what_is_not_stopped_is_not_released(release):
    with pytest.raises(service_stops.NotStopped, match="are not stopped"):
        release()


@pytest.mark.parametrize("why", ["", "  \n"])
def test_both_need_a_sentence(press, release, why):
    with pytest.raises(service_stops.WhyMissing, match="why they stop"):
        press(why=why)

    press()
    with pytest.raises(service_stops.WhyMissing, match="score again"):
        release(why=why)


@pytest.mark.parametrize("role", ["officer", "model_developer", "compliance", "administrator"])
def test_nobody_but_a_validator_presses_it(press, release, role):
    other = factories.user(role)
    with pytest.raises(NotAllowed, match="model validator"):
        press(by=other)

    press()
    with pytest.raises(NotAllowed, match="model validator"):
        release(by=other)


def test_there_is_one_open_stop_a_product(press, validator):
    made = press()

    with pytest.raises(IntegrityError, match="service_stop_one_open"):
        ServiceStop.objects.create(
            product=made.product, stopped_by=validator, stopped_at=AT, why="Again."
        )


def test_a_stop_that_ended_says_who_ended_it(press):
    made = press()
    made.resumed_at = NEXT

    with pytest.raises(IntegrityError, match="service_stop_resumed_by_somebody"):
        made.save()
