"""From nothing to a product that answers: database, accounts, a trained model, a key, the web."""

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services import programs, servers, static_files
from services.keepsakes import remembered
from services.places import LOOPBACK, ROOT, Places, write_atomically
from services.settings import OWNER, WORKER, Settings
from services.supervisor import Supervisor
from services.task import Task
from services.trouble import Trouble

SLUG = "consumer-loan"
FOLDER = f"contracts/{SLUG}"
CONTRACT, LOANS = f"{FOLDER}/contract.toml", f"{FOLDER}/loans.csv"
PARTNER = "demo-partner"
SCOPES = ("score", "read", "outcomes", "batch", "webhooks")
SECONDS_FOR_THE_WEB = 60.0


@dataclass(slots=True)
class Product:
    """A running product, and what one needs to use it."""

    supervisor: Supervisor
    settings: Settings
    base_url: str
    users: list[dict[str, str]] = field(default_factory=list)

    @property
    def places(self) -> Places:
        """Return where this product keeps its state."""
        return self.supervisor.places

    def key(self) -> str:
        """Return the demo partner's key, issued on first use."""
        path = self.places.var / "demo_key"
        return path.read_text().strip() if path.exists() else self.issue_key()

    def issue_key(self) -> str:
        """Issue the demo partner a new key and keep it."""
        scopes = [part for scope in SCOPES for part in ("--scope", scope)]
        task = self.manage("issue_key", PARTNER, *scopes, "--json", title="Issuing an API key")
        key = str(parsed(task, self.supervisor.finish(task))["key"])
        write_atomically(self.places.var / "demo_key", key)
        return key

    def manage(self, command: str, *arguments: str, title: str, login: str = WORKER) -> Task:
        """Describe a `manage.py` command, with its log under the command's name."""
        return Task(
            name=command,
            title=title,
            command=(sys.executable, "manage.py", command, *arguments),
            environment={
                **self.settings.environment(login),
                "EVENHAND_DEMO_PASSWORD": remembered(self.places.var / "demo_password", length=12),
            },
            places=self.places,
        )


def bring_up(
    supervisor: Supervisor,
    *,
    port: int,
    contract: str = CONTRACT,
    onboarding: Sequence[str] = (),
    beside: Callable[[Product], None] | None = None,
) -> Product:
    """Bring the whole product up on its real data; what does not wait for the other runs beside.

    `onboarding` are further options of that command. `beside` begins what needs the tables and
    nothing else, as soon as they are there.
    """
    supervisor.base_url = f"http://{LOOPBACK}:{port}"
    supervisor.progress.line("Starting the database and the broker")
    settings = servers.start(supervisor)
    settings.leave_for_people()
    shutil.rmtree(supervisor.places.counts, ignore_errors=True)  # of processes that are gone
    product = Product(supervisor, settings, supervisor.base_url)
    files = static_files.begin(product.manage, supervisor)
    _migrate(product)
    if files is None:
        _start_web(product, port=port)
    is_live = _make_accounts(product)
    steps = [] if is_live else _begin_onboarding(product, contract, onboarding)
    if beside is not None:
        beside(product)
    if files is not None:  # the web server lists its files once, when it starts
        static_files.finish(files, supervisor)
        _start_web(product, port=port)
    for step in steps:
        supervisor.finish(step)
    supervisor.progress.line(f"{SLUG} is live{' already' if is_live else ''}")
    supervisor.start(programs.worker(settings), programs.beat(settings))
    supervisor.wait_until_ready("web", seconds=SECONDS_FOR_THE_WEB)
    return product


def prepare(supervisor: Supervisor, settings: Settings, *, contract: str = CONTRACT) -> Product:
    """Bring the shipped product live in the database alone: nothing is served."""
    product = Product(supervisor, settings, supervisor.base_url)
    _migrate(product)
    if not _make_accounts(product):
        for step in _begin_onboarding(product, contract):
            supervisor.finish(step)
    return product


def _migrate(product: Product) -> None:
    product.supervisor.progress.line("Bringing the tables up to date")
    migrate = ("migrate", "--noinput", "--database", "owner")
    product.supervisor.finish(product.manage(*migrate, title="Migrating:", login=OWNER))


def _start_web(product: Product, *, port: int) -> None:
    product.supervisor.progress.line("Starting the web server")
    product.supervisor.start(programs.web(product.settings, port=port))


def _make_accounts(product: Product) -> bool:
    """Make the demo accounts; tell whether the shipped product is live already."""
    supervisor = product.supervisor
    supervisor.progress.line("Making the demo accounts")
    listing = product.manage("products", "--json", title="Looking for live products")
    accounts = product.manage("create_demo_users", "--json", title="Making the demo accounts")
    supervisor.begin(accounts, listing)
    product.users = parsed(accounts, supervisor.finish(accounts))["users"]
    return _is_live(parsed(listing, supervisor.finish(listing)))


def _begin_onboarding(product: Product, contract: str, options: Sequence[str] = ()) -> list[Task]:
    """Start training and promoting the shipped product's first model; return it in a list."""
    product.supervisor.progress.line(f"Onboarding {SLUG}: reading past loans, training, approving")
    onboard = product.manage(
        "onboard",
        *(contract, LOANS),
        *("--by", _user(product, "model_developer")),
        *("--approved-by", _user(product, "model_validator")),
        *options,
        title="Onboarding:",
    )
    product.supervisor.begin(onboard)
    product.key()
    return [onboard]


def _user(product: Product, role: str) -> str:
    return next(user["username"] for user in product.users if user["role"] == role)


def _is_live(listing: dict[str, Any]) -> bool:
    return any(entry.get("slug") == SLUG and entry.get("champion") for entry in listing["products"])


def parsed(task: Task, text: str) -> dict[str, Any]:
    """Read the JSON that a command printed last."""
    try:
        answer: dict[str, Any] = json.loads(text[text.index("{") :])
    except ValueError:
        raise Trouble(f"{task.name} printed no JSON: {text[:200]!r}") from None
    return answer


def example() -> dict[str, Any]:
    """Return the shipped example of an application."""
    body: dict[str, Any] = json.loads((ROOT / FOLDER / "example.json").read_text())
    return body
