"""Reports on gaps as text for a terminal."""

from collections.abc import Iterator, Sequence

from monitoring.gaps.queries import GapView, Said

MOST_FEATURES = 8
TOO_FEW = "insufficient evidence"


def gaps_table(view: GapView) -> str:
    """Lay out one report: each group beside its reference, and where the gap comes from."""
    about = view.model_name or f"{view.month:%B %Y}"
    lines = [
        f"{view.product_name}: gaps between groups, {about}",
        f"{view.population_label}; n = {view.report['n']:,}. Brackets hold 95 % intervals.",
        f"No figure is stated of fewer than {view.report['minimum_group']} people.",
    ]
    for attribute in view.attributes:
        lines += ["", *_attribute(attribute)]
    for version in view.report.get("versions", ()):
        for attribute in version["attributes"]:
            lines += ["", f"{view.product_slug}/{version['number']}: {attribute['label']}"]
            lines += [f"  {attribute['untold']}"] if attribute.get("untold") else []
            lines += [line for group in attribute["groups"] for line in _group(group)]
    return "\n".join(lines)


def _attribute(attribute: Said) -> Iterator[str]:
    yield f"{attribute['label']}, beside {attribute['reference_label']}"
    if attribute.get("untold"):
        yield f"  {attribute['untold']}"
    for ratio in attribute["ratios"]:
        yield f"  {ratio['label']}: AIR {_range(ratio, 'air', 2)}"
    for group in attribute.get("groups", ()):
        yield from _group(group)


def _group(group: Said) -> Iterator[str]:
    gap = group["gap"]
    if gap is None:
        yield f"  {group['label']}: {TOO_FEW}"
        return
    yield (
        f"  {group['label']}: mean score {_range(gap, 'points', 1)} points, n = {gap['n']:,} and"
        f" {gap['reference_n']:,}"
    )
    proxy = group.get("proxy")
    if proxy:
        yield (
            f"    The features tell the group with an AUC of {proxy['auc']:.3f}"
            f" ({proxy['low']:.3f} to {proxy['high']:.3f}), n = {proxy['n']:,}."
        )
    yield from _columns(gap["parts"][:MOST_FEATURES], group)


def _columns(parts: Sequence[Said], group: Said) -> Iterator[str]:
    signs = {sign["feature"]: sign for sign in group.get("signs", ())}
    suspects = set(group.get("suspects", ()))
    width = max(len(part["label"]) for part in parts)
    for part in parts:
        sign = signs.get(part["feature"])
        told = f"; {_measure(sign)}" if sign and sign["value"] is not None else ""
        lead = "; likely proxy" if part["feature"] in suspects else ""
        yield f"    {part['label'].ljust(width)}  {_range(part, 'points', 2)}{told}{lead}"


def _measure(sign: Said) -> str:
    name = "AUC" if sign["measure"] == "auc" else "Cramér's V"
    return f"{name} {_range(sign, 'value', 2)}"


def _range(said: Said, name: str, digits: int) -> str:
    value, low, high = (said[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None or low is None or high is None:
        return TOO_FEW
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
