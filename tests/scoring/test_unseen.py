"""No version is asked about a row that it remembers."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from scoring.candidates.unseen import Learned, RowsUnknown, ask, met, remembered

CONTRACT = SimpleNamespace(feature_names=("amount", "housing"))
FROM_MEMORY = 0.99  # what the model itself says: never right for a row that it learned from


def frame(**rows):
    return pl.DataFrame(
        [
            {"row": row, "amount": amount, "housing": housing}
            for row, (amount, housing) in rows.items()
        ]
    )


@pytest.fixture
def champion():
    """Learned from two loans, and from an applicant who was declined, by a guess."""
    asked = []

    def score(rows):
        asked.extend(rows["row"].to_list())
        return np.full(rows.height, FROM_MEMORY)

    learned = Learned(
        contract=CONTRACT,
        frame=frame(a=(100, "own"), b=(200, "rent"), guessed=(300, "own")),
        validation=pl.DataFrame({"row": ["a", "b"], "pd": [0.1, 0.2], "bad": [0, 1]}),
        score=score,
    )
    return SimpleNamespace(learned=learned, asked=asked)


def test_a_row_that_it_learned_from_takes_its_out_of_fold_pd(champion):
    found = ask(champion.learned, frame(b=(200, "rent"), a=(100, "own")))

    assert found.pds.tolist() == [0.2, 0.1]
    assert found.by_folds.all()
    assert not champion.asked


def test_the_model_itself_is_asked_only_of_rows_that_it_never_saw(champion):
    found = ask(champion.learned, frame(a=(100, "own"), new=(500, "own")))

    assert found.pds.tolist() == [0.1, FROM_MEMORY]
    assert found.by_folds.tolist() == [True, False]
    assert champion.asked == ["new"]


def test_the_same_loan_under_another_id_is_still_remembered(champion):
    found = ask(champion.learned, frame(again=(100, "own")))

    assert found.pds.tolist() == [0.1]
    assert not champion.asked


def test_a_whole_number_is_the_same_as_a_decimal(champion):
    rows = frame(again=(100, "own")).with_columns(pl.col("amount").cast(pl.Float64))

    assert ask(champion.learned, rows).by_folds.all()


def test_who_was_learned_from_by_a_guess_is_nobody_to_ask_about(champion):
    rows = frame(a=(100, "own"), guessed=(300, "own"), new=(500, "own"))

    assert remembered(champion.learned, rows).tolist() == [False, True, False]
    assert met(champion.learned, rows).tolist() == [True, True, False]


def test_rows_without_a_feature_of_the_contract_are_refused(champion):
    with pytest.raises(RowsUnknown, match="housing"):
        ask(champion.learned, frame(new=(500, "own")).drop("housing"))


def test_rows_without_a_feature_are_still_known_by_their_id(champion):
    assert ask(champion.learned, frame(a=(100, "own")).drop("housing")).pds.tolist() == [0.1]
