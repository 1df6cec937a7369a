"""Fixtures that every part's tests share: the real database, people by role, a live product."""

import copy
import gc
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis
import pytest
import waiting

hypothesis.settings.register_profile(
    "shared machine",
    deadline=None,  # slow is not wrong
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=True,  # the same each time, and for everybody
)
hypothesis.settings.load_profile("shared machine")
os.environ.setdefault("EVENHAND_HTTPS", "0")  # the test client speaks plain HTTP

CHECKOUT = Path(__file__).parents[1]
LONGEST = {"services", "browser", "training", "load"}  # folders, by the time of their files
# Fixtures of several files: the running product, in a browser too, and the shipped one trained in
# full. One worker makes each for all of them.
ONCE = {"stack": "stack", "running": "stack", "german": "german"}
BRINGS_UP = {"stack", "running", "start", "start_for_long"}  # servers of their own


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Keep a file's tests on one worker, with their fixtures, unless they ask for other company.

    Those that bring servers up, or ask for the running product, are long: docs/adr/0038.
    """
    for item in items:
        if not BRINGS_UP.isdisjoint(item.fixturenames):
            item.add_marker(pytest.mark.long)
        if item.get_closest_marker("xdist_group") is None:
            made = (ONCE[name] for name in item.fixturenames if name in ONCE)
            company = next(made, item.path.name)
            item.add_marker(pytest.mark.xdist_group(company))
    items.sort(key=_takes_its_turn)


def pytest_collection_finish():
    """Look no more for garbage among the modules and tests, which stay: there are millions.

    A batch, when it is done, would have all of them looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.freeze = gc.unfreeze = lambda: None


def _takes_its_turn(item):
    """Let the longest begin, so that no worker is done long before the other: false comes first.

    Those of the running product are one worker's; then come files that start servers or fit models.
    """
    is_of_the_stack = item.get_closest_marker("xdist_group").args == ("stack",)
    return not is_of_the_stack, item.path.parent.name not in LONGEST


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment,
    django_db_blocker,
    django_db_keepdb,
    django_db_createdb,
    django_db_modify_db_settings,
):
    """Make the test database as its owner, and use it as `evenhand_app`, as the product does.

    pytest-django would only set up the aliases that tests ask for, and then `default`, a mirror
    of `owner`, would stay on the database that is not for tests.
    """
    import migrated_database  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    owner = connections["owner"]
    with (
        django_db_blocker.unblock(),
        migrated_database.copied_if_made(owner, anew=django_db_createdb),
    ):
        made = setup_databases(
            verbosity=0,
            interactive=False,
            keepdb=True,  # a copy is there already
            aliases={"default", "owner"},
            serialized_aliases=set(),
        )
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        teardown_databases(made, verbosity=0, keepdb=django_db_keepdb)


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests(django_test_environment, tmp_path_factory):
    """Quick passwords, no collected static files, and files where nobody keeps any."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import override_settings  # noqa: PLC0415

    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        EVENHAND_VAR=tmp_path_factory.mktemp("var"),
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={**settings.STORAGES, "staticfiles": static},
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _requests_are_logged_where_the_run_looks(django_test_environment):
    """Let the log of requests keep no stderr of one test, which is closed when that is over."""
    from credit.api import middleware  # noqa: F401, PLC0415 - takes the stderr of this moment


@pytest.fixture(scope="session", autouse=True)
def _shipped_loans_are_read_once():
    """Remember the shipped contract, file and report: hundreds of tests begin with them."""
    import factories  # noqa: PLC0415

    from scoring.contract import Contract  # noqa: PLC0415
    from scoring.files import data_quality, ingestion  # noqa: PLC0415

    read, reported = {}, {}
    ingest, report_of = ingestion.ingest, data_quality.report_of
    parse = Contract.parse

    def parse_once(content, **named):
        return factories.CONTRACT if content == factories.SOURCE else parse(content, **named)

    def ingest_once(file, *, contract, progress=None):
        if file != factories.LOANS or progress is not None:
            return ingest(file, contract=contract, progress=progress)
        if contract.hash not in read:
            read[contract.hash] = ingest(file, contract=contract)
        return read[contract.hash]

    def report_once(ingested, *, contract, previous=None):
        if previous is not None or ingested is not read.get(contract.hash):
            return report_of(ingested, contract=contract, previous=previous)
        if contract.hash not in reported:
            reported[contract.hash] = report_of(ingested, contract=contract)
        return copy.deepcopy(reported[contract.hash])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Contract, "parse", staticmethod(parse_once))
        patch.setattr(ingestion, "ingest", ingest_once)
        patch.setattr(data_quality, "report_of", report_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _groups_of_past_loans_are_put_back_when_asked(django_test_environment):
    """Let readers of the vault find what a recorded beginning wrote there."""
    import recorded  # noqa: PLC0415

    from credit import vault  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault, "groups_of_ingested", recorded.with_groups(vault.groups_of_ingested))
        yield


@pytest.fixture(scope="session", autouse=True)
def _graphs_have_time():
    """Stop no graph because the machine is busy; tests of slow ones say what those may take."""
    from scoring.engine import Engine  # noqa: PLC0415
    from scoring.ensemble import Ensemble  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        for kind in (Engine, Ensemble):
            patch.setitem(kind.__init__.__kwdefaults__, "seconds", waiting.LONG)
        yield


@pytest.fixture(autouse=True)
def nothing_goes_on_behind(request, monkeypatch):
    """Do nothing after an answer: its thread would go on when the test's database is gone."""
    if request.node.get_closest_marker("behind") is not None:
        return
    for name in ("credit.actions.shadow_scores", "credit.actions.canary_minutes"):
        if name in sys.modules:  # of the queue and not of its class, as tests do who look at it
            monkeypatch.setattr(sys.modules[name]._queue, "offer", lambda _item: True)


