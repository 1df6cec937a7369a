"""The model card: what a person should know before trusting the model with a decision."""

from collections.abc import Iterator, Mapping
from typing import Any

from scoring.contract import Contract
from scoring.scorecard import LARGEST_GAP

MOST_FEATURES = 10
_WORDS = {
    "auc": "AUC (0.5 says nothing, 1 ranks perfectly)",
    "gini": "Gini",
    "ks": "KS",
    "brier": "Brier score (lower is better)",
    "log_loss": "Log loss (lower is better)",
    "calibration_slope": "Calibration slope (1 is true)",
    "calibration_intercept": "Calibration intercept (0 is true)",
    "ece": "Calibration error (ECE, ten bins)",
}
_CUT_OFFS = {
    "approve": "the contract approves up to",
    "break_even": "margin pays for loss up to",
    "best": "the best on these loans",
}


def card(contract: Contract, manifest: Mapping[str, Any]) -> str:
    """Write the card, in Markdown, from the contract and the figures of the manifest."""
    parts = (
        _what,
        _use,
        _data,
        _quality,
        _later,
        _earnings,
        _reasons,
        _fallback,
        _limits,
        _made_of,
    )
    return "\n\n".join("\n".join(part(contract, manifest)) for part in parts) + "\n"


def _what(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:
    parameters = manifest["parameters"]
    yield f"# Model card: {contract.name}"
    yield ""
    yield (
        f"{parameters['rounds']} gradient-boosted trees of depth {parameters['max_depth']} or "
        f"less (XGBoost), calibrated, as one ONNX graph that gives the "
        f"{contract.outcome.word}, the points and what each feature gave or took."
    )
    if manifest.get("recipe"):
        yield ""
        yield from _recipe(contract, manifest["recipe"])


def _recipe(contract: Contract, said: Mapping[str, Any]) -> Iterator[str]:
    """Say what departs from the contract, as a less discriminatory alternative that was taken."""
    yield "It departs from its contract, as a less discriminatory alternative that was taken:"
    yield ""
    for name in said.get("leave_out", ()):
        yield f"- {contract.feature(name).label}: not used"
    for name, way in said.get("directions", {}).items():
        yield f"- {contract.feature(name).label}: risk can only move {way} with it"
    for name, value in said.get("settings", {}).items():
        yield f"- {name}: {value:g}"
    if weighing := said.get("weighing"):
        yield (
            f"- loans weighed by {weighing['attribute']} while they were learned from "
            f"({weighing['way']}, strength {weighing['strength']:g}); the group is no input"
        )


def _use(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:  # noqa: ARG001
    yield "## What it is for"
    yield ""
    yield (
        f"To recommend a decision on an application for: {contract.name} ({contract.currency}; "
        f"jurisdictions: {', '.join(contract.jurisdictions)}). It predicts "
        f'"{contract.outcome.meaning}" within {contract.outcome.window_months} months. '
        f"It decides nothing by itself outside the bounds of the product's policy, and it is "
        f"not made for any other product, country or population."
    )


def _data(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:
    trained = manifest["trained"]
    yield "## What it learned from"
    yield ""
    yield f"{trained['rows']:,} loans, {trained['bads']:,} of them bad ({_share(trained)})."
    yield f"Snapshot {manifest['snapshot_sha256']}."
    if manifest.get("label_policy"):
        yield from _labels(manifest["label_policy"])
    yield ""
    yield f"> {contract.source_note}"
    yield ""
    yield f"A loan's outcome is known thus: {contract.outcome.maturity}"
    yield ""
    for attribute in contract.protected:
        yield f"- not used, protected: {attribute.label}{_assessed(attribute.why_not)}"
    for banned in contract.banned:
        yield f"- not used: `{banned.column}` ({banned.why})"


def _labels(said: Mapping[str, Any]) -> Iterator[str]:
    own, default = said["chosen_figures"]["auc"], said["default"]["auc"]
    yield ""
    yield (
        f"Labels: {said['chosen']}. Beside them {said['rejects']:,} declined applicants and "
        f"{said['officers_decisions']:,} officers' decisions were learned from, by weight. "
        f"AUC {own['mean']:.3f} ({own['low']:.3f} to {own['high']:.3f}); with real outcomes only "
        f"{default['mean']:.3f} ({default['low']:.3f} to {default['high']:.3f}); "
        f"{own['n']:,} loans. {said['sentence']}"
    )


def _quality(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:  # noqa: ARG001
    trained = manifest["trained"]
    yield "## How good it is, on loans it has not seen"
    yield ""
    yield (
        f"{trained['repeats']} times {trained['folds']}-fold cross-validation, stratified, "
        f"seed {manifest['seed']}; calibrated without the fold that is measured."
    )
    yield ""
    yield "| figure | value | 95 % interval | n |"
    yield "|---|---|---|---|"
    for name, words in _WORDS.items():
        found = manifest["metrics"][name]
        yield (
            f"| {words} | {found['mean']:.3f} | {found['low']:.3f} to {found['high']:.3f} "
            f"| {found['n']:,} |"
        )
    yield ""
    yield (
        f"Chance alone gives a perfectly calibrated model a calibration error of up to "
        f"{manifest['metrics']['ece']['by_chance']:.3f} on as many loans."
    )


def _later(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:
    said, quarters = manifest["out_of_time"], manifest["calibration_over_time"]
    yield "## How it does on later loans"
    yield ""
    if said is None:
        yield "Not known: the loans have no dates, or none were held out."
    elif "not_measured" in said:
        yield f"Not measured on {_newest(said)}: {said['not_measured']}."
    else:
        auc = manifest["metrics"]["auc"]["mean"]
        yield from _out_of_time(said, auc, may_fall=contract.policy.gates.auc_fall_at_most)
    if quarters:
        yield ""
        yield _over_time(quarters)


def _out_of_time(said: Mapping[str, Any], auc: float, *, may_fall: float) -> Iterator[str]:
    found = said["auc"]
    yield (
        f"Trained on the {said['trained_on']:,} older loans and tested on {_newest(said)}: AUC "
        f"{found['mean']:.3f} (95 % interval {found['low']:.3f} to {found['high']:.3f}), "
        f"{auc:.3f} in cross-validation; {said['mean_pd']:.1%} predicted to be bad, "
        f"{said['bad_rate']:.1%} were ({said['bad_rate_before']:.1%} of the older); stability "
        f"index of the score {said['score_psi']:.2f}."
    )
    is_far = auc - found["mean"] > may_fall
    yield (
        f"That AUC is {'more than' if is_far else 'no more than'} {may_fall:.2f} below the "
        f"cross-validated one{', so it ranks newer loans clearly worse' if is_far else ''}. "
        "The bound is that of this product's gate: `auc_fall_at_most` in its contract's "
        "`[policy.gates]`."
    )
    if "default" in said:
        yield _beside_the_default(said)


def _beside_the_default(said: Mapping[str, Any]) -> str:
    other = said["default"]["auc"]
    interval = f"{other['low']:.3f} to {other['high']:.3f}"
    return (
        f"Labels: {said['labels']}; what was guessed was guessed without the newest loans. "
        f"Learning from real outcomes only gives an AUC of {other['mean']:.3f} ({interval}) there. "
        "Both are of the same loans and of their real outcomes."
    )


def _newest(said: Mapping[str, Any]) -> str:
    return f"the {said['n']:,} newest ({said['from']} to {said['to']}, {said['bads']:,} bad)"


def _over_time(quarters: list[Mapping[str, Any]]) -> str:
    held = sum(one["low"] <= one["mean_pd"] <= one["high"] for one in quarters)
    worst = max(quarters, key=lambda one: abs(one["mean_pd"] - one["bad_rate"]))
    return (
        f"Calibration by quarter of application: in {held} of {len(quarters)} the predicted share "
        f"of bad loans is inside the 95 % interval of the realised one; furthest off is "
        f"{worst['quarter']} ({worst['mean_pd']:.1%} predicted, {worst['bad_rate']:.1%} realised, "
        f"{worst['n']:,} loans)."
    )


def _earnings(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:  # noqa: ARG001
    profit = manifest["profit"]
    figures = {**profit["at"], "best": profit["best"]}
    yield "## What its cut-offs would have earned"
    yield ""
    yield (
        f"Profit per application as a share of the mean amount, on {profit['n']:,} loans it has "
        f"not seen, {_weighed(profit)}. Cut-offs are in steps of 1 %."
    )
    yield ""
    yield "| cut-off | PD | approved | profit | 95 % interval |"
    yield "|---|---|---|---|---|"
    for name, words in _CUT_OFFS.items():
        found = figures[name]
        yield (
            f"| {words} | {found['cut_off']:.0%} | {found['approved']:.1%} | "
            f"{found['profit']:+.2%} | {found['low']:+.2%} to {found['high']:+.2%} |"
        )
    yield ""
    yield "The best cut-off was found on the same loans, so what it earns is flattered."


def _weighed(profit: Mapping[str, Any]) -> str:
    return "each weighed by its amount" if profit["weighed_by_amount"] else "all of one amount"


def _reasons(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:
    reference, influence = manifest["reference"], manifest["influence"]
    yield "## How it explains itself"
    yield ""
    yield (
        f"Reasons are exact interventional Shapley values of the contract's features, in points, "
        f"against {reference['rows']:,} rows ({reference['what']}). They add up to the score: "
        f"{reference['base_points']:.1f} base points and what each feature gave or took."
    )
    yield ""
    yield "| feature | points it moves the score by, on average |"
    yield "|---|---|"
    for name in sorted(influence, key=lambda name: -influence[name])[:MOST_FEATURES]:
        yield f"| {contract.feature(name).label} | {influence[name]:.1f} |"


def _fallback(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:  # noqa: ARG001
    scorecard = manifest["scorecard"]
    yield "## What stands in when it cannot answer"
    yield ""
    auc = scorecard["auc"]
    if auc is None:
        yield "There is no fallback scorecard: no feature tells anything by itself."
        return
    yield (
        f"A scorecard of {scorecard['features']} features: AUC {auc['mean']:.3f} (95 % interval "
        f"{auc['low']:.3f} to {auc['high']:.3f}, {auc['n_folds']} folds of {auc['n']:,} loans), "
        f"{scorecard['auc_behind_model']:+.3f} behind the model on the same folds."
    )
    if scorecard["auc_behind_model"] > LARGEST_GAP:
        yield (
            f"That is more than {LARGEST_GAP} behind: while it stands in, good and bad loans are "
            "told apart clearly less well."
        )


def _limits(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:
    held = [one.label for one in contract.features if one.direction != "none"]
    yield "## Limits"
    yield ""
    yield "- It has seen only applicants whose loans were granted and whose outcome is known."
    yield "- Figures are from the data above; they say nothing of a later time by themselves."
    yield "- A share says what moved the score, not what caused the outcome."
    yield f"- Fewer than {contract.fairness.minimum_group} people of a group are too few to judge."
    if contract.assessable and contract.fairness.search_tries:
        yield (
            "- Less discriminatory alternatives are searched after each training: what was found, "
            "and why one was taken or not, stands in the dossier."
        )
    if manifest["trained"]["bads"] < 1_000:
        yield f"- {manifest['trained']['bads']:,} bad loans are few: mind the intervals."
    if held:
        yield f"- Risk can only move one way with: {', '.join(held)}."


def _made_of(contract: Contract, manifest: Mapping[str, Any]) -> Iterator[str]:
    libraries = manifest["libraries"]
    yield "## What it was made of"
    yield ""
    yield f"Contract {contract.hash}."
    yield ", ".join(f"{name} {version}" for name, version in libraries.items()) + "."
    engine = manifest["engine"]
    if engine["name"] == "dask":
        yield ""
        yield (
            f"Fitted on a Dask cluster of {engine['workers']} workers of {engine['threads']} "
            f"threads: on another number the trees differ in their last bits."
        )


def _share(trained: Mapping[str, Any]) -> str:
    return f"{trained['bads'] / trained['rows']:.1%}"


def _assessed(why_not: str | None) -> str:
    return f"; fairness cannot be assessed: {why_not}" if why_not else ""
