"""A worker killed in any phase of a training loses nothing, and leaves no half of a model."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import doomed_worker
import factories
import pytest
import trainings_scene as scene
from django.conf import settings
from django.db import connection
from django.utils import timezone
from waiting import wait_until

from credit import store, tasks
from credit.actions import dossiers, fair_alternatives, training_runs
from credit.models import Alert, AuditEvent, FairSearch, ModelVersion, Product, TrainingRun
from scoring import bundle

CHECKOUT = Path(__file__).parents[2]
SOURCE = factories.SMALL.replace(b"[fairness]\n", b"[fairness]\nsearch_tries = 1\n")
BEFORE_A_ROW = (
    doomed_worker.HALF_WRITTEN,
    "between bundle and row",
    "in the row's transaction",
)
QUICK = ("Taking a snapshot", "between bundle and row")


def each_of(places):
    """Leave to `./run long` what tells less: a process of the worker takes seconds to come."""
    return [
        pytest.param(place, marks=() if place in QUICK else pytest.mark.long) for place in places
    ]


@pytest.fixture
def product(committed):
    return Product.objects.first() or without_a_champion()


@pytest.fixture
def run(product, undisturbed):
    return asked(product)


@pytest.fixture
def undisturbed(product):
    """Give the version of a training that nobody kills, the first of this file."""
    before = TrainingRun.objects.filter(state="succeeded").order_by("pk").first()
    if before is not None:
        return before.version
    made = asked(product)
    tasks.run_training(made.pk)
    made.refresh_from_db()
    return made.version


def without_a_champion():
    contract = factories.contract_version(source=SOURCE)
    factories.ingestion(contract)
    factories.policy(contract)
    return contract.product


def asked(product):
    return scene.ask(product, factories.user("model_developer"), at=timezone.now())


def killed(run, place):
    """Have a process of its own train, and kill it there."""
    command = [sys.executable, doomed_worker.__file__, connection.settings_dict["NAME"]]
    with subprocess.Popen(
        [*command, str(run.pk), place],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "credit.settings",
            "EVENHAND_VAR": str(settings.EVENHAND_VAR),
            "PYTHONPATH": str(CHECKOUT),
        },
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        came = any(line.strip() == doomed_worker.THERE for line in worker.stdout)
        os.kill(worker.pid, signal.SIGKILL)
    assert came, f"the worker never came to: {place}"
    run.refresh_from_db()


def swept(run):
    """Look as every minute the worker looks, until PostgreSQL has noticed who is dead."""

    def is_over():
        tasks.sweep_training_runs()
        run.refresh_from_db()
        return run.state not in training_runs.UNFINISHED

    wait_until(is_over)


def bundles():
    return set(settings.EVENHAND_VAR.rglob("*.zip"))


@pytest.mark.parametrize("place", each_of([*scene.PHASES, *BEFORE_A_ROW]))
def test_a_training_killed_before_its_version_stands_is_done_again(undisturbed, run, place):
    """Nothing of it counts, and the sweep makes the version that it would have made."""
    store.path_of(undisturbed.bundle_hash, ".zip").unlink()  # so that it is written once more
    versions, standing = ModelVersion.objects.count(), bundles()

    killed(run, place)

    assert (run.state, run.attempts, run.version) == ("running", 1, None)
    assert ModelVersion.objects.count() == versions
    for file in bundles() - standing:
        bundle.open_bundle(file, expected_hash=f"sha256:{file.stem}")

    swept(run)

    assert (run.state, run.attempts, run.problem) == ("succeeded", 2, "")
    assert ModelVersion.objects.count() == versions + 1
    assert run.version.bundle_hash == undisturbed.bundle_hash
    whole = store.path_of(run.version.bundle_hash, ".zip")
    bundle.open_bundle(whole, expected_hash=run.version.bundle_hash)
    assert not Alert.objects.filter(cause="training_failed").exists()


@pytest.mark.long
def test_a_version_whose_dossier_was_cut_off_is_measured_after_all(undisturbed, run):
    killed(run, "measuring the dossier")

    assert (run.state, run.attempts) == ("succeeded", 1)
    assert run.version.bundle_hash == undisturbed.bundle_hash
    assert dossiers.due(on=timezone.now().date()) == [run.version_id]

    tasks.make_dossiers()

    assert dossiers.due(on=timezone.now().date()) == []
    made = AuditEvent.objects.filter(type=dossiers.MADE, target=dossiers.target_of(run.version))
    assert [each.details["problem"] for each in made] == [""]
    assert store.get(made.get().details["sha256"], ".json")


@pytest.mark.long
def test_a_search_for_alternatives_that_was_cut_off_is_made_after_all(run):
    killed(run, "searching for alternatives")

    assert (run.state, run.attempts) == ("succeeded", 1)
    assert fair_alternatives.due() == [run.version_id]

    def is_made():
        tasks.search_fair_alternatives()
        return FairSearch.objects.filter(version=run.version).exists()

    wait_until(is_made)

    assert fair_alternatives.due() == []
    assert FairSearch.objects.get(version=run.version).problem == ""


@pytest.mark.long
def test_one_that_kills_two_workers_fails_with_one_alert_and_is_asked_for_again(
    product, undisturbed, run
):
    versions = ModelVersion.objects.count()
    for _ in range(2):
        killed(run, "Fitting on all loans")
    swept(run)
    tasks.sweep_training_runs()

    assert (run.state, run.attempts) == ("failed", 2)
    assert "cut off in the middle of it twice" in run.problem
    assert ModelVersion.objects.count() == versions
    told = AuditEvent.objects.filter(type=AuditEvent.Type.TRAINING_FAILED)
    assert [each.target for each in told] == [f"training_run:{run.pk}"]
    alert = Alert.objects.get(cause="training_failed")
    assert (alert.times, alert.cleared_at) == (1, None)

    again = asked(product)
    tasks.run_training(again.pk)

    again.refresh_from_db()
    alert.refresh_from_db()
    assert again.version.bundle_hash == undisturbed.bundle_hash
    assert alert.cleared_at is not None
