import os

from services.account import Account
from services.postgres import Postgres
from services.process import run_quietly
from services.trouble import Trouble

# Idempotent and run at every start: a run killed after initdb is finished by the next one.
ROLES = r"""
SELECT format('CREATE ROLE %I NOLOGIN', name)
  FROM unnest(ARRAY['evenhand_app', 'evenhand_vault']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['evenhand_owner', 'evenhand_web', 'evenhand_worker']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE evenhand_owner CREATEDB CREATEROLE PASSWORD :'evenhand_owner';
ALTER ROLE evenhand_web PASSWORD :'evenhand_web';
ALTER ROLE evenhand_worker PASSWORD :'evenhand_worker';

GRANT evenhand_app, evenhand_vault TO evenhand_owner WITH ADMIN TRUE, INHERIT TRUE, SET TRUE;
GRANT evenhand_app TO evenhand_web, evenhand_worker;
-- Whoever reads the vault says so each time with SET ROLE.
GRANT evenhand_vault TO evenhand_worker WITH INHERIT FALSE, SET TRUE;

ALTER ROLE evenhand_web SET statement_timeout = '15s';
ALTER ROLE evenhand_web SET lock_timeout = '5s';
ALTER ROLE evenhand_web SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE evenhand_worker SET statement_timeout = '10min';
ALTER ROLE evenhand_worker SET lock_timeout = '30s';
ALTER ROLE evenhand_worker SET idle_in_transaction_session_timeout = '15min';

SELECT 'CREATE DATABASE evenhand OWNER evenhand_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'evenhand') \gexec
REVOKE ALL ON DATABASE evenhand FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE evenhand TO evenhand_app;
"""

# What an acknowledged decision stands on.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")
WEAKENED = """
SELECT name FROM pg_settings WHERE name = ANY (string_to_array(:'durable', ',')) AND setting <> 'on'
UNION ALL
SELECT setting FROM pg_db_role_setting, unnest(setconfig) AS setting
 WHERE split_part(setting, '=', 1) = ANY (string_to_array(:'durable', ','))
"""


class NotDurable(Trouble):
    """The server could lose what it has acknowledged."""


def make_roles(postgres: Postgres) -> None:
    """Make the roles and the database, and see that nothing acknowledged can be lost."""
    logins = ("evenhand_owner", "evenhand_web", "evenhand_worker")
    query(postgres, ROLES, **{login: postgres.password(login) for login in logins})
    weakened = query(postgres, f"{WEAKENED};", durable=",".join(DURABLE)).split()
    if weakened and not postgres.may_forget:
        raise NotDurable(
            f"PostgreSQL runs with {', '.join(weakened)} weakened and could lose decisions it has "
            "acknowledged. Set it back with ALTER SYSTEM, ALTER ROLE or ALTER DATABASE."
        )


def query(postgres: Postgres, sql: str, *, database: str = "postgres", **variables: str) -> str:
    """Run SQL as the superuser through the wheel's psql; secrets go in by its input."""
    named = "".join(f"\\set {name} '{value}'\n" for name, value in variables.items())
    command = ["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--no-password"]
    answer = run_quietly(
        [postgres.programs / "psql", *command, "--set", "ON_ERROR_STOP=1"],
        account=Account(),
        environment={**_environment(postgres), "PGDATABASE": database},
        sends=named + sql,
    )
    if answer.returncode:
        raise Trouble(f"The database refused its own set-up: {answer.stderr.strip()}")
    return answer.stdout.strip()


def _environment(postgres: Postgres) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {
        **ours,
        "PGHOST": str(postgres.socket),
        "PGUSER": "postgres",
        "PGPASSWORD": postgres.password("postgres"),
        "PGPASSFILE": os.devnull,
    }
