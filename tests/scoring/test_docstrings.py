import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(file.stem for file in (ROOT / "scoring").glob("*.py") if file.stem != "__init__")


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name, monkeypatch):
    monkeypatch.chdir(ROOT)  # the examples name the shipped contract by its place in the checkout

    found = doctest.testmod(importlib.import_module(f"scoring.{name}"))

    assert found.failed == 0
