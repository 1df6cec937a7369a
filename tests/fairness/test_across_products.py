"""One report over all products that share an attribute."""

import pytest

from credit import vault
from credit.actions import contracts
from credit.ids import new_id
from credit.models import Application, ContractVersion, Decision, Product, Score
from monitoring.fairness import across_products, queries
from monitoring.models import FairnessReport

Stage = FairnessReport.Stage
MIDDLE, YOUNG = "25_to_61", "under_25"


@pytest.fixture
def other_product(contract, developer, at):
    """Bring the same contract out under another name."""
    source = contract.text.replace('slug = "consumer-loan"', 'slug = "furniture-loan"')
    made = contracts.register(source=source.encode(), by=developer, at=at)
    return made.product


@pytest.fixture
def decide_there(other_product, decide, version, at):
    """Write a decision of the other product."""

    def write(group, *, recommendation):
        policy = Decision.objects.first().policy
        application = Application.objects.create(
            id=new_id(at),
            product=other_product,
            reference="F",
            amount=1000,
            term_months=12,
            features={},
            status="awaiting_officer",
            received_at=at,
            salt=b"0" * 16,
        )
        Score.objects.create(
            application=application,
            contract=ContractVersion.objects.get(product=other_product),
            route="none",
        )
        Decision.objects.create(
            application=application, policy=policy, recommendation=recommendation, decided_at=at
        )
        vault.store_each([(application.pk, "age_group", group)], at=at)

    return write


@pytest.fixture
def report(at):
    def make(**more):
        made = across_products.make(
            **{
                "stage": Stage.RECOMMENDATION,
                "since": None,
                "until": None,
                "by": None,
                "at": at,
                **more,
            }
        )
        return None if made is None else queries.view(made)

    return make


def test_groups_that_fare_alike_in_each_product_are_not_called_apart(report, decide, decide_there):
    """The young ask for the product that is rarely granted: as a whole they look far behind."""
    for number in range(200):
        decide(MIDDLE, recommendation="approve" if number % 5 else "decline")
        decide_there(YOUNG, recommendation="decline" if number % 5 else "approve")
    for number in range(40):
        decide(YOUNG, recommendation="approve" if number % 5 else "decline")
        decide_there(MIDDLE, recommendation="decline" if number % 5 else "approve")

    view = report()

    young = next(group for group in view.attributes[0].groups if group.value == YOUNG)
    assert (view.n, view.product_slug, view.model_name) == (480, "", "")
    assert view.within == "product"
    assert young.air == pytest.approx(1.0)
    assert young.test == "Cochran-Mantel-Haenszel test"
    assert [each.stratum for each in view.attributes[0].strata if each.value == YOUNG] == [
        "consumer-loan",
        "furniture-loan",
    ]


def test_without_a_second_product_there_is_nothing_to_compare_across(report, decide):
    decide(MIDDLE, recommendation="approve")

    assert report() is None


def test_where_nobodys_group_is_known_there_is_no_report_unless_somebody_asked(
    report, decide, other_product
):
    decide(None, recommendation="approve")

    assert report() is None
    assert report(is_due=True).verdict == "insufficient evidence"


def test_products_of_other_groups_are_left_out(other_product, contract):
    same = ContractVersion.objects.get(product=other_product).read()

    assert {each.name for each in across_products.shared([contract.read(), same])} == {"age_group"}
    assert across_products.shared([contract.read()]) == ()
    assert Product.objects.count() == 2
