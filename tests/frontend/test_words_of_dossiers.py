"""What a dossier quotes is a sentence that the pages can say in another language."""

import re

import pytest

from frontend import sentences
from frontend.dossiers.papers import limits_of
from frontend.dossiers.say import label_policy
from scoring.bundle import unpack
from scoring.training.labels import SENTENCE
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train


def known(text):
    return any(pattern.fullmatch(text) for _, pattern in sentences._patterns())


def test_what_is_said_of_reject_inference_is_known():
    assert known(SENTENCE)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("parcelling", "parcelling"),
        (
            "fuzzy_augmentation+officers_decisions",
            "fuzzy augmentation + officers decisions",
        ),
    ],
)
def test_a_label_policy_is_named_part_by_part(name, words):
    assert label_policy(name) == words
    assert all(known(part) for part in re.split(r" \+ ", words))


def test_every_limit_that_a_card_names_is_known():
    contract = contract_of(Recipe(numbers=4, categories=1, rounds=10, max_depth=2))
    made = train(
        contract=contract,
        frame=loans_of(contract, rows=400, seed=4),
        snapshot_sha256="0" * 64,
        progress=lambda *_: None,
    )
    limits = list(limits_of(unpack(made.bundle)["card.md"].decode()))

    assert len(limits) >= 5
    assert not [each for each in limits if not known(each)]
