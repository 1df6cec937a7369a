from decimal import Decimal
from types import SimpleNamespace

import pytest

from scoring.application import RequestedValues
from scoring.contract import Automatic, Policy, PolicyRule
from scoring.policy import Recommendation, recommend

APPROVE, REFER, DECLINE = Recommendation.APPROVE, Recommendation.REFER, Recommendation.DECLINE


def rule(field, *, otherwise="refer", at_most=None, at_least=None):
    return PolicyRule(
        rule="a_rule",
        field=field,
        text="Looked at by a person",
        otherwise=otherwise,
        at_most=None if at_most is None else Decimal(at_most),
        at_least=None if at_least is None else Decimal(at_least),
    )


def recommended(pd, *rules, amount="4200.00", term=24, automatic=None, score=None, **values):
    policy = Policy(
        approve_pd_at_most=0.16,
        decline_pd_at_least=0.40,
        rules=rules,
        automatic=automatic or Automatic(),
    )
    asked = RequestedValues(amount=Decimal(amount), term_months=term)
    return recommend(policy, pd=pd, requested=asked, values=values, score=score)


@pytest.mark.parametrize(
    ("pd", "expected"),
    [
        *((0.0, APPROVE), (0.16, APPROVE), (0.1600001, REFER), (0.3999999, REFER)),
        *((0.40, DECLINE), (1.0, DECLINE)),
    ],
)
def test_cut_offs_are_inclusive(pd, expected):
    assert recommended(pd).recommendation is expected


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (rule("requested.amount", at_most="4199.99"), REFER),
        (rule("requested.amount", at_most="4200"), APPROVE),
        (rule("requested.amount", at_least="4200.01"), REFER),
        (rule("requested.term_months", at_most="23"), REFER),
        (rule("requested.term_months", at_most="24"), APPROVE),
        (rule("features.rate", at_most="3"), REFER),
        (rule("features.rate", at_least="4"), APPROVE),
        (rule("features.absent", at_most="3"), REFER),
        (rule("score", at_least="550"), REFER),
        (rule("score", at_least="549"), APPROVE),
        (rule("requested.amount", at_most="1", otherwise="decline"), DECLINE),
    ],
)
def test_rules_outside_the_model(broken, expected):
    found = recommended(0.05, broken, score=549, rate=4)

    assert found.recommendation is expected
    assert [item.passed for item in found.results] == [expected is APPROVE]
    assert found.results[0].text == "Looked at by a person"


def test_the_most_cautious_answer_wins():
    refers = rule("requested.amount", at_most="1")
    declines = rule("requested.term_months", at_most="1", otherwise="decline")

    assert recommended(0.5, refers).recommendation is DECLINE
    assert recommended(0.05, refers, declines).recommendation is DECLINE
    assert [item.passed for item in recommended(0.05, refers, declines).results] == [False, False]


ZONE = Automatic(
    approve_pd_at_most=0.08, approve_amount_at_most=Decimal(5000), decline_pd_at_least=0.6
)


@pytest.mark.parametrize(
    ("pd", "amount", "zone", "automatic"),
    [
        *((0.08, "5000", ZONE, True), (0.081, "5000", ZONE, False), (0.08, "5000.01", ZONE, False)),
        *((0.2, "100", ZONE, False), (0.59, "100", ZONE, False), (0.6, "100", ZONE, True)),
        *((0.01, "100", Automatic(), False), (0.99, "100", Automatic(), False)),
        (0.08, "1000000", Automatic(approve_pd_at_most=0.08), True),
    ],
)
def test_only_the_automatic_zone_needs_no_person(pd, amount, zone, automatic):
    assert recommended(pd, amount=amount, automatic=zone).automatic is automatic


def test_a_broken_rule_ends_automatic_approval():
    assert not recommended(0.01, rule("requested.amount", at_most="1"), automatic=ZONE).automatic


def test_without_a_model_a_person_decides():
    declines = rule("requested.amount", at_most="1", otherwise="decline")

    found = recommended(None, declines, automatic=ZONE)

    assert (found.recommendation, found.automatic) == (REFER, False)
    assert [item.passed for item in found.results] == [False]


@pytest.mark.parametrize(("agreement", "says"), [(0.75, "approve"), (0.7499, "refer")])
def test_as_many_models_as_policy_asks_for_are_enough(agreement, says):
    asking = Policy(approve_pd_at_most=0.16, decline_pd_at_least=0.4, agreement_at_least=0.75)
    sure = SimpleNamespace(agreement=agreement)
    ask = RequestedValues(amount=Decimal("4200.00"), term_months=24)

    found = recommend(asking, pd=0.1, requested=ask, values={}, uncertainty=sure)

    assert found.recommendation == says
