"""A version from its training to its promotion, at a prompt."""

from types import SimpleNamespace

import factories
import pytest
from at_a_prompt import run
from django.core.management import CommandError

from credit.actions import training_runs
from credit.models import TrainingRun


def test_train_makes_a_candidate(people):
    contract = factories.contract_version(source=factories.SMALL)
    factories.ingestion(contract)

    out, _ = run("train", "consumer-loan", "--by", "dana")

    assert "consumer-loan/1 is trained and waits for a validator." in out
    assert "fairness: " in out


def test_training_an_unknown_product_names_those_there_are(live):
    with pytest.raises(CommandError, match=r"no product loans. There is: consumer-loan\."):
        run("train", "loans", "--by", "dana")


def test_retrain_asks_the_worker(live):
    out, _ = run("retrain", "consumer-loan", "--by", "vera")

    asked = TrainingRun.objects.get()
    assert out == f"The training run {asked.pk} is queued.\n"
    with pytest.raises(CommandError, match="is being trained already"):
        run("retrain", "consumer-loan", "--by", "vera")


def test_retrain_waits_for_the_end(live, monkeypatch):
    from credit.management.commands import retrain  # noqa: PLC0415

    def worker(_seconds):
        training_runs.fail(
            run_id=TrainingRun.objects.get().pk, problem="The data is gone.", at=factories.AT
        )

    monkeypatch.setattr(retrain, "time", SimpleNamespace(sleep=worker))  # of this command only

    with pytest.raises(CommandError, match=r"The data is gone\."):
        run("retrain", "consumer-loan", "--by", "vera", "--wait")


def test_promote_by_its_name(live, toy_bundle):
    factories.model_version(toy_bundle, contract=live.contract)

    out, _ = run("promote", "consumer-loan/2", "--by", "vera", "--note", "Better")

    assert out == "consumer-loan/2 is now the champion.\n"


def test_a_version_goes_into_shadow_and_out_of_it(live, toy_bundle):
    factories.model_version(toy_bundle, contract=live.contract)
    signed = ("--by", "vera", "--note", "To compare")

    out, _ = run("promote", "consumer-loan/2", "--shadow", *signed)
    assert out == "consumer-loan/2 is now in shadow.\n"

    out, _ = run("retire", "consumer-loan/2", *signed)
    assert out == "consumer-loan/2 is retired.\n"
    with pytest.raises(CommandError, match="retired already"):
        run("retire", "consumer-loan/2", *signed)


@pytest.mark.parametrize(
    ("version", "by", "says"),
    [
        ("consumer-loan/9", "vera", "There is no model consumer-loan/9."),
        ("consumer-loan/x", "vera", "There is no model consumer-loan/x."),
        ("nothing", "vera", "There is no product"),
        ("consumer-loan/1", "dana", "Only a model validator"),
        ("consumer-loan/1", "vera", "only a candidate"),
    ],
)
def test_promotions_that_are_refused(live, version, by, says):
    with pytest.raises(CommandError, match=says):
        run("promote", version, "--by", by, "--note", "Better")
