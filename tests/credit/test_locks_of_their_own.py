"""Each advisory lock has a number of its own: two jobs under one would wait for one another."""

import re
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
NUMBER = re.compile(r"\b7_?301_?\d{3}\b")


def test_no_two_jobs_wait_for_the_same_lock():
    texts = [
        path.read_text()
        for room in ("credit", "monitoring")
        for path in (CHECKOUT / room).rglob("*.py")
        if path.parent.name != "migrations"
    ]

    said = Counter(found.replace("_", "") for text in texts for found in NUMBER.findall(text))

    assert len(said) > 5
    assert [number for number, times in said.items() if times > 1] == []
