"""`./run bench` prints every contestant and leaves its figures for other programs."""

import json

import pytest

from scoring.training import bench, bench_batch, bench_exactness, bench_onboarding, bench_scene
from scoring.training.synthetic import Recipe


@pytest.mark.filterwarnings("ignore")  # importing shap warns of matplotlib's future
def test_every_contestant_is_measured_and_written_down(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EVENHAND_VAR", str(tmp_path))
    monkeypatch.setattr(bench, "BURST", 2)
    asked = "--trees 5 --depth 2 --rows 1000 --reference 300 --turns 2 --parity-rows 2000"

    assert bench.main(asked.split()) == 0

    found = json.loads((tmp_path / "bench.json").read_text())
    printed = capsys.readouterr().out
    assert found["model"]["trees"] == 5
    for name, micros in found["one_row_microseconds"].items():
        assert micros > 0
        assert name in printed
    assert {bench.GRAPH, "XGBoost: pred_contribs"} <= set(found["rows_a_second"])
    assert "x graph" in printed


def test_the_exactness_that_the_bench_prints_is_reached_by_a_small_model_too(tmp_path):
    found = bench_scene.scene_of(Recipe(rounds=20), rows=1500, reference=300)

    assert bench_exactness.worst_pd(found, rows=5_000) <= 2e-6


@pytest.mark.filterwarnings("ignore")
def test_reasons_are_those_of_shap_on_the_whole_reference():
    recipe = Recipe(numbers=6, categories=0, rounds=20)
    found = bench_scene.scene_of(recipe, rows=1500, reference=400)

    beside = bench_exactness.beside_shap(found, reference=400)

    assert beside["worst_difference"] <= 1e-5


def test_a_target_that_is_missed_is_said_to_be():
    slow = bench.Target(name="one row", found=111, target=110, is_floor=False, unit="µs")
    few = bench.Target(name="batch", found=9_000, target=10_000, is_floor=True, unit="rows/s")

    assert [slow.is_met, few.is_met] == [False, False]
    assert "MISSED" in bench._target_line(slow)


def test_onboarding_is_measured_step_by_step(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EVENHAND_VAR", str(tmp_path))

    asked = "--rows 600 --columns 7 --trees 20 --repeats 1"

    assert bench_onboarding.main(asked.split()) == 0

    found = json.loads((tmp_path / "bench-onboarding.json").read_text())
    assert found["seconds"] >= found["seconds_of_reading"] >= 0
    assert "Validating" in capsys.readouterr().out


def test_whole_files_are_measured_with_and_without_reasons(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EVENHAND_VAR", str(tmp_path))
    asked = ["--rows", "2000", "--trees", "10", "--depth", "2", "--workers", "1"]

    assert bench_batch.main(asked) == 0

    found = json.loads((tmp_path / "bench-batch.json").read_text())
    assert [run["with_reasons"] for run in found["runs"]] == [True, False]
    assert {run["not_scored"] for run in found["runs"]} == {0}
    assert "rows/s" in capsys.readouterr().out
