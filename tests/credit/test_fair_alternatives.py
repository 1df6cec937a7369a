"""Whether a fairer alternative is taken is said in words, and one that is taken is only trained."""

import json
from datetime import timedelta

import factories
import fair_scene
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from credit import tasks
from credit.actions import fair_alternatives, fair_searching, training, training_runs
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, FairDecision, FairSearch, ModelVersion, Role, TrainingRun
from credit.queries import fair_alternatives as searches
from scoring.bundle import open_bundle
from scoring.training import fair_trying

AT = factories.AT
LATER = AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(training_runs, "_tell_worker", lambda _: None)


@pytest.fixture
def version(db, own_store):
    contract = factories.contract_version(source=factories.SMALL)
    factories.ingestion(contract)
    factories.policy(contract)
    return factories.model_version(contract=contract)


@pytest.fixture
def search(version):
    return fair_scene.kept(version)


def key_of(search):
    return search.found["alternatives"][0]["key"]


def decide(search, by, *, key=None, take=True, words="It earns as much.", at=LATER):
    chosen = key_of(search) if key is None else key
    return fair_alternatives.decide(
        search_id=search.pk, key=chosen, take=take, words=words, by=by, at=at
    )


# --- deciding -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.MODEL_VALIDATOR])
def test_taking_one_asks_for_a_training_by_its_recipe_and_promotes_nothing(search, role):
    by = factories.user(role)

    made = decide(search, by)

    run = made.run
    assert run.recipe == search.found["alternatives"][0]["recipe"]
    assert (run.trigger, run.state, run.requested_by) == ("fairer", "queued", by)
    assert "It earns as much." in run.why
    assert not ModelVersion.objects.exclude(stage="candidate").exists()
    event = AuditEvent.objects.get(type="fair_alternative_taken")
    assert (event.user, event.details["alternative"]) == (by, key_of(search))
    assert event.details["words"] == "It earns as much."


def test_not_taking_one_is_written_down_with_words(search, validator):
    made = decide(search, validator, take=False, words=" It costs a third of the profit. ")

    assert (made.is_taken, made.run) == (False, None)
    assert made.words == "It costs a third of the profit."
    assert AuditEvent.objects.filter(type="fair_alternative_left").exists()
    assert not TrainingRun.objects.exists()


def test_that_none_is_taken_can_be_said_of_them_all(version, validator):
    search = fair_scene.kept(version, problem="Insufficient evidence: nobody.")

    decide(search, validator, key="", take=False, words="There is nothing to take.")

    (said,) = searches.decisions_on(version.pk)
    assert (said.key, said.is_taken, said.by) == ("", False, validator.known_as)


@pytest.mark.parametrize(
    "role", [Role.MODEL_DEVELOPER, Role.AUDITOR, Role.OFFICER, Role.ADMINISTRATOR]
)
def test_others_do_not_decide(search, role):
    with pytest.raises(NotAllowed):
        decide(search, factories.user(role), take=False)


def test_who_trained_it_does_not_decide(version, search, validator):
    mine = factories.model_version(contract=version.contract, trained_by=validator)

    with pytest.raises(
        fair_alternatives.NotTheirs, match=f"{validator.known_as} trained {mine.name}"
    ):
        decide(fair_scene.kept(mine), validator)


def test_words_are_not_optional(search, validator):
    with pytest.raises(fair_alternatives.WordsMissing):
        decide(search, validator, words="  ")


@pytest.mark.parametrize(("key", "take"), [("nonesuch", False), ("", True)])
def test_what_was_not_measured_is_not_decided_about(search, validator, key, take):
    known = search.found["alternatives"][0]["key"]

    with pytest.raises(fair_alternatives.NoSuchAlternative, match=f"measured: .*{known}"):
        decide(search, validator, key=key, take=take)


def test_one_is_taken_once(search, validator):
    made = decide(search, validator)
    training_runs.fail(run_id=made.run_id, problem="It came to nothing.", at=LATER)

    with pytest.raises(
        fair_alternatives.TakenAlready, match=f"{validator.known_as} took this alternative to"
    ):
        decide(search, validator)


def test_while_the_product_is_trained_none_is_taken_and_nothing_is_written(
    version, search, validator
):
    training_runs.request(product_id=version.product_id, by=validator, at=AT)

    with pytest.raises(training_runs.OneAtATime):
        decide(search, validator)

    assert not FairDecision.objects.exists()


# --- what the database holds ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"words": ""}, "fair_decision_says_why"),
        ({"is_taken": True}, "fair_decision_taken_is_trained"),
    ],
)
def test_a_decision_without_words_or_training_is_refused(search, validator, changes, constraint):
    values = {"search": search, "key": "k", "is_taken": False, "words": "w", "by": validator}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        FairDecision.objects.create(**{**values, "at": AT, **changes})


def test_one_alternative_has_one_training(search, validator):
    first = decide(search, validator)
    training_runs.fail(run_id=first.run_id, problem="It came to nothing.", at=LATER)
    run = training_runs.request(product_id=search.version.product_id, by=validator, at=LATER)
    values = {"search": search, "key": first.key, "is_taken": True, "words": "w", "run": run}

    with pytest.raises(IntegrityError, match="fair_decision_taken_once"), transaction.atomic():
        FairDecision.objects.create(**values, by=validator, at=LATER)


@pytest.mark.parametrize(("found", "problem"), [(None, ""), ({}, "why")])
def test_a_search_has_either_figures_or_a_reason(version, found, problem):
    values = {"version": version, "made_at": AT, "seed": 1, "tries": 1, "seconds": 1}

    with (
        pytest.raises(IntegrityError, match="fair_search_found_or_problem"),
        transaction.atomic(),
    ):
        FairSearch.objects.create(**values, found=found, problem=problem)


