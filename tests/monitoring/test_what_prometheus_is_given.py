"""The files for Prometheus and Grafana ask for what `/metrics` really tells, by the same rules."""

import json
import re
from datetime import timedelta
from pathlib import Path

import factories
import pytest
import yaml
from celery import current_app
from django.test import Client
from kombu import Connection
from prometheus_client.parser import text_string_to_metric_families as families

from credit import meters
from credit.actions.alerts import raise_alert
from credit.api.urls import urlpatterns
from monitoring.service import objectives
from monitoring.service.budgets import WINDOWS
from monitoring.service.counts import BOUNDS

CHECKOUT = Path(__file__).parents[2]
RULES = yaml.safe_load((CHECKOUT / "deploy" / "prometheus" / "rules.yaml").read_text())
DASHBOARD = json.loads((CHECKOUT / "deploy" / "grafana" / "evenhand.json").read_text())
METRIC = re.compile(r"\bevenhand_\w+")
RECORDED = re.compile(r"\bevenhand:[\w:]+")
BURNS = re.compile(r"evenhand:decisions_(failed|slow):ratio_rate(\w+) > ([\d.]+) \* ([\d.]+)")
LABEL = re.compile(r"\b(evenhand_\w+)\{([^}]*)\}")


def rules():
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def expressions():
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])


@pytest.fixture
def told(champion, monkeypatch):
    """Give each name that a scrape tells, with the values of its labels."""
    monkeypatch.setattr(current_app, "connection_for_write", lambda: Connection("memory://"))
    factories.decide(**factories.REFERRED)
    meters.DECISIONS.labels("consumer-loan", "champion", "consumer-loan/1", "refer").inc()
    meters.TROUBLES.labels("consumer-loan", "timed_out").inc()
    meters.BATCH_ROWS.labels("consumer-loan", "champion").inc()
    meters.answered("api/v1/decisions", "POST", 201, 0.01)
    meters.answered("api/v1/decisions", "POST", 500, 0.01)
    meters.answered("api/v1/decisions/<decision_id:decision_id>", "GET", 404, 0.01)
    meters.worked("monitoring.take_pulse", "FAILURE", 0.1)
    meters.used("web", 0.1)
    raise_alert(cause="keys_expire", product=None, message="-", at=factories.AT)
    found = {}
    for family in families(Client().get("/metrics").content.decode()):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def test_every_metric_that_is_asked_for_is_told(told):
    asked = {name for expression in expressions() for name in METRIC.findall(expression)}

    assert len(asked) > 10
    assert not asked - set(told)


def test_every_label_and_value_that_is_asked_for_is_told(told):
    for expression in expressions():
        for name, labels in LABEL.findall(expression):
            for label, is_equal, value in re.findall(r'(\w+)(!?=)"([^"]*)"', labels):
                assert label in told[name], (name, label)
                assert is_equal == "!=" or value in told[name][label], (name, label, value)


def test_probes_are_looked_for_at_every_address_that_names_an_id():
    (rule,) = [each for each in alerts() if each["alert"] == "EvenhandIdsAreProbed"]
    asked = re.compile(re.search(r'route=~"([^"]+)"', rule["expr"])[1])

    routes = [f"api/v1/{each.pattern}" for each in urlpatterns]

    named = {route for route in routes if "_id>" in route}
    assert len(named) > 5
    assert {route for route in routes if asked.fullmatch(route)} == named


def test_what_is_recorded_is_what_is_asked_for():
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    asked = {name for expression in expressions() for name in RECORDED.findall(expression)}

    assert asked == recorded


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def test_a_rule_records_or_alerts_once_and_is_read_by_prometheus():
    names = [rule.get("record") or rule["alert"] for rule in rules()]

    assert len(names) == len(set(names))
    for rule in rules():
        assert set(rule) - {"for"} in (
            {"record", "expr"},
            {"alert", "expr", "labels", "annotations"},
        )
        assert re.fullmatch(r"\d+[smhd]", rule.get("for", "1m"))
    assert {rule["labels"]["severity"] for rule in alerts()} == {"page", "ticket"}
    for expression in expressions():
        assert [expression.count(sign) for sign in "({["] == [
            expression.count(sign) for sign in ")}]"
        ]


def test_prometheus_wakes_people_at_the_rates_that_the_product_uses():
    answered, in_time = objectives.objectives()[:2]
    burning = [BURNS.findall(rule["expr"]) for rule in alerts() if "ratio_rate" in rule["expr"]]

    assert (answered.name, in_time.name) == ("decisions_answered", "decisions_in_time")
    assert burning == [
        *(burns("failed", answered, window) for window in WINDOWS),
        burns("slow", in_time, WINDOWS[0]),
    ]


def burns(what, objective, window):
    bound = (f"{window.fastest(objective):g}", f"{round(objective.budget, 6):g}")
    return [(what, span(time), *bound) for time in (window.long, window.short)]


def span(time):
    minutes = time // timedelta(minutes=1)
    for length, unit in ((24 * 60, "d"), (60, "h")):
        if minutes % length == 0:
            return f"{minutes // length}{unit}"
    return f"{minutes}m"


def test_what_is_recorded_is_of_the_promised_requests_over_the_time_in_its_name():
    answered, in_time = objectives.objectives()[:2]
    (asked,) = {*answered.requests, *in_time.requests}
    method, _, route = asked.partition(" ")
    requests = f'{{route="{route}",method="{method}",'

    for rule in rules():
        if "record" in rule:
            assert set(re.findall(r"\[(\w+)\]", rule["expr"])) == {
                rule["record"].rpartition("ratio_rate")[2]
            }
            assert rule["expr"].count(requests) == rule["expr"].count("{") == 2
            is_slow = "decisions_slow" in rule["record"]
            assert (f'le="{in_time.within}"' in rule["expr"]) == is_slow
    assert in_time.within in BOUNDS


def test_the_dashboard_draws_the_budget_that_was_promised():
    answered = objectives.objectives()[0]
    (drawn,) = (
        panel["targets"][0]["expr"]
        for panel in DASHBOARD["panels"]
        if panel["title"].startswith("Error budget left")
    )

    assert set(re.findall(r"\[(\w+)\]", drawn)) == {f"{answered.days}d"}
    assert f"/ ({round(answered.budget, 6):g} * sum(" in drawn


def test_every_alert_says_what_is_wrong_and_which_page_to_open():
    for rule in alerts():
        page = CHECKOUT / rule["annotations"]["runbook"]
        assert rule["annotations"]["summary"]
        assert page.is_relative_to(CHECKOUT / "docs")
        assert page.exists(), rule["alert"]
