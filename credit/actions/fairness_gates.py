"""A version's fairness as a gate: for the learning worker, which alone may look into the vault."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import transaction

from credit import gate_laws, vault
from credit.actions import audit
from credit.laws import packs_of
from credit.models import AuditEvent, GateJudgement, ModelVersion
from scoring import fairness
from scoring.contract import Contract
from scoring.groups.laws_gate import gate_of
from scoring.groups.screens import law_of, screens_of


def gate(
    validation: pl.DataFrame,
    contract: Contract,
    groups: Mapping[str, Sequence[str | None]],
    *,
    on: date,
) -> dict[str, Any]:
    """Ask how the cut-off would treat each group, on loans that the model was not trained on.

    The contract's bound counts, and the screens of its jurisdictions on that day.
    """
    found = fairness.assess(
        contract=contract,
        selected=(validation["pd"] <= contract.policy.approve_pd_at_most).to_list(),
        bad=[bool(bad) for bad in validation["bad"]],
        groups=groups,
        is_for_nobody=True,  # the gate tells labels and verdicts, and must overlook nobody
    )
    packs = packs_of(contract.jurisdictions, on=on)
    judged = gate_of(found, bounds=contract.fairness, screens=screens_of(packs))
    return judged | {"law": law_of(packs, on=on)}


def judge_anew(
    *, version: ModelVersion, validation: pl.DataFrame, at: datetime
) -> GateJudgement | None:
    """Judge its fairness by the law of the day, where another came into force; else nothing."""
    on = at.date()
    if gate_laws.law_problem(version, on=on) is None:
        return None
    groups = vault.groups_of_snapshot(version.snapshot, validation["row"].to_list())
    found = gate(validation, version.contract.read(), groups, on=on)
    with transaction.atomic():
        made = GateJudgement.objects.create(version=version, at=at, gate=found)
        audit.record(
            AuditEvent.Type.GATE_JUDGED,
            target=f"model:{version.name}",
            by=None,
            at=at,
            gate=found["name"],
            passed=found["passed"],
            packs=[pack["hash"] for pack in found["law"]["packs"]],
        )
    return made
