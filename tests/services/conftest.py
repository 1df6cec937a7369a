"""Fixtures that run the services as real processes, in folders of their own."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from service_runs import CHECKOUT, Run, end_what_is_left, environment_of_a_person
from waiting import LONG

FAKE_PRODUCT = Path(__file__).parent / "fake_product"


@pytest.fixture
def environment():
    """Return the environment of a person who has set nothing."""
    return environment_of_a_person()


@pytest.fixture
def run(environment):
    """Run a services command to its end."""

    def run(*arguments, checkout=CHECKOUT, python=sys.executable, **settings):
        return subprocess.run(
            [python, "-m", "services", *map(str, arguments)],
            cwd=checkout,
            env=environment | settings,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=LONG,
        )

    return run


def _start(command, var, *arguments, checkout=CHECKOUT, python=sys.executable, **popen):
    settings = popen.pop("settings", {})
    process = subprocess.Popen(
        [python, "-m", "services", command, "--var", str(var), "--json", *arguments],
        cwd=checkout,
        env=environment_of_a_person() | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **popen,
    )
    line = process.stdout.readline()
    if not line:
        pytest.fail(f"{command} did not start: {process.communicate(timeout=LONG)[1]}")
    return Run(process, Path(var), json.loads(line))


def _starter():
    """Start `servers` or `stack` and wait for its line; stop it when the test is over."""
    runs = []

    def start(*arguments, **popen):
        runs.append(_start(*arguments, **popen))
        return runs[-1]

    yield start
    for run in runs:
        run.process.terminate()
        run.process.communicate(timeout=LONG)


start = pytest.fixture(_starter, name="start")
start_for_long = pytest.fixture(_starter, name="start_for_long", scope="module")


@pytest.fixture(scope="session")
def open_folder():
    """Make a folder that every account can enter, unlike pytest's own, and with a short path."""
    with tempfile.TemporaryDirectory(prefix="evenhand-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        end_what_is_left(folder)


@pytest.fixture(scope="session")
def var(open_folder):
    """Name a state folder whose cluster is made once and used by many tests, one after another."""
    return open_folder / "var"


@pytest.fixture(scope="session")
def checkout(open_folder):
    """Make a checkout with our services around a tiny product: a page, a task, three commands."""
    folder = open_folder / "checkout"
    shutil.copytree(FAKE_PRODUCT, folder)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "services", folder / "services", ignore=ignore)
    shutil.copy(CHECKOUT / "run", folder / "run")
    return folder
