"""Snapshots, trainings that are due, schedules and cancelling, at a prompt."""

import csv
import io
import json
from datetime import timedelta
from types import SimpleNamespace

import factories
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from credit.actions import retrainings, training_runs
from credit.models import RetrainingSchedule, TrainingRun

NEXT = "2031-01-04T02:00"


def run(*arguments):
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def live(champion):
    factories.user("model_developer", username="dana")
    factories.user("model_validator", username="vera")
    return champion


def test_a_snapshot_is_put_together_again_and_its_rows_are_listed(live, tmp_path):
    file = tmp_path / "rows.csv"

    out = run("snapshot", live.snapshot_id, "--retake", "--lineage", file)

    assert "1,000 rows, 300 bad" in out
    assert "labels, ingested: 1,000" in out
    assert "it has the same hash" in out
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert len(rows) == 1_000
    assert set(rows[0]) == {"row", "bad", "label", "weight"}  # nothing that was stated


def test_a_snapshot_that_comes_out_otherwise_is_an_error(live, monkeypatch):
    from credit.actions import snapshots  # noqa: PLC0415

    again = snapshots.Retaken(rows_sha256="f" * 64, is_same=False)
    monkeypatch.setattr(snapshots, "retake", lambda *_: again)

    with pytest.raises(CommandError, match="Put together again, its hash is ffff"):
        run("snapshot", live.snapshot_id, "--retake")


def test_a_snapshot_that_is_none_is_told(live):
    with pytest.raises(CommandError, match="There is no snapshot 99999"):
        run("snapshot", 99999)


def test_a_schedule_is_set_and_taken_away(live):
    asked = ("schedule_retraining", "consumer-loan", "--by", "vera")

    out = run(*asked, "--every-days", 30, "--next", NEXT)

    assert "every 30 days, next at 2031-01-04 02:00 UTC" in out
    assert RetrainingSchedule.objects.get().every_days == 30
    assert "on schedule no more" in run(*asked, "--off")
    assert not RetrainingSchedule.objects.exists()
    with pytest.raises(CommandError, match="--every-days and --next, or --off"):
        run(*asked)


def test_what_is_due_is_asked_for_and_nothing_else(live, validator):
    assert "Nothing asks for a training" in run("retrain", "consumer-loan", "--trigger")

    now = timezone.now()
    retrainings.schedule(
        product_id=live.product_id,
        every_days=7,
        next_at=now + timedelta(microseconds=1),
        by=validator,
        at=now,
    )
    said = json.loads(run("retrain", "consumer-loan", "--trigger", "--json"))

    assert (said["trigger"], said["why"]) == ("schedule", "Every 7 days.")
    with pytest.raises(CommandError, match="--by whom, or --trigger"):
        run("retrain", "consumer-loan")


def test_a_training_is_cancelled_by_its_number(live, developer):
    asked = training_runs.request(
        product_id=live.product_id, by=developer, at=factories.AT, enqueue=False
    )

    assert "is cancelled" in run("cancel_training", asked.pk, "--by", "vera")

    assert TrainingRun.objects.get().state == "cancelled"
    with pytest.raises(CommandError, match="nothing to cancel"):
        run("cancel_training", asked.pk, "--by", "vera")
    with pytest.raises(CommandError, match="no training run 99999"):
        run("cancel_training", 99999, "--by", "vera")


def test_who_waits_for_a_training_that_is_cancelled_is_told(live, monkeypatch, validator):
    from credit.management.commands import retrain  # noqa: PLC0415

    def somebody(_seconds):
        training_runs.cancel(run_id=TrainingRun.objects.get().pk, by=validator, at=factories.AT)

    monkeypatch.setattr(retrain, "time", SimpleNamespace(sleep=somebody))

    with pytest.raises(CommandError, match="was cancelled"):
        run("retrain", "consumer-loan", "--by", "vera", "--wait")
