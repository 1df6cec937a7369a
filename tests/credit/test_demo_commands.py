"""The demo's made-up people: who waits, who was decided, and which groups were sent."""

from collections import Counter

import factories
import pytest
from at_a_prompt import facts

from credit.management.commands import create_demo_past
from credit.management.demo_people import past_loans
from credit.models import (
    Application,
    Notice,
    NoticeFailure,
    OfficerDecision,
    Outcome,
    PracticeCase,
    Product,
)
from credit.queries import notices
from credit.vault import groups_of_decisions
from scoring.groups.told_cells import groups_told


@pytest.fixture
def demo(champion):
    """Let the demo's product be live, with its officers, and with cases to practise on."""
    factories.user("officer", username="olga")
    factories.user("senior_officer", username="samir")
    PracticeCase.objects.create(
        version=champion, row="ingestion:1:1", features={}, pd=0.1, is_bad=False
    )
    return champion.product


def sent(product, begins):
    """Give the group of each application of these references, None where none was sent."""
    known = groups_of_decisions(product, "age_group")
    ids = Application.objects.filter(product=product, reference__startswith=begins)
    return Counter(known.get(f"decision:{pk}") for pk in ids.values_list("pk", flat=True))


def test_the_queue_is_filled_once_and_with_groups(demo):
    made = facts("create_demo_queue")
    again = facts("create_demo_queue")

    waiting = Application.objects.filter(product=demo, status="awaiting_officer")
    assert made["waiting"] == waiting.count() > 40
    assert again == {"waiting": 0}
    groups = sent(demo, "D-")
    assert groups["25_to_61"] > groups["under_25"] > groups["62_and_over"] > 0
    assert 0 < groups[None] < made["waiting"] / 4, "nobody has to say"


def test_the_past_is_decided_told_and_has_matured_outcomes_and_groups_of_two_sizes(demo):
    made = facts("create_demo_past")
    again = facts("create_demo_past")

    past = Application.objects.filter(product=demo, reference__startswith="P-")
    assert made["decided"] == past.count() > 200
    assert again == {"decided": 0}
    assert set(past.values_list("status", flat=True)) == {"approved", "declined"}
    assert OfficerDecision.objects.filter(signed_by__username="samir").exists()
    assert Outcome.objects.exists()
    assert Notice.objects.count() == past.filter(status="declined").count()
    assert not NoticeFailure.objects.exists()
    assert notices.counts(product=demo.slug).due == 0
    groups = sent(demo, "P-")
    counts = {name: n for name, n in groups.items() if name}
    told = groups_told(counts, smallest=30, unknown=groups[None])
    assert told == {"under_25", "25_to_61"}, "large enough"
    assert counts["62_and_over"] > 0


def test_a_past_that_was_cut_off_is_gone_on_with(demo, monkeypatch):
    monkeypatch.setattr(create_demo_past, "LOANS", 20)
    issue, asked = create_demo_past.notices.issue, iter(range(1))

    def killed(**given):
        if next(asked, None) is None:
            raise KeyboardInterrupt
        issue(**given)

    monkeypatch.setattr(create_demo_past.notices, "issue", killed)
    with pytest.raises(KeyboardInterrupt):
        facts("create_demo_past")
    past = Application.objects.filter(product=demo, reference__startswith="P-")
    before = past.count()
    monkeypatch.setattr(create_demo_past.notices, "issue", issue)

    made = facts("create_demo_past")

    assert 0 < before < 20
    assert made["decided"] == 20 - before
    references = sorted(past.values_list("reference", flat=True))
    assert references == [f"P-{number}" for number in range(3001, 3021)]
    assert set(past.values_list("status", flat=True)) == {"approved", "declined"}
    assert Notice.objects.count() == past.filter(status="declined").count()


def test_only_groups_that_can_be_assessed_are_sent_and_none_is_a_feature(demo):
    contract = Product.objects.get(pk=demo.pk).deciding_contract().read()
    loans = past_loans(seed=1)

    assert {name for loan in loans for name in loan.groups} == {"age_group"}
    assert {name for loan in loans for name in loan.features} == set(contract.feature_names)
    assert loans == past_loans(seed=1) != past_loans(seed=2)
