"""The model inventory and comments on versions, in the console."""

from datetime import timedelta

import factories
import pytest
from django.utils import timezone
from page_words import words_of

from credit.actions import inventory
from credit.models import InventoryEntry, VersionComment

ADDRESS = "/console/consumer-loan/inventory/"
ENTRY = {
    "tier": "1",
    "intended_use": "Consumer loans.",
    "limits": "Not for refinancing.",
    "review_on": "2031-11-22",
}


@pytest.fixture
def candidate(champion, toy_bundle):
    return factories.model_version(toy_bundle, contract=champion.contract)


def read(client, address="/console/"):
    return words_of(client.get(address))


def test_an_entry_is_written_and_shown(as_validator, champion, developer):
    assert "Nobody wrote yet who owns this model" in read(as_validator)

    said = {**ENTRY, "owner": developer.username}
    page = words_of(as_validator.post(ADDRESS, said, follow=True))

    assert "The inventory is written anew." in page
    assert "Not for refinancing." in page
    assert "22 November 2031" in read(as_validator)


@pytest.mark.parametrize(
    ("address", "said"),
    [("/console/", "The review is overdue since {day}."), (ADDRESS, "Its review is overdue.")],
    ids=["console", "inventory"],
)
def test_a_review_that_is_overdue_is_seen_until_the_entry_is_written_anew(
    as_validator, champion, developer, address, said
):
    entry = {
        "product_id": champion.product_id,
        "owner": developer.username,
        "by": developer,
        "tier": 1,
        "intended_use": "Consumer loans.",
        "limits": "Not for refinancing.",
    }
    now = timezone.now()
    due = now.date() - timedelta(days=1)
    inventory.write(**entry, review_on=due, at=now - timedelta(days=30))

    assert said.format(day=f"{due.day} {due:%B %Y}") in read(as_validator, address)

    inventory.write(**entry, review_on=now.date() + timedelta(days=1), at=now)
    assert "overdue" not in read(as_validator, address)


def test_what_is_wrong_is_told_and_what_was_typed_stays(as_validator, champion):
    answer = as_validator.post(ADDRESS, {**ENTRY, "owner": "nobody"})

    assert answer.status_code == 422
    assert "is no model developer or validator who could own it" in words_of(answer)
    assert "Not for refinancing." in answer.content.decode()
    assert not InventoryEntry.objects.exists()


def test_an_auditor_reads_and_does_not_write(as_auditor, champion):
    page = read(as_auditor, ADDRESS)

    assert "Nobody wrote anything yet." in page
    assert "Write it anew" not in page


def test_a_comment_stands_on_the_versions_page_until_it_is_resolved(as_validator, candidate):
    address = f"/console/models/{candidate.pk}/"
    as_validator.post(f"{address}comments/", {"words": "Why is purpose so strong?"})

    page = read(as_validator, address)
    assert "Why is purpose so strong?" in page
    assert "Not resolved: the version cannot be promoted." in page
    assert "comments that nobody resolved: 1" in page

    said = {"words": "Checked by segment.", "resolves": VersionComment.objects.get().pk}
    as_validator.post(f"{address}comments/", said)

    page = read(as_validator, address)
    assert "Checked by segment." in page
    assert "Promote to champion" in page


def test_a_comment_without_words_is_refused(as_validator, candidate):
    address = f"/console/models/{candidate.pk}/comments/"

    page = words_of(as_validator.post(address, {"words": ""}, follow=True))

    assert "Say it in a sentence." in page
    assert not VersionComment.objects.exists()


def test_a_comment_on_no_version_is_404(as_validator, champion):
    assert as_validator.post("/console/models/999/comments/", {"words": "Hm."}).status_code == 404
