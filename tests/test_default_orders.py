"""Rows of one moment come in one order, whoever lists them: no default order leaves it open."""

from itertools import chain

import pytest
from django.apps import apps
from django.db import models

ORDERED = [
    model
    for model in chain.from_iterable(
        apps.get_app_config(name).get_models() for name in ("credit", "monitoring")
    )
    if model._meta.ordering
]


def names_one_row(model):
    """Give sets of fields that no two rows have alike."""
    primary = model._meta.pk
    together = getattr(primary, "field_names", (primary.name,))
    yield from ({"pk"}, {primary.attname}, {each.lstrip("-") for each in together})
    yield from ({each.name} for each in model._meta.concrete_fields if each.unique)
    for each in model._meta.constraints:
        if isinstance(each, models.UniqueConstraint) and each.condition is None:
            yield set(each.fields)


@pytest.mark.parametrize("model", ORDERED, ids=lambda model: model.__name__)
def test_a_default_order_ends_in_what_only_one_row_has(model):
    fields = {name.lstrip("-") for name in model._meta.ordering}

    assert any(each <= fields for each in names_one_row(model))
