"""One application's notices: the draft, its certificate, and all that happened with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from credit.drafting_notices import Draft, draft
from credit.models import (
    Application,
    Decision,
    Notice,
    NoticeFailure,
    NoticeKind,
    NoticeWording,
)
from credit.notice_facts import (
    ANEW,
    decided,
    decisions,
    kind_owed,
    may_be_written,
    owed_since,
    undo_runs_until,
    why_own,
)
from credit.queries.notice_clocks import Clocks, clocks_of, due_on
from credit.words import value_in_words
from scoring.contract import Contract
from scoring.notices.letters import Letter
from scoring.notices.records import NoticeRecord, laws_of, notice_from_json
from scoring.notices.terms import PERSON, RULE
from scoring.records import RecordRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """One reason and what proves it."""

    text: str
    whose: str  # model, rule, person
    points: float | None
    usual: str  # in words
    pd: float | None
    improvement: float | None
    why_passed_over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What proves a notice, in words."""

    pd: float | None
    improvement_at_least: float
    most_reasons: int
    stated: list[ProofRow]
    passed_over: list[ProofRow]
    bundle: str
    contract: str
    policy: str
    laws: list[tuple[str, str, str]]  # place, name, hash
    citations: list[str]
    seal: str
    documents: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One thing that happened with the notices of an application."""

    at: datetime
    kind: str
    who: str
    what: str
    words: str
    notice_id: int | None
    problems: tuple[str, ...] = ()  # as they were found, in English


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """Everything that the page of an application's notices shows."""

    decision_id: str
    reference: str
    product_name: str
    status_label: str
    decided_at: datetime
    kind: NoticeKind | None  # that is shown; None: nothing is owed nor explained
    kinds: list[tuple[str, str]]
    is_owed: bool
    due_on: date | None
    undo_until: datetime | None
    has_left: bool  # a notice of this kind
    may_state: bool
    draft: Draft | None
    letter: Letter | None
    certificate: Certificate | None
    history: list[EventRow]
    is_reviewable: bool


def page(decision_id: str, *, kind: str, at: datetime) -> NoticePage:
    """Draft what is owed, or what is asked for. Raises `Decision.DoesNotExist`."""
    decision = decisions().get(pk=decision_id)
    application = decision.application
    kinds = [each for each in NoticeKind if may_be_written(application, each)]
    chosen = _chosen(application, kinds, kind)
    drafted = draft(decision, kind=chosen, at=at) if chosen else None
    is_owed = chosen is not None and kind_owed(application) is chosen
    history = _history(decision)
    return NoticePage(
        decision_id=decision.pk,
        reference=application.reference,
        product_name=application.product.name,
        status_label=str(application.get_status_display()),
        decided_at=decided(decision).at,
        kind=chosen,
        kinds=[(str(each), str(each.label)) for each in kinds],
        is_owed=is_owed,
        due_on=_due_on(decision, chosen, history) if chosen and is_owed else None,
        undo_until=undo_runs_until(decision, at=at),
        has_left=chosen is not None and _has_left(decision, chosen, history),
        may_state=chosen is not None and _may_state(decision, chosen),
        draft=drafted,
        letter=drafted.letter if drafted else None,
        certificate=_certificate(drafted.record, decision) if drafted and drafted.record else None,
        history=history,
        is_reviewable=NoticeKind.EXPLANATION in kinds,
    )


def one_that_left(notice_id: int) -> Notice:
    """Find a notice that left, with its bytes. Raises `Notice.DoesNotExist`."""
    return Notice.objects.select_related(
        "decision__application__product", "decision__application__score__contract", "issued_by"
    ).get(pk=notice_id)


def certificate_of(notice: Notice) -> Certificate | None:
    """Read the certificate of a notice that left; None where somebody made it unreadable."""
    try:
        record, _rest = notice_from_json(bytes(notice.certificate))
    except RecordRefused:
        return None
    return _certificate(record, notice.decision)


def _chosen(application: Application, kinds: list[NoticeKind], wanted: str) -> NoticeKind | None:
    if wanted in kinds:
        return NoticeKind(wanted)
    return kind_owed(application) or (kinds[0] if kinds else None)


