"""The registry at a prompt: the inventory's entry, comments on versions, and who was champion."""

import json
from datetime import timedelta
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from credit.models import InventoryEntry, VersionComment

AT = factories.AT
NOW = AT + timedelta(hours=2)
ENTRY = (
    *("--owner", "dora", "--tier", 1, "--intended-use", "Consumer loans."),
    *("--limits", "Not for refinancing.", "--review-on", "2027-11-22"),
)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def people(db):
    roles = {"dora": "model_developer", "vera": "model_validator", "olga": "officer"}
    return {name: factories.user(role, username=name) for name, role in roles.items()}


@pytest.fixture
def candidate(champion, people, toy_bundle):
    return factories.model_version(toy_bundle, contract=champion.contract)


def run(*arguments):
    out = StringIO()
    call_command(*map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


# --- inventory


def test_an_entry_is_written_and_read(champion, people):
    said = run("inventory", "consumer-loan", *ENTRY, "--by", "vera")

    assert (said["owner_username"], said["tier"], said["written_by"]) == ("dora", 1, "vera")
    assert run("inventory", "consumer-loan") == said


def test_what_is_not_said_anew_stays_and_the_entry_before_is_kept(champion, people):
    run("inventory", "consumer-loan", *ENTRY, "--by", "vera")

    said = run("inventory", "consumer-loan", "--review-on", "2028-01-01", "--by", "dora")

    assert (said["limits"], said["review_on"]) == ("Not for refinancing.", "2028-01-01")
    assert InventoryEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ((), "Nobody wrote yet who owns"),
        (("--tier", 2), "Say with --by"),
        (("--tier", 2, "--by", "vera"), "say --owner, --intended-use, --limits, --review-on too"),
        ((*ENTRY, "--by", "olga"), "may write the model inventory"),
        ((*ENTRY, "--review-on", "2026-01-01", "--by", "vera"), "lies ahead"),
        ((*ENTRY, "--review-on", "soon", "--by", "vera"), "soon is no day"),
        ((*ENTRY, "--tier", 4, "--by", "vera"), "invalid choice: 4"),
    ],
)
def test_an_entry_that_is_none_is_refused_in_a_sentence(champion, people, asked, words):
    with pytest.raises(CommandError, match=words):
        run("inventory", "consumer-loan", *asked)

    assert not InventoryEntry.objects.exists()


# --- comment_version


def test_a_comment_is_said_listed_and_resolved(candidate):
    said = run("comment_version", candidate.name, "--words", "Why so strong?", "--by", "dora")
    (made,) = said["comments"]
    run(
        *("comment_version", candidate.name, "--resolve", made["comment"]),
        *("--words", "Checked by segment.", "--by", "vera"),
    )

    (listed,) = run("comment_version", candidate.name)["comments"]
    assert (listed["comment"], listed["words"], listed["by"]) == (
        made["comment"],
        "Why so strong?",
        "dora",
    )
    assert (listed["resolution"], listed["resolved_by"]) == ("Checked by segment.", "vera")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("--by", "vera"), "with --words"),
        (("--words", "Hm."), "with --by"),
        (("--words", " ", "--by", "vera"), "Say it in a sentence"),
        (("--words", "Hm.", "--by", "olga"), "may comment on a model"),
        (("--words", "Fine.", "--by", "vera", "--resolve", 99), "has no comment 99"),
    ],
)
def test_a_comment_that_is_none_is_refused_in_a_sentence(candidate, asked, words):
    with pytest.raises(CommandError, match=words):
        run("comment_version", candidate.name, *asked)

    assert not VersionComment.objects.exists()


def test_a_comment_on_another_version_is_not_resolved_by_its_number(candidate, champion):
    run("comment_version", champion.name, "--words", "Hm.", "--by", "dora")
    made = VersionComment.objects.get()

    with pytest.raises(CommandError, match="has no comment"):
        run(
            *("comment_version", candidate.name, "--resolve", made.pk),
            *("--words", "Fine.", "--by", "vera"),
        )


# --- champions


def test_who_was_champion_at_a_moment_and_who_signed(champion, people):
    said = run("champions", "consumer-loan", "--at", "2026-11-22T10:00")

    assert said["champion"]["version_name"] == champion.name
    assert said["champion"]["signed_by"] == champion.promoted_by.known_as
    assert said["champion"]["until"] is None
    assert said["canary"] is None


def test_before_the_first_there_was_none(champion):
    assert run("champions", "consumer-loan", "--at", "2020-03-03T10:00")["champion"] is None


def test_every_move_is_listed_the_newest_first(champion, candidate):
    said = run("champions", "consumer-loan")["changes"]

    assert {each["version_name"] for each in said} == {champion.name, candidate.name}
    assert [each["at"] for each in said] == sorted((each["at"] for each in said), reverse=True)


def test_a_moment_that_is_none_is_refused(champion):
    with pytest.raises(CommandError, match="noon is no moment"):
        run("champions", "consumer-loan", "--at", "noon")


def test_all_of_it_is_told_to_a_person_too(candidate, champion, capsys):
    name = candidate.name
    call_command("comment_version", name)
    call_command("comment_version", name, "--words", "Why so strong?", "--by", "dora")
    made = str(VersionComment.objects.get().pk)
    call_command("comment_version", name, "--resolve", made, "--words", "Seen.", "--by", "vera")
    call_command("inventory", "consumer-loan", *map(str, ENTRY), "--by", "vera")
    call_command("champions", "consumer-loan")
    call_command("champions", "consumer-loan", "--at", "2026-11-22T10:00+01:00")
    call_command("champions", "consumer-loan", "--at", "2020-03-03T10:00")

    said = capsys.readouterr().out
    assert f"Nothing was said against {name}." in said
    assert f"{made}  open  dora, 2026-11-22: Why so strong?" in said
    assert f"{made}  resolved by vera  dora, 2026-11-22: Why so strong?\n       Seen." in said
    assert "consumer-loan: owned by dora, tier 1: much depends on it, next review by" in said
    assert f"{champion.name}  Champion, {champion.promoted_by.known_as}: It fits." in said
    assert f"{champion.name} was champion from 2026-10-23 10:15 to now UTC, signed by" in said
    assert "consumer-loan had no champion then." in said
