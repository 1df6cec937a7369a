"""Decision requests made of real past loans, by what the product's contract says of their file."""

import csv
import itertools
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, str]


class RowsRefused(ValueError):
    """These rows cannot be made into requests, and why."""


def endless(contract: Path, loans: Path) -> Iterator[dict[str, Any]]:
    """Go round the file of past loans, one decision request a row."""
    try:
        product = tomllib.loads(contract.read_text(encoding="utf-8"))
        with loans.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        requests = [_request(product, row) for row in rows]
    except (OSError, tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise RowsRefused(f"{contract} with {loans}: {error!r}") from error
    if not requests:
        raise RowsRefused(f"{loans} has no rows")
    return itertools.cycle(requests)


def stricter(contract: str) -> str:
    """Approve fewer: move the cut-off of a contract a little."""
    lines = contract.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("approve_pd_at_most"))
    value = float(lines[at].partition("=")[2].partition("#")[0])
    lines[at] = f"approve_pd_at_most = {value * 0.9:.4f}\n"
    return "".join(lines)


def without_steps(contract: str) -> str:
    """Let versions of a contract be promoted at once, which its policy forbids otherwise."""
    before, _header, steps = contract.partition("[policy.promotion]\n")
    return before + steps[steps.index("\n[") + 1 :] if steps else contract


def _request(product: Mapping[str, Any], row: Row) -> dict[str, Any]:
    features = {feature["name"]: _value(feature, row) for feature in product["features"]}
    return {
        "product": product["slug"],
        "requested": _requested(product, features),
        "features": features,
        "monitoring": _monitoring(product, row),
    }


def _value(feature: Mapping[str, Any], row: Row) -> Any:
    raw = row[feature["source"]]
    if not raw or raw in feature.get("missing_codes", ()):
        return None
    if feature["kind"] in {"category", "boolean"}:
        named = next(each["value"] for each in feature["categories"] if raw in each["source"])
        return named == "true" if feature["kind"] == "boolean" else named
    if feature["kind"] in {"integer", "decimal"}:
        return int(raw) if feature["kind"] == "integer" else float(raw)
    raise RowsRefused(f"{feature['name']}: {feature['kind']} is not sent from a file")


def _requested(product: Mapping[str, Any], features: Mapping[str, Any]) -> dict[str, Any]:
    same = {each["same_as"]: each["name"] for each in product["features"] if "same_as" in each}
    bounds = product["requested"]
    amount = features[same["requested.amount"]] if "requested.amount" in same else None
    asked = {"amount": f"{float(amount or bounds['amount']['minimum']):.2f}"}
    if "term_months" not in bounds:
        return asked
    term = features[same["requested.term_months"]] if "requested.term_months" in same else None
    return {**asked, "term_months": int(term or bounds["term_months"]["minimum"])}


def _monitoring(product: Mapping[str, Any], row: Row) -> dict[str, str]:
    attributes = [each for each in product.get("protected", ()) if each["assessable"]]
    groups = {each["name"]: _group(each, row) for each in attributes if each.get("source")}
    return {name: group for name, group in groups.items() if group is not None}


def _group(attribute: Mapping[str, Any], row: Row) -> str | None:
    raw = row[attribute["source"]]
    return next((each["value"] for each in attribute["groups"] if _holds(each, raw)), None)


def _holds(group: Mapping[str, Any], raw: str) -> bool:
    if "source" in group:
        return raw in group["source"]
    return group.get("minimum", float("-inf")) <= float(raw) <= group.get("maximum", float("inf"))
