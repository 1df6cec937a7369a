"""What a file of past loans is like: counts, gaps, ranges, and how it differs from the last one.

Nothing of single people: ranges are quantiles, and of protected attributes only is told how many
rows are in none of their groups.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from scoring import drift
from scoring.contract import Contract, Feature, Kind
from scoring.files.ingestion import Ingested, Seen
from scoring.files.rejects import PROBLEM_SCHEMA

FORMAT = 1
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 10
NEARLY = 0.99  # of the rows: nearly all are missing, or nearly all hold one value
MOST_CODES = 50
FEW = 5  # rows; a category with fewer is rare
LEAK_IV = 0.5  # information value above which a feature looks too good
SOME_MOVE, LARGE_MOVE = 0.1, 0.25  # of the stability index, by convention
FEWEST_BADS = 100
Report = dict[str, Any]


def report_of(loans: Ingested, *, contract: Contract, previous: Report | None = None) -> Report:
    """Describe an ingestion.

    Parameters
    ----------
    loans : Ingested
        As `ingestion.ingest` returns it.
    contract : Contract
        The product.
    previous : dict or None
        The report of the product's ingestion before; with it, drift is told.

    Returns
    -------
    dict
        JSON: `rows` by fate, `features` by name, `warnings` in words, `drift` by feature (the
        stability index with the number of rows on both sides; empty without `previous`), and
        `in_no_group`, rows by protected attribute where they are not few.

    Examples
    --------
    >>> from pathlib import Path
    >>> from scoring.files.ingestion import ingest
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> loans = ingest(Path("contracts/consumer-loan/loans.csv"), contract=contract)
    >>> report_of(loans, contract=contract)["rows"]["used"]
    1000
    """
    bad = loans.frame["bad"].to_numpy()
    earlier = (previous or {}).get("features", {})
    features = {
        feature.name: _feature(feature, loans, bad, earlier.get(feature.name))
        for feature in contract.features
    }
    moved = {
        name: found
        for name, said in features.items()
        if (found := _drift(said, earlier.get(name))) is not None
    }
    report = {
        "format": FORMAT,
        "rows": _rows(loans),
        "file": {
            "sha256": loans.file_sha256,
            "encoding": loans.encoding,
            "delimiter": loans.delimiter,
            "cells_trimmed": loans.seen.trimmed,
        },
        "rejected_by_column": _rejected(loans),
        "features": features,
        "drift": moved,
        "in_no_group": _in_no_group(loans, contract),
    }
    return report | {"warnings": list(_warnings(report, contract))}


def report_of_rows(frame: pl.DataFrame, *, contract: Contract) -> Report:
    """Describe rows that are typed already, such as a snapshot's: `row`, the features and `bad`."""
    rows = frame.select("row", *contract.feature_names, "bad")
    loans = Ingested(
        frame=rows,
        protected=pl.DataFrame(schema=dict.fromkeys(("row", "attribute", "group"), pl.String)),
        problems=pl.DataFrame(schema=PROBLEM_SCHEMA),
        rows_in_file=rows.height,
        rejected=0,
        out_of_scope=0,
        indeterminate=0,
        file_sha256="",
        encoding="",
        delimiter="",
        seen=Seen(),
    )
    return report_of(loans, contract=contract)


def _rows(loans: Ingested) -> dict[str, int]:
    return {
        "in_file": loans.rows_in_file,
        "used": loans.frame.height,
        "bad": int(loans.frame["bad"].sum()),
        "rejected": loans.rejected,
        "out_of_scope": loans.out_of_scope,
        "indeterminate": loans.indeterminate,
        "alike": loans.frame.height - loans.frame.drop("row").unique().height,
    }


def _rejected(loans: Ingested) -> dict[str, int]:
    counted = loans.problems.group_by("column").len("rows").sort("rows", "column", descending=True)
    return {column or "(the row itself)": rows for column, rows in counted.iter_rows()}


def _in_no_group(loans: Ingested, contract: Contract) -> dict[str, int]:
    unnamed = loans.protected.filter(pl.col("group").is_null())
    counted = dict(unnamed.group_by("attribute").len().iter_rows())
    return {
        attribute.name: counted[attribute.name]
        for attribute in contract.assessable
        if counted.get(attribute.name, 0) >= FEW
    }


def _feature(
    feature: Feature, loans: Ingested, bad: np.ndarray[Any, Any], earlier: Report | None
) -> Report:
    column = loans.frame[feature.name]
    missing = column.null_count()
    said: Report = {
        "kind": str(feature.kind),
        "n": len(column),
        "missing": missing,
        "missing_by_code": dict(_most(loans.seen.missing.get(feature.name, {}))),
        "distinct": column.drop_nulls().n_unique(),
    }
    if feature.kind.is_numeric:
        said |= _of_numbers(column, earlier)
    else:
        said["values"] = [*feature.values]
    said |= _by_bin(feature, column, bad, said)
    rest = loans.seen.rest.get(feature.name)
    return said if rest is None else said | {"taken_as_the_rest": _of_rest(rest)}


def _of_numbers(column: pl.Series, earlier: Report | None) -> Report:
    known = column.drop_nulls().cast(pl.Float64).to_numpy()
    if not len(known):
        return {"quantiles": {}, "edges": []}
    quantiles = np.quantile(known, QUANTILES)
    edges = (earlier or {}).get("edges")
    return {
        "quantiles": {
            f"{share:g}": float(value) for share, value in zip(QUANTILES, quantiles, strict=True)
        },
        "edges": edges if edges is not None else drift.edges(known, bins=BINS).tolist(),
    }


