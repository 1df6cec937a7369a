"""From an approved request a version goes through shadow and canary to champion, in time."""

from datetime import timedelta

import factories
import promotion_scene as scene
import pytest
from django.db import IntegrityError

from credit import promotion_path, serving
from credit.actions import (
    canaries,
    model_versions,
    promotion_steps,
    promotions,
    service_stops,
    shadow_scores,
    version_comments,
)
from credit.actions.refusals import ActionDenied, NotAllowed
from credit.models import AuditEvent, ModelVersion, StageChange
from credit.queries import registry

AT = factories.AT
DAY = timedelta(days=1)
T0 = AT - timedelta(days=10)


@pytest.fixture
def live(db, own_store):
    return scene.live()


@pytest.fixture
def candidate(live):
    version = scene.candidate_of(live)
    scene.approved(version, at=T0)
    return version


@pytest.fixture
def offered(monkeypatch):
    """Keep what is offered to the threads, for the test to work."""
    kept = []
    monkeypatch.setattr(shadow_scores._queue, "offer", kept.append)
    return kept


def decided_in_shadow(offered, n, at):
    for i in range(n):
        factories.decide(at=at, reference=f"S-{at:%d%H}-{i}")
    shadow_scores.work(iter(offered))
    offered.clear()


def decided_by_canary(canary, n, at, share=0.25):
    for reference in scene.references(canary, own=True, n=n, share=share):
        factories.decide(at=at, reference=reference)
    canaries.watch(at=at + timedelta(minutes=1))


# --- The whole way


def test_it_goes_through_shadow_and_canary_to_champion(candidate, live, offered, validator):
    assert scene.step(candidate, T0, validator).stage == "shadow"
    decided_in_shadow(offered, 2, T0 + timedelta(hours=1))

    canary = scene.step(candidate, T0 + DAY, validator)
    assert (canary.stage, canary.canary_by, canary.canary_at) == ("canary", validator, T0 + DAY)
    decided_by_canary(canary, 3, T0 + DAY + timedelta(hours=1))

    champion = scene.step(candidate, T0 + 2 * DAY, validator)
    assert (champion.stage, champion.promoted_by) == ("champion", validator)
    live.refresh_from_db()
    assert live.stage == "retired"
    request = candidate.promotions.get()
    assert (request.state, request.ended_by) == ("completed", validator)


@pytest.mark.parametrize("taken", [0, 1, 2], ids=["shadow", "canary", "champion"])
def test_a_comment_after_the_approval_stops_each_step_until_it_is_resolved(
    candidate, offered, developer, validator, taken
):
    if taken > 0:
        scene.step(candidate, T0, validator)
        decided_in_shadow(offered, 2, T0 + timedelta(hours=1))
    if taken > 1:
        canary = scene.step(candidate, T0 + DAY, validator)
        decided_by_canary(canary, 3, T0 + DAY + timedelta(hours=1))
    then = T0 + taken * DAY
    said = version_comments.add(version_id=candidate.pk, words="Hm?", by=developer, at=then)

    with pytest.raises(ActionDenied, match="comments that nobody resolved: 1"):
        scene.step(candidate, then, validator)

    version_comments.resolve(comment_id=said.pk, resolution="Checked.", by=validator, at=then)
    assert scene.step(candidate, then, validator).stage == ["shadow", "canary", "champion"][taken]


def test_each_step_is_written_down_and_in_the_trail(candidate, offered, validator):
    scene.step(candidate, T0, validator)
    decided_in_shadow(offered, 2, T0 + timedelta(hours=1))
    scene.step(candidate, T0 + DAY, validator)

    changes = StageChange.objects.filter(version=candidate).order_by("pk")
    assert list(changes.values_list("stage", flat=True)) == ["candidate", "shadow", "canary"]
    event = AuditEvent.objects.get(type=AuditEvent.Type.MODEL_CANARY)
    assert (event.user, event.details["share"]) == (validator, 0.25)


# --- What each step waits for


def test_shadow_lasts_its_time_and_its_number(candidate, offered):
    scene.step(candidate, T0)

    with pytest.raises(promotion_steps.StepDenied) as early:
        scene.step(candidate, T0 + timedelta(hours=10, minutes=30))
    assert "14 more hours on this stage and 2 more decisions scored" in str(early.value)

    decided_in_shadow(offered, 1, T0 + timedelta(hours=1))
    with pytest.raises(promotion_steps.StepDenied, match="still needs 1 more decision scored"):
        scene.step(candidate, T0 + 2 * DAY)


