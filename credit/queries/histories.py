"""What happened to an application, in sentences, the newest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from credit.models import (
    Decision,
    InformationRequest,
    OfferAnswer,
    OfficerDecision,
    OfficerVerdict,
    Outcome,
    PartnerFeedback,
    ProposedDecision,
    ReasonFeedback,
    ReviewRequest,
    Withdrawal,
)
from credit.queries import application_beside
from credit.queries.casework import Happened, terms
from credit.queries.outcomes import who_told
from credit.words import day_in_words, in_a_sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One thing that happened to the application."""

    at: datetime
    who: str
    what: str
    words: str = ""  # of who did it, as they stand


def history(
    decision: Decision,
    officer: OfficerDecision | None,
    outcomes: list[Outcome],
    events: list[Happened],
) -> list[HistoryRow]:
    """Tell what happened, the newest first."""
    partner = decision.application.partner
    label = in_a_sentence(decision.get_recommendation_display())
    contract = decision.application.score.contract.read()
    labels = {each.name: each.label for each in contract.features}
    rows = [
        HistoryRow(
            at=decision.decided_at,
            who=partner.name if partner else "",
            what=_("Received; recommendation: %s") % label,
        )
    ]
    if decision.automatic:
        done = in_a_sentence(decision.get_automatic_display())
        what = _("Decided: %s") % done
        rows.append(HistoryRow(at=decision.decided_at, who=_("policy"), what=what))
    told = application_beside.history(decision)
    rows += [HistoryRow(at=at, who=who, what=what) for at, who, what in told]
    rows += [_did(event, labels) for event in events]
    if officer is not None:
        rows += _decided(officer, contract.currency)
    rows += _ended(decision)
    said = list(decision.partner_feedback.select_related("given_with__partner"))
    instead = {each.corrects: each for each in said}
    rows += [_partner_said(given, instead.get(given.number), labels) for given in said]
    rows += [_turned_out(outcome) for outcome in outcomes]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _did(event: Happened, labels: dict[str, str]) -> HistoryRow:
    return HistoryRow(at=event.at, who=event.who, what=_sentence(event, labels), words=event.words)


def _sentence(event: Happened, labels: dict[str, str]) -> str:
    return _SENTENCES[event.kind](event, labels)


def _thumb(event: Happened, _labels: dict[str, str]) -> str:
    if event.what == "true":
        return _("Feedback: the recommendation helped")
    return _("Feedback: the recommendation did not help")


def _opinion(event: Happened, labels: dict[str, str]) -> str:
    kind = in_a_sentence(ReasonFeedback.Kind(event.what).label)
    about = labels.get(event.about, event.about)
    return _("Feedback on “%(about)s”: %(kind)s") % {"about": about, "kind": kind}


def _settled(event: Happened, _labels: dict[str, str]) -> str:
    return _("Proposed decision: %s") % in_a_sentence(ProposedDecision.State(event.what).label)


def _answered(event: Happened, _labels: dict[str, str]) -> str:
    state = in_a_sentence(InformationRequest.State(event.what).label)
    return _("Question to the applicant: %s") % state


_SENTENCES: dict[str, Callable[[Happened, dict[str, str]], str]] = {
    "note": lambda event, labels: _("Note"),  # noqa: ARG005 - as the others
    "thumb": _thumb,
    "opinion": _opinion,
    "proposed": lambda event, _labels: (
        _("Proposed for a second signature: %s") % _verdict(event.what)
    ),
    "settled": _settled,
    "asked": lambda event, labels: _("Asked the applicant for information"),  # noqa: ARG005
    "answered": _answered,
    "decided": lambda event, _labels: _("Decided, and undone later: %s") % _verdict(event.what),
    "decided_before": lambda event, _labels: (
        _("Decided, and reopened by a review: %s") % _verdict(event.what)
    ),
    "review": lambda event, _labels: _("Review asked for"),  # noqa: ARG005 - as the others
    "reviewed": lambda event, _labels: (
        _("Review answered: %s") % in_a_sentence(ReviewRequest.Outcome(event.what).label)
    ),
    "undone": lambda event, _labels: _("Undone: %s") % _verdict(event.what),
}


def _verdict(verdict: str) -> str:
    return in_a_sentence(OfficerVerdict(verdict).label)


def _decided(made: OfficerDecision, currency: str) -> list[HistoryRow]:
    against = _(", against the recommendation") if made.is_override else ""
    offered = terms(made.offered_amount, made.offered_term_months, currency)
    what = _("Decided: %s") % in_a_sentence(made.get_verdict_display())
    return [
        HistoryRow(
            at=made.decided_at,
            who=made.decided_by.known_as,
            what=f"{what}{f', {offered}' if offered else ''}{against}",
        )
    ]


def _ended(decision: Decision) -> list[HistoryRow]:
    rows = []
    answer: OfferAnswer | None = getattr(decision, "offer_answer", None)
    if answer is not None:
        what = _("Counter-offer: %s") % in_a_sentence(answer.get_answer_display())
        who = answer.recorded_by.known_as
        rows.append(HistoryRow(at=answer.recorded_at, who=who, what=what, words=answer.words))
    gone: Withdrawal | None = getattr(decision, "withdrawal", None)
    if gone is not None:
        who, what = gone.recorded_by.known_as, _("Withdrawn by the applicant")
        rows.append(HistoryRow(at=gone.recorded_at, who=who, what=what, words=gone.words))
    return rows


def _partner_said(
    given: PartnerFeedback, instead: PartnerFeedback | None, labels: dict[str, str]
) -> HistoryRow:
    about = f" ({labels.get(given.feature, given.feature)})" if given.feature else ""
    kind = in_a_sentence(given.get_kind_display())
    return HistoryRow(
        at=given.given_at,
        who=given.given_with.partner.name,
        what=_feedback_in_words(given, instead) % {"kind": kind, "about": about},
        words=given.text,
    )


def _feedback_in_words(given: PartnerFeedback, instead: PartnerFeedback | None) -> str:
    if given.is_withdrawal:
        return _("Partner's feedback withdrawn: %(kind)s%(about)s")
    if instead is None:
        if given.corrects is None:
            return _("Partner's feedback: %(kind)s%(about)s")
        return _("Partner's feedback corrected: %(kind)s%(about)s")
    if instead.is_withdrawal:
        return _("Partner's feedback, withdrawn later: %(kind)s%(about)s")
    return _("Partner's feedback, corrected later: %(kind)s%(about)s")


def _turned_out(outcome: Outcome) -> HistoryRow:
    told = _("Outcome") if outcome.corrects is None else _("Outcome corrected")
    word = _("bad") if outcome.is_bad else _("good")
    return HistoryRow(
        at=outcome.reported_at,
        who=who_told(outcome),
        what=_("%(told)s: %(word)s, seen %(day)s")
        % {"told": told, "word": word, "day": day_in_words(outcome.observed_on)},
        words=outcome.reason,
    )
