"""All of a promotion at a prompt: what a page can do, a command can."""

import json
from io import StringIO

import factories
import promotion_scene as scene
import pytest
from django.core.management import CommandError, call_command

from credit.models import ModelVersion


@pytest.fixture
def live(db, own_store):
    return scene.live(factories.SOURCE)


def run(*arguments):
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def people(db):
    roles = {"dora": "model_developer", "vera": "model_validator", "carla": "compliance"}
    return {name: factories.user(role, username=name) for name, role in roles.items()}


def test_from_request_to_champion(live, people):
    name = scene.candidate_of(live).name

    assert run("request_promotion", name, "--by", "dora", "--why", "Better.")["state"] == "open"
    said = run("approve_promotion", name, "--by", "vera", "--words", "So it is.")
    assert said["state"] == "approved"
    stages = [run("take_step", name, "--by", "vera", "--note", "On.")["stage"] for _ in range(3)]

    assert stages == ["shadow", "canary", "champion"]


def test_refused_and_withdrawn(live, people):
    name = scene.candidate_of(live).name
    run("request_promotion", name, "--by", "dora", "--why", "Better.")
    refused = run("refuse_promotion", name, "--by", "vera", "--words", "Too few loans.")
    run("request_promotion", name, "--by", "dora", "--why", "With more.")
    withdrawn = run("withdraw_promotion", name, "--by", "dora", "--words", "Wrong file.")

    assert (refused["state"], withdrawn["state"]) == ("refused", "withdrawn")


def test_a_canary_is_taken_back(live, people):
    canary = scene.canary_of(live)

    said = run("rollback", "consumer-loan", "--canary", "--by", "vera")

    assert said == {"version": canary.name, "stage": "candidate"}
    assert ModelVersion.objects.get(stage="champion") == live


def test_a_gate_is_waived_by_two(live, people):
    name = scene.candidate_of(live, gates=[scene.FAILED]).name

    first = run("waive_gate", name, "stability", "--by", "vera", "--why", "One fold is tiny.")
    second = run("waive_gate", name, "stability", "--by", "carla", "--sign")

    assert (first["is_waived"], second["is_waived"]) == (False, True)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("approve_promotion", "{}", "--by", "vera", "--words", "Yes."), "Nobody asked"),
        (("take_step", "{}", "--by", "vera", "--note", "On."), "no request that another"),
        (("waive_gate", "{}", "stability", "--by", "carla", "--sign"), "Nobody proposed"),
        (("request_promotion", "{}", "--by", "carla", "--why", "Nice."), "may ask for"),
        (("rollback", "consumer-loan", "--canary", "--by", "vera"), "has no canary"),
    ],
)
def test_a_refusal_is_a_sentence_and_an_exit_code(live, people, command, words):
    name = scene.candidate_of(live).name

    with pytest.raises(CommandError, match=words):
        call_command(*(part.format(name) for part in command))


def test_it_is_told_to_a_person_too(live, people, capsys):
    name = scene.candidate_of(live, gates=[scene.FAILED]).name
    call_command("request_promotion", name, "--by", "dora", "--why", "Better.")
    call_command("waive_gate", name, "stability", "--by", "vera", "--why", "One fold is tiny.")
    call_command("waive_gate", name, "stability", "--by", "carla", "--sign")
    call_command("approve_promotion", name, "--by", "vera", "--words", "So it is.")
    call_command("take_step", name, "--by", "vera", "--note", "On.")
    call_command("take_step", name, "--by", "vera", "--note", "On.")
    call_command("rollback", "consumer-loan", "--canary", "--by", "vera")

    said = capsys.readouterr().out
    assert f"The promotion of {name} is asked for." in said
    assert "stability waits for a second signature." in said
    assert "stability is waived." in said
    assert f"The promotion of {name} is approved." in said
    assert f"{name} is now canary." in said
    assert f"{name} is the canary no more." in said
