import json
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import CommandError, CommandParser
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from psycopg import Cursor
from tqdm import tqdm

from credit import answers, considering, queue_filters, tenancy
from credit.actions import decision_rows, months, queue_items
from credit.actions.idempotency import Idempotency
from credit.audit_chain import Event
from credit.considering import Considered
from credit.ids import new_id
from credit.management.console import ProductCommand
from credit.management.made_up import tables
from credit.management.made_up.scenes import scene
from credit.management.made_up.spans import MADE_UP, WAITING, Span, public_id
from credit.models import Application, AuditEvent, Decision, Partner, QueueItem, Role, User
from credit.queries import decisions, found, queue
from credit.queue_filters import Wanted

MONTHS = 24  # that the rows are spread over: from now on, as only those can be made
PARTNERS = 10
TIMES = {
    "decide": 400,
    "queue": 60,
    "queue filtered": 60,
    "queue searched": 60,
    "queue page": 100,
    "application page": 100,
    "notices page": 100,
    "list": 60,
    "by reference": 100,
    "read": 200,
}
OFFICER = "bench-officer"


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
        parser.add_argument("--waiting", type=int, default=WAITING, help="of them; default 250")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if Application.objects.exclude(reference__startswith=MADE_UP).exists():
            raise CommandError("There are real decisions here: this needs a database of its own.")
        partners = [_partner(number) for number in range(PARTNERS)]
        body = json.loads(options["example"].read_text()) | {"reference": f"{MADE_UP}0"}
        if options["rows"]:
            return _filled(body["product"], partners, options)
        made = considering.consider(
            product=body["product"], partner=partners[0], body=body, at=timezone.now()
        )
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


def _officer() -> User:
    made, is_new = User.objects.get_or_create(username=OFFICER)
    if is_new:
        made.groups.set(Group.objects.filter(name=Role.OFFICER))
    return made


def _filled(product: str, partners: list[Partner], options: dict[str, Any]) -> dict[str, Any]:
    """Write as the owner, and as a superuser without foreign keys, which cost an hour."""
    since, until = _span()
    rows: int = options["rows"]
    months.make_ahead(at=until)
    stored = Decision.objects.count()
    span = Span(
        rows=rows - stored, first=stored, since=since, until=until, waiting=options["waiting"]
    )
    made_up = scene(product, partners, span, at=timezone.now())
    owner = connections["owner"]
    owner.ensure_connection()
    with Cursor(owner.connection) as cursor, tqdm(total=span.rows, disable=options["json"]) as bar:
        cursor.execute("SET session_replication_role = replica")
        for written in tables.write(cursor, made_up):
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
        self.officer, self.browser = _officer(), Client()
        self.browser.force_login(self.officer, backend=settings.AUTHENTICATION_BACKENDS[-1])
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid
        self.clock = Path(f"/proc/{pid}/schedstat")
        self.next = Decision.objects.order_by("-pk")[:1].get().decided_at

    def all(self) -> dict[str, Any]:
        """Answer with median and 95th percentile of wall time, and mean processor times, in us."""
        queue_items.gather(at=_span()[1])
        ids = cycle([self._some_id() for _ in range(TIMES["read"])])
        waiting = cycle(self._waiting())
        asked: dict[str, Callable[[], object]] = {
            "decide": self._decide,
            "queue": lambda: self._queue(Wanted()),
            "queue filtered": lambda: self._queue(Wanted(band=self._band(), holder="free")),
            "queue searched": lambda: self._queue(Wanted(q=f"{MADE_UP}{self._number()}")),
            "queue page": lambda: self._page("/"),
            "application page": lambda: self._page(f"/applications/{next(waiting)}/"),
            "notices page": lambda: self._page("/notices/"),
            "list": lambda: self._of_partner(self._list),
            "by reference": lambda: self._of_partner(self._list, self._reference()),
            "read": lambda: self._of_partner(self._answer, next(ids)),
        }
        return {name: self._timed(question, TIMES[name]) for name, question in asked.items()}

    def _timed(self, question: Callable[[], object], times: int) -> dict[str, float]:
        for _ in range(max(6, times // 10)):
            question()
        before, own, walls = self._cpu(), process_time(), []
        for _ in range(times):
            started = perf_counter()
            question()
            walls.append(perf_counter() - started)
        return {
            "wall_us": median(walls) * 1e6,
            "p95_us": quantiles(walls, n=20)[-1] * 1e6,
            "database_cpu_us": (self._cpu() - before) / times / 1_000,
            "web_cpu_us": (process_time() - own) / times * 1e6,
        }

    def _cpu(self) -> int:
        return int(self.clock.read_text().split()[0])

    def _decide(self) -> None:
        """Decide after all that is stored, as time has it: each id is the newest."""
        self.next = at = self.next + timedelta(milliseconds=1)
        made = self.made._replace(id=new_id(at), at=at)
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

    def _queue(self, wanted: Wanted) -> None:
        """Ask all that the queue's page asks of the tables."""
        at = _span()[1]
        queue_items.gather(at=at)
        awaiting = queue.standing(viewer=self.officer, at=at).counts.awaiting
        called = queue_filters.named(wanted.q) if wanted.q else []
        queue.page(wanted, viewer=self.officer, at=at, called=called, awaiting=awaiting)
        if wanted.q:
            found.elsewhere(wanted.q, called=called)

    def _page(self, address: str) -> None:
        """Get a page itself, through all of the web's layers but the server."""
        answer = self.browser.get(address, secure=True, headers={"host": "127.0.0.1"})
        if answer.status_code != HTTPStatus.OK:
            raise CommandError(f"The page {address} answered {answer.status_code}.")

    def _waiting(self) -> list[str]:
        """Choose applications that wait for officers, whose pages have all that pages can have."""
        kept = QueueItem.objects.values_list("pk", flat=True)[:10_000]
        return self.random.sample(list(kept), min(len(kept), TIMES["application page"]))

    def _number(self) -> int:
        return self.random.randrange(500) * PARTNERS

    def _band(self) -> str:
        return str(self.made.figures["band"])

    def _of_partner(self, question: Callable[..., object], *arguments: object) -> None:
        with tenancy.rows_of(self.partner):
            question(self.partner, *arguments)

    def _reference(self) -> str:
        return f"{MADE_UP}{self._number()}"

    def _list(self, partner: Partner, reference: str | None = None) -> None:
        decisions.listing(partner, reference, at=timezone.now())

    def _answer(self, partner: Partner, decision_id: str) -> None:
        decisions.answer(decision_id, partner=partner, at=timezone.now())

    def _some_id(self) -> str:
        since, until = _span()
        near = public_id(since + (until - since) * self.random.random() * 0.9, 0)
        own = Decision.objects.filter(partner=self.partner, pk__gte=near).order_by("pk")
        return str(own.values_list("pk", flat=True)[:1].get())
