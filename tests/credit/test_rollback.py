"""Going back to the champion before takes one signature, and holds at once."""

from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from credit import serving
from credit.actions import model_versions
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, StageChange
from credit.queries import registry

AT = factories.AT
LATER = AT + timedelta(hours=1)
PRODUCT = "consumer-loan"


@pytest.fixture
def second(champion, toy_bundle, validator):
    """Promote a second version over the first."""
    version = factories.model_version(toy_bundle, contract=champion.contract)
    return model_versions.promote(version_id=version.pk, by=validator, at=AT, note="Better.")


@pytest.fixture
def roll_back(champion, validator):
    def run(by=validator, at=LATER, note="", instead_of=None):
        product = champion.product
        goes = instead_of or product.versions.filter(stage="champion").get().name
        return model_versions.roll_back(
            product_id=product.pk, instead_of=goes, by=by, at=at, note=note
        )

    return run


def test_the_champion_before_is_champion_again(champion, second, roll_back, validator):
    version = roll_back()

    second.refresh_from_db()
    assert (version, version.stage, version.promoted_by) == (champion, "champion", validator)
    assert (second.stage, second.retired_at, second.rolled_back_at) == ("retired", LATER, LATER)
    assert factories.decide(at=LATER).answer["model"]["version"] == f"{PRODUCT}/1"


def test_it_is_in_the_trail_with_both_versions(second, roll_back, validator):
    roll_back(note="It declines far too many.")

    event = AuditEvent.objects.get(type=AuditEvent.Type.MODEL_ROLLED_BACK)
    assert (event.user, event.target) == (validator, f"model:{PRODUCT}/1")
    assert event.details["instead_of"] == f"{PRODUCT}/2"
    assert event.details["note"] == "It declines far too many."


def test_what_was_taken_back_is_not_even_the_champion_before(second, roll_back):
    roll_back()

    assert serving.terms(PRODUCT, at=LATER + timedelta(seconds=1)).previous is None
    with pytest.raises(model_versions.RollbackDenied, match="no champion to go back to"):
        roll_back(at=LATER + timedelta(hours=1))


def test_it_cannot_be_promoted_again_either(second, roll_back, validator):
    roll_back()

    with pytest.raises(model_versions.PromotionDenied, match="retired"):
        model_versions.promote(version_id=second.pk, by=validator, at=LATER, note="Once more.")


def test_a_first_champion_has_nothing_before_it(champion, roll_back):
    with pytest.raises(model_versions.RollbackDenied, match="no champion to go back to"):
        roll_back()


@pytest.mark.parametrize("role", ["model_developer", "officer", "compliance", "administrator"])
def test_nobody_but_a_validator_goes_back(second, roll_back, role):
    with pytest.raises(NotAllowed, match="Only a model validator"):
        roll_back(by=factories.user(role))


def test_who_goes_back_second_takes_nothing_back_that_is_good(
    champion, second, toy_bundle, roll_back, validator
):
    third = factories.model_version(toy_bundle, contract=champion.contract)
    model_versions.promote(version_id=third.pk, by=validator, at=LATER, note="Best.")
    roll_back(instead_of=third.name)

    with pytest.raises(model_versions.RollbackDenied, match="/2 is the champion now, and not"):
        roll_back(instead_of=third.name)

    second.refresh_from_db()
    assert second.stage == "champion"


def test_nobody_goes_back_to_what_they_trained(toy_bundle, validator, champion, roll_back):
    other = factories.user("model_validator")
    own = factories.model_version(toy_bundle, contract=champion.contract, trained_by=validator)
    model_versions.promote(version_id=own.pk, by=other, at=AT, note="Good.")
    third = factories.model_version(toy_bundle, contract=champion.contract)
    model_versions.promote(
        version_id=third.pk, by=other, at=AT + timedelta(minutes=1), note="Better."
    )

    with pytest.raises(NotAllowed, match="other than its trainer"):
        roll_back()


def test_a_version_whose_bundle_is_gone_is_not_gone_back_to(second, roll_back, own_store):
    for file in own_store.rglob("*.zip"):
        file.unlink()

    with pytest.raises(model_versions.RollbackDenied, match="cannot serve"):
        roll_back()

    second.refresh_from_db()
    assert second.stage == "champion"


def test_every_move_of_a_version_is_written_down(champion, second, roll_back):
    roll_back(note="Back.")

    newest_first = [(row.version_name[-1], row.what) for row in registry.history(PRODUCT)]
    assert newest_first == [
        ("1", "Champion again"),
        ("2", "Taken back"),
        ("2", "Champion"),
        ("1", "Retired"),
        ("2", "Trained"),
        ("1", "Champion"),
        ("1", "Trained"),
    ]


def test_who_was_champion_at_a_moment_is_one_question(champion, second, roll_back, validator):
    roll_back()

    def at(moment):
        tenure = registry.champion_at(PRODUCT, moment)
        return tenure and (tenure.version_name[-1], tenure.until)

    first_day = StageChange.objects.get(version=champion, stage="champion", is_rollback=False).at
    assert at(first_day - timedelta(seconds=1)) is None
    assert at(AT - timedelta(seconds=1)) == ("1", AT)
    assert at(AT) == ("2", LATER)
    assert at(LATER) == ("1", None)
    assert registry.champion_at(PRODUCT, AT).signed_by == validator.get_username()


def test_and_one_query(champion, second, roll_back, django_assert_num_queries):
    roll_back()

    with django_assert_num_queries(1):
        assert registry.champion_at(PRODUCT, AT).until == LATER


def test_without_a_champion_the_answer_says_so(champion, validator):
    model_versions.retire(version_id=champion.pk, by=validator, at=LATER, note="Old.")

    assert registry.champion_at(PRODUCT, LATER) is None
    assert registry.goes_back_to(PRODUCT) is None


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_product_cannot_change_history(champion, change):
    changes = StageChange.objects.all()

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        changes.delete() if change == "delete" else changes.update(note="")


@pytest.mark.django_db(databases=["default", "owner"])
def test_nor_can_the_owner_of_the_tables(as_owner):
    with as_owner.cursor() as cursor, pytest.raises(IntegrityError, match="is append-only"):
        cursor.execute("DELETE FROM credit_stagechange")
