"""The time machine moved to the present: its last day is yesterday, also of a run that goes on."""

import json
from datetime import date, timedelta
from io import StringIO

import factories
import polars as pl
import pytest
import time_machine_scene as scene
from django.core.management import call_command
from django.utils import timezone

from credit.management.commands import simulate as simulate_command
from credit.models import AuditEvent, Decision, OfficerDecision
from credit.simulating import journal

START, END = date(2009, 7, 1), date(2009, 7, 20)
TODAY = factories.AT
YESTERDAY = TODAY.date() - timedelta(days=1)


@pytest.fixture(autouse=True)
def shipped(db, own_store, settings, tmp_path):
    """Let the quick contract be the one that ships."""
    folder = tmp_path / "contracts" / "small-business-loan"
    folder.mkdir(parents=True)
    scene.contract_file(folder).rename(folder / "contract.toml")
    (folder / "loans.parquet").symlink_to(scene.FOLDER / "loans.parquet")
    settings.BASE_DIR = tmp_path


@pytest.fixture
def simulate(monkeypatch):
    def run(*, at):
        monkeypatch.setattr(timezone, "now", lambda: at)
        out = StringIO()
        call_command(
            *("simulate", "small-business-loan", "--from", str(START), "--to", str(END)),
            *("--rows", "12000", "--until-now", "--json"),
            stdout=out,
        )
        return json.loads(out.getvalue())

    return run


def days_between(decisions):
    """Say by how many days each decision was moved from the day of its loan."""
    loans = pl.read_parquet(
        scene.FOLDER / "loans.parquet", columns=["LoanNr_ChkDgt", "ApprovalDate"]
    )
    days = {f"SIM-{number}": day for number, day in loans.iter_rows()}
    return {
        each.decided_at.date() - days[each.application.reference]
        for each in decisions.select_related("application")
    }


def test_all_days_move_alike_and_the_last_is_yesterday_whenever_it_goes_on(simulate):
    report = simulate(at=TODAY)

    assert days_between(Decision.objects.all()) == {YESTERDAY - END}
    assert max(each.decided_at.date() for each in Decision.objects.all()) == YESTERDAY
    taken = OfficerDecision.objects.select_related("decision")
    assert all(each.decided_at >= each.decision.decided_at for each in taken)
    before = (Decision.objects.count(), AuditEvent.objects.count())

    again = simulate(at=TODAY + timedelta(days=3))

    assert again["decisions"] == report["decisions"]
    assert (Decision.objects.count(), AuditEvent.objects.count()) == before
    assert journal.read("small-business-loan").asked["shift_days"] == (YESTERDAY - END).days


def test_the_journal_of_a_database_that_is_gone_moves_nothing(shipped, monkeypatch):
    asked = {"product": "small-business-loan", "start": START, "end": END, "until_now": True}
    asked |= {"data": None, "rows": None, "seed": 1, "every": 12}
    monkeypatch.setattr(timezone, "now", lambda: TODAY - timedelta(days=90))
    journal.begin(simulate_command._asked(asked)).write()

    monkeypatch.setattr(timezone, "now", lambda: TODAY)

    assert simulate_command._asked(asked).shift == YESTERDAY - END
