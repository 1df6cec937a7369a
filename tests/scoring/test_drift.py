import numpy as np
import pytest

from scoring import drift
from scoring.drift import NotComparable

# Counts then and now, the index by bin and in total, as optbinning's scorecard monitoring tutorial
# prints them: of HELOC with version 0.11.0 and 0.16.0, of California's houses with 0.16.0.
EXPECTED = [599, 735, 939, 418, 1269, 542, 832, 401, 747, 839]
ACTUAL = [245, 310, 390, 187, 505, 284, 329, 177, 346, 365]
PUBLISHED = {
    "HELOC, 0.11.0": (
        (EXPECTED, ACTUAL),
        [
            *(0.000175, 0.000026, 0.000125, 0.000107, 0.000921),
            *(0.003308, 0.000710, 0.000048, 0.000638, 0.000025),
        ],
        0.006084,
    ),
    "HELOC, 0.16.0": (
        (
            [565, 803, 807, 729, 1015, 565, 417, 752, 823, 845],
            [236, 334, 331, 310, 416, 269, 185, 298, 407, 352],
        ),
        [
            *(0.000051, 0.000098, 0.000209, 0.000006, 0.000272),
            *(0.000898, 0.000069, 0.000608, 0.002472, 0.000093),
        ],
        0.004776,
    ),
    "California": (
        (
            [725, 1157, 1171, 2022, 2093, 1162, 1911, 1531, 1377, 1299],
            [318, 458, 527, 861, 907, 516, 830, 665, 586, 524],
        ),
        [
            *(0.000027, 0.000486, 0.000198, 0.000006, 0.000018),
            *(0.000103, 0.000024, 0.000019, 0.000005, 0.000320),
        ],
        0.001206,
    ),
}


@pytest.mark.parametrize("of", PUBLISHED)
def test_the_stability_index_is_the_published_one(of):
    counted, by_bin, total = PUBLISHED[of]

    assert drift.psi_by_bin(*counted) == pytest.approx(by_bin, abs=5e-7)
    assert drift.psi(*counted) == pytest.approx(total, abs=5e-7)


def test_evidence_of_a_bin_is_the_published_one():
    # optbinning's HELOC example, external risk estimate below 59.5: 166 goods of 5,000 and
    # 915 bads of 5,459
    goods, bads = [166, 5000 - 166], [915, 5459 - 915]

    assert drift.weight_of_evidence(goods, bads)[0] == pytest.approx(-1.619109, abs=5e-7)
    assert drift.psi_by_bin(bads, goods)[0] == pytest.approx(0.217629, abs=5e-7)


def test_the_same_population_has_not_moved():
    assert drift.psi(EXPECTED, EXPECTED) == 0
    assert drift.psi(EXPECTED, [2 * count for count in EXPECTED]) == pytest.approx(0)


def test_it_does_not_matter_which_population_came_first():
    assert drift.psi(EXPECTED, ACTUAL) == pytest.approx(drift.psi(ACTUAL, EXPECTED))


def test_an_empty_bin_counts_as_half_a_row_and_stays_finite():
    assert drift.psi([10, 0], [5, 5]) == pytest.approx(drift.psi([10, 0.5], [5, 5]), rel=0.05)
    assert np.isfinite(drift.psi([10, 0], [5, 5]))
    assert drift.psi([10, 0, 10], [10, 0, 10]) == 0


@pytest.mark.parametrize(
    ("expected", "actual", "says"),
    [
        ([1, 2], [1, 2, 3], "2 bins then and 3 now"),
        ([0, 0], [1, 2], "no rows"),
        ([1, 2], [0, 0], "no rows"),
        ([1, -1], [1, 2], "zero or more"),
        ([1, float("nan")], [1, 2], "zero or more"),
        ([[1]], [[1]], "a list of numbers"),
        ([], [], "no rows"),
    ],
)
def test_what_cannot_be_compared_is_refused(expected, actual, says):
    with pytest.raises(NotComparable, match=says):
        drift.psi(expected, actual)


def test_edges_divide_rows_into_equal_parts():
    values = np.arange(1000.0)

    counted = drift.counts(values, inner_edges=drift.edges(values))

    assert counted.tolist() == [100] * 10 + [0]


def test_many_equal_values_give_fewer_bins():
    values = [0.0] * 90 + list(range(1, 11))

    assert len(drift.edges(values)) < 9
    assert drift.counts(values, inner_edges=drift.edges(values)).sum() == 100


def test_missing_values_are_a_bin_of_their_own():
    values = [1.0, float("nan"), 3.0, float("nan")]

    assert drift.counts(values, inner_edges=[2.0]).tolist() == [1, 1, 2]
    assert drift.edges(values, bins=2).tolist() == [2.0]


def test_each_characteristic_has_its_own_index():
    then = {"housing": [50, 50], "job": EXPECTED}

    found = drift.csi(then, {"job": ACTUAL, "housing": [60, 40], "new": [1]})

    assert list(found) == ["housing", "job"]
    assert found["job"] == pytest.approx(0.006084, abs=5e-7)
    with pytest.raises(NotComparable, match="no counts now of job"):
        drift.csi(then, {"housing": [60, 40]})
