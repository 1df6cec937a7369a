"""`./run` makes what it needs, once, whatever happened to it before."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from service_runs import CHECKOUT, environment_of_a_person, processes_of
from waiting import LONG, wait_until

UV = """#!/bin/sh
echo "$@" >> "$UV_CALLS"
test -z "$UV_BEGINS" || mkdir -p .venv/lib/python*/site-packages/half
exit "${UV_FAILS_WITH:-0}"
"""


@pytest.fixture(scope="module")
def index(open_folder):
    """Make a folder of wheels that stands in for the package index: one, a uv that notes calls."""
    folder = open_folder / "index"
    folder.mkdir()
    information = "uv-0.13.9.dist-info"
    with zipfile.ZipFile(folder / "uv-0.13.9-py3-none-any.whl", "w") as wheel:
        script = zipfile.ZipInfo("uv-0.13.9.data/scripts/uv")
        script.external_attr = 0o100755 << 16
        wheel.writestr(script, UV)
        wheel.writestr(
            f"{information}/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 0.13.9\n"
        )
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")
    return folder


@pytest.fixture(scope="module")
def folder(open_folder, index):
    """Make a checkout with nothing but the services and two locks."""
    folder = open_folder / "fresh"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "services", folder / "services", ignore=ignore)
    shutil.copy(CHECKOUT / "run", folder / "run")
    wheel = next(index.glob("*.whl"))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "services" / "uv.txt").write_text(f"uv==0.13.9 --hash=sha256:{digest}\n")
    (folder / "requirements.txt").write_text("django==5.2\n")
    (folder / "requirements-dev.txt").write_text("django==5.2\nruff==0.17\n")
    return folder


@dataclass
class SetUp:
    """The set-up of a checkout, with a folder of wheels as its index."""

    folder: Path
    index: Path
    calls: Path

    def popen(self, level, **settings):
        ours = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.index),
            "PIP_CONFIG_FILE": os.devnull,
            "UV_CALLS": str(self.calls),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "services.setup", level],
            cwd=self.folder,
            env=environment_of_a_person() | ours | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, level, **settings):
        with self.popen(level, **settings) as process:
            said, complaints = process.communicate(timeout=LONG)
        return process.returncode, said, complaints

    def asked_of_uv(self):
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture
def set_up(folder, index, tmp_path):
    """Set a checkout up for running, which the first test to ask waits for."""
    assert SetUp(folder, index, tmp_path / "first")("runtime")[0] == 0
    return SetUp(folder, index, tmp_path / "calls")


@pytest.mark.long
def test_two_at_once_do_the_work_once(folder, index, tmp_path):
    set_up = SetUp(folder, index, tmp_path / "calls")
    shutil.rmtree(folder / ".venv", ignore_errors=True)

    with set_up.popen("runtime") as first, set_up.popen("runtime") as second:
        assert first.wait(LONG) == second.wait(LONG) == 0

    assert len(set_up.asked_of_uv()) == 1
    assert "--require-hashes" in set_up.asked_of_uv()[0]
    assert (folder / ".venv" / "bin" / "python").exists()


def test_does_nothing_while_the_lock_stays_the_same(set_up):
    assert set_up("runtime") == (0, "", "")
    assert set_up.asked_of_uv() == []


def test_the_packages_for_development_come_on_top(set_up, folder):
    (folder / "requirements-dev.txt").write_text("django==5.2\nruff==0.17.1\n")

    assert set_up("dev")[0] == 0
    assert len(set_up.asked_of_uv()) == 1
    assert set_up.asked_of_uv()[0].endswith("requirements-dev.txt")
    assert set_up("runtime") == (0, "", "")


def test_a_changed_lock_is_installed(set_up, folder):
    (folder / "requirements.txt").write_text("django==5.2.1\n")

    assert set_up("runtime")[0] == 0
    assert len(set_up.asked_of_uv()) == 1


NPM = """#!/bin/sh
mkdir -p node_modules && echo "$@" > node_modules/asked
exit "${NPM_FAILS_WITH:-0}"
"""


@pytest.mark.parametrize("fails_with", [0, 1])
def test_packages_of_node_come_where_npm_is_and_stop_nothing(set_up, folder, tmp_path, fails_with):
    (tmp_path / "npm").write_text(NPM)
    (tmp_path / "npm").chmod(0o755)
    locked = folder / "tests" / "clients" / "typescript"
    locked.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (locked / name).write_text("{}")
    (folder / "requirements-dev.txt").write_text(f"django==5.2\nruff==0.18.{fails_with}\n")

    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    code, said, _ = set_up("dev", PATH=path, NPM_FAILS_WITH=str(fails_with))
    shutil.rmtree(folder / "tests")

    assert code == 0
    assert "TypeScript" in said
    asked = folder / "var" / "node" / "node_modules" / "asked"
    assert (asked.exists(), "will be skipped" in said) == (not fails_with, bool(fails_with))
    assert fails_with or asked.read_text().startswith("ci --ignore-scripts")


def test_a_broken_download_is_explained_and_the_next_run_goes_on(set_up, folder):
    (folder / "requirements.txt").write_text("django==5.2.2\n")

    code, _, complaints = set_up("runtime", UV_FAILS_WITH="2")

    assert code == 1
    assert "Check the network" in complaints
    assert "Traceback" not in complaints
    code, said, _ = set_up("runtime")
    assert code == 0
    assert "making it anew" not in said


@pytest.mark.long
def test_packages_that_are_there_in_part_are_not_relied_on(set_up, folder):
    """As when the disk is full: then the installer takes what it has begun for installed."""
    (folder / "requirements.txt").write_text("django==5.2.3\n")

    code, _, complaints = set_up("runtime", UV_BEGINS="1", UV_FAILS_WITH="2")
    again = set_up("runtime")

    assert (code, again[0]) == (1, 0)
    assert "free space" in complaints
    assert "making it anew" in again[1]


@pytest.mark.long
def test_a_half_made_environment_is_made_anew(set_up, folder):
    for damage in (folder / ".venv" / "pyvenv.cfg", folder / ".venv" / "installed-runtime"):
        damage.unlink()

    code, said, _ = set_up("runtime")

    assert code == 0
    assert "making it anew" in said


@pytest.mark.long
def test_an_environment_whose_making_was_killed_is_made_anew(set_up, folder):
    """Its pip may be there in part: enough to be found, and not enough to work."""
    environment = folder / ".venv"
    shutil.rmtree(environment)
    with set_up.popen("runtime") as killed:
        wait_until((environment / "bin").exists)
        killed.kill()
    wait_until(lambda: not _killed(environment))  # what it had started to make it

    assert (environment / "unfinished").exists()
    assert "making it anew" in set_up("runtime")[1]


def _killed(folder):
    found = processes_of(folder)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_cannot_be_written_is_named(open_folder):
    nobody = pwd.getpwnam("nobody")
    folder = open_folder / "read-only"
    shutil.copytree(CHECKOUT / "services", folder / "services")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder / name).touch()

    refused = subprocess.run(
        ["/usr/bin/python3", "-m", "services.setup", "runtime"],
        cwd=folder,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert "cannot write here" in refused.stderr
    assert "Traceback" not in refused.stderr


def run_script(*arguments, **settings):
    return subprocess.run(
        [CHECKOUT / "run", *arguments],
        env={**os.environ, **settings},
        cwd=Path("/"),
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_command():
    said = run_script("help")

    assert said.returncode == 0
    for name in [
        "demo",
        "test",
        "long",
        "check",
        "load",
        "bench",
        "docs",
        "status",
        "restart",
        "stop",
    ]:
        assert f"\n  {name} " in said.stdout


def test_an_unknown_command_is_refused_with_the_list():
    refused = run_script("dmeo")

    assert refused.returncode == 2
    assert "no command 'dmeo'" in refused.stderr
    assert "\n  demo " in refused.stdout


def test_a_python_that_is_too_old_is_refused(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    refused = run_script("demo", PYTHON=str(old))

    assert refused.returncode == 1
    assert "Python 3.11" in refused.stderr


def test_a_python_without_venv_is_explained(tmp_path):
    bare = tmp_path / "python3"
    bare.write_text('#!/bin/sh\ncase "$2" in *venv*) exit 1 ;; esac\n')
    bare.chmod(0o755)

    refused = run_script("demo", PYTHON=str(bare))

    assert refused.returncode == 1
    assert "apt install python3-venv" in refused.stderr
