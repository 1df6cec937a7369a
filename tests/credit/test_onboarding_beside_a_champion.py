"""A contract that is onboarded beside a champion takes the steps that policy asks for."""

import io
import json

import factories
import promotion_scene as scene
import pytest
from django.core.management import CommandError, call_command

from credit.models import ModelVersion, PromotionRequest

SMALL = (
    scene.SOURCE.replace(b"rounds = 150", b"rounds = 12")
    .replace(b"repeats = 5", b"repeats = 1\nbootstrap_models = 0")
    .replace(b"folds = 5", b"folds = 2")
)


@pytest.fixture
def onboard(db, own_store, tmp_path):
    factories.user("model_developer", username="dana")
    factories.user("model_validator", username="vera")
    file = tmp_path / "contract.toml"
    file.write_bytes(SMALL)

    def run(*more):
        out = io.StringIO()
        people = ("--by", "dana", "--approved-by", "vera")
        call_command("onboard", file, factories.LOANS, *people, *more, stdout=out, stderr=out)
        return out.getvalue()

    return run


def test_it_is_trained_and_approved_and_does_not_serve_yet(onboard):
    champion = scene.live()

    said = onboard()

    version = ModelVersion.objects.get(number=2)
    request = PromotionRequest.objects.get()
    assert (version.stage, champion.product.versions.get(stage="champion")) == (
        "candidate",
        champion,
    )
    assert (request.version, request.state) == (version, "approved")
    assert (request.requested_by.username, request.answered_by.username) == ("dana", "vera")
    assert "The policy in force asks for steps before it serves:" in said
    assert "manage.py take_step consumer-loan/2" in said


def test_run_again_it_says_so_again_and_does_nothing_anew(onboard):
    scene.live()
    onboard()

    facts = json.loads(onboard("--json").splitlines()[-1])

    assert facts["takes_steps"]
    assert (ModelVersion.objects.count(), PromotionRequest.objects.count()) == (2, 1)


def test_while_another_version_is_on_its_way_it_says_so(onboard):
    champion = scene.live()
    scene.asked(scene.candidate_of(champion))

    with pytest.raises(CommandError, match="asked for consumer-loan/2 already"):
        onboard()


def test_a_first_champion_goes_live_at_once_whatever_steps_its_policy_asks_for(onboard):
    assert "consumer-loan/1 is live." in onboard()
    assert not PromotionRequest.objects.exists()
