"""A notice put together and proved, not yet sent: what the preview shows is what would leave."""

from dataclasses import dataclass, replace
from datetime import datetime

from credit import serving
from credit.laws import laws_of
from credit.letters.html import html_of
from credit.letters.pdf import LetterNotSet, pdf_of
from credit.models import Applicant, Decision, NoticeKind, Score
from credit.notice_facts import decided, facts_of
from credit.records import record_of
from credit.serving import ModelUnavailable
from scoring.alternatives import AlternativesRefused, alternatives
from scoring.contract import Contract, Policy
from scoring.engine import Engine, EngineFailed
from scoring.notices.certificates import certify
from scoring.notices.laws import LawMissing, Laws
from scoring.notices.letters import Addressee, Letter, letter_of
from scoring.notices.proofs import UsualMissing, usual_values
from scoring.notices.records import NoticeRecord, sealed
from scoring.notices.terms import Facts, Grounds, Instead, Problem
from scoring.records import Record
from scoring.replay import Again, by_engine, by_scorecard, differences
from scoring.scorecard import Scorecard, ScorecardRefused
from scoring.sessions import GraphFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A notice as it would leave; without a letter, what is missing is among the problems."""

    kind: NoticeKind
    problems: tuple[Problem, ...]
    letter: Letter | None = None
    record: NoticeRecord | None = None
    pdf: bytes = b""
    html: bytes = b""
    has_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scorers:
    """What scored the decision, ready to score again; or why it is not."""

    engine: Engine | None = None
    card: Scorecard | None = None
    why_not: str = ""


def draft(decision: Decision, *, kind: NoticeKind, at: datetime) -> Draft:
    """Put a notice together and prove it; `decision` comes from `queries.notices.decisions()`."""
    application = decision.application
    contract = application.score.contract.read()
    try:
        laws = laws_of(contract, on=decided(decision).at.date())
    except LawMissing as missing:
        return _stopped(kind, "law_missing", f"It cannot be written: {missing}.")
    record = record_of(decision, contract=contract)
    if record is None:
        return _stopped(kind, "no_record", "The audit trail knows nothing of this decision.")
    policy, scorers = decision.policy.read().policy, _scorers(application.score)
    try:
        return _proved(decision, kind, record, laws, policy, scorers, at=at)
    except (EngineFailed, GraphFailed):
        return _stopped(kind, "model_failed", "The model that scored it failed when asked again.")


def _proved(
    decision: Decision,
    kind: NoticeKind,
    record: Record,
    laws: Laws,
    policy: Policy,
    scorers: _Scorers,
    *,
    at: datetime,
) -> Draft:
    contract = decision.application.score.contract.read()
    facts = facts_of(
        decision,
        kind=kind,
        number=1 + decision.notices.filter(kind=kind).count(),
        laws=laws,
        instead=_instead(kind, record, policy, scorers),
        at=at,
    )
    certified = certify(record, facts, _grounds(contract, policy, laws, scorers))
    problems = [*_not_replayed(record, policy, scorers), *certified.problems]
    to = _addressee(decision)
    try:
        letter = letter_of(
            certified.statement, record=record, facts=facts, contract=contract, laws=laws, to=to
        )
        pdf, html = pdf_of(letter, at=datetime.fromisoformat(facts.issued_at)), html_of(letter)
    except LawMissing:  # it is among the problems
        return Draft(kind=kind, problems=tuple(problems))
    except LetterNotSet as not_set:
        return Draft(
            kind=kind, letter=letter, problems=(*problems, Problem(code="font", text=str(not_set)))
        )
    return Draft(
        kind=kind,
        problems=tuple(problems),
        letter=letter,
        record=_sealed(facts, record, laws, certified.statement, pdf, html),
        pdf=pdf,
        html=html,
        has_address=bool(to.address),
    )


def _sealed(
    facts: Facts,
    record: Record,
    laws: Laws,
    statement: dict[str, object],
    pdf: bytes,
    html: bytes,
) -> NoticeRecord:
    return sealed(
        facts=facts,
        decision=record,
        laws=laws,
        statement=statement,
        documents={"pdf": pdf, "html": html},
    )


def _stopped(kind: NoticeKind, code: str, text: str) -> Draft:
    return Draft(kind=kind, problems=(Problem(code=code, text=text),))


def _scorers(score: Score) -> _Scorers:
    try:
        if score.route == Score.Route.SCORECARD and score.model_version is not None:
            return _Scorers(card=serving.scorecard_of(score.model_version), engine=_engine(score))
        if score.route != Score.Route.NONE:
            return _Scorers(engine=serving.engine_of(score.bundle_hash))
    except ModelUnavailable as gone:
        return _Scorers(why_not=f"The model that scored it cannot be loaded ({gone.cause}).")
    except ScorecardRefused:
        return _Scorers(why_not="The scorecard that scored it cannot be used.")
    return _Scorers(why_not="No model scored it, so no model has a reason.")


def _engine(score: Score) -> Engine | None:
    """Load the bundle too, which says what is usual, where that can be done."""
    try:
        return serving.engine_of(score.bundle_hash)
    except ModelUnavailable:
        return None


def _grounds(contract: Contract, policy: Policy, laws: Laws, scorers: _Scorers) -> Grounds:
    engine, card = scorers.engine, scorers.card
    given = Grounds(
        contract=contract,
        policy=policy,
        laws=laws,
        score=None,
        usual=None,
        why_not=scorers.why_not,
    )
    if engine is None:
        return given if given.why_not else replace(given, why_not="The bundle is not at hand.")
    try:
        usual = usual_values(engine.bundle.manifest, contract)
    except UsualMissing as missing:
        return replace(given, why_not=f"It cannot be proved: {missing}.")
    by_card = card and (lambda rows: [card.score(row) for row in rows])
    return replace(given, score=by_card or engine.score_each, usual=usual)


def _not_replayed(record: Record, policy: Policy, scorers: _Scorers) -> list[Problem]:
    """Compute the decision again: one that does not come out has no reasons to prove."""
    again: Again | None = None
    if scorers.card is not None:
        again = by_scorecard(scorers.card, record)
    elif scorers.engine is not None:
        again = by_engine(scorers.engine, record, policy)
    found = differences(record, policy=policy, again=again)
    return [
        Problem(code="decision", text=f"The decision does not replay: {each}") for each in found
    ]


def _instead(
    kind: NoticeKind, record: Record, policy: Policy, scorers: _Scorers
) -> tuple[Instead, ...]:
    """Search for what would have changed the outcome, for who asks for an explanation."""
    if kind is not NoticeKind.EXPLANATION or scorers.engine is None or scorers.card is not None:
        return ()
    try:
        found = alternatives(
            scorers.engine, values=record.features, requested=record.requested, policy=policy
        )
    except AlternativesRefused:
        return ()
    return tuple(
        Instead(
            changes={change.feature: change.after for change in each.changes},
            amount=f"{each.requested.amount:.2f}",
            term_months=each.requested.term_months,
        )
        for each in found.found
    )


def _addressee(decision: Decision) -> Addressee:
    found = Applicant.objects.filter(pk=decision.application_id).first()
    return Addressee(name=found.name, address=found.address) if found else Addressee()