def _due_on(decision: Decision, kind: NoticeKind, history: list[EventRow]) -> date:
    """Say by which day it must leave; where nothing left yet, that is counted from receipt."""
    has_left = any(event.notice_id for event in history)
    return due_on(decision, kind, clocks_of([decision.pk]) if has_left else Clocks())


def _has_left(decision: Decision, kind: NoticeKind, history: list[EventRow]) -> bool:
    """Say whether one of this kind left that tells what is so now."""
    since = owed_since(decision, kind)
    return any(each.notice_id and each.kind == kind and each.at >= since for each in history)


def _may_state(decision: Decision, kind: NoticeKind) -> bool:
    return kind is not NoticeKind.EXPLANATION and (
        kind is NoticeKind.INCOMPLETENESS
        or bool(why_own(decision, kind))
        or decision.application.told == Application.NOT_PROVED
    )


def _certificate(record: NoticeRecord, decision: Decision) -> Certificate:
    said, contract = record.statement, decision.application.score.contract.read()
    packs = laws_of(record).packs
    return Certificate(
        pd=said["pd"],
        improvement_at_least=said["improvement_at_least"],
        most_reasons=said["most_reasons"],
        stated=[_proof(each, contract) for each in said["reasons"]],
        passed_over=[_proof(each, contract) for each in said["passed_over"]],
        bundle=record.decision.bundle,
        contract=record.decision.contract,
        policy=record.decision.policy_contract,
        laws=[(pack.code, pack.name, pack.hash) for pack in packs],
        citations=[each for pack in packs for each in pack.citations],
        seal=record.seal,
        documents=record.documents,
    )


def _proof(said: Mapping[str, Any], contract: Contract) -> ProofRow:
    if said["from"] in {PERSON, RULE}:
        return ProofRow(
            text=said["text"],
            whose=said["from"],
            points=None,
            usual="",
            pd=None,
            improvement=None,
            why_passed_over="",
        )
    usual = [
        f"{contract.feature(name).label}: {value_in_words(contract.feature(name), value)}"
        for name, value in zip(said["features"], said["usual"], strict=True)
    ]
    return ProofRow(
        text=said["text"],
        whose=said["from"],
        points=said["points"],
        usual="; ".join(usual),
        pd=said["pd"],
        improvement=said["improvement"],
        why_passed_over=said.get("passed_over", ""),
    )


def _history(decision: Decision) -> list[EventRow]:
    rows = [*_left(decision), *_failed(decision), *_worded(decision)]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _left(decision: Decision) -> Iterator[EventRow]:
    found = Notice.objects.filter(decision=decision).defer("pdf", "html", "certificate")
    for notice in found.select_related("issued_by"):
        yield EventRow(
            at=notice.issued_at,
            kind=notice.kind,
            who=notice.issued_by.known_as,
            what=_("%(kind)s: left, number %(number)d")
            % {"kind": notice.get_kind_display(), "number": notice.number},
            words=_(notice.why_again) if notice.why_again == ANEW else notice.why_again,
            notice_id=notice.pk,
        )


def _failed(decision: Decision) -> Iterator[EventRow]:
    for failure in NoticeFailure.objects.filter(decision=decision).select_related("tried_by"):
        yield EventRow(
            at=failure.tried_at,
            kind=failure.kind,
            who=failure.tried_by.known_as,
            what=_("%s: could not be proved and stayed") % failure.get_kind_display(),
            words="",
            notice_id=None,
            problems=tuple(each["text"] for each in failure.problems),
        )


def _worded(decision: Decision) -> Iterator[EventRow]:
    for worded in NoticeWording.objects.filter(decision=decision).select_related("stated_by"):
        yield EventRow(
            at=worded.stated_at,
            kind=worded.kind,
            who=worded.stated_by.known_as,
            what=_("%s: reasons stated in a person's words") % worded.get_kind_display(),
            words="; ".join(each["text"] for each in worded.reasons),
            notice_id=None,
        )
