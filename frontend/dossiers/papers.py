"""Where a version comes from, what it is not for, and who said what about it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from credit.queries.gate_waivers import SignedWaiver
from credit.queries.models import GateRow
from frontend.dossiers.blocks import Block, Pairs, Points, Section, Table, Words, section, table
from frontend.dossiers.material import Material
from frontend.dossiers.say import (
    NOTHING,
    Said,
    count,
    figure,
    in_figures,
    label_policy,
    moment,
)
from frontend.sentences import translated
from frontend.templatetags.evenhand import humane, visible

LIMITS = "## Limits"


def lineage(material: Material) -> Section:
    """Say which rows it learned from."""
    version = material.version
    return section(
        "data",
        _("What it learned from"),
        Pairs(
            rows=(
                (_("Loans"), count(version.rows)),
                (_("Bad among them"), count(version.bads)),
                *(
                    (_("Labels: {source}").format(source=humane(source)), count(rows))
                    for source, rows in version.label_sources.items()
                ),
                (_("Left out: outcomes not yet matured"), count(version.immature)),
                (_("Snapshot taken"), moment(version.snapshot_taken_at)),
                (_("Snapshot"), f"sha256:{version.snapshot_sha256}"),
                (_("File of past loans"), visible(version.file_name)),
                (_("Its content"), f"sha256:{version.file_sha256}"),
                (
                    _("Contract"),
                    _("version {n}, {hash}").format(
                        n=version.contract_number, hash=version.contract.hash
                    ),
                ),
                (_("Bundle"), version.bundle_hash),
                ("model.onnx", f"sha256:{version.model_sha256}"),
            )
        ),
        Words(text=version.contract.source_note),
    )


def labels(material: Material) -> Section:
    """Hold the label policy that was chosen against the default."""
    said = material.version.metrics.get("label_policy") or material.version.manifest.get(
        "label_policy"
    )
    title = _("Label policy")
    if not said:
        words = _("The default was used: it learned from real, matured outcomes only.")
        return section("labels", title, Words(text=words))
    return section(
        "labels",
        title,
        Words(text=_("Chosen: {policy}.").format(policy=label_policy(str(said["chosen"])))),
        _policies(said),
        Words(text=translated(str(said["sentence"])), is_warning=True),
    )


def _policies(said: Said) -> Table:
    names = [
        (name, key)
        for name, key in (("AUC", "auc"), ("Gini", "gini"), ("KS", "ks"), ("Brier", "brier"))
    ]
    chosen, default = said["chosen_figures"], said["default"]
    return table(
        _("The chosen policy beside the default, on real outcomes"),
        (_("Figure"), _("Chosen"), _("95% interval"), _("Default"), _("95% interval")),
        [
            (
                name,
                figure(chosen[key]["mean"]),
                in_figures(chosen[key]),
                figure(default[key]["mean"]),
                in_figures(default[key]),
            )
            for name, key in names
            if key in chosen and key in default
        ],
    )


def limits(material: Material) -> Section:
    """Give the limits that the model card names."""
    said = tuple(limits_of(material.version.card))
    words = Words(text=_("The card of this version names none.")) if not said else None
    return section("limits", _("Limits"), words, Points(items=said) if said else None)


def limits_of(card: str) -> Iterator[str]:
    """Find the limits that a model card names."""
    part = card.partition(LIMITS)[2].partition("\n## ")[0]
    for line in part.splitlines():
        if line.startswith("- "):
            yield translated(line.removeprefix("- "))


def gates(material: Material) -> Section:
    """Say what it had to pass."""
    found = material.version.gates
    if not found:
        return section("gates", _("Gates"), Words(text=_("No gate was recorded.")))
    return section(
        "gates",
        _("Gates"),
        table(
            _("What it had to pass before it may be promoted"),
            (_("Gate"), _("Result"), _("What was found")),
            [
                (
                    humane(each.name),
                    _result(each, is_waived=each.name in material.waivers),
                    " ".join(_found(each, material.waivers.get(each.name))),
                )
                for each in found
            ],
            words=3,
        ),
    )


def _found(gate: GateRow, waiver: SignedWaiver | None) -> Iterator[str]:
    yield translated(gate.detail)
    if gate.law:
        yield gate.law
    if waiver is not None and not gate.passed:
        yield _("Waived: “{why}”").format(why=visible(waiver.why))
        for who, at in waiver.signatures:
            yield _("{who}, {at}.").format(who=visible(who), at=moment(at))


def _result(gate: GateRow, *, is_waived: bool) -> str:
    if gate.passed:
        return _("Passed")
    if is_waived:
        return _("Waived")
    return _("Failed") if gate.blocking else _("To judge")


def comments(material: Material) -> Section:
    """Give what was said against it, and what was answered."""
    if not material.comments:
        words = Words(text=_("Nobody said anything against this version."))
        return section("comments", _("Comments"), words)
    return section(
        "comments",
        _("Comments"),
        table(
            _("What was said against it, and how it was resolved"),
            (_("Said"), _("By"), _("Resolved"), _("By")),
            [
                (
                    visible(each.words),
                    f"{each.by}, {moment(each.at)}",
                    visible(each.resolution) or _("open"),
                    f"{each.resolved_by}, {moment(each.resolved_at)}"
                    if each.resolved_at
                    else NOTHING,
                )
                for each in material.comments
            ],
            words=4,
        ),
    )


def signatures(material: Material) -> Section:
    """Say who moved it where, and in what words."""
    version = material.version
    moves: list[Block] = []
    if material.changes:
        moves.append(
            table(
                _("Every move of this version"),
                (_("What"), _("When"), _("By"), _("Note")),
                [
                    (_(each.what), moment(each.at), each.by, visible(each.note) or NOTHING)
                    for each in material.changes
                ],
                words=4,
            )
        )
    return section(
        "signatures",
        _("Signatures"),
        Words(
            text=_("Trainer of record: {who}, {at}.").format(
                who=version.trained_by, at=moment(version.trained_at)
            )
        ),
        *moves,
        None if version.promoted_by else Words(text=_("Nobody has signed for it as champion.")),
    )
