"""What counts a month with its outcomes does not go through all outcomes for each decision."""

import json
from datetime import date

import factories
import pytest
from django.db import connection

from credit import joins
from credit.actions import populations
from credit.models import Product
from monitoring.fairness import decided
from monitoring.results import vintages

MONTH = date(2026, 11, 1)
COUNTS = {
    "of a population": lambda product: populations.count_month(
        product_id=product.pk, month=MONTH, at=factories.AT
    ),
    "of a vintage": lambda product: vintages.count_month(product, MONTH, at=factories.AT),
    "of a fairness report": lambda product: list(decided.decided(product, at=factories.AT)),
}


def nodes(plan):
    return {plan["Node Type"]}.union(*(nodes(each) for each in plan.get("Plans", ())))


@pytest.mark.parametrize("count", COUNTS)
def test_outcomes_are_joined_by_no_loop_in_a_loop(champion, count):
    factories.decide()
    plans = []

    def explain(execute, sql, params, many, context):
        if "matured" in sql:
            execute(f"EXPLAIN (FORMAT JSON) {sql}", params, many, context)
            (((plan,),),) = context["cursor"].fetchall()
            plans.append(plan["Plan"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        COUNTS[count](Product.objects.get())

    assert plans
    assert all("Nested Loop" not in nodes(plan) for plan in plans), json.dumps(plans)


def test_other_statements_are_joined_as_postgresql_likes(db):
    with joins.hashed() as cursor:
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone() == ("off",)

    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone() == ("on",)
