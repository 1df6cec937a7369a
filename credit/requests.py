"""A decision request's own shape; what is inside its parts is the contract's business."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from credit import applicants
from credit.applicants import Named
from credit.models import Application
from scoring.application import RequestedValues, validate_application
from scoring.contract import Contract
from scoring.features import FieldProblem, InputRefused, Value, unknown_fields
from scoring.records import committed

FIELDS = ("product", "reference", "requested", "features", "monitoring", "applicant")
_OBJECTS = ("requested", "features", "monitoring", "applicant")
_OPTIONAL = ("monitoring", "applicant")
LONGEST_REFERENCE = 100


class Read(NamedTuple):
    """A request that is all right."""

    reference: str
    requested: RequestedValues
    features: dict[str, Value]
    monitoring: dict[str, str]
    applicant: Named | None


def read(body: Mapping[str, object], *, product: str, contract: Contract) -> Read:
    """Check a whole request against a product's contract.

    Raises `InputRefused` with every problem of every part.
    """
    problems = shape_problems(body)
    if body.get("product", product) != product:
        problems.append(FieldProblem("/product", "contradiction", f"must be {product} here"))
    parts = {name: _part(body, name) for name in _OBJECTS}
    try:
        found = validate_application(
            contract,
            requested=parts["requested"],
            features=parts["features"],
            monitoring=parts["monitoring"],
        )
    except InputRefused as refused:
        broken = {problem.pointer for problem in problems}
        # A part that is no object at all is one problem, not one for each field it lacks.
        problems += [item for item in refused.problems if f"/{_top(item.pointer)}" not in broken]
        raise InputRefused(tuple(problems)) from refused
    if problems:
        raise InputRefused(tuple(problems))
    return Read(
        reference=str(body["reference"]),
        requested=found.requested,
        features=found.features,
        monitoring=found.monitoring,
        applicant=applicants.read(parts["applicant"]),
    )


def shape_problems(body: Mapping[str, object]) -> list[FieldProblem]:
    """Find what is wrong with the request's own fields, whatever the product."""
    problems = unknown_fields(body, FIELDS, says="is no field of a decision request")
    for name in _OBJECTS:
        part = body.get(name)
        if isinstance(part, Mapping) or (name in _OPTIONAL and name not in body):
            continue
        if part is None:
            problems.append(FieldProblem(f"/{name}", "missing", "is missing"))
        else:
            problems.append(FieldProblem(f"/{name}", "wrong_type", "must be an object"))
    wrong = reference_problem(body.get("reference"))
    if wrong:
        problems.append(FieldProblem("/reference", *wrong))
    if isinstance(body.get("applicant"), Mapping):
        problems += applicants.problems(_part(body, "applicant"))
    return problems


def inputs_of(application: Application, values: Mapping[str, Value]) -> dict[str, Any]:
    """Say what the audit trail commits to: all that was asked and stated, features normalised."""
    return committed(
        reference=application.reference,
        requested=RequestedValues(amount=application.amount, term_months=application.term_months),
        features=values,
    )


def _part(body: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _top(pointer: str) -> str:
    return pointer.split("/", 2)[1]


def reference_problem(value: object) -> tuple[str, str] | None:
    """Say what is wrong with a reference: code and message."""
    if value is None:
        return "missing", "is missing"
    if not isinstance(value, str):
        return "wrong_type", "must be a text"
    if not 1 <= len(value) <= LONGEST_REFERENCE:
        return "out_of_bounds", f"must have 1 to {LONGEST_REFERENCE} characters"
    if value != value.strip() or not applicants.is_printable(value):
        return "out_of_bounds", "must be printable, without blanks at its ends"
    return None
