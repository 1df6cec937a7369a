import json
from datetime import timedelta

import factories
import pytest
from page_words import words_of

from credit.models import ContractVersion, Ingestion, Role

HEADER, *ROWS = factories.LOANS.read_text().splitlines()
DURATION = HEADER.split(",").index("duration")


@pytest.fixture
def contract(db):
    return factories.contract_version()


@pytest.fixture
def first(contract):
    return factories.ingestion(contract)


@pytest.fixture
def brought_in(contract, tmp_path):
    """Bring in the shipped loans, changed."""

    def make(change, *, name="again.csv"):
        rows = [change(number, row.split(",")) for number, row in enumerate(ROWS)]
        file = tmp_path / name
        file.write_text("\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n")
        return factories.ingestion(contract, path=file, at=factories.AT)

    return make


@pytest.fixture
def page_of(as_validator):
    return lambda ingestion: words_of(as_validator.get(f"/console/data/{ingestion.pk}/"))


def with_duration(value):
    return lambda number, row: [*row[:DURATION], value(number), *row[DURATION + 1 :]]


longer = with_duration(lambda number: str(60 + number % 20))
seven_wrong = with_duration(lambda number: "soon" if number < 7 else "12")


def like(ingestion, **changes):
    """Put a row beside one that cannot be changed."""
    kept = {
        "file_name": "old.csv",
        "file_sha256": "4" * 64,
        "rows": 20,
        "bads": 3,
        "ingested_at": factories.AT,
    }
    same = ("product", "contract", "rows_sha256", "ingested_by", "quality")
    kept |= {name: getattr(ingestion, name) for name in same}
    return Ingestion.objects.create(**kept | changes)


def test_each_file_is_listed_with_what_became_of_its_rows(as_validator, first, brought_in):
    brought_in(seven_wrong)

    page = words_of(as_validator.get("/console/data/"))

    assert page.index("again.csv") < page.index("loans.csv")
    assert "993 (298) 7 0 0" in page
    assert "1,000 (300) 0 0 0" in page
    assert first.file_sha256[:12] in page
    assert first.ingested_by.username in page


def test_the_file_that_is_learned_from_is_marked(as_validator, first, brought_in):
    brought_in(seven_wrong)
    learned_from = "the next training learns from it"

    before = words_of(as_validator.get("/console/data/"))
    factories.ingestion(first.contract, at=factories.AT + timedelta(days=1))
    after = words_of(as_validator.get("/console/data/"))

    assert (before.count(learned_from), after.count(learned_from)) == (1, 1)
    assert f"again.csv {learned_from}" in before
    assert f"loans.csv {learned_from}" in after


def test_without_a_product_or_a_file_the_page_says_so(as_validator):
    assert "No file yet" in words_of(as_validator.get("/console/data/"))


def test_an_unknown_product_has_no_files(as_validator, contract):
    assert as_validator.get("/console/data/", {"product": "no-such"}).status_code == 404


def test_the_report_gives_counts_ranges_and_categories(first, page_of):
    page = page_of(first)

    assert "1,000 in the file" in page
    assert "Used 1,000 of them 300 bad" in page
    assert "Duplicates 0" in page
    assert "2,319.5" in page  # the median amount
    assert ": 394 (46)" in page  # of the checking account's values
    assert "No row was rejected." in page


def test_quantiles_ascend_and_features_are_in_the_order_of_the_contract(first, page_of):
    page = page_of(first)

    assert "425.8 709 1,365.5 2,319.5 3,972.2 9,162.7 14,180.4" in page
    labels = [each.label for each in factories.CONTRACT.features if each.kind.is_numeric]
    numbers = page[page.index("Numbers Features") :]
    assert sorted(labels, key=numbers.index) == labels


def test_warnings_are_in_words(first, page_of):
    page = page_of(first)

    for words in first.quality["warnings"]:
        assert words in page


def test_the_first_file_is_compared_with_nothing(first, page_of):
    assert "This is the first file of the product" in page_of(first)


def test_what_moved_most_comes_first(first, brought_in, page_of):
    page = page_of(brought_in(longer))

    drift = page[page.index("Against the ingestion before") :]
    term = factories.CONTRACT.feature("duration_months").label
    assert "loans.csv" in drift
    assert drift.index(term) < drift.index("Large change") < drift.index("Stable")


def test_a_contract_that_changed_in_between_is_not_compared(first, brought_in, page_of):
    after = like(first, quality=brought_in(longer).quality | {"drift": {}})

    assert "the contract has changed between them" in page_of(after)


def test_rejected_rows_are_counted_by_column(contract, brought_in, page_of):
    assert "duration 7" in page_of(brought_in(seven_wrong))


def test_a_file_without_a_report_shows_its_counts(as_validator, first, page_of):
    old = like(first, quality={})

    page = page_of(old)

    assert "Only its counts are known." in page
    assert "Used 20 of them 3 bad" in page
    assert "Download the report" not in page
    assert as_validator.get(f"/console/data/{old.pk}/report.json").status_code == 404


def test_the_report_is_downloaded_as_it_is_kept(as_validator, first):
    answer = as_validator.get(f"/console/data/{first.pk}/report.json")

    assert answer.headers["Content-Type"] == "application/json"
    assert "consumer-loan-ingestion-" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content) == first.quality


def test_what_the_file_calls_itself_is_only_text(brought_in, as_validator):
    made = brought_in(longer, name="<b>a\u202eb.csv")

    for address in ("/console/data/", f"/console/data/{made.pk}/"):
        page = as_validator.get(address).content.decode()
        assert "&lt;b&gt;a⟨U+202E⟩b.csv" in page
        assert "<b>a" not in page


@pytest.mark.parametrize("address", ["/console/data/999999/", "/console/data/999999/report.json"])
def test_an_unknown_file_is_404(address, as_validator):
    assert as_validator.get(address).status_code == 404


def test_no_protected_attribute_is_in_a_report(as_validator, first):
    text = as_validator.get(f"/console/data/{first.pk}/report.json").content.decode()

    for attribute in ContractVersion.objects.get().read().protected:
        assert attribute.name not in json.loads(text)["features"]


def test_the_model_leads_to_what_it_learned_from(as_validator, champion):
    page = as_validator.get(f"/console/models/{champion.pk}/").content.decode()

    assert f'href="/console/data/{champion.snapshot.ingestion_id}/"' in page


def test_one_page_is_current_in_the_navigation(signed_in, champion):
    page = signed_in(Role.MODEL_DEVELOPER).get("/console/data/").content.decode()

    assert page.count('aria-current="page"') == 1
    assert 'href="/console/data/" aria-current="page"' in page
