"""Fit the alternatives' trees and make their tables.

Example: DATABASE_URL=postgresql://... python prepare.py contract.toml loans.csv model-folder
"""

import csv
import json
import os
import sys
from itertools import islice
from pathlib import Path

import psycopg

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import bodies  # noqa: E402 - beside this folder
from model import fit, load_contract  # noqa: E402

TABLE = """
CREATE TABLE {name} (
    id uuid PRIMARY KEY,
    reference text NOT NULL,
    requested jsonb NOT NULL,
    features jsonb NOT NULL,
    pd float8 NOT NULL,
    reasons jsonb NOT NULL,
    decided_at timestamptz NOT NULL
)
"""
TABLES = ("fastapi_decision", "drf_decision")


def main(contract_file: str, loans_file: str, folder: str) -> None:
    """Do both."""
    contract, loans = load_contract(Path(contract_file)), Path(loans_file)
    with loans.open(newline="", encoding="utf-8") as file:
        outcomes = [row[contract["outcome"]["column"]] for row in csv.DictReader(file)]
    requests = islice(bodies.endless(Path(contract_file), loans), len(outcomes))
    features = [request["features"] for request in requests]
    bad = [int(outcome in contract["outcome"]["bad"]) for outcome in outcomes]
    booster = fit(contract, features, bad)
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    booster.save_model(into / "model.json")
    (into / "contract.json").write_text(json.dumps(contract, default=str), encoding="utf-8")
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for name in TABLES:
            connection.execute(TABLE.format(name=name))


if __name__ == "__main__":
    main(*sys.argv[1:])
