from datetime import timedelta
from typing import Any

from django.utils import timezone

from credit.actions import assignments, practice
from credit.management.console import ProductCommand, product_named
from credit.management.demo_people import SLUG, Desk, past_loans
from credit.models import Application
from scoring.plurals import counted

MADE_UP = "D-"  # how their references begin
LOANS = 90  # policy decides some of them by itself
SEED = 5
REFERRED = "The applicant's employer is also the guarantor. Is that allowed?"


class Command(ProductCommand):
    help = (
        "Fill the queue of consumer-loan with made-up people over real past loans, some of them "
        "late, held or referred up; their groups are sent for monitoring. For demonstrations: "
        "never run it against a real database. A second time it changes nothing."
    )
    example = "create_demo_queue --json"

    def work(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        if Application.objects.filter(reference__startswith=MADE_UP).exists():
            return {"waiting": 0}
        now, product = timezone.now(), product_named(SLUG)
        practice.prepare(product_id=product.pk, at=now)
        return {"waiting": _fill(Desk(now=now, seed=SEED, first=1001, begins=MADE_UP))}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"Waiting: {counted(facts['waiting'], 'application')}.")


def _fill(desk: Desk) -> int:
    """Let applications of the last days wait, some of them in somebody's hands."""
    loans = past_loans(seed=SEED)[:LOANS]
    sent = [(loan, desk.now - timedelta(minutes=_minutes(desk))) for loan in loans]
    ids = [each.id for each in desk.receive(sent, is_for_people=True)]
    for decision_id in ids[:3]:
        assignments.take(decision_id=decision_id, by=desk.senior, at=desk.now)
    for decision_id in ids[3:6]:
        assignments.refer_up(decision_id=decision_id, words=REFERRED, by=desk.officer, at=desk.now)
    return len(ids)


def _minutes(desk: Desk) -> int:
    return desk.draws.randrange(5, 8 * 24 * 60)
