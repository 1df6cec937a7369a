"""A version serves by the law of the day it is signed for, not by that of its training."""

import json
from datetime import timedelta
from io import StringIO

import factories
import law_scene as scene
import promotion_scene
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from credit import gate_laws
from credit.actions import (
    dossier_making,
    dossiers,
    gate_waivers,
    model_versions,
    promotion_steps,
    promotions,
)
from credit.models import AuditEvent, GateJudgement, GateWaiver, ModelVersion
from credit.queries import gate_waivers as waiver_queries
from credit.queries import models as model_queries

AT, LATER = scene.AT, scene.LATER
STRICT = {"figure": "significance", "threshold": 0.5}  # whoever is approved less often at all
NAMES_IT = r"XX, in force since .*2026 \(sha256:"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(dossiers, "_tell_worker", lambda: None)


@pytest.fixture
def lend(db, own_store, settings, tmp_path):
    """Let a lender of XX have a champion, and give a candidate beside it."""

    def begin(**later):
        settings.EVENHAND_LAWS = scene.laws(tmp_path / "laws", **later)
        contract = factories.contract_version(source=scene.SOURCE)
        factories.policy(contract)
        factories.promoted(factories.model_version(factories.toy_bundle(), contract=contract))
        return scene.candidate(contract)

    return begin


def again(version):
    return ModelVersion.objects.select_related("product", "contract").get(pk=version.pk)


def measured(version, at=LATER):
    dossier_making.make(version_id=version.pk, at=at)
    return again(version)


def approve(request, at):
    by = factories.user("model_validator")
    return promotions.approve(request_id=request.pk, by=by, at=at, words="So it is.")


def shadow(version, at):
    by = factories.user("model_validator")
    return model_versions.shadow(version_id=version.pk, by=by, at=at, note="Look.")


def test_a_gate_keeps_by_which_packs_it_was_judged(lend):
    (gate,) = lend(**STRICT).gates

    assert gate["passed"]
    assert gate["law"]["on"] == AT.date().isoformat()
    (pack,) = gate["law"]["packs"]
    assert (pack["place"], pack["hash"][:7]) == ("XX", "sha256:")
    assert gate["law"]["blocking"] == [["XX", "air", 0.2]]


def test_it_may_be_asked_for_until_the_law_changes(lend):
    version = lend(**STRICT)
    day_before = AT + (scene.CHANGES_ON - AT.date()) - timedelta(days=1)

    assert promotion_scene.asked(version, at=day_before).state == "open"


def test_nobody_asks_for_a_version_that_was_judged_by_the_law_before(lend):
    version = lend(**STRICT)

    with pytest.raises(promotions.LawChanged, match=NAMES_IT) as refused:
        promotion_scene.asked(version, at=LATER)

    assert "dossier measured anew" in str(refused.value)


def test_nobody_approves_it(lend):
    request = promotion_scene.asked(lend(**STRICT), at=AT)

    with pytest.raises(promotions.ApprovalDenied, match=NAMES_IT):
        approve(request, LATER)


def test_nobody_puts_it_into_shadow(lend):
    version = lend(**STRICT)

    with pytest.raises(model_versions.ShadowDenied, match=NAMES_IT):
        shadow(version, LATER)


def test_nobody_makes_it_the_canary(lend):
    version = lend(**STRICT)
    promotion_scene.approved(version, at=AT)
    promotion_scene.step(version, AT)

    with pytest.raises(promotion_steps.StepDenied, match=NAMES_IT):
        promotion_scene.step(version, LATER)


def test_a_canary_is_not_promoted(lend):
    version = lend(**STRICT)
    promotion_scene.approved(version, at=AT)
    promotion_scene.step(version, AT)
    promotion_scene.step(version, AT)

    with pytest.raises(model_versions.PromotionDenied, match=NAMES_IT):
        promotion_scene.step(version, LATER)


def test_nobody_promotes_it(lend):
    version = lend(**STRICT)

    with pytest.raises(model_versions.PromotionDenied, match=NAMES_IT):
        promotion_scene.promoted_directly(version, at=LATER)


@pytest.mark.parametrize(
    "later",
    [
        {"more": "keeps_months = 36\n"},
        {"use": "blocks", "threshold": 0.2, "more": "# worded anew\n"},
    ],
    ids=["other rules", "other words"],
)
def test_a_law_that_blocks_as_before_changes_nothing(lend, later):
    version = lend(**later)

    assert promotion_scene.asked(version, at=LATER).state == "open"
    assert measured(version).judgement is None


def test_a_law_that_blocks_no_more_is_told_too(lend):
    version = lend(use="shown")

    assert gate_laws.law_problem(version, on=LATER.date()) is not None
    assert measured(version).judgement.gate["law"]["blocking"] == []


def test_a_place_whose_law_ended_without_another_is_told(lend, tmp_path):
    version = lend()
    (tmp_path / "laws" / "after.toml").unlink()
    gate_laws.packs_of.__globals__["_packs"].cache_clear()

    said = gate_laws.law_problem(version, on=LATER.date())

    assert "XX, which has no law pack on that day" in said


