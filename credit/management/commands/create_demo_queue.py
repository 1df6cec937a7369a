import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from credit import answers, considering
from credit.actions import (
    assignments,
    decision_rows,
    officer_decisions,
    outcomes,
    practice,
    proposals,
)
from credit.audit_chain import Event
from credit.ids import new_id
from credit.management.console import ProductCommand, product_named, user_named
from credit.models import Application, AuditEvent, Decision, Partner, PracticeCase, ProposedDecision
from credit.models.model_versions import Stage

SLUG = "consumer-loan"
MADE_UP = "D-"  # how references of the demonstration begin
WAITING, DECIDED, LATELY = 70, 75, 15
PARTNERS = (("acme-broker", "Acme Broker"), ("city-bank", "City Bank"))
NAMES = (
    *("Ada Lovelace", "Grace Hopper", "Мария Склодовская", "مریم میرزاخانی", "שרה אהרונסון"),
    *("José Ángel Núñez de la Fuente y Sánchez-Bustamante", "王小明", "Søren Ærøskøbing"),
    *("Anne-Marie O'Neill", "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine the Elder"),
    *("Nguyễn Thị Minh Khai", "Björk Guðmundsdóttir", "Chimamanda Okonkwo", "خالد منصور"),
)
WHY = ("OFF02", "Payslips of three months were seen.")
REFERRED = "The applicant's employer is also the guarantor. Is that allowed?"


class Command(ProductCommand):
    help = (
        "Fill the queue of consumer-loan with made-up people over real past loans, some of them "
        "late, held or referred up, and give the demo officers a past. For demonstrations: never "
        "run it against a real database. A second time it changes nothing."
    )
    example = "create_demo_queue --json"

    def work(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        if Application.objects.filter(reference__startswith=MADE_UP).exists():
            return {"waiting": 0, "decided": 0}
        now, product = timezone.now(), product_named(SLUG)
        practice.prepare(product_id=product.pk, at=now)
        made = _Made(now)
        decided = made.past()
        waiting = made.queue()
        return {"waiting": waiting, "decided": decided}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['waiting']} applications wait, {facts['decided']} are decided.")


class _Made:
    """The same applications each time, but for the day."""

    def __init__(self, now: datetime) -> None:
        self.now, self.random = now, random.Random(5)  # noqa: S311
        self.cases = self._cases()
        self.numbers = iter(range(1001, 10_000))
        self.partners = [_partner(slug, name, at=now) for slug, name in PARTNERS]
        self.officer, self.senior = user_named("olga"), user_named("samir")

    def _cases(self) -> Iterator[PracticeCase]:
        found = list(PracticeCase.objects.filter(version__stage=Stage.CHAMPION).order_by("pk"))
        return iter(found * (1 + (WAITING + DECIDED + LATELY) // max(1, len(found))))

    def past(self) -> int:
        """Decide loans of more than a year ago, which have turned out since, and some lately."""
        for number in range(DECIDED):
            at = self.now - timedelta(days=500 - number)
            case, decision_id = self._approve(at)
            outcomes.report(
                decision_id=decision_id,
                is_bad=case.is_bad,
                observed_on=(self.now - timedelta(days=20)).date(),
                by=self.officer,
                at=self.now,
            )
        for number in range(LATELY):
            self._approve(self.now - timedelta(days=3 + 3 * number))
        return DECIDED + LATELY

    def _approve(self, at: datetime) -> tuple[PracticeCase, str]:
        """Let the officer approve one, and the senior officer sign what takes two people."""
        case, decision_id = self._apply(at)
        against = Decision.objects.get(pk=decision_id).recommendation == "decline"
        moment = at + timedelta(hours=self.random.randrange(1, 70))
        why = WHY if against else ("", "")
        made = officer_decisions.record(
            decision_id=decision_id,
            verdict="approve",
            reason_code=why[0],
            reason=why[1],
            by=self.officer,
            at=moment,
        )
        if isinstance(made, ProposedDecision):
            proposals.sign(proposal_id=made.pk, by=self.senior, at=moment)
        return case, decision_id

    def queue(self) -> int:
        """Let applications of the last days wait, some of them in somebody's hands."""
        ids = []
        for _ in range(WAITING):
            at = self.now - timedelta(minutes=self.random.randrange(5, 8 * 24 * 60))
            _, decision_id = self._apply(at)
            ids.append(decision_id)
        for decision_id in ids[:3]:
            assignments.take(decision_id=decision_id, by=self.senior, at=self.now)
        for decision_id in ids[3:6]:
            assignments.refer_up(
                decision_id=decision_id, words=REFERRED, by=self.officer, at=self.now
            )
        return WAITING

    def _apply(self, at: datetime) -> tuple[PracticeCase, str]:
        """Write an application as if it had come then: one that policy leaves to a person."""
        while True:
            case, number = next(self.cases), next(self.numbers)
            body = self._body(case, number)
            partner = self.random.choice(self.partners)
            made = considering.consider(product=SLUG, partner=partner, body=body, at=self.now)
            made = replace(made, id=new_id(at), at=at)
            if made.recommended.automatic:
                continue
            event = Event(
                type=AuditEvent.Type.APPLICATION_DECIDED.value,
                target=f"decision:{made.id}",
                user=None,
                partner=partner.pk,
                at=at,
                details=made.evidence,
            )
            answer = answers.text_of(answers.told(made.facts))
            decision_rows.insert(made, event=event, idempotency=None, answer=answer)
            return case, made.id

    def _body(self, case: PracticeCase, number: int) -> dict[str, Any]:
        features = case.features
        return {
            "product": SLUG,
            "reference": f"{MADE_UP}{number}",
            "requested": {
                "amount": f"{features['amount']}.00",
                "term_months": features["duration_months"],
            },
            "features": features,
            "applicant": {"name": self.random.choice(NAMES), "address": "1 High Street\nTown"},
        }


def _partner(slug: str, name: str, *, at: datetime) -> Partner:
    made, _ = Partner.objects.get_or_create(slug=slug, defaults={"name": name, "created_at": at})
    return made
