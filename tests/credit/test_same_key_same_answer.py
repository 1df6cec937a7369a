"""A partner may send a request again: it is decided once and answered the same."""

from datetime import timedelta

import factories
import pytest

from credit.actions import decisions, idempotency
from credit.models import Application, IdempotencyRecord
from scoring.features import InputRefused


def test_the_same_key_and_body_get_the_same_answer(champion):
    partner, once = factories.partner(), factories.idempotency()
    first = factories.decide(partner=partner, idempotency=once)

    again = factories.decide(
        partner=partner, idempotency=once, at=factories.AT + timedelta(hours=1)
    )

    assert (first.replayed, again.replayed) == (False, True)
    assert again.answer == first.answer
    assert Application.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(champion):
    partner = factories.partner()
    factories.decide(partner=partner, idempotency=factories.idempotency())
    other = factories.idempotency(content=factories.body(reference="B-1"))

    with pytest.raises(decisions.IdempotencyConflict, match="another body"):
        factories.decide(partner=partner, idempotency=other, reference="B-1")

    assert Application.objects.count() == 1


def test_partners_keys_are_their_own(champion):
    for slug in ("acme-broker", "bank-two"):
        factories.decide(partner=factories.partner(slug), idempotency=factories.idempotency())

    assert Application.objects.count() == 2


def test_a_refused_request_does_not_use_its_key_up(champion):
    partner, once = factories.partner(), factories.idempotency()
    with pytest.raises(InputRefused):
        factories.decide(partner=partner, idempotency=once, reference="")

    decided = factories.decide(partner=partner, idempotency=once)

    assert not decided.replayed


def test_an_answer_given_is_given_again_whatever_the_contract_says_by_then(champion):
    partner, once = factories.partner(), factories.idempotency()
    first = factories.decide(partner=partner, idempotency=once)

    again = factories.decide(partner=partner, idempotency=once, features__housing="castle")

    assert again.replayed
    assert again.answer == first.answer


def test_old_keys_are_forgotten(champion):
    factories.decide(partner=factories.partner(), idempotency=factories.idempotency())

    kept = idempotency.purge(at=factories.AT + timedelta(days=29))
    gone = idempotency.purge(at=factories.AT + timedelta(days=31))

    assert (kept, gone) == (0, 1)
    assert not IdempotencyRecord.objects.exists()