def test_a_gate_from_before_packs_were_kept_was_judged_by_the_law_of_its_training(lend):
    version = lend(**STRICT)
    version.gates = [{key: version.gates[0][key] for key in ("name", "passed", "detail")}]
    version.gates[0]["blocking"] = True

    assert gate_laws.law_problem(version, on=AT.date()) is None
    assert gate_laws.law_problem(version, on=LATER.date()) is not None


def test_the_worker_judges_it_anew_with_its_dossier_and_it_goes_on(lend):
    version = measured(lend(threshold=0.25))

    (judgement,) = GateJudgement.objects.all()
    assert judgement.gate["passed"]
    assert judgement.gate["law"]["blocking"] == [["XX", "air", 0.25]]
    event = AuditEvent.objects.get(type="gate_judged")
    assert (event.target, event.details["passed"]) == (f"model:{version.name}", True)
    request = promotion_scene.asked(version, at=LATER)
    assert approve(request, LATER).state == "approved"


def test_judged_by_a_stricter_law_it_does_not_pass(lend):
    version = measured(lend(**STRICT))

    with pytest.raises(promotions.ApprovalDenied, match="By the law pack of XX"):
        approve(promotion_scene.asked(version, at=LATER), LATER)
    assert [gate["name"] for gate in version.gates_now] == ["fairness"]
    assert version.gates[0]["passed"]  # what the training found stays


def test_measuring_it_twice_judges_it_once(lend):
    version = measured(measured(lend(**STRICT)))

    assert version.judgements.count() == 1


def test_the_worker_finds_by_itself_who_was_judged_by_another_law_once_a_day(lend):
    version = lend(**STRICT)
    for each in ModelVersion.objects.all():
        dossier_making.make(version_id=each.pk, at=AT)
    assert dossiers.due(on=AT.date()) == []

    assert dossiers.due(on=LATER.date()) == [version.pk]  # and not the champion

    dossiers.keep(version_id=version.pk, at=LATER, sha256="", against="", problem="Gone.")
    assert dossiers.due(on=LATER.date()) == []
    assert dossiers.due(on=LATER.date() + timedelta(days=1)) == [version.pk]


# --- waivers


def waived(version, at):
    first, second = factories.user("model_validator"), factories.user("compliance")
    why = "A service of few people."
    waiver = gate_waivers.propose(version_id=version.pk, gate="fairness", why=why, by=first, at=at)
    return gate_waivers.sign(waiver_id=waiver.pk, by=second, at=at)


def test_who_waived_the_gate_by_one_law_did_not_by_another(lend, tmp_path):
    version = measured(lend(**STRICT))
    waived(version, LATER)
    assert promotion_scene.asked(version, at=LATER).state == "open"
    scene.pack(tmp_path / "laws", "after", since=scene.CHANGES_ON, **STRICT | {"threshold": 0.45})
    gate_laws.packs_of.__globals__["_packs"].cache_clear()

    version = measured(version, at=LATER + timedelta(days=1))

    assert version.waived_gates() == frozenset()
    assert waiver_queries.signed_of(version.pk) == {}
    waived(version, LATER + timedelta(days=1))
    assert again(version).waived_gates() == {"fairness"}


def test_a_waiver_of_what_was_judged_since_is_not_signed(lend, tmp_path):
    version, by = measured(lend(**STRICT)), factories.user("model_validator")
    waiver = gate_waivers.propose(
        version_id=version.pk, gate="fairness", why="Few people.", by=by, at=LATER
    )
    scene.pack(tmp_path / "laws", "after", since=scene.CHANGES_ON, **STRICT | {"threshold": 0.45})
    gate_laws.packs_of.__globals__["_packs"].cache_clear()
    measured(version, at=LATER + timedelta(days=1))

    with pytest.raises(gate_waivers.JudgedSince, match="propose anew"):
        gate_waivers.sign(waiver_id=waiver.pk, by=factories.user("compliance"), at=LATER)

    assert waiver_queries.to_sign(factories.user("compliance")) == []


def test_only_a_waiver_of_fairness_is_of_a_judgement(lend):
    version = measured(lend(**STRICT))

    with pytest.raises(IntegrityError, match="gate_waiver_of_a_judgement"), transaction.atomic():
        GateWaiver.objects.create(
            version=version,
            gate="stability",
            judgement=version.judgement,
            why="Few.",
            first_by=factories.user("model_validator"),
            first_at=LATER,
        )


# --- told


def test_a_version_says_by_which_law_it_was_judged(lend):
    version = lend(**STRICT)

    (before,) = model_queries.version(version.pk).gates
    (after,) = model_queries.version(measured(version).pk).gates

    assert before.law.startswith("By the law of 23 October 2026: XX, in force since")
    assert after.law.startswith("By the law of 2 December 2026: XX, in force since")
    assert not after.passed


def test_at_a_prompt_it_is_refused_with_what_changed(lend, monkeypatch):
    name = lend(**STRICT).name
    factories.user("model_developer", username="dora")
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)

    with pytest.raises(CommandError, match=NAMES_IT):
        call_command("request_promotion", name, "--by", "dora", "--why", "Better.")

    call_command("dossier", name, "--json", stdout=(out := StringIO()))
    assert "XX, in force since" in json.dumps(json.loads(out.getvalue())["dossier"])
