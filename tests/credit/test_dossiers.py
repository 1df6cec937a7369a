"""Dossiers are measured by the worker, once and when they are asked for."""

import dossiers_scene
import factories
import pytest
from django.db import connection

from credit import serving, store, tasks
from credit.actions import dossier_making, dossier_people, dossiers
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, Role
from credit.queries.dossiers import figures_of

AT = factories.AT
MADE = AuditEvent.Type.DOSSIER_MADE


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(dossiers, "_tell_worker", lambda: None)


@pytest.fixture
def versions(request, db, own_store):
    """Give a champion and a candidate, measured where the test asks for that."""
    is_measured = "made" in request.fixturenames
    return dossiers_scene.measured() if is_measured else dossiers_scene.pair()


@pytest.fixture
def made(versions):
    return figures_of(versions[1].name)


def test_a_candidate_is_measured_and_held_against_the_champion(made, versions):
    assert (made.made_at, made.problem, made.against) == (AT, "", versions[0].name)
    assert made.measured["ranking"]["n"] == 1_000
    assert made.measured["ranking"]["bads"] == 300
    assert len(made.measured["by_fold"]) == factories.CONTRACT.training.folds
    assert made.measured["reasons"]["worst_gap"] < 0.01
    assert made.measured["latency"]["n"] > 0
    assert not made.is_of_another_champion


def test_a_stricter_candidate_approves_fewer(made):
    loans = made.swap["loans"]

    assert loans["n"] == loans["by_folds"] == 1_000
    assert loans["new_to_champion"] == 0
    assert loans["swapped"]["gained"]["n"] == 0
    assert loans["swapped"]["lost"]["n"] > 0
    assert sum(map(sum, loans["matrix"])) == 1_000
    assert loans["money"]["n"] == 1_000
    assert made.swap["applications"] is None


def test_no_loan_that_both_learned_from_is_scored_by_either_model(versions, monkeypatch):
    def never(*_):
        raise AssertionError("a model was asked about a loan that it remembers")

    monkeypatch.setattr("scoring.engine.Engine.pds_many", never)

    dossier_making.make(version_id=versions[1].pk, at=AT)

    assert figures_of(versions[1].name).problem == ""


def test_the_champions_say_on_its_own_loans_is_that_of_its_folds(versions):
    champion = versions[0]
    rows = dossier_making.validated(versions[1])

    asked = dossier_people._Pair(versions[1], champion).learned[0]
    found = dossier_people.ask(asked, rows)

    expected = dossiers_scene.out_of_fold(rows)
    assert found.by_folds.all()
    assert found.pds == pytest.approx(expected)


def test_groups_are_aggregates_of_the_vault_and_looking_is_audited(made):
    looked = AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ)
    (age, *_) = made.swap["loans"]["by_group"]

    assert looked.exists()
    assert age["name"] == factories.CONTRACT.assessable[0].name
    assert sum(group["n"] for group in age["groups"]) + age["n_missing"] == 1_000
    assert "ingestion:" not in str(made.swap)


def test_applications_that_neither_learned_from_are_asked_about_too(versions, monkeypatch):
    monkeypatch.setattr(dossier_people, "FEWEST_APPLICATIONS", 2)
    for asked in (factories.APPROVED, factories.REFERRED, factories.DECLINED):
        factories.decide(**asked)

    dossier_making.make(version_id=versions[1].pk, at=AT.replace(month=12))

    applications = figures_of(versions[1].name).swap["applications"]
    assert applications["n"] == applications["new_to_champion"] == 3
    assert applications["money"] is None


def test_a_version_whose_folds_are_gone_says_why(versions):
    store.path_of(versions[1].validation_sha256, ".parquet").unlink()

    dossier_making.make(version_id=versions[1].pk, at=AT)

    found = figures_of(versions[1].name)
    assert "The store has no file" in found.problem
    assert found.measured is None
    assert versions[1].pk not in dossiers.due(on=AT.date())


def test_figures_that_are_gone_or_altered_say_so(made, versions):
    path = store.path_of(made.sha256, ".json")
    path.chmod(0o644)
    path.write_text("{}")

    assert "does not hold what its name says" in figures_of(versions[1].name).problem


def test_a_champion_alone_has_nobody_to_be_compared_with(versions):
    dossier_making.make(version_id=versions[0].pk, at=AT)

    found = figures_of(versions[0].name)
    assert found.swap is None
    assert found.measured is not None


def test_after_a_promotion_the_comparison_is_with_another(made, versions):
    factories.promoted(versions[1])

    assert figures_of(versions[1].name).is_of_another_champion


def test_the_worker_finds_what_was_never_measured_and_what_was_asked_for(versions, validator):
    assert set(dossiers.due(on=AT.date())) == {each.pk for each in versions}

    tasks.make_dossiers()
    assert dossiers.due(on=AT.date()) == []

    dossiers.request(version_id=versions[1].pk, by=validator, at=AT)
    assert figures_of(versions[1].name).is_asked_for
    assert dossiers.due(on=AT.date()) == [versions[1].pk]

    tasks.make_dossiers()
    assert not figures_of(versions[1].name).is_asked_for
    assert AuditEvent.objects.filter(type=MADE, target=f"model:{versions[1].name}").count() == 2


def test_one_that_another_worker_measures_is_left_to_it(versions):
    other = connection.copy()
    try:
        with other.cursor() as held:
            held.execute("SELECT pg_advisory_lock(7301040, %s)", [versions[1].pk])
            tasks.make_dossiers()
    finally:
        other.close()

    assert dossiers.due(on=AT.date()) == [versions[1].pk]
    tasks.make_dossiers()
    assert dossiers.due(on=AT.date()) == []


def test_one_that_was_measured_in_the_meantime_is_not_measured_again(versions):
    dossier_making.make(version_id=versions[1].pk, at=AT)

    with dossiers.sole_measurer(versions[1].pk, on=AT.date()) as is_to_be_made:
        assert not is_to_be_made


def test_asking_twice_at_once_is_refused(versions, validator):
    dossiers.request(version_id=versions[1].pk, by=validator, at=AT)

    with pytest.raises(dossiers.AskedAlready, match="asked for already"):
        dossiers.request(version_id=versions[1].pk, by=validator, at=AT)


def test_an_officer_does_not_ask_for_dossiers(versions):
    with pytest.raises(NotAllowed, match="officer"):
        dossiers.request(version_id=versions[1].pk, by=factories.user(Role.OFFICER), at=AT)


def test_a_version_that_cannot_be_loaded_says_why(versions, monkeypatch):
    def gone(_):
        raise serving.ModelUnavailable("bundle_missing", "It is gone.")

    monkeypatch.setattr(serving, "engine_of", gone)

    dossier_making.make(version_id=versions[1].pk, at=AT)

    assert figures_of(versions[1].name).problem == "It is gone."
