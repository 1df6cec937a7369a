import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITH_EXAMPLES = [file for file in (ROOT / "scoring").rglob("*.py") if ">>> " in file.read_text()]
MODULES = sorted(".".join(file.relative_to(ROOT).with_suffix("").parts) for file in WITH_EXAMPLES)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name, monkeypatch):
    monkeypatch.chdir(ROOT)  # the examples name the shipped contract by its place in the checkout

    found = doctest.testmod(importlib.import_module(name))

    assert found.failed == 0