def test_so_does_the_canary(candidate, offered):
    scene.step(candidate, T0)
    decided_in_shadow(offered, 2, T0 + timedelta(hours=1))
    canary = scene.step(candidate, T0 + DAY)

    with pytest.raises(promotion_steps.StepDenied, match=r"24 more hours .* and 3 more decisions"):
        scene.step(canary, T0 + DAY)
    decided_by_canary(canary, 3, T0 + DAY + timedelta(hours=1))
    with pytest.raises(promotion_steps.StepDenied, match="needs 1 more hour on this stage"):
        scene.step(canary, T0 + 2 * DAY - timedelta(minutes=1))
    canary.refresh_from_db()
    assert promotion_path.waits_for(canary, at=T0 + 2 * DAY) == []


def test_a_policy_that_asks_for_no_minimum_lets_it_go_on_at_once(db, own_store):
    live = scene.live(factories.SOURCE)

    canary = scene.canary_of(live, at=T0)

    assert scene.step(canary, T0).stage == "champion"


# --- Refusals


@pytest.mark.parametrize("stage", ["candidate", "shadow", "canary"])
def test_where_the_policy_asks_for_steps_there_is_no_way_round(candidate, offered, stage):
    if stage != "candidate":
        scene.step(candidate, T0)
    if stage == "canary":
        decided_in_shadow(offered, 2, T0 + timedelta(hours=1))
        scene.step(candidate, T0 + DAY)

    words = "asks for steps" if stage != "canary" else "still needs"
    with pytest.raises(model_versions.PromotionDenied, match=words):
        scene.promoted_directly(candidate)


def test_without_a_champion_the_first_one_needs_no_steps(live, candidate, validator):
    model_versions.retire(version_id=live.pk, by=validator, at=AT, note="Wrong.")

    assert scene.promoted_directly(candidate, validator).stage == "champion"


def test_without_a_champion_there_is_no_canary(live, candidate, offered, validator):
    scene.step(candidate, T0)
    decided_in_shadow(offered, 2, T0 + timedelta(hours=1))
    model_versions.retire(version_id=live.pk, by=validator, at=T0 + DAY, note="Wrong.")

    with pytest.raises(promotion_steps.StepDenied, match="no champion that a canary could"):
        scene.step(candidate, T0 + DAY)


@pytest.mark.parametrize("role", ["model_developer", "officer", "compliance", "administrator"])
def test_only_a_validator_takes_a_step(candidate, role):
    with pytest.raises(NotAllowed, match="Only a model validator"):
        scene.step(candidate, T0, factories.user(role))


def test_who_trained_it_takes_no_step(db, own_store, validator):
    own = scene.candidate_of(scene.live(), trained_by=validator)
    scene.approved(own)

    with pytest.raises(NotAllowed, match="other than its trainer"):
        scene.step(own, T0, validator)


def test_after_the_champion_there_is_no_step(live):
    with pytest.raises(promotion_steps.StepDenied, match="is champion: there is no next step"):
        scene.step(live, T0)


def test_a_bundle_that_is_gone_becomes_no_canary(candidate, offered, own_store):
    scene.step(candidate, T0)
    decided_in_shadow(offered, 2, T0 + timedelta(hours=1))
    for file in own_store.rglob("*.zip"):
        file.unlink()

    with pytest.raises(promotion_steps.StepDenied, match="cannot serve"):
        scene.step(candidate, T0 + DAY)


def test_two_steps_at_once_are_one(committed, at_once):
    version = scene.candidate_of(scene.live())
    scene.approved(version, at=T0)
    validators = [factories.user("model_validator") for _ in range(2)]

    results = at_once(lambda by: scene.step(version, T0, by), validators)

    names = sorted(type(result).__name__ for result in results)
    assert names == ["ModelVersion", "StepDenied"]


# --- Ways back


@pytest.fixture
def canary(db, own_store):
    return scene.canary_of(scene.live(factories.SOURCE), at=T0)


def champion_of(version):
    return version.product.versions.get(stage="champion")


def test_a_canary_is_taken_back_at_one_word(canary, validator):
    back = promotion_steps.take_back(product_id=canary.product_id, by=validator, at=AT)

    assert (back, back.stage) == (canary, "candidate")
    assert serving.terms("consumer-loan", at=AT).canary is None
    assert canary.promotions.get().state == "withdrawn"
    assert AuditEvent.objects.get(type=AuditEvent.Type.CANARY_TAKEN_BACK).user == validator