# --- the search, and the training that follows ----------------------------------------------------


def test_the_worker_searches_after_a_training_and_reads_the_vault_for_it(version, monkeypatch):
    monkeypatch.setattr(fair_trying, "FOLDS", 2)
    assert fair_alternatives.due() == [version.pk]

    fair_searching.make(version_id=version.pk, at=AT, tries=2)

    made = searches.newest(version.pk)
    assert (made.problem, made.found["tried"]) == ("", 2)
    assert made.found["people"]["own"] + made.found["people"]["untouched"] == 1_000
    assert "ingestion:" not in json.dumps(made.found)
    assert AuditEvent.objects.filter(type="vault_read").exists()
    assert AuditEvent.objects.get(type="fair_search_made").details["tried"] == 2
    assert fair_alternatives.due() == []


def test_the_clock_cuts_a_search_short(version):
    moments = iter([AT, AT + timedelta(seconds=61), *[AT + timedelta(seconds=62)] * 9])

    made = fair_searching.make(
        version_id=version.pk, at=AT, clock=lambda: next(moments), tries=5, seconds=60
    )

    assert made.found["is_stopped"]
    assert made.found["tried"] == 1


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"seconds": 0}, "at least one second"),
        ({"seconds": -5}, "at least one second"),
        ({"tries": -1}, "how many tries"),
    ],
)
def test_a_search_for_no_time_or_of_fewer_than_no_tries_is_refused_in_words(
    version, compliance, asked, says
):
    with pytest.raises(fair_searching.NothingToSearchBy, match=says):
        fair_searching.make(version_id=version.pk, at=AT, **asked)
    with pytest.raises(CommandError, match=says):
        call_command("fair_alternatives", "consumer-loan", by=compliance.username, **asked)

    assert not FairSearch.objects.exists()


def test_a_contract_that_asks_for_none_is_left_alone(db, own_store):
    source = factories.SMALL.replace(b"minimum_group = 30", b"minimum_group = 30\nsearch_tries = 0")
    factories.model_version(contract=factories.contract_version(source=source))

    assert fair_alternatives.due() == []
    tasks.search_fair_alternatives()
    assert not FairSearch.objects.exists()


def test_a_search_that_finds_no_evidence_says_so_and_is_not_made_again(version, monkeypatch):
    monkeypatch.setattr(fair_trying, "FEWEST", 10_000)

    tasks.search_fair_alternatives()

    made = searches.newest(version.pk)
    assert made.problem.startswith("Insufficient evidence")
    assert made.alternatives == []
    assert fair_alternatives.due() == []


def test_an_alternative_that_was_taken_becomes_a_candidate_and_later_trainings_keep_to_it(
    version, search, validator
):
    taken = decide(search, validator)

    made = training.run(run_id=taken.run_id, at=LATER)

    recipe = search.found["alternatives"][0]["recipe"]
    bundle = open_bundle(
        factories.store.path_of(made.bundle_hash, ".zip"), expected_hash=made.bundle_hash
    )
    assert bundle.manifest["recipe"] == recipe
    assert (made.stage, made.trained_by.username) == ("candidate", "learning-worker")
    (said,) = searches.decisions_on(version.pk)
    assert said.version_name == made.name

    factories.promoted(made)
    again = training_runs.request(product_id=made.product_id, by=validator, at=LATER)
    assert again.recipe == recipe
    training_runs.cancel(run_id=again.pk, by=validator, at=LATER)
    plain = training_runs.request(product_id=made.product_id, by=validator, at=LATER, is_plain=True)
    assert plain.recipe == {}


def test_a_recipe_that_no_longer_fits_the_contract_ends_the_training_with_a_sentence(
    version, validator
):
    run = training_runs.request_recipe(
        product_id=version.product_id,
        recipe={"leave_out": ["salary"]},
        why="It was taken.",
        by=validator,
        at=AT,
    )

    with pytest.raises(training.TrainingFailed, match="no such detail"):
        training.run(run_id=run.pk, at=AT)


# --- at a prompt ----------------------------------------------------------------------------------


def test_commands_search_and_decide(version, capsys, monkeypatch):
    factories.user(Role.COMPLIANCE, username="carla")
    call_command("fair_alternatives", "consumer-loan", tries=2, seed=1, json=True, by="carla")
    said = json.loads(capsys.readouterr().out)
    assert (said["seed"], said["found"]["tried"], said["version"]) == (1, 2, version.name)
    assert FairSearch.objects.get().asked_by.username == "carla"

    call_command(
        "decide_alternative",
        version.name,
        "--leave",
        "--by",
        "carla",
        "--why",
        "None earns enough.",
    )
    assert "not taken" in capsys.readouterr().out

    monkeypatch.setattr(fair_trying, "FEWEST", 10_000)
    with pytest.raises(CommandError, match="Insufficient evidence"):
        call_command("fair_alternatives", "consumer-loan", tries=2, by="carla")


@pytest.mark.parametrize(
    ("by", "says"), [([], "required: --by"), (["--by", "nobody"], "no user nobody")]
)
def test_a_search_at_a_prompt_names_who_asks(version, by, says):
    with pytest.raises(CommandError, match=says):
        call_command("fair_alternatives", "consumer-loan", *by)

    assert not FairSearch.objects.exists()


def test_deciding_before_anything_was_searched_is_refused(version):
    factories.user(Role.COMPLIANCE, username="carla")

    with pytest.raises(CommandError, match="Nothing was searched"):
        call_command("decide_alternative", version.name, "--leave", "--by", "carla", "--why", "w")
