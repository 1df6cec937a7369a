"""The model inventory, and comments that keep a version from serving until they are resolved."""

from datetime import date, timedelta

import factories
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from credit.actions import inventory, model_versions, version_comments
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, InventoryEntry, VersionComment
from credit.queries import registry

AT = factories.AT
REVIEW = date(2027, 11, 22)
ENTRY = {
    "tier": 1,
    "intended_use": "Consumer loans of up to 20,000 DM.",
    "limits": "Not for refinancing; weak for terms above four years.",
    "review_on": REVIEW,
}


@pytest.fixture
def write(champion, developer):
    def run(by=developer, at=AT, **changes):
        said = {**ENTRY, "owner": developer.username, **changes}
        return inventory.write(product_id=champion.product_id, by=by, at=at, **said)

    return run


@pytest.fixture
def comment(candidate, validator):
    def run(by=validator, words="Why is purpose so strong?", at=AT):
        return version_comments.add(version_id=candidate.pk, words=words, by=by, at=at)

    return run


@pytest.fixture
def candidate(champion, toy_bundle):
    return factories.model_version(toy_bundle, contract=champion.contract)


def test_the_newest_entry_holds_and_the_one_before_is_kept(write, validator):
    write()
    write(by=validator, at=AT + timedelta(days=1), tier=2)

    says = registry.inventory_of("consumer-loan", at=AT)
    assert (says.tier, says.written_by) == (2, validator.get_username())
    assert InventoryEntry.objects.count() == 2


def test_an_entry_is_in_the_trail(write, developer):
    write()

    event = AuditEvent.objects.get(type=AuditEvent.Type.INVENTORY_WRITTEN)
    assert (event.target, event.user) == ("product:consumer-loan", developer)
    assert event.details["review_on"] == "2027-11-22"


def test_a_review_is_overdue_the_day_after(write):
    write()

    def on(day):
        return registry.inventory_of("consumer-loan", at=AT.replace(year=2027, day=day)).is_overdue

    assert (on(22), on(23)) == (False, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": "nobody"}, "no model developer or validator"),
        ({"intended_use": "  "}, "what the model is for"),
        ({"limits": ""}, "what it is not for"),
        ({"tier": 4}, "tier is 1, 2 or 3"),
        ({"review_on": AT.date()}, "lies ahead"),
    ],
)
def test_an_entry_without_what_a_reviewer_looks_for_is_refused(write, changes, words):
    with pytest.raises(inventory.EntryIncomplete, match=words):
        write(**changes)

    assert not InventoryEntry.objects.exists()


def test_an_officer_owns_no_model(write):
    with pytest.raises(inventory.EntryIncomplete, match="no model developer"):
        write(owner=factories.user("officer").username)


@pytest.mark.parametrize("role", ["officer", "compliance", "administrator", "auditor"])
def test_only_who_makes_or_validates_models_writes_it(write, role):
    with pytest.raises(NotAllowed, match="write the model inventory"):
        write(by=factories.user(role))


def test_an_entry_is_never_changed(write):
    write()

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        InventoryEntry.objects.update(tier=3)


def test_an_open_comment_keeps_a_version_from_serving(candidate, comment, validator):
    comment()

    with pytest.raises(model_versions.PromotionDenied, match="comments that nobody resolved: 1"):
        model_versions.promote(version_id=candidate.pk, by=validator, at=AT, note="Good.")
    with pytest.raises(model_versions.ShadowDenied, match="nobody resolved"):
        model_versions.shadow(version_id=candidate.pk, by=validator, at=AT, note="Look.")


def test_a_resolved_one_does_not(candidate, comment, validator):
    made = comment()
    version_comments.resolve(
        comment_id=made.pk, resolution="Checked by segment.", by=validator, at=AT
    )

    version = model_versions.promote(version_id=candidate.pk, by=validator, at=AT, note="Good.")

    assert version.stage == "champion"


def test_both_are_in_the_trail_with_their_words(comment, validator):
    made = comment()
    version_comments.resolve(comment_id=made.pk, resolution="Checked.", by=validator, at=AT)

    told = AuditEvent.objects.filter(type__startswith="model_comment").order_by("pk")
    assert [(event.type, event.details["words"]) for event in told] == [
        ("model_commented", "Why is purpose so strong?"),
        ("model_comment_resolved", "Checked."),
    ]


def test_a_trainer_does_not_resolve_what_is_said_against_their_model(
    champion, toy_bundle, validator
):
    own = factories.model_version(toy_bundle, contract=champion.contract, trained_by=validator)
    made = version_comments.add(version_id=own.pk, words="Hm.", by=validator, at=AT)

    with pytest.raises(version_comments.NotTheirs, match="other than the trainer"):
        version_comments.resolve(comment_id=made.pk, resolution="Fine.", by=validator, at=AT)


def test_a_developer_comments_and_does_not_resolve(comment, developer):
    made = comment(by=developer)

    with pytest.raises(NotAllowed, match="resolve a comment"):
        version_comments.resolve(comment_id=made.pk, resolution="Fine.", by=developer, at=AT)


def test_a_comment_is_resolved_once(comment, validator):
    made = comment()
    version_comments.resolve(comment_id=made.pk, resolution="Fine.", by=validator, at=AT)

    with pytest.raises(version_comments.ResolvedAlready, match="resolved already"):
        version_comments.resolve(comment_id=made.pk, resolution="Really.", by=validator, at=AT)


@pytest.mark.parametrize("words", ["", " \n "])
def test_neither_is_said_without_words(comment, validator, words):
    with pytest.raises(version_comments.WordsMissing, match="in a sentence"):
        comment(words=words)

    made = comment()
    with pytest.raises(version_comments.WordsMissing, match="in a sentence"):
        version_comments.resolve(comment_id=made.pk, resolution=words, by=validator, at=AT)


def test_what_was_said_stays(comment):
    made = comment()
    made.words = "Nothing."

    with pytest.raises(IntegrityError, match="a comment never changes"):
        made.save()


def test_a_resolution_has_words_and_a_name(comment, validator):
    made = comment()
    made.resolved_at, made.resolved_by = AT, validator

    with pytest.raises(IntegrityError, match="version_comment_resolved_with_words"):
        made.save()


def test_an_entrys_tier_is_one_of_three(write, developer):
    made = write()
    made.pk, made.tier = None, 7

    with pytest.raises(IntegrityError, match="inventory_entry_tier"):
        made.save(force_insert=True)


def test_open_comments_come_first(comment, candidate, validator):
    first, second = comment(), comment(words="And the ages?")
    version_comments.resolve(comment_id=second.pk, resolution="Seen.", by=validator, at=AT)

    assert [row.id for row in registry.comments_on(candidate.pk)] == [first.pk, second.pk]
    assert VersionComment.objects.count() == 2
