"""Nobody signs for a model that they asked to be trained, at any step of its way."""

import factories
import promotion_scene as scene
import pytest

from credit.actions import gate_waivers, model_versions, promotions, users, version_comments
from credit.actions.refusals import NotAllowed
from credit.models import TrainingRun
from credit.queries import models, registry

AT = factories.AT
Trigger = TrainingRun.Trigger
THEIRS = "was trained because you asked for it"


def trained_for(person, version, trigger=Trigger.REQUEST):
    """Say who asked for the training that made a version; the service is its trainer of record."""
    return TrainingRun.objects.create(
        product=version.product,
        version=version,
        state="succeeded",
        trigger=trigger,
        requested_by=person,
        requested_at=AT,
    )


@pytest.fixture
def live(db, own_store):
    return scene.live(factories.SOURCE)


@pytest.mark.parametrize("trigger", [Trigger.REQUEST, Trigger.FAIRER])
def test_who_asked_for_a_training_does_not_promote_it(live, validator, trigger):
    version = scene.candidate_of(live)
    trained_for(validator, version, trigger)

    with pytest.raises(model_versions.PromotionNotAllowed, match=THEIRS):
        scene.promoted_directly(version, validator)
    with pytest.raises(NotAllowed, match=THEIRS):
        model_versions.shadow(version_id=version.pk, by=validator, at=AT, note="Look.")
    assert THEIRS in models.may_promote(version.pk, validator, at=factories.AT)
    assert scene.promoted_directly(version).stage == "champion"


def test_nor_approves_it_nor_takes_its_steps(db, own_store, validator):
    version = scene.candidate_of(scene.live())
    trained_for(validator, version)
    request = scene.asked(version)

    with pytest.raises(NotAllowed, match=THEIRS):
        promotions.approve(request_id=request.pk, by=validator, at=AT, words="So it is.")

    promotions.approve(
        request_id=request.pk, by=factories.user("model_validator"), at=AT, words="So it is."
    )
    with pytest.raises(NotAllowed, match=THEIRS):
        scene.step(version, AT, validator)
    assert scene.step(version, AT).stage == "shadow"


def test_nor_waives_its_gates_nor_resolves_what_is_said_against_it(live, validator):
    version = scene.candidate_of(live, gates=[scene.FAILED])
    trained_for(validator, version)
    said = version_comments.add(version_id=version.pk, words="Hm.", by=validator, at=AT)
    asked = {"version_id": version.pk, "gate": "stability", "why": "Tiny.", "at": AT}

    with pytest.raises(gate_waivers.NotTheirs):
        gate_waivers.propose(**asked, by=validator)
    with pytest.raises(version_comments.NotTheirs):
        version_comments.resolve(comment_id=said.pk, resolution="Fine.", by=validator, at=AT)
    assert not registry.may_resolve(version.pk, validator)
    waiver = gate_waivers.propose(**asked, by=factories.user("model_validator"))
    with pytest.raises(gate_waivers.NotTheirs):
        gate_waivers.sign(waiver_id=waiver.pk, by=validator, at=AT)


def test_what_the_service_trained_by_itself_is_nobodys_own(live, validator):
    version = scene.candidate_of(live)
    trained_for(users.learning_worker(), version, Trigger.SCHEDULE)

    assert scene.promoted_directly(version, validator).stage == "champion"
