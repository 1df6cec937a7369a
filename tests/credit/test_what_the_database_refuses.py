"""What may never be is refused by PostgreSQL itself, whoever asks."""

import importlib

import factories
import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from credit import checks
from credit.actions import model_versions
from credit.models import ROLES_APART, ModelVersion, User

guards = importlib.import_module("credit.migrations.0003_guards")
# An officer's decision goes where it is undone: what undoing refuses has its own tests.
APPEND_ONLY = [
    *(each for each in guards.APPEND_ONLY if each != "officerdecision"),
    *("undonedecision", "offeranswer", "withdrawal", "officernote", "canarycheck"),
    *("fairsearch", "fairdecision", "gatejudgement", "outcome", "partnerfeedback"),
]
both = pytest.mark.django_db(databases=["default", "owner"])


def test_a_server_that_could_lose_what_it_acknowledged_is_warned_of(db, monkeypatch):
    monkeypatch.setattr(checks, "DURABLE", ("synchronous_commit", "wal_init_zero"))
    assert checks.server_keeps_what_it_acknowledged(databases=["default"]) == []

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    (warning,) = checks.server_keeps_what_it_acknowledged(databases=["default"])

    assert (warning.id, warning.msg) == (
        "credit.W001",
        "PostgreSQL runs with synchronous_commit off.",
    )
    assert checks.server_keeps_what_it_acknowledged(databases=None) == []


@both
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET {pk} = {pk}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_not_even_the_owner_changes_what_is_append_only(as_owner, table, statement):
    name = f"credit_{table}"
    with as_owner.cursor() as cursor:
        pk = as_owner.introspection.get_primary_key_column(cursor, name)

        with pytest.raises(IntegrityError, match="is append-only"):
            cursor.execute(statement.format(name, pk=pk))


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_serving_role_has_no_right_to_change_what_is_append_only(db, table, right):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('evenhand_app', %s, %s)", [f"credit_{table}", right]
        )

        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE credit_application",
        "DROP TABLE credit_application",
        "ALTER TABLE credit_auditevent DISABLE TRIGGER ALL",
        "UPDATE django_migrations SET name = name",
        "UPDATE auth_group SET name = 'model_validator'",
        "INSERT INTO auth_group (name) VALUES ('superhuman')",
        "DELETE FROM credit_modelversion",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_serving_role_owns_nothing(db, statement):
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match=r"permission|owner"):
        cursor.execute(statement)


def test_the_product_works_as_the_serving_role(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('synchronous_commit')")

        assert cursor.fetchone() == ("evenhand_app", "on")


@pytest.mark.parametrize(
    "table", ["axes_accessattempt", "django_session", "auth_permission", "django_admin_log"]
)
def test_the_serving_role_can_use_the_tables_of_every_app(db, table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('evenhand_app', %s, 'INSERT')", [table])

        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize(
    "field", ["bundle_hash", "model_sha256", "validation_sha256", "number", "metrics", "gates"]
)
def test_what_a_model_version_is_never_changes(db, field):
    version = factories.model_version()
    other = {"number": 99, "metrics": {"auc": 1.0}, "gates": [{"passed": True}]}

    with pytest.raises(IntegrityError, match="never changes"):
        ModelVersion.objects.filter(pk=version.pk).update(**{field: other.get(field, "x" * 64)})


def test_the_trainer_of_a_model_version_never_changes(db):
    version = factories.model_version()

    with pytest.raises(IntegrityError, match="never changes"):
        ModelVersion.objects.filter(pk=version.pk).update(trained_by=factories.user())


def test_a_trainer_never_signs_their_own_model(db):
    version = factories.model_version()

    with pytest.raises(IntegrityError, match="promoted_by_someone_else"):
        ModelVersion.objects.filter(pk=version.pk).update(promoted_by=version.trained_by)


def test_a_champion_is_signed(db):
    version = factories.model_version()

    with pytest.raises(IntegrityError, match="champion_is_signed"):
        ModelVersion.objects.filter(pk=version.pk).update(stage="champion")


def test_there_is_one_champion(champion):
    second = factories.model_version(contract=champion.contract)

    with pytest.raises(IntegrityError, match="one_champion"):
        ModelVersion.objects.filter(pk=second.pk).update(
            stage="champion", promoted_by=factories.user()
        )


@pytest.mark.parametrize(("one", "other"), ROLES_APART)
def test_no_one_holds_roles_that_are_apart(db, one, other):
    for first, second in ((one, other), (other, one)):
        person = factories.user(first)

        with pytest.raises(IntegrityError, match="roles apart"), transaction.atomic():
            person.groups.add(Group.objects.get(name=second))


def test_roles_that_are_apart_cannot_be_given_in_one_statement(db):
    person = factories.user()
    groups = Group.objects.filter(name__in=["model_developer", "model_validator"])

    with pytest.raises(IntegrityError, match="roles apart"):
        person.groups.set(groups)


def test_roles_that_go_together_are_given_together(db):
    person = factories.user("officer", "senior_officer")

    assert person.roles == {"officer", "senior_officer"}


def test_two_halves_of_a_forbidden_pair_given_at_once_meet(committed, at_once):
    person = factories.user()

    def give(role):
        User.objects.get(pk=person.pk).groups.add(Group.objects.get(name=role))

    results = at_once(give, ["model_developer", "model_validator"])

    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "NoneType"]


def test_of_two_promotions_at_once_both_cannot_end_as_champion(committed, at_once, toy_bundle):
    first = factories.live_product(toy_bundle)
    rivals = [factories.model_version(toy_bundle, contract=first.contract) for _ in range(2)]
    validator = factories.user("model_validator")

    def promote(version):
        model_versions.promote(
            version_id=version.pk, by=validator, at=factories.AT, note="Mine is better."
        )

    at_once(promote, rivals)

    stages = ModelVersion.objects.filter(product=first.product).values_list("stage", flat=True)
    assert sorted(stages) == ["champion", "retired", "retired"]


@pytest.fixture
def web_login(committed):
    """Make a login as the embedded server makes the web's: a member of the serving role only."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS evenhand_test_web")
        cursor.execute("CREATE ROLE evenhand_test_web LOGIN PASSWORD 'one-for-tests'")
        cursor.execute("GRANT evenhand_app TO evenhand_test_web")
        given = connections["owner"].get_connection_params()
        address = {name: given[name] for name in ("dbname", "host", "port") if name in given}
        yield {**address, "user": "evenhand_test_web", "password": "one-for-tests"}
        cursor.execute("DROP ROLE evenhand_test_web")


def test_a_login_of_the_serving_role_cannot_become_the_vaults(web_login):
    with psycopg.connect(**web_login, options="-c role=evenhand_app") as web:
        assert web.execute("SELECT count(*) FROM credit_application").fetchone() == (0,)

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("SET ROLE evenhand_vault")


def test_a_login_of_the_serving_role_cannot_read_the_vault_as_itself(web_login):
    with psycopg.connect(**web_login) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("SELECT count(*) FROM vault.applicant_attribute")
