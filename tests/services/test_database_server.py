"""What the embedded database is: durable, with few rights, one at a time."""

import os
import subprocess
import sys

import pytest

from services.postgres import clear_stale_pidfile

ROLES = """
SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole
  FROM pg_roles WHERE rolname LIKE 'evenhand%' ORDER BY 1
"""
MEMBERS = """
SELECT member::regrole || ' in ' || roleid::regrole FROM pg_auth_members
 WHERE member::regrole::text LIKE 'evenhand%' GROUP BY 1 ORDER BY 1
"""


@pytest.fixture(scope="module")
def servers(start_for_long, var):
    return start_for_long("servers", var)


def test_has_the_roles_of_the_design(servers):
    assert servers.query(ROLES).splitlines() == [
        "evenhand_app|f|f|f|f",
        "evenhand_owner|t|f|t|t",
        "evenhand_vault|f|f|f|f",
        "evenhand_web|t|f|f|f",
        "evenhand_worker|t|f|f|f",
    ]
    assert servers.query(MEMBERS).splitlines() == [
        "evenhand_owner in evenhand_app",
        "evenhand_owner in evenhand_vault",
        "evenhand_web in evenhand_app",
        "evenhand_worker in evenhand_app",
        "evenhand_worker in evenhand_vault",
    ]


def test_the_web_cannot_become_the_vaults_reader(servers):
    url = servers.facts["web_database_url"]

    with pytest.raises(subprocess.CalledProcessError) as refused:
        servers.query("SET ROLE evenhand_vault", url=url)

    assert "permission denied" in refused.value.stderr
    assert servers.query("SET ROLE evenhand_vault", url=servers.facts["database_url"]) == ""


def test_nobody_gets_in_without_a_password(servers):
    url = servers.facts["web_database_url"]
    password = url.partition("evenhand_web:")[2].partition("@")[0]

    with pytest.raises(subprocess.CalledProcessError) as refused:
        servers.query("SELECT 1", url=url.replace(password, "guess"))

    assert "password authentication failed" in refused.value.stderr


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_what_it_acknowledges_is_on_disk(servers, setting):
    for url in (servers.url(), servers.facts["database_url"], servers.facts["web_database_url"]):
        assert servers.query(f"SHOW {setting}", url=url) == "on"


def test_has_checksums_and_limits(servers):
    web = servers.facts["web_database_url"]

    assert servers.query("SHOW data_checksums") == "on"
    assert servers.query("SHOW statement_timeout", url=web) == "15s"
    assert servers.query("SHOW lock_timeout", url=web) == "5s"
    assert servers.query("SHOW idle_in_transaction_session_timeout", url=web) == "30s"
    assert servers.query("SHOW listen_addresses") == ""


def test_refuses_to_serve_when_somebody_weakened_it(start, open_folder, run):
    weak = start("servers", open_folder / "weak")
    weak.query("ALTER DATABASE evenhand SET synchronous_commit = off")
    weak.stop()

    refused = run("servers", "--var", weak.var)

    assert refused.returncode == 1
    assert "synchronous_commit" in refused.stderr


def test_a_second_one_is_refused_and_the_first_goes_on(servers, run, var):
    refused = run("servers", "--var", var)

    assert refused.returncode == 1
    assert f"running already (process {servers.process.pid})" in refused.stderr
    assert servers.query("SELECT 1") == "1"


def test_a_half_made_cluster_is_made_anew(start, open_folder):
    var = open_folder / "half-made"
    new = var / "servers" / "postgres.new"
    new.mkdir(parents=True)
    (new / "PG_VERSION").write_text("18\n")

    assert start("servers", var).query("SELECT 1") == "1"


@pytest.fixture
def pidfile(tmp_path):
    """Make the folder of a cluster whose last server never tidied up."""

    def pidfile(pid, *, more=""):
        (tmp_path / "postmaster.pid").write_text(f"{pid}\n{tmp_path}\n{more}")
        return tmp_path

    return pidfile


def test_a_process_id_that_now_is_another_programs_does_not_stop_it(pidfile):
    cluster = pidfile(os.getppid())

    clear_stale_pidfile(cluster)

    assert not (cluster / "postmaster.pid").exists()


@pytest.mark.parametrize("memory", ["", "1234567", "1234567 4294967295", "not written yet"])
def test_a_server_killed_before_it_had_memory_holds_nobody_up(pidfile, memory):
    cluster = pidfile(os.getppid(), more=f"1795810000\n0\nsocket\n*\n{memory}\nstarting\n")

    clear_stale_pidfile(cluster)

    assert not (cluster / "postmaster.pid").exists()


def test_a_zombie_is_no_server(pidfile):
    zombie = subprocess.Popen([sys.executable, "-c", "pass"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    cluster = pidfile(zombie.pid)

    clear_stale_pidfile(cluster)

    assert not (cluster / "postmaster.pid").exists()
    zombie.wait()


def test_an_orphaned_server_is_stopped_first(pidfile):
    wait = "import time; time.sleep(60)"
    cluster = pidfile(0)
    sleeper = subprocess.Popen([sys.executable, "-c", wait, "-D", str(cluster)])
    pidfile(sleeper.pid)

    clear_stale_pidfile(cluster)

    assert sleeper.poll() is not None
