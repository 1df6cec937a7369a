"""`./run bench-tables` forms ratios within a round, and looks for room first."""

import pytest

from services import bench_tables
from services.trouble import Trouble


def figures(wall, cpu=1.0):
    return {"decide": {"wall_us": wall, "database_cpu_us": cpu}}


def test_a_ratio_is_formed_within_a_round_so_that_a_busy_one_does_not_decide():
    rounds = [(figures(10), figures(11)), (figures(100), figures(110)), (figures(10), figures(90))]

    found = bench_tables.standing(rounds)["questions"]["decide"]["wall_us"]

    assert found == {"few": 10, "many": 90, "ratio": pytest.approx(1.1)}


def test_what_is_slower_beside_many_and_a_page_that_takes_too_long_are_both_missed():
    def asked(ratio, late_ms):
        return {"wall_us": {"ratio": ratio}, "p95_us": {"many": late_ms * 1_000}}

    questions = {
        "decide": asked(1.3, 200),
        "read": asked(1.1, 200),
        "notices page": asked(1.0, 151),
        "application page": asked(1.0, 149),
    }

    overseen = {"drift": {"p95_us": 301_000}, "gaps": {"p95_us": 299_000}}

    found = {
        "questions": questions,
        "waiting": bench_tables.USUAL,
        "oversight": {"jobs": {}, "pages": overseen},
    }

    assert bench_tables.missed(found) == (["decide"], ["notices page", "drift"])


def test_a_disk_that_is_too_small_is_refused_before_anything_is_written():
    with pytest.raises(Trouble, match="need 30 GB of disk, and 1 GB are free"):
        bench_tables._check_room(5_000_000, free=10**9)
