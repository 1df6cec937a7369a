"""What a person can do at a prompt: each command says what it did, or in a sentence why not."""

import psycopg
import pytest
from at_a_prompt import facts, run
from django.core.management import CommandError, get_commands, load_command_class
from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

from credit.models import User

OURS = sorted(name for name, app in get_commands().items() if app == "credit")


@pytest.mark.parametrize("name", OURS)
def test_every_command_explains_itself_with_an_example(name):
    command = load_command_class("credit", name)
    explained = command.create_parser("manage.py", name).format_help()

    assert name == "migrate" or f"python manage.py {name}" in explained
    assert name == "migrate" or "--json" in explained
    assert len(command.help) > 30


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_a_command_loads_no_page_to_start(name):
    assert not load_command_class("credit", name).requires_system_checks


def test_migrate_goes_to_the_owner():
    parser = load_command_class("credit", "migrate").create_parser("manage.py", "migrate")

    assert parser.parse_args([]).database == "owner"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "command",
    [
        ["products"],
        ["train", "consumer-loan", "--by", "dana"],
        ["verify_audit"],
        ["simulate", "small-business-loan", "--from", "2003-01-01", "--to", "2003-02-01"],
        ["fairness", "consumer-loan", "--by", "carla"],
        ["fairness_gaps", "consumer-loan", "--by", "carla"],
    ],
    ids=lambda command: command[0],
)
def test_a_database_without_tables_is_said_with_how_to_make_them(own_store, command):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_catalog")  # as if nobody had migrated

    with pytest.raises(CommandError, match="does not have the product's tables"):
        run(*command, "--json")


def test_a_command_that_gave_way_to_somebody_else_says_so(db, monkeypatch):
    def give_way(**_):
        raise OperationalError("deadlock detected") from DeadlockDetected()

    monkeypatch.setattr("credit.queries.models.products", give_way)

    with pytest.raises(CommandError, match=r"gave way\. Run it again"):
        run("products")


def test_a_database_that_does_not_answer_is_said_with_what_to_look_at(db, monkeypatch):
    def refuse(**_):
        said = "connection failed: Connection refused\n\tIs the server running on that host?"
        raise OperationalError(said) from psycopg.OperationalError(said)

    monkeypatch.setattr("credit.queries.models.products", refuse)

    with pytest.raises(CommandError, match=r"refused\. `\./run status` says what runs"):
        run("products")


# --- products, keys, demo accounts


def test_products_are_listed(live):
    (product,) = facts("products")["products"]
    out, _ = run("products")

    assert (product["slug"], product["champion"]) == ("consumer-loan", "consumer-loan/1")
    assert out.startswith("consumer-loan: Consumer loan, champion consumer-loan/1, contract 1")


def test_no_product_yet_is_told_with_the_way_to_one(db):
    assert "onboard" in run("products")[0]


def test_a_key_is_issued_and_printed_alone(db):
    out, err = run("issue_key", "acme", "--scope", "score", "--scope", "read")

    assert out.startswith("ev_")
    assert len(out.split()) == 1
    assert "It will not be shown again." in err
    told = facts("issue_key", "acme", "--scope", "score", "--expires-days", "3")
    assert (told["partner"], told["scopes"]) == ("acme", ["score"])


def test_a_key_that_may_not_be_is_refused_in_a_sentence(db, officer):
    with pytest.raises(CommandError, match="everything given"):
        run("issue_key", "acme", "--scope", "everything")
    with pytest.raises(CommandError, match="Only an administrator"):
        run("issue_key", "acme", "--scope", "score", "--by", officer.username)


def test_demo_accounts_need_a_password_and_are_made_once(db, monkeypatch):
    monkeypatch.delenv("EVENHAND_DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="EVENHAND_DEMO_PASSWORD"):
        run("create_demo_users")
    monkeypatch.setenv("EVENHAND_DEMO_PASSWORD", "correct-horse")
    first = facts("create_demo_users")
    monkeypatch.setenv("EVENHAND_DEMO_PASSWORD", "another-good-one")

    again = facts("create_demo_users")
    out, _ = run("create_demo_users")

    assert [user["username"] for user in first["users"]] == [
        *("olga", "samir", "demo-developer", "demo-validator", "carla", "audrey", "admin")
    ]
    assert again["users"][0]["password"] == "another-good-one"
    assert User.objects.get(username="olga").check_password("another-good-one")
    assert User.objects.get(username="olga").roles == {"officer"}
    assert "another-good-one" not in out
