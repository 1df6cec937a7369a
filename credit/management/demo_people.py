"""Made-up people over the real past loans that ship, for the commands of the demonstration.

The features are a loan's own, and so are the groups of its applicant: they are sent as a partner
sends them, under `monitoring`, which the vault alone keeps.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from credit import answers, considering, serving
from credit.actions import decision_rows
from credit.audit_chain import Event
from credit.considering import Considered
from credit.ids import new_id
from credit.management.console import user_named
from credit.models import AuditEvent, Partner, User
from scoring.contract import Contract
from scoring.features import InputRefused, Value
from scoring.files import ingestion
from scoring.records import normalised

SLUG = "consumer-loan"
NOT_SAID = 0.12  # of applicants who are asked for their group say nothing: nobody has to
PARTNERS = (("acme-broker", "Acme Broker"), ("city-bank", "City Bank"))
NAMES = (
    *("Ada Lovelace", "Grace Hopper", "Мария Склодовская", "مریم میرزاخانی", "שרה אהרונסון"),
    *("José Ángel Núñez de la Fuente y Sánchez-Bustamante", "王小明", "Søren Ærøskøbing"),
    *("Anne-Marie O'Neill", "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine the Elder"),
    *("Nguyễn Thị Minh Khai", "Björk Guðmundsdóttir", "Chimamanda Okonkwo", "خالد منصور"),
)
LETTERS = tuple(name for name in NAMES if name != "王小明")  # that our fonts can set a letter to


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLoan:
    """A loan of the file, what became of it, and the groups that its applicant is in."""

    row: str
    features: dict[str, Value]
    is_bad: bool
    groups: dict[str, str]  # of the attributes that can be assessed


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """An application as it was written, and the loan that it is made of."""

    loan: PastLoan
    id: str
    recommendation: str
    is_automatic: bool


@dataclass(slots=True, kw_only=True)
class Desk:
    """Where made-up applications arrive: the same ones each time, but for the day."""

    now: datetime
    seed: int
    first: int  # number of the first reference
    begins: str  # how references begin
    names: tuple[str, ...] = NAMES
    draws: random.Random = field(init=False)
    partners: list[Partner] = field(init=False)
    officer: User = field(init=False)
    senior: User = field(init=False)
    _numbers: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        """Find who sends and who decides."""
        self.draws = random.Random(self.seed)  # noqa: S311
        self.partners = [_partner(slug, name, at=self.now) for slug, name in PARTNERS]
        self.officer, self.senior = user_named("olga"), user_named("samir")
        self._numbers = iter(range(self.first, 10_000))

    def receive(
        self, sent: Sequence[tuple[PastLoan, datetime]], *, is_for_people: bool = False
    ) -> list[Applied]:
        """Write applications as if they had come then, by the rules of today.

        `is_for_people` writes only those that policy leaves to a person.
        """
        terms = serving.terms(SLUG, at=self.now)
        bodies = [self._body(loan) for loan, _ in sent]
        considered = considering.consider_each(terms, bodies, partner=None, at=self.now)
        written = []
        for (loan, at), made in zip(sent, considered, strict=True):
            if isinstance(made, InputRefused):
                raise made
            if not (is_for_people and made.recommended.automatic):
                written.append(self._write(made, loan, at))
        return written

    def _write(self, made: Considered, loan: PastLoan, at: datetime) -> Applied:
        partner = self.draws.choice(self.partners)
        made = made._replace(id=new_id(at), at=at, partner=partner)
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
        return Applied(
            loan=loan,
            id=made.id,
            recommendation=made.recommended.recommendation.value,
            is_automatic=made.recommended.automatic,
        )

    def _body(self, loan: PastLoan) -> dict[str, Any]:
        return {
            "product": SLUG,
            "reference": f"{self.begins}{next(self._numbers)}",
            "requested": {
                "amount": f"{loan.features['amount']}.00",
                "term_months": loan.features["duration_months"],
            },
            "features": loan.features,
            "monitoring": loan.groups,
            "applicant": {"name": self.draws.choice(self.names), "address": "1 High Street\nTown"},
        }


def past_loans(*, seed: int) -> list[PastLoan]:
    """Read the loans that ship, in an order that tells nothing."""
    folder = settings.BASE_DIR / "contracts" / SLUG
    contract = Contract.load(folder / "contract.toml")
    read = ingestion.ingest(folder / "loans.csv", contract=contract)
    assessable = {each.name for each in contract.assessable}
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for row, attribute, group in read.protected.select("row", "attribute", "group").iter_rows():
        if attribute in assessable and group is not None:
            groups[row][attribute] = group
    draws = random.Random(seed)  # noqa: S311
    loans = [
        PastLoan(
            row=row["row"],
            features=normalised(contract, {name: row[name] for name in contract.feature_names}),
            is_bad=bool(row["bad"]),
            groups=groups[row["row"]] if draws.random() >= NOT_SAID else {},
        )
        for row in read.frame.iter_rows(named=True)
    ]
    draws.shuffle(loans)
    return loans


def _partner(slug: str, name: str, *, at: datetime) -> Partner:
    made, _ = Partner.objects.get_or_create(slug=slug, defaults={"name": name, "created_at": at})
    return made
