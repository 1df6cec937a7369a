"""A failed gate is let pass by two people and with words; parity never is."""

import factories
import promotion_scene as scene
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from credit.actions import gate_waivers, model_versions
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, GateWaiver

AT = factories.AT
REASONS = {"name": "reasons", "passed": False, "detail": "0.2 off", "blocking": True}
WARNED = {"name": "latency", "passed": False, "detail": "600 µs", "blocking": False}


@pytest.fixture
def live(db, own_store):
    return scene.live(factories.SOURCE)


@pytest.fixture
def failed(live):
    return scene.candidate_of(live, gates=[scene.FAILED, WARNED])


@pytest.fixture
def proposed(failed, validator):
    return propose(failed, validator)


def propose(version, by, gate="stability", why="One fold holds nine bad loans."):
    return gate_waivers.propose(version_id=version.pk, gate=gate, why=why, by=by, at=AT)


def sign(waiver, by):
    return gate_waivers.sign(waiver_id=waiver.pk, by=by, at=AT)


@pytest.mark.parametrize("second", ["model_validator", "compliance"])
def test_two_people_waive_it_and_then_it_blocks_no_more(failed, proposed, validator, second):
    by = factories.user(second)
    waiver = sign(proposed, by)

    assert (waiver.first_by, waiver.second_by) == (validator, by)
    assert failed.waived_gates() == {"stability"}
    assert scene.promoted_directly(failed).stage == "champion"
    kinds = set(AuditEvent.objects.values_list("type", flat=True))
    assert {"gate_waiver_proposed", "gate_waived"} <= kinds


def test_one_signature_is_not_enough(failed, proposed):
    with pytest.raises(model_versions.PromotionDenied, match="did not pass: stability"):
        scene.promoted_directly(failed)


@pytest.mark.parametrize("gate", [scene.PARITY, REASONS])
def test_law_4_is_never_waived(live, validator, gate):
    version = scene.candidate_of(live, gates=[gate])

    with pytest.raises(gate_waivers.WaiverDenied, match="is never waived"):
        propose(version, validator, gate=gate["name"])


@pytest.mark.parametrize("gate", ["parity", "reasons"])
def test_not_even_by_hand_in_the_database(failed, validator, gate):
    with pytest.raises(IntegrityError, match="not_of_law_4"):
        GateWaiver.objects.create(
            version=failed, gate=gate, why="Please.", first_by=validator, first_at=AT
        )


def test_nor_is_a_bundle_whose_hash_is_another(failed, proposed, own_store, compliance):
    sign(proposed, compliance)
    for file in own_store.rglob("*.zip"):
        file.chmod(0o600)
        file.write_bytes(file.read_bytes() + b" ")

    with pytest.raises(model_versions.PromotionDenied, match="cannot serve"):
        scene.promoted_directly(failed)


@pytest.mark.parametrize("gate", ["latency", "calibration"])
def test_what_did_not_fail_or_does_not_block_needs_no_waiver(failed, validator, gate):
    with pytest.raises(gate_waivers.WaiverDenied, match=f"failed no gate {gate} that blocks"):
        propose(failed, validator, gate=gate)


@pytest.mark.parametrize("role", ["model_developer", "compliance", "officer", "administrator"])
def test_a_validator_signs_first(failed, role):
    with pytest.raises(NotAllowed, match="may waive a gate"):
        propose(failed, factories.user(role))


@pytest.mark.parametrize("role", ["model_developer", "officer", "auditor", "administrator"])
def test_not_everybody_signs_second(proposed, role):
    with pytest.raises(NotAllowed, match="may waive a gate"):
        sign(proposed, factories.user(role))


def test_nobody_signs_twice(proposed, validator):
    with pytest.raises(gate_waivers.NotTheirs, match="other than who proposed"):
        sign(proposed, validator)


def test_the_trainer_signs_neither_first_nor_second(live, validator):
    own = scene.candidate_of(live, gates=[scene.FAILED], trained_by=validator)

    with pytest.raises(gate_waivers.NotTheirs, match="other than the trainer"):
        propose(own, validator)
    waiver = propose(own, factories.user("model_validator"))
    with pytest.raises(gate_waivers.NotTheirs, match="other than the trainer"):
        sign(waiver, validator)


def test_words_are_needed(failed, validator):
    with pytest.raises(gate_waivers.WhyMissing):
        propose(failed, validator, why=" ")


def test_it_is_proposed_and_signed_once(failed, proposed, compliance):
    with pytest.raises(gate_waivers.WaivedAlready, match="proposed already"):
        propose(failed, factories.user("model_validator"))
    sign(proposed, compliance)
    with pytest.raises(gate_waivers.WaivedAlready, match="second signature already"):
        sign(proposed, factories.user("model_validator"))


def test_of_two_proposals_and_of_two_signatures_at_once_one_counts(committed, at_once):
    champion = scene.live(factories.SOURCE)
    version = scene.candidate_of(champion, gates=[scene.FAILED])
    people = [factories.user("model_validator") for _ in range(4)]

    proposals = at_once(lambda by: propose(version, by), people[:2])
    waiver = GateWaiver.objects.get()
    signatures = at_once(lambda by: sign(waiver, by), people[2:])

    for answers in (proposals, signatures):
        assert sorted(type(each).__name__ for each in answers) == ["GateWaiver", "WaivedAlready"]
    waiver.refresh_from_db()
    (signed,) = (each for each in signatures if isinstance(each, GateWaiver))
    assert waiver.second_by == signed.second_by
    kinds = [AuditEvent.Type.GATE_WAIVER_PROPOSED, AuditEvent.Type.GATE_WAIVED]
    events = AuditEvent.objects.filter(type__in=kinds).order_by("pk")
    assert [(each.type, each.user) for each in events] == [
        (kinds[0], waiver.first_by),
        (kinds[1], waiver.second_by),
    ]


def test_the_database_wants_two_people(proposed, validator):
    rows = GateWaiver.objects.filter(pk=proposed.pk)

    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        rows.update(second_by=validator, second_at=AT)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        rows.update(second_at=AT)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        rows.update(why="")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError, match="says_why"), transaction.atomic():
        GateWaiver.objects.create(
            version=proposed.version, gate="calibration", why="", first_by=validator, first_at=AT
        )
    with pytest.raises(IntegrityError, match="gate_waiver_once"), transaction.atomic():
        GateWaiver.objects.create(
            version=proposed.version,
            gate="stability",
            why="Again.",
            first_by=validator,
            first_at=AT,
        )
