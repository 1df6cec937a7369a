"""Each stage and each way to leave it: what the table of stages allows happens, and no more."""

import factories
import promotion_scene as scene
import pytest

from credit.actions import model_versions, promotion_steps, promotions
from credit.actions.refusals import ActionDenied
from credit.models import ModelVersion, PromotionRequest, StageChange
from credit.models.model_versions import Stage

AT = factories.AT
STAGES = list(Stage)
MOVES = {
    Stage.SHADOW: model_versions.shadow,
    Stage.CHAMPION: model_versions.promote,
    Stage.RETIRED: model_versions.retire,
}


@pytest.fixture
def live(db, own_store):
    return scene.live(factories.SOURCE)


@pytest.fixture
def on(live, validator):
    """Bring a version onto a stage, beside a champion, where the policy asks for no steps."""

    def make(stage):
        if stage == Stage.CANARY:
            return scene.canary_of(live)
        version = scene.candidate_of(live)
        return version if stage == Stage.CANDIDATE else moved(version, stage, validator)

    return make


def moved(version, to, by):
    return MOVES[to](version_id=version.pk, by=by, at=AT, note="It is time.")


@pytest.mark.parametrize("to", list(MOVES))
@pytest.mark.parametrize("stage", STAGES)
def test_a_move_is_made_where_the_table_has_it_and_refused_by_name_elsewhere(
    on, validator, stage, to
):
    version = on(stage)
    before = StageChange.objects.filter(version=version).count()

    if to in ModelVersion.NEXT_STAGES[stage]:
        assert moved(version, to, validator).stage == to
        assert StageChange.objects.filter(version=version).count() == before + 1
        return

    with pytest.raises(ActionDenied) as refused:
        moved(version, to, validator)
    assert str(stage) in str(refused.value).lower()
    version.refresh_from_db()
    assert version.stage == stage
    assert StageChange.objects.filter(version=version).count() == before


@pytest.mark.parametrize("stage", STAGES)
def test_a_step_without_an_approval_is_refused_on_every_stage(on, validator, stage):
    version = on(stage)
    PromotionRequest.objects.filter(version=version, state="approved").update(
        state="withdrawn", ended_at=AT, ended_by=validator, ending="Not now."
    )

    with pytest.raises(promotion_steps.StepDenied, match=r"no next step|no request that"):
        scene.step(version, AT, validator)


@pytest.mark.parametrize("stage", [Stage.CANARY, Stage.CHAMPION, Stage.RETIRED])
def test_what_is_on_its_way_or_over_is_not_asked_for(on, stage):
    with pytest.raises(promotions.RequestDenied, match="only a candidate or a shadow"):
        scene.asked(on(stage))


@pytest.mark.parametrize("stage", [Stage.CANDIDATE, Stage.SHADOW])
def test_what_is_neither_is(on, stage):
    assert scene.asked(on(stage)).state == "open"


def test_of_two_candidates_promoted_at_once_one_is_champion_in_the_end(committed, at_once):
    live = scene.live(factories.SOURCE)
    both = [scene.candidate_of(live), scene.candidate_of(live, content=scene.released(less=0.2))]

    results = at_once(scene.promoted_directly, both)

    assert [type(each) for each in results] == [ModelVersion, ModelVersion]
    stages = [ModelVersion.objects.get(pk=each.pk).stage for each in (live, *both)]
    assert stages[0] == "retired"
    assert sorted(stages[1:]) == ["champion", "retired"]
    moves = StageChange.objects.filter(version__in=both).order_by("pk")
    told = [(each.version_id, each.stage) for each in moves if each.stage != "candidate"]
    winner, loser = (both[stages.index(s, 1) - 1].pk for s in ("champion", "retired"))
    assert told == [(loser, "champion"), (loser, "retired"), (winner, "champion")]


def test_of_two_steps_to_champion_at_once_one_counts(committed, at_once):
    champion = scene.live(factories.SOURCE)
    canary = scene.canary_of(champion, at=AT)
    people = [factories.user("model_validator") for _ in range(2)]

    results = at_once(lambda by: scene.step(canary, AT, by), people)

    assert sorted(type(each).__name__ for each in results) == ["ModelVersion", "StepDenied"]
    assert champion.product.versions.filter(stage="champion").count() == 1
