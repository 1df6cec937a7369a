"""Each anomaly is found once, of whom it is about."""

import numpy as np
import people
import pytest

from scoring.populations import drift_cells

THEN = people.drawn(np.random.default_rng(0), 2_000, days=1)[0]
IN_THOUSANDS = {"amount": drift_cells.number_cells(np.exp(np.linspace(5.7, 9.8, 1_000)) / 1_000)}
UNSEEN = {"purpose": {"new_car": 500, "furniture": 300, "boat": 200}}
NOT_STATED = {"has_telephone": {"true": 250, "false": 350, "": 400}}
OTHER_AMOUNTS = {"amount": drift_cells.number_cells(np.exp(np.linspace(8.2, 9.9, 1_000)))}
OTHER_SCORES = {"score": drift_cells.pd_cells(1 / (1 + np.exp(-np.linspace(-1, 2, 1_000))))}


def now(n=700, *, seed=1, **changed):
    return people.drawn(np.random.default_rng(seed), n, days=1, changed=changed)[0]


def found(**partners):
    """Check partners' applications, each beside their usual past, and all of them together."""
    everything = drift_cells.added(partners.values())
    past = now(1_000, seed=9)
    return people.bad(
        people.checked(
            THEN,
            {"": (everything, everything, None)}
            | {f"partner:{name}": (each, each, past) for name, each in partners.items()},
        )
    )


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        (IN_THOUSANDS, "units_changed"),
        (UNSEEN, "new_category"),
        (NOT_STATED, "missing_rate"),
        (OTHER_AMOUNTS, "feature_drift"),
        (OTHER_SCORES, "score_drift"),
        (OTHER_SCORES | OTHER_AMOUNTS, "score_drift"),
        (IN_THOUSANDS | OTHER_SCORES, "units_changed"),  # what it does to the score is no news
    ],
)
def test_an_anomaly_of_one_partner_is_told_once_and_of_that_partner(changed, cause):
    assert found(acme=now(**changed), north=now(seed=2)) == [(cause, "partner:acme")]


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        (IN_THOUSANDS, "units_changed"),
        (UNSEEN, "new_category"),
        (NOT_STATED, "missing_rate"),
        (OTHER_AMOUNTS, "feature_drift"),
        (OTHER_SCORES, "score_drift"),
    ],
)
def test_what_is_so_with_all_partners_is_told_once_of_the_product(changed, cause):
    assert found(acme=now(**changed), north=now(seed=2, **changed)) == [(cause, "")]


def test_what_nobody_changed_is_not_found():
    assert found(acme=now(), north=now(seed=2)) == []


def test_without_partners_everything_is_told_of_the_product():
    both = now(**OTHER_AMOUNTS)

    assert people.bad(people.checked(THEN, {"": (both, both, None)})) == [("feature_drift", "")]


def test_two_things_that_are_wrong_are_two_findings():
    both = now(**IN_THOUSANDS, **UNSEEN)

    assert found(acme=both, north=now(seed=2)) == [
        ("units_changed", "partner:acme"),
        ("new_category", "partner:acme"),
    ]


def test_a_small_thing_does_not_hide_scores_that_moved():
    few = {"purpose": {"new_car": 500, "furniture": 300, "repairs": 170, "boat": 30}}

    assert found(acme=now(**few, **OTHER_SCORES), north=now(seed=2)) == [
        ("new_category", "partner:acme"),
        ("score_drift", "partner:acme"),
    ]


def test_applicants_of_a_partner_who_always_differed_are_no_news():
    usual, theirs = now(1_400), now(300, seed=3, **OTHER_AMOUNTS)
    past = now(1_000, seed=4, **OTHER_AMOUNTS)
    everything = drift_cells.added([usual, theirs])

    told = people.checked(
        THEN, {"": (everything, everything, None), "partner:acme": (theirs, theirs, past)}
    )

    assert people.bad(told) == []


def test_what_a_partner_never_sent_is_no_news_and_what_it_leaves_out_now_is():
    theirs, past = now(300, seed=3, **NOT_STATED), now(1_000, seed=4, **NOT_STATED)
    everything = drift_cells.added([now(4_000), theirs])

    def told(own_past):
        parts = {"": (everything, everything, None), "partner:acme": (theirs, theirs, own_past)}
        return people.bad(people.checked(THEN, parts))

    assert told(past) == []
    assert told(now(1_000, seed=5)) == [("missing_rate", "partner:acme")]
    assert told(None) == [("missing_rate", "partner:acme")]  # new, and never sends it


def test_a_new_partners_applicants_are_not_judged_before_there_is_a_past():
    theirs = now(300, seed=3, **OTHER_AMOUNTS)
    everything = drift_cells.added([now(1_400), theirs])
    told = people.checked(
        THEN, {"": (everything, everything, None), "partner:acme": (theirs, theirs, None)}
    )

    assert people.bad(told) == []
    assert ("feature_drift", "partner:acme") not in {(one.cause, one.segment) for one in told}


def test_what_moves_one_partners_score_does_not_hide_what_moves_anothers_features():
    told = found(acme=now(**OTHER_SCORES), north=now(seed=2, **OTHER_AMOUNTS), south=now(seed=3))

    assert told == [("score_drift", "partner:acme"), ("feature_drift", "partner:north")]


def test_data_that_are_wrong_at_one_partner_do_not_explain_anothers_applicants():
    told = found(acme=now(**IN_THOUSANDS), north=now(seed=2, **OTHER_AMOUNTS), south=now(seed=3))

    assert ("units_changed", "partner:acme") in told
    assert ("feature_drift", "partner:north") in told


def test_of_too_few_nothing_is_said_neither_good_nor_bad():
    few = now(20, **IN_THOUSANDS)

    assert people.checked(THEN, {"": (few, few, None)}) == []


def test_what_is_well_is_said_too_so_that_alerts_can_pass():
    told = people.checked(THEN, {"": (now(), now(), None)})

    assert {each.cause for each in told} == {
        *("units_changed", "missing_rate", "new_category", "score_drift", "feature_drift")
    }
    assert not any(each.is_bad for each in told)


def test_while_the_score_is_told_features_are_neither_well_nor_told_again():
    moved = now(**OTHER_AMOUNTS, **OTHER_SCORES)

    told = people.checked(THEN, {"": (moved, moved, None)})

    assert people.bad(told) == [("score_drift", "")]
    assert "feature_drift" not in {each.cause for each in told}
