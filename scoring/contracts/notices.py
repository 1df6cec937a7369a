"""What a contract says of notices: read, and held to its features."""

from collections.abc import Iterator, Sequence

from scoring.contract import BureauScore, Contract, Notices, OfficerReason
from scoring.contracts.authority import VERDICTS, verdict_problems
from scoring.contracts.tables import Table, whole_of
from scoring.contracts.words import Problem


def officer_reason(table: Table) -> OfficerReason:
    """Read a reason that an officer may pick."""
    return OfficerReason(
        code=table.text("code"),
        label=table.text("label"),
        notice_text=table.maybe_text("notice_text"),
        verdicts=table.texts("verdicts", default=()),
    )


def officer_reason_problems(reasons: Sequence[OfficerReason]) -> Iterator[Problem]:
    """Find verdicts that are none, what nobody is told, and verdicts left without a reason."""
    for place, each in enumerate(reasons, start=1):
        path = f"officer_reasons[{place}]"
        yield from verdict_problems(each.verdicts, path=f"{path}.verdicts")
        if each.notice_text is not None and each.verdicts == ("approve",):
            yield f"{path}.notice_text", "who is approved gets no notice of why"
    for verdict in VERDICTS if reasons else ():
        if not any(each.fits(verdict) for each in reasons):
            yield "officer_reasons", f"none is for {verdict!r}: it could not be given a reason"


def read_notices(table: Table) -> Notices:
    """Read who writes to applicants, and what a notice may not leave out or say."""
    return Notices(
        creditor=table.maybe_text("creditor"),
        address=table.maybe_text("address"),
        contact=table.maybe_text("contact"),
        agency=table.maybe_text("agency"),
        pd_improvement_at_least=table.number("pd_improvement_at_least", low=0, high=1, default=0),
        proxies=table.texts("proxies", default=()),
        bureau_score=_bureau_score(table) if "bureau_score" in table.raw else None,
    )


def _bureau_score(table: Table) -> BureauScore:
    return whole_of(table.table("bureau_score"), _score_of)


def _score_of(table: Table) -> BureauScore:
    return BureauScore(
        feature=table.text("feature"),
        minimum=table.whole("minimum", low=0),
        maximum=table.whole("maximum", low=1),
        source=table.text("source"),
        factors=table.texts("factors", default=()),
        inquiries=table.maybe_text("inquiries"),
    )


def notice_problems(contract: Contract) -> Iterator[Problem]:
    """Find what no feature is called, and a creditor without an address."""
    said = contract.notices
    if (said.creditor is None) != (said.address is None):
        yield "notices", "creditor and address stand together"
    for name in said.proxies:
        if name not in contract.feature_names:
            yield "notices.proxies", f"no feature is called {name!r}"
    if said.bureau_score is not None:
        yield from _bureau_problems(contract, said.bureau_score)


def _bureau_problems(contract: Contract, score: BureauScore) -> Iterator[Problem]:
    path = "notices.bureau_score"
    if not score.minimum < score.maximum:
        yield f"{path}.minimum", "must be below maximum"
    asked = (score.feature, *score.factors, *([score.inquiries] if score.inquiries else []))
    for name in asked:
        if name not in contract.feature_names:
            yield path, f"no feature is called {name!r}"
    known = {feature.name: feature for feature in contract.features}
    if score.feature in known and not known[score.feature].kind.is_numeric:
        yield f"{path}.feature", "must be a number"