def _by_bin(feature: Feature, column: pl.Series, bad: np.ndarray[Any, Any], said: Report) -> Report:
    """Count rows and bads in each bin, the missing last; say how much the bins tell."""
    places, bins = _places(feature, column, said)
    rows = np.bincount(places, minlength=bins)
    bads = np.bincount(places[bad == 1], minlength=bins)
    return {
        "rows_by_bin": rows.tolist(),
        "bads_by_bin": bads.tolist(),
        "information_value": round(drift.information_value(rows - bads, bads), 4)
        if 0 < bads.sum() < rows.sum()
        else None,
    }


def _places(feature: Feature, column: pl.Series, said: Report) -> tuple[np.ndarray[Any, Any], int]:
    if feature.kind.is_numeric:
        edges = np.array(said["edges"], dtype=np.float64)
        values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
        places = np.searchsorted(edges, values, side="right")
        return np.where(np.isnan(values), len(edges) + 1, places), len(edges) + 2
    names = column.cast(pl.String) if feature.kind is Kind.BOOLEAN else column
    known = {value: at for at, value in enumerate(feature.values)}
    missing = len(feature.values)
    found = names.replace_strict(known, default=missing, return_dtype=pl.Int64)
    return found.fill_null(missing).to_numpy(), missing + 1


def _of_rest(codes: Mapping[str, int]) -> Report:
    common = {code: rows for code, rows in _most(codes) if rows >= FEW}
    return {"codes": len(codes), "rows": sum(codes.values()), "common": common}


def _most(codes: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(codes.items(), key=lambda item: (-item[1], item[0]))[:MOST_CODES]


def _drift(said: Report, earlier: Report | None) -> Report | None:
    if earlier is None or len(earlier["rows_by_bin"]) != len(said["rows_by_bin"]):
        return None  # the contract has changed between them
    if said.get("values") != earlier.get("values") or said.get("edges") != earlier.get("edges"):
        return None
    index = drift.psi(earlier["rows_by_bin"], said["rows_by_bin"])
    return {
        "index": round(index, 4),
        "n_before": earlier["n"],
        "n_now": said["n"],
        "missing_before": round(earlier["missing"] / earlier["n"], 4),
        "missing_now": round(said["missing"] / said["n"], 4),
        "verdict": _verdict(index),
    }


def _verdict(index: float) -> str:
    if index < SOME_MOVE:
        return "stable"
    return "some change" if index < LARGE_MOVE else "large change"


def _warnings(report: Report, contract: Contract) -> Iterator[str]:
    yield from _outcome_warnings(report["rows"], least=contract.training.minimum_bads)
    yield from _row_warnings(report, contract)
    for feature in contract.features:
        for words in _feature_warnings(report["features"][feature.name], feature):
            yield f"{feature.label}: {words}"
    for name, found in report["drift"].items():
        if found["index"] >= SOME_MOVE:
            yield (
                f"{contract.feature(name).label}: {found['verdict']} since the ingestion before "
                f"(index {found['index']:.2f}, {found['n_before']:,} and {found['n_now']:,} rows)."
            )


def _outcome_warnings(rows: dict[str, int], *, least: int) -> Iterator[str]:
    for count, what in ((rows["bad"], "bad"), (rows["used"] - rows["bad"], "good")):
        if count < least:
            yield f"Only {count:,} {what} loans: training needs at least {least:,}."
    if least <= rows["bad"] < FEWEST_BADS:
        yield f"Only {rows['bad']:,} bad loans: every figure by feature is uncertain."


def _row_warnings(report: Report, contract: Contract) -> Iterator[str]:
    rows = report["rows"]
    if rows["alike"]:
        are = "row is" if rows["alike"] == 1 else "rows are"
        yield f"{rows['alike']:,} {are} the same as another in everything but the id."
    for attribute in contract.assessable:
        if unnamed := report["in_no_group"].get(attribute.name):
            yield (
                f"{attribute.label}: {unnamed:,} of {rows['used']:,} rows are in no group of the "
                "contract, and fairness cannot be told of them."
            )


def _feature_warnings(said: Report, feature: Feature) -> Iterator[str]:
    n, bins = said["n"], said["rows_by_bin"]
    if said["distinct"] <= 1:
        yield "holds one value only, and tells nothing."
    elif said["missing"] > NEARLY * n:
        yield f"is missing in {said['missing'] / n:.1%} of the rows."
    elif max(bins[:-1]) > NEARLY * n:
        yield f"holds the same in {max(bins[:-1]) / n:.1%} of the rows."
    if (said["information_value"] or 0) > LEAK_IV:
        yield (
            f"tells good from bad very well (information value {said['information_value']:.2f}); "
            "make sure that it is known when the application is decided."
        )
    if feature.categories:
        never = [value for value, rows in zip(feature.values, bins, strict=False) if rows == 0]
        rare = [value for value, rows in zip(feature.values, bins, strict=False) if 0 < rows < FEW]
        if never:
            yield f"never is {', '.join(never)}."
        if rare:
            yield f"hardly ever is {', '.join(rare)} (fewer than {FEW} rows each)."