def test_without_one_there_is_nothing_to_take_back(champion, validator, developer):
    with pytest.raises(promotion_steps.NoCanary):
        promotion_steps.take_back(product_id=champion.product_id, by=validator, at=AT)
    with pytest.raises(NotAllowed, match="take a canary back"):
        promotion_steps.take_back(product_id=champion.product_id, by=developer, at=AT)


def test_withdrawing_its_request_takes_it_back(canary, validator):
    request = canary.promotions.get()

    promotions.withdraw(request_id=request.pk, by=validator, at=AT, words="Not now.")

    canary.refresh_from_db()
    assert canary.stage == "candidate"


@pytest.mark.parametrize("how", ["rollback", "stop", "retired champion", "promoted other"])
def test_it_goes_where_what_it_stood_beside_goes(canary, validator, how):
    product, champion = canary.product_id, champion_of(canary)
    if how == "rollback":
        other = scene.candidate_of(champion, content=scene.released(less=0.2))
        scene.promoted_directly(other, validator, AT)
        canary.refresh_from_db()
        scene.approved(canary, at=AT)
        scene.step(canary, AT)
        scene.step(canary, AT)
        model_versions.roll_back(
            product_id=product, instead_of=other.name, by=validator, at=AT + DAY
        )
    elif how == "stop":
        service_stops.stop(product_id=product, by=validator, at=AT, why="Odd scores.")
    elif how == "retired champion":
        model_versions.retire(version_id=champion.pk, by=validator, at=AT, note="Odd.")
    else:
        other = scene.candidate_of(champion, content=scene.released(less=0.2))
        scene.promoted_directly(other, validator, AT)

    canary.refresh_from_db()
    assert canary.stage == "candidate"
    assert canary.promotions.first().state == "superseded"
    assert serving.terms("consumer-loan", at=AT + DAY).canary is None


def test_it_may_be_retired_too(canary, validator):
    model_versions.retire(version_id=canary.pk, by=validator, at=AT, note="Not good.")

    assert canary.promotions.get().state == "withdrawn"
    assert serving.terms("consumer-loan", at=AT).canary is None


# --- Who was what, when


def test_who_was_champion_and_canary_at_a_moment_stays_one_question(canary, validator):
    first = champion_of(canary)
    scene.step(canary, AT, validator)

    during, after = T0 + DAY, AT + DAY
    assert registry.champion_at("consumer-loan", during).version_name == first.name
    assert registry.canary_at("consumer-loan", during).version_name == canary.name
    assert registry.canary_at("consumer-loan", during).until == AT
    assert registry.champion_at("consumer-loan", after).version_name == canary.name
    assert registry.champion_at("consumer-loan", after).signed_by == validator.get_username()
    assert registry.canary_at("consumer-loan", after) is None


def test_the_history_says_what_happened_to_it(canary, validator):
    promotion_steps.take_back(product_id=canary.product_id, by=validator, at=AT, note="Odd.")

    said = [row.what for row in registry.history("consumer-loan") if row.version_id == canary.pk]
    assert said == ["Taken back", "Canary", "Into shadow", "Trained"]


# --- What the database keeps


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"canary_by": None}, "canary_is_signed"),
        ({"canary_at": None}, "canary_is_signed"),
        ({"canary_by": "trained_by"}, "canary_by_someone_else"),
    ],
)
def test_a_canary_is_signed_by_somebody_else(canary, changes, constraint):
    if changes.get("canary_by") == "trained_by":
        changes = {"canary_by": canary.trained_by}

    with pytest.raises(IntegrityError, match=constraint):
        ModelVersion.objects.filter(pk=canary.pk).update(**changes)


def test_a_product_has_one_canary(canary, validator):
    other = scene.candidate_of(champion_of(canary), content=scene.released(less=0.2))

    with pytest.raises(IntegrityError, match="one_canary"):
        ModelVersion.objects.filter(pk=other.pk).update(
            stage="canary", canary_by=validator, canary_at=AT
        )


def test_every_move_but_a_halt_has_somebody_who_signed(canary):
    with pytest.raises(IntegrityError, match="signed_unless_halted"):
        StageChange.objects.create(
            product=canary.product, version=canary, stage="champion", by=None, at=AT
        )
