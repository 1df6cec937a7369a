"""`./run bench` prints every contestant and leaves its figures for other programs."""

import json

import pytest

from scoring.training import bench


@pytest.mark.filterwarnings("ignore")  # importing shap warns of matplotlib's future
def test_every_contestant_is_measured_and_written_down(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EVENHAND_VAR", str(tmp_path))
    monkeypatch.setattr(bench, "BURST", 2)
    asked = "--trees 5 --depth 2 --rows 1000 --reference 300 --turns 2"

    assert bench.main(asked.split()) == 0

    found = json.loads((tmp_path / "bench.json").read_text())
    printed = capsys.readouterr().out
    assert found["model"]["trees"] == 5
    for name, micros in found["one_row_microseconds"].items():
        assert micros > 0
        assert name in printed
    assert {bench.GRAPH, "XGBoost: pred_contribs"} <= set(found["rows_a_second"])
    assert "x graph" in printed
