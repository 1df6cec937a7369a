"""How far applicants have moved, as a page and as a command."""

import json
from datetime import timedelta

import drift_scene
import factories
import pytest
import recorded
from django.core.management import CommandError, call_command
from page_words import words_of

from credit.models import Role
from monitoring import tasks

AT = drift_scene.AT
ADDRESS = "/monitoring/consumer-loan/drift/"


@pytest.fixture
def version(db, toy_bundle):
    return drift_scene.champion(toy_bundle)


@pytest.fixture
def counted(db, toy_bundle):
    """Let two partners' applicants come, of whom one sends amounts in thousands since a week."""
    return two_partners_counted(toy_bundle)


@recorded.once
def two_partners_counted(content):
    version = drift_scene.champion(content)
    acme, north = factories.partner(), factories.partner("north")
    drift_scene.a_month(version, a_day=6, partner=north)
    drift_scene.a_month(
        version,
        a_day=12,
        days=7,
        partner=acme,
        seed=1,
        until=AT + timedelta(minutes=5),
        change=lambda row: row | {"amount": max(1, row["amount"] // 1_000)},
    )
    tasks.watch_drift()
    return version


def page(client, **asked):
    return words_of(client.get(ADDRESS, asked))


def test_it_says_what_moved_since_when_and_of_how_many(counted, as_validator):
    said = page(as_validator, partner="acme-broker", days="7")

    assert "Amount of the loan: about 1,000 times smaller since 16 November 2026" in said
    assert "it may be sent in thousands." in said
    assert "72 applications, 16 November 2026 to 22 November 2026" in said
    assert "beside the 1,000 loans that consumer-loan/1 learned from" in said


def test_the_worst_stands_first_and_each_has_a_figure_for_who_does_not_see(counted, as_validator):
    html = as_validator.get(ADDRESS, {"partner": "acme-broker", "days": "7"}).content.decode()
    multiples = html[html.index('<ul class="abreast">') :]

    assert multiples.index("Score (probability of default)") < multiples.index("<h3>Amount of")
    assert multiples.index("<h3>Amount of the loan") < multiples.index("<h3>Housing")
    assert "Chance stays below" in html
    assert "style=" not in html


def test_a_partner_that_is_as_ever_has_nothing_to_look_at(counted, as_validator):
    assert "0 things to look at" in page(as_validator, partner="north", days="90")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"days": "7", "partner": "nobody"}, "Too few applications"),
        ({}, "258 applications, 24 October 2026 to 22 November 2026"),
    ],
)
def test_what_is_asked_for_is_shown(counted, as_validator, asked, says):
    assert says in page(as_validator, **asked)


def test_a_period_that_is_not_offered_is_refused(counted, as_validator):
    assert as_validator.get(ADDRESS, {"days": "1000"}).status_code == 422


def test_before_anything_is_counted_it_says_so(version, as_validator):
    assert "Not counted yet" in page(as_validator)


def test_without_a_champion_there_is_nothing_to_compare_with(db, as_validator):
    factories.contract_version()

    assert "No champion yet" in page(as_validator)


def test_of_few_applications_nothing_is_said(version, as_validator):
    drift_scene.apply(version, 5)
    tasks.watch_drift()

    assert "5 applications" in page(as_validator)
    assert "Too few applications" in page(as_validator)


def test_another_product_is_not_found(version, as_validator):
    assert as_validator.get("/monitoring/other/drift/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.MODEL_DEVELOPER, 200),
        (Role.COMPLIANCE, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.AUDITOR, 200),
        (Role.OFFICER, 403),
    ],
)
def test_who_may_open_it(counted, signed_in, role, status):
    assert signed_in(role).get(ADDRESS).status_code == status


def test_it_reads_days_and_no_application(counted, as_validator, django_assert_max_num_queries):
    with django_assert_max_num_queries(16) as asked:
        as_validator.get(ADDRESS, {"days": "90"})

    assert not [each for each in asked.captured_queries if "credit_application" in each["sql"]]


# --- The command ---------------------------------------------------------------------------------


def test_the_command_counts_what_is_missing_and_says_it_in_words(version, capsys):
    drift_scene.a_month(version, a_day=6)

    call_command("drift", "consumer-loan")

    said = capsys.readouterr().out
    assert "consumer-loan: 174 applications, 24 October 2026 to 22 November 2026" in said
    assert "score: No change that chance does not explain: index 0." in said


def test_the_command_says_it_in_json(counted, capsys):
    call_command("drift", "consumer-loan", "--partner", "acme-broker", "--json")

    found = json.loads(capsys.readouterr().out)

    assert (found["state"], found["n"], found["m"]) == ("compared", 84, 1_000)
    worst = found["features"][0]
    assert (worst["name"], worst["cause"]) == ("amount", "units_changed")


def test_the_command_takes_days(counted, capsys):
    call_command(
        *("drift", "consumer-loan", "--since", "2026-11-01", "--until", "2026-11-02", "--json")
    )

    assert json.loads(capsys.readouterr().out)["n"] == 12


def test_the_command_says_of_too_few_that_they_are(version, capsys):
    call_command("drift", "consumer-loan")

    assert "Not compared: too few." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["other"], "There is no product other"),
        (["consumer-loan", "--partner", "nobody"], "There is no partner nobody"),
        (["consumer-loan", "--since", "tomorrow"], "is no day"),
        (["consumer-loan", "--since", "2026-11-03", "--until", "2026-11-02"], "not be after"),
    ],
)
def test_what_the_command_cannot_do_it_refuses(version, asked, says):
    with pytest.raises(CommandError, match=says):
        call_command("drift", *asked)
