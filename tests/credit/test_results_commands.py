"""`performance` and `business` on the command line: counted first, then told."""

import json
from datetime import timedelta
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from monitoring.models import CountedVintage, Figures


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: factories.AT + timedelta(days=1))


def said(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_business_tells_each_figure_beside_its_target(champion):
    factories.decide(**factories.AUTOMATIC)

    text = said("business", "consumer-loan")

    assert "Approval rate: 100.0%" in text
    assert "n = 1" in text
    assert "target 55.0% ± 15.0%, set before go-live on 2026-10-23" in text
    assert Figures.objects.filter(kind="business").exists()


def test_business_as_json_has_what_the_page_has(champion):
    factories.decide(**factories.AUTOMATIC)

    found = json.loads(said("business", "consumer-loan", "--json"))

    rate = next(each for each in found["figures"] if each["name"] == "approval_rate")
    assert rate["target"]["set_before_go_live"] is True
    assert rate["value"]["n"] == 1
    assert found["counts"]["applications"] == 1


def test_performance_says_that_nothing_has_matured(champion):
    factories.decide(**factories.AUTOMATIC)

    text = said("performance", "consumer-loan")

    assert "2026-11, 0 of 1 matured" in text
    assert "Nothing has matured yet." in text
    found = json.loads(said("performance", "consumer-loan", "--json"))
    assert found["newest_matured"] is None
    assert found["months"][0]["measured"]["n"] == 1
    assert CountedVintage.objects.exists()


@pytest.mark.parametrize("command", ["performance", "business"])
def test_an_unknown_product_or_part_is_a_sentence(command, champion):
    with pytest.raises(CommandError, match="nowhere"):
        said(command, "nowhere")
    with pytest.raises(CommandError, match="version:77"):
        said(command, "consumer-loan", "--segment", "version:77")
