import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection, connections
from django.utils import timezone
from psycopg import Cursor
from tqdm import tqdm

from credit import answers, considering, tenancy
from credit.actions import decision_rows, months
from credit.actions.idempotency import Idempotency
from credit.audit_chain import Event
from credit.considering import Considered
from credit.ids import new_id
from credit.management.console import ProductCommand
from credit.management.table_rows import Span, public_id, write
from credit.models import Application, AuditEvent, Decision, Partner
from credit.queries import decisions, queue

MONTHS = 24  # that the rows are spread over: from now on, as only those can be made
PARTNERS = 10
MADE_UP = "B-"  # how references of made-up applications begin
TIMES = {"decide": 400, "queue": 20, "list": 60, "by reference": 100, "read": 200}


class Command(ProductCommand):
    help = (
        "Fill a database of its own with made-up decisions, or measure what it costs to decide, to "
        "read the queue and to ask the API's questions there. `./run bench-tables` does both, in "
        "two databases of different sizes."
    )
    example = "bench_tables contracts/consumer-loan/example.json --rows 5000"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("example", type=Path, help="a decision request, as JSON")
        parser.add_argument("--rows", type=int, help="fill until there are so many decisions")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if Application.objects.exclude(reference__startswith=MADE_UP).exists():
            raise CommandError("There are real decisions here: this needs a database of its own.")
        partners = [_partner(number) for number in range(PARTNERS)]
        body = json.loads(options["example"].read_text()) | {"reference": f"{MADE_UP}0"}
        made = considering.consider(
            product=body["product"], partner=partners[0], body=body, at=timezone.now()
        )
        if options["rows"]:
            return _filled(made, partners, rows=options["rows"], silent=options["json"])
        return _Measured(made, partners[0]).all()

    def tell(self, facts: dict[str, Any]) -> None:
        for name, fact in facts.items():
            self.stdout.write(f"{name}: {fact}")


def _partner(number: int) -> Partner:
    made, _ = Partner.objects.get_or_create(
        slug=f"bench-{number}",
        defaults={"name": f"Bench {number}", "created_at": timezone.now()},
    )
    return made


def _span() -> tuple[datetime, datetime]:
    """From the beginning of this month over the months that there will be."""
    since = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return since, since + timedelta(days=30 * MONTHS)


def _filled(
    made: Considered, partners: list[Partner], *, rows: int, silent: bool
) -> dict[str, Any]:
    """Write as the owner, and as a superuser without foreign keys, which cost an hour."""
    since, until = _span()
    months.make_ahead(at=until)
    stored = Decision.objects.count()
    span = Span(
        rows=rows - stored,
        first=stored,
        since=since,
        until=until,
        partners=tuple(partner.pk for partner in partners),
    )
    owner = connections["owner"]
    owner.ensure_connection()
    with Cursor(owner.connection) as cursor, tqdm(total=span.rows, disable=silent) as bar:
        cursor.execute("SET session_replication_role = replica")
        for written in write(cursor, made, span):
            bar.update(written)
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone() or (0,)
    return {"rows": rows, "bytes": size}


class _Measured:
    """Each question asked many times: wall time, and processor time of the database's process."""

    def __init__(self, made: Considered, partner: Partner) -> None:
        self.made, self.partner, self.random = made, partner, Random(7)  # noqa: S311
        self.answer = answers.text_of(answers.told(made.facts))
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid
        self.clock = Path(f"/proc/{pid}/schedstat")

    def all(self) -> dict[str, Any]:
        """Answer with median wall and mean processor time, in microseconds."""
        ids = cycle([self._some_id() for _ in range(TIMES["read"])])
        asked: dict[str, Callable[[], object]] = {
            "decide": self._decide,
            "queue": self._queue,
            "list": lambda: self._of_partner(self._list),
            "by reference": lambda: self._of_partner(self._list, self._reference()),
            "read": lambda: self._of_partner(self._answer, next(ids)),
        }
        return {name: self._timed(question, TIMES[name]) for name, question in asked.items()}

    def _timed(self, question: Callable[[], object], times: int) -> dict[str, float]:
        for _ in range(max(6, times // 10)):
            question()
        before, walls = self._cpu(), []
        for _ in range(times):
            started = perf_counter()
            question()
            walls.append(perf_counter() - started)
        spent = (self._cpu() - before) / times / 1_000
        return {"wall_us": median(walls) * 1e6, "database_cpu_us": spent}

    def _cpu(self) -> int:
        return int(self.clock.read_text().split()[0])

    def _decide(self) -> None:
        at = _span()[1] - timedelta(days=1) + timedelta(seconds=self.random.random())
        made = replace(self.made, id=new_id(at), at=at)
        event = Event(
            type=AuditEvent.Type.APPLICATION_DECIDED.value,
            target=f"decision:{made.id}",
            user=None,
            partner=self.partner.pk,
            at=at,
            details=made.evidence,
        )
        once = Idempotency(key=made.id, body_sha256="0" * 64)
        decision_rows.insert(made, event=event, idempotency=once, answer=self.answer)

    def _queue(self) -> None:
        at = _span()[1]
        queue.awaiting(at=at)
        queue.counts(at=at)

    def _of_partner(self, question: Callable[..., object], *arguments: object) -> None:
        with tenancy.rows_of(self.partner):
            question(self.partner, *arguments)

    def _reference(self) -> str:
        return f"{MADE_UP}{self.random.randrange(500) * PARTNERS}"

    def _list(self, partner: Partner, reference: str | None = None) -> None:
        decisions.listing(partner, reference, at=timezone.now())

    def _answer(self, partner: Partner, decision_id: str) -> None:
        decisions.answer(decision_id, partner=partner, at=timezone.now())

    def _some_id(self) -> str:
        since, until = _span()
        near = public_id(since + (until - since) * self.random.random() * 0.9, 0)
        own = Decision.objects.filter(partner=self.partner, pk__gte=near).order_by("pk")
        return str(own.values_list("pk", flat=True)[:1].get())