@pytest.fixture(autouse=True)
def _nothing_is_believed():
    """Forget what was in force in another test's database, its rows, and whom it set aside."""
    from credit import rates, serving  # noqa: PLC0415

    rates._here.clear()
    serving.forget_what_is_in_force()
    serving._terms.cache_clear()
    serving._scorecard.cache_clear()
    serving._set_aside.clear()


@pytest.fixture
def own_store(settings, tmp_path):
    """Give this test a store of its own, to break things in."""
    settings.EVENHAND_VAR = tmp_path
    return tmp_path


@pytest.fixture
def as_owner(request):
    """Do everything as the tables' owner, with triggers off where the test turns them off.

    The test must be marked with `django_db(databases=["default", "owner"])`.
    """
    from django.db import connections  # noqa: PLC0415

    request.getfixturevalue("db")
    before = connections["default"]
    connections["default"] = connections["owner"]
    yield connections["owner"]
    connections["default"] = before


@pytest.fixture(scope="module")
def database_for_commits(django_db_setup, django_db_blocker):
    """Copy the empty test database, for tests that commit: append-only rows cannot be removed."""
    import migrated_database  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    with django_db_blocker.unblock():
        original = connections["owner"].settings_dict["NAME"]
        copy = f"{original}_commits"
        connections.close_all()
        with connections["owner"]._nodb_cursor() as cursor:
            migrated_database.drop(cursor, copy)
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
        yield copy
        with connections["owner"]._nodb_cursor() as cursor:
            migrated_database.drop(cursor, copy)


@pytest.fixture
def committed(database_for_commits, django_db_blocker):
    """Work on the copy with real commits, from any number of threads."""
    from django.db import connections  # noqa: PLC0415

    def use(name):
        connections.close_all()
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = name

    original = connections["owner"].settings_dict["NAME"]
    with django_db_blocker.unblock():
        use(database_for_commits)
        yield
        use(original)


@pytest.fixture
def at_once():
    """Run a function in as many threads as arguments, all starting together."""

    def run(function, arguments):
        barrier = threading.Barrier(len(arguments))

        def one(argument):
            from django.db import connections  # noqa: PLC0415

            barrier.wait()
            try:
                return function(argument)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(arguments)) as pool:
            return [
                each.exception() or each.result()
                for each in [pool.submit(one, argument) for argument in arguments]
            ]

    return run


@pytest.fixture(scope="session")
def toy_bundle():
    """Make a bundle by hand: it loads at once, and its figures can be checked on paper."""
    import factories  # noqa: PLC0415

    return factories.toy_bundle()


@pytest.fixture
def champion(db, toy_bundle):
    """Bring `consumer-loan` live and give its champion."""
    import factories  # noqa: PLC0415

    return factories.live_product(toy_bundle)


@pytest.fixture
def no_scorecard(monkeypatch):
    """Leave the ladder without its last rung."""
    from credit import serving  # noqa: PLC0415
    from scoring.scorecard import ScorecardRefused  # noqa: PLC0415

    def refuse(version):
        raise ScorecardRefused("the test took it away")

    monkeypatch.setattr(serving, "scorecard_of", refuse)


def _person(role, name=None):
    @pytest.fixture(name=name or role)
    def person(db):
        import factories  # noqa: PLC0415

        return factories.user(role)

    return person


officer = _person("officer")
senior_officer = _person("senior_officer")
developer = _person("model_developer", "developer")
validator = _person("model_validator", "validator")
compliance = _person("compliance")
auditor = _person("auditor")
administrator = _person("administrator")


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    """Run the whole product in its own processes; give base_url, key, users, environment, pids."""
    command = [sys.executable, "-m", "services", "stack", "--json"]
    contract = _quick_contract(tmp_path_factory.mktemp("contract") / "contract.toml")
    with subprocess.Popen(
        [*command, "--contract", str(contract), "--var", str(tmp_path_factory.mktemp("stack"))],
        cwd=CHECKOUT,
        env={**os.environ, "EVENHAND_WEBHOOK_NETWORKS": "127.0.0.0/8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        line = process.stdout.readline()
        if not line:
            pytest.fail("the stack did not come up; its log says why")
        yield json.loads(line)
        process.terminate()


def _quick_contract(path):
    """Write the shipped contract with the same trees, but fewer fits to say how good they are."""
    text = (CHECKOUT / "contracts" / "consumer-loan" / "contract.toml").read_text()
    shipped, quick = "repeats = 5\n", "repeats = 1\nbootstrap_models = 3\n"
    assert text.count(shipped) == 1
    path.write_text(text.replace(shipped, quick))
    return path


@pytest.fixture(scope="session")
def manage(stack):
    """Run commands of the running product as a person at a prompt would."""
    ours = ("DATABASE_URL", "OWNER_DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY")
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    var = str(Path(stack["environment"]).parent)

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--json"],
            cwd=CHECKOUT,
            env={**clean, "EVENHAND_VAR": var},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,  # slow is not wrong
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
