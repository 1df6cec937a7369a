"""How a version behaves: directions, reasons, groups, speed and exactness."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from frontend.dossiers.blocks import Block, Heading, Pairs, Section, Table, Words, section, table
from frontend.dossiers.material import Material
from frontend.dossiers.quality import not_measured
from frontend.dossiers.say import (
    NOTHING,
    Said,
    count,
    exponent,
    figure,
    in_figures,
    in_shares,
    percent,
)
from frontend.sentences import translated
from frontend.templatetags.evenhand import p_value
from monitoring.fairness.queries import AttributeView, FairnessView, GroupView
from scoring.contract import Direction

MOST_REASONS = 12


def monotonicity(material: Material) -> Section:
    """Say which way risk may move, and that it does."""
    held = [
        (
            feature.label,
            _("more is riskier") if feature.direction is Direction.UP else _("more is safer"),
        )
        for feature in material.version.contract.features
        if feature.direction is not Direction.NONE
    ]
    worst = (material.version.manifest.get("parity") or {}).get("against_monotone")
    if not held:
        words = _("The contract holds no detail to a direction.")
        return section("monotonicity", _("Directions"), Words(text=words))
    found = _("This version does not say whether they hold.")
    if worst is not None:
        found = _(
            "Walked over a grid of each detail before release: the worst step the wrong way is"
            " {worst} log-odds."
        ).format(worst=figure(worst, 1))
    return section(
        "monotonicity",
        _("Directions"),
        Words(text=found),
        table(_("Details with one direction"), (_("Detail"), _("Held to")), held, words=2),
    )


def reasons(material: Material) -> Section:
    """Say how often each reason is told, and that shares add up."""
    measured = material.figures.measured
    return section(
        "reasons",
        _("Reasons"),
        *(_told(measured["reasons"]) if measured else [not_measured()]),
        Pairs(rows=_exactness(material.version.manifest.get("parity") or {})),
    )


def _told(said: Said) -> Iterator[Block]:
    if not said["n"]:
        yield Words(text=_("It would approve every loan that it learned from: no reason is told."))
        return
    yield Words(
        text=_(
            "How often each is among the four principal reasons, of {n} loans that it would not"
            " approve. Base points and shares add up to the score within {gap} points."
        ).format(n=count(said["n"]), gap=figure(said["worst_gap"], 4))
    )
    yield table(
        _("Among the four principal reasons"),
        (_("Detail"), _("Loans"), _("Share"), _("95% interval")),
        [
            (each["label"], count(each["count"]), percent(each["share"]), in_shares(each))
            for each in said["of"][:MOST_REASONS]
        ],
    )


def _exactness(parity: Said) -> tuple[tuple[str, str], ...]:
    names = [
        (_("Shares, against quadrature (log-odds)"), "shares_by_quadrature"),
        (_("Shares, against all coalitions (log-odds)"), "shares_by_coalitions"),
        (_("Shares and base to the score (relative)"), "additivity"),
    ]
    return tuple((name, exponent(parity.get(key))) for name, key in names)


def fairness(material: Material) -> Section:
    """Say how it would treat each group, to who may see that."""
    gate = next((each for each in material.version.gates if each.name == "fairness"), None)
    blocks: list[Block] = []
    if not material.sees_groups:
        words = _("Groups are shown to compliance, validators and auditors only, as aggregates.")
        return section("fairness", _("Fairness"), Words(text=words))
    if gate is not None:
        blocks.append(Words(text=_gate(gate.detail, is_passed=gate.passed)))
    if material.fairness is None:
        blocks.append(Words(text=_("No report on this version was made yet.")))
    else:
        blocks += _report(material.fairness)
    return section("fairness", _("Fairness"), *blocks)


def _gate(detail: str, *, is_passed: bool) -> str:
    words = _("Gate passed: {detail}") if is_passed else _("Gate not passed: {detail}")
    return words.format(detail=translated(detail))


def _report(found: FairnessView) -> Iterator[Block]:
    yield Words(
        text=_(
            "{n} people; {period}. Approved means: {approved}. Groups of fewer than {least} are"
            " insufficient evidence, and have no figures."
        ).format(
            n=count(found.n),
            period=translated(found.period),
            approved=translated(found.approved_means),
            least=count(found.minimum_group),
        )
    )
    for attribute in found.attributes:
        yield Heading(text=attribute.label)
        yield Words(text=translated(attribute.verdict_words))
        yield from (Words(text=translated(why), is_warning=True) for why in attribute.untold)
        if attribute.assessable:
            yield _groups(attribute)


def _groups(attribute: AttributeView) -> Table:
    return table(
        _("{attribute}: who would be approved").format(attribute=attribute.label),
        (
            _("Group"),
            _("People"),
            _("Approved"),
            _("95% interval"),
            "AIR",
            _("95% interval"),
            _("p-value"),
            "TPR",
            "FPR",
        ),
        [_group(each) for each in attribute.groups],
    )


def _group(one: GroupView) -> tuple[str, ...]:
    few = _("insufficient")
    return (
        one.label,
        _("withheld") if one.n is None else count(one.n),
        few if one.approval_rate is None else percent(one.approval_rate),
        in_shares({"low": one.approval_low, "high": one.approval_high}),
        _("reference") if one.is_reference else figure(one.air, 2),
        in_figures({"low": one.air_low, "high": one.air_high}, 2),
        p_value(one.p_value),
        _rate(one.tpr, one.tpr_low, one.tpr_high, one.tpr_n),
        _rate(one.fpr, one.fpr_low, one.fpr_high, one.fpr_n),
    )


def _rate(value: float | None, low: float | None, high: float | None, n: int | None) -> str:
    if value is None and n is None:
        return _("insufficient")
    if value is None:
        return _("insufficient: {n}").format(n=count(n))
    return _("{share} of {n} ({interval})").format(
        share=percent(value), n=count(n), interval=in_shares({"low": low, "high": high})
    )


def machinery(material: Material) -> Section:
    """Say how fast it answers and how exactly its graph is the model."""
    measured, parity = material.figures.measured, material.version.manifest.get("parity") or {}
    return section(
        "latency-and-parity",
        _("Latency and parity"),
        _latency(measured["latency"]) if measured else not_measured(),
        Pairs(
            rows=(
                (_("Rows compared"), count(parity.get("rows"))),
                (_("PD, graph against XGBoost"), exponent(parity.get("pd"))),
                (_("Margin, relative to its size"), exponent(parity.get("margin"))),
                (_("Alone or among others"), exponent(parity.get("alone_or_in_a_batch"))),
            )
        )
        if parity
        else Words(text=_("This version does not say how exactly its graph is the model.")),
    )


def _latency(said: Said) -> Words:
    return Words(
        text=_(
            "One application with all reasons takes {median} µs in the middle, {p95} µs in 95 of"
            " 100 cases: {n} times on one thread, on the machine of the learning worker"
            " ({machine})."
        ).format(
            median=count(round(said["median"] * 1e6)),
            p95=count(round(said["p95"] * 1e6)),
            n=count(said["n"]),
            machine=said["machine"] or NOTHING,
        )
    )
