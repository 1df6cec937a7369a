"""The engine is a setting or a flag; what is wrong with it is said before or in the run's row."""

import json
from contextlib import contextmanager

import factories
import pytest
from django.core.management import CommandError, call_command
from pydantic import ValidationError

from credit import engines, tasks
from credit.actions import training, training_runs
from credit.checks import cluster_is_spoken_to_in_secret, engine_can_be_used
from credit.environment import Environment
from credit.management.commands import score
from scoring import cluster

AT = factories.AT


@pytest.fixture
def product(db):
    contract = factories.contract_version()
    factories.ingestion(contract)
    factories.policy(contract)
    return contract.product


@pytest.fixture
def no_cluster(monkeypatch):
    """Have every cluster refuse, and collect the addresses it was asked for."""
    asked = []

    @contextmanager
    def refuse(scheduler, **_how):
        asked.append(scheduler)
        raise cluster.ClusterRefused("No Dask scheduler answers.")
        yield

    for user in (engines, score):
        monkeypatch.setattr(user, "cluster", refuse)
    return asked


def test_the_environment_says_which_engine(monkeypatch):
    assert Environment().evenhand_engine == "local"

    monkeypatch.setenv("EVENHAND_ENGINE", "dask")
    assert Environment().evenhand_engine == "dask"

    monkeypatch.setenv("EVENHAND_ENGINE", "spark")
    with pytest.raises(ValidationError):
        Environment()


def test_a_cluster_that_refuses_fails_the_run_with_its_sentence(product, developer, no_cluster):
    run = training_runs.request(product_id=product.pk, by=developer, at=AT, enqueue=False)

    with pytest.raises(training.TrainingFailed, match="No Dask scheduler answers"):
        training.run(run_id=run.pk, at=AT, engine="dask")

    run.refresh_from_db()
    assert (run.state, run.problem) == ("failed", "No Dask scheduler answers.")


def test_the_worker_trains_where_the_settings_say(product, developer, no_cluster, settings):
    settings.EVENHAND_ENGINE = "dask"
    settings.EVENHAND_DASK_SCHEDULER = "tls://dask:8786"
    run = training_runs.request(product_id=product.pk, by=developer, at=AT, enqueue=False)

    tasks.run_training(run.pk)

    assert no_cluster == ["tls://dask:8786"]


def test_a_flag_trains_on_a_cluster_once(product, developer, no_cluster):
    with pytest.raises(Exception, match="No Dask scheduler answers"):
        call_command("train", product.slug, "--by", developer.username, "--dask", "--json")

    assert no_cluster == [""]


def test_an_engine_that_is_not_installed_fails_the_checks(settings, monkeypatch):
    settings.EVENHAND_ENGINE = "dask"
    assert engine_can_be_used() == []

    monkeypatch.setattr(cluster, "find_spec", {}.get)

    (found,) = engine_can_be_used()
    assert found.id == "credit.E001"
    assert "requirements-dask.txt" in found.hint


@pytest.mark.parametrize(
    ("address", "warned"), [("", 0), ("tls://dask:8786", 0), ("tcp://dask:8786", 1)]
)
def test_rows_that_would_travel_unencrypted_are_warned_of(settings, address, warned):
    settings.EVENHAND_ENGINE = "dask"
    settings.EVENHAND_DASK_SCHEDULER = address

    assert len(cluster_is_spoken_to_in_secret()) == warned


@pytest.mark.parametrize("how", ["flag", "setting"])
def test_a_file_of_applications_goes_where_the_flag_or_the_settings_say(
    live, no_cluster, settings, tmp_path, how
):
    settings.EVENHAND_ENGINE = "dask" if how == "setting" else "local"
    settings.EVENHAND_DASK_SCHEDULER = "tls://dask:8786"
    file = tmp_path / "applications.ndjson"
    file.write_text(json.dumps(factories.body()))

    with pytest.raises(CommandError, match=r"^No Dask scheduler answers\.$"):
        call_command("score", "consumer-loan", str(file), *(["--dask"] if how == "flag" else []))

    assert no_cluster == ["tls://dask:8786"]


@pytest.mark.long
def test_two_processes_of_a_cluster_write_the_file_that_one_process_writes(live, tmp_path):
    pytest.importorskip("distributed", reason="Dask is not installed: it is the extra `dask`")
    bodies = [factories.body(reference=f"R{at}") for at in range(30)]
    file = tmp_path / "applications.ndjson"
    file.write_text("\n".join(map(json.dumps, bodies)))

    for name, *how in (["here", "--workers", "1"], ["there", "--dask", "--workers", "2"]):
        call_command("score", "consumer-loan", str(file), "--out", tmp_path / name, *how)

    assert (tmp_path / "there").read_text() == (tmp_path / "here").read_text()
    assert len((tmp_path / "there").read_text().splitlines()) == 31
