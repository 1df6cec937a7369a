"""The reference of the contract is held to the code that reads contracts."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
READERS = (
    *("reading.py", "authority.py", "learning.py"),
    *("notices.py", "promotion.py", "criteria.py"),
)
READER = "".join((CHECKOUT / "scoring" / "contracts" / name).read_text() for name in READERS)
REFERENCE = (CHECKOUT / "docs" / "contract.md").read_text()
READS = re.compile(r'\b(?:table|root|amount|term)\.\w+\(\s*"(\w+)"')
LISTED = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
DEFAULTS = re.compile(r'"(\w+)"[^()\n]*default=(-?[0-9.]+|True|False)\)')
ROW = r"^\| `{}` \| ([^|]+) \|"


def test_every_key_that_is_read_is_in_the_reference():
    read, listed = set(READS.findall(READER)), set(LISTED.findall(REFERENCE))
    parts = set(re.findall(r"`\[+(?:\w+\.)*(\w+)\]+`", REFERENCE))

    assert read - listed - parts == set()
    assert listed - read == set()


def test_defaults_are_those_of_the_code():
    said = dict(DEFAULTS.findall(READER))

    assert said["agreement_at_least"] == "0.75"
    for key, default in said.items():
        (stated,) = re.findall(ROW.format(key), REFERENCE, re.MULTILINE) or [None]
        assert stated is not None, key
        told = default.lower() if default in {"True", "False"} else f"{float(default):g}"
        assert stated == told, key
