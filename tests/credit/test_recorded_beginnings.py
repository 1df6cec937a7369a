"""What tests begin with is put back as it was built."""

import factories
import pytest
import recorded
from django.db import connection, transaction

from credit import store, vault
from credit.models import AuditEvent, ContractVersion, ModelVersion, Product, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def built():
    """Bring a product live by a builder of this test's own, and count how often it does."""
    times = []

    @recorded.once
    def build(content):
        times.append(content)
        return factories.live_product.__wrapped__(content)

    def run(content):
        return build(content)

    run.times = times
    return run


@pytest.fixture
def in_turn():
    """Run something twice, each in a transaction that is taken back."""

    def run(something):
        for _ in range(2):
            with transaction.atomic():
                yield something()
                transaction.set_rollback(True)

    return run


def everything(version):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(v) FROM credit_modelversion v")
        rows = cursor.fetchall()
    return (
        version,
        version.product,
        rows,
        [*AuditEvent.objects.order_by("id").values()],
        [*ContractVersion.objects.values()],
        [*User.objects.order_by("id").values("id", "username", "groups__name")],
        vault.groups_of_ingested(version.snapshot.ingestion_id, "age_group"),
        store.get(version.bundle_hash, ".zip"),
    )


def test_rows_and_files_are_those_that_were_built(built, in_turn, toy_bundle):
    first, second = in_turn(lambda: everything(built(toy_bundle)))

    assert second == first
    assert len(built.times) == 1


@pytest.mark.parametrize("is_inner_recorded_before", [True, False])
def test_groups_of_past_loans_are_those_of_a_beginning_within_another(
    built, in_turn, toy_bundle, is_inner_recorded_before
):
    outer = recorded.once(built)

    def groups():
        version = outer(toy_bundle)
        return vault.groups_of_ingested(version.snapshot.ingestion_id, "age_group")

    if is_inner_recorded_before:
        list(in_turn(lambda: built(toy_bundle)))
    first, second = in_turn(groups)

    assert second == first
    assert len(first) == 1_000


def test_groups_are_there_again_when_what_asked_for_them_was_taken_back(built, in_turn, toy_bundle):
    def asked_twice():
        ingestion_id = built(toy_bundle).snapshot.ingestion_id
        with transaction.atomic():
            first = vault.groups_of_ingested(ingestion_id, "age_group")
            transaction.set_rollback(True)
        vault.groups_of_ingested(ingestion_id, "age_group")
        return first, vault.groups_of_ingested(ingestion_id, "age_group")

    for first, second in in_turn(asked_twice):
        assert second == first
        assert len(first) == 1_000


def test_groups_of_what_another_test_began_with_are_not_put_back(built, in_turn, toy_bundle):
    first, _ = in_turn(lambda: built(toy_bundle).snapshot.ingestion_id)

    assert vault.groups_of_ingested(first, "age_group") == {}


def test_files_are_put_into_the_store_of_the_test(built, in_turn, toy_bundle, settings, tmp_path):
    def bundle_in(folder):
        settings.EVENHAND_VAR = folder
        return store.get(built(toy_bundle).bundle_hash, ".zip")

    folders = iter((tmp_path / "one", tmp_path / "other"))

    assert [*in_turn(lambda: bundle_in(next(folders)))] == [toy_bundle, toy_bundle]


def test_what_a_test_changes_is_not_there_for_the_next(built, in_turn, toy_bundle):
    def changed():
        version = built(toy_bundle)
        before = version.promotion_note, version.product.name
        version.promotion_note = version.product.name = "Changed."
        version.save()
        version.product.save()
        return before

    first, second = in_turn(changed)

    assert first == second == ("It fits.", "Consumer loan")


def test_what_comes_after_gets_numbers_of_its_own(built, in_turn, toy_bundle):
    def candidate():
        champion = built(toy_bundle)
        return champion.pk, factories.model_version(contract=champion.contract).pk

    numbers = [*in_turn(candidate)]

    assert len({number for pair in numbers for number in pair}) == 3


def test_what_was_written_before_is_no_part_of_it(built, in_turn, toy_bundle):
    def begun():
        somebody = factories.user("officer", username="somebody")  # twice would be refused
        return built(toy_bundle).pk, User.objects.filter(pk=somebody.pk).count()

    first, second = in_turn(begun)

    assert first == second == (first[0], 1)
    assert len(built.times) == 1


def test_beside_what_is_there_it_is_built(built, toy_bundle):
    first = built(toy_bundle)
    second = built(toy_bundle)

    assert len(built.times) == 2
    assert (first.number, second.number) == (1, 2)
    assert ModelVersion.objects.count() == 2
    assert Product.objects.count() == 1


def test_in_a_copy_of_the_database_which_counts_by_itself_it_is_built(
    built, in_turn, toy_bundle, monkeypatch
):
    name = connection.settings_dict["NAME"]
    monkeypatch.setitem(connection.settings_dict, "NAME", f"{name}_commits")

    first, second = in_turn(lambda: built(toy_bundle).pk)

    assert first != second
    assert len(built.times) == 2
