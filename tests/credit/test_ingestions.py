"""Bringing in files of past loans: once, whole, with what was wrong and what the data is like."""

import csv
import json

import factories
import pytest
from django.core.management import CommandError, call_command

from credit.actions import ingestions
from credit.models import Ingestion, Product
from credit.store import get

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
HEADER, *ROWS = factories.LOANS.read_text().splitlines()


@pytest.fixture
def developer():
    return factories.user("model_developer", username="dana")


@pytest.fixture
def file_with(tmp_path):
    """Write the shipped loans, the first so many with a term that is no number."""

    def write(wrong, *, rows=ROWS, name="loans.csv"):
        file = tmp_path / name
        broken = [row.split(",") for row in rows[:wrong]]
        lines = [",".join([row[0], "soon", *row[2:]]) for row in broken]
        file.write_text("\n".join([HEADER, *lines, *rows[wrong:]]) + "\n")
        return file

    return write


def ingest(file, *more):
    call_command("ingest", factories.LOANS.with_name("contract.toml"), file, "--by", "dana", *more)


def test_an_ingestion_keeps_counts_rejects_and_a_report(developer, file_with, own_store, capsys):
    ingest(file_with(3))

    kept = Ingestion.objects.get()
    said = capsys.readouterr()
    assert (kept.rows, kept.rejected, kept.quality["rows"]["used"]) == (997, 3, 997)
    assert get(kept.rejects_sha256, ingestions.CSV).decode().splitlines()[1] == (
        "1,duration,duration_months,'soon' is no whole number"
    )
    assert said.out == "Ingested: 997 of 1,000 rows can be used.\n"
    assert "loans.csv, row 1, column duration: 'soon' is no whole number" in said.err
    (written,) = (own_store / "rejects").glob("loans-*.csv")
    assert len(list(csv.reader(written.read_text().splitlines()))) == 4


def test_a_row_of_another_length_has_no_column_to_name(developer, file_with, own_store, capsys):
    def shortened(count):
        return file_with(0, rows=ROWS[:-count] + [row.rpartition(",")[0] for row in ROWS[-count:]])

    ingest(shortened(3))
    assert "loans.csv, row 998: has 20 cells" in capsys.readouterr().err
    with pytest.raises(CommandError, match="first: row 901, has 20 cells"):
        ingest(shortened(100))


def test_a_file_that_is_refused_leaves_its_rejects_and_nothing_else(
    developer, file_with, own_store, tmp_path, capsys
):
    rejects = tmp_path / "own" / "rejects.csv"

    with pytest.raises(CommandError, match="900 of 1,000 rows are not right"):
        ingest(file_with(900), "--rejects", rejects)

    assert not Ingestion.objects.exists()
    assert len(rejects.read_text().splitlines()) == 901
    assert "own/rejects.csv" in capsys.readouterr().err


def test_the_same_file_is_read_once(developer, file_with, own_store, monkeypatch):
    ingest(file_with(0))
    monkeypatch.setattr(ingestions.ingestion, "ingest", None)

    ingest(file_with(0))

    assert Ingestion.objects.count() == 1


def test_an_earlier_file_is_brought_in_anew_where_another_one_has_followed(
    developer, file_with, own_store
):
    right, wrong = file_with(0), file_with(3, name="wrong.csv")
    ingest(right)
    ingest(wrong)

    ingest(right)

    newest = ingestions.newest(Product.objects.get())
    assert (Ingestion.objects.count(), newest.file_name, newest.rows) == (3, "loans.csv", 1_000)


def test_the_next_file_is_compared_with_the_one_before(
    developer, file_with, own_store, tmp_path, capsys
):
    ingest(file_with(0))
    older = [row for row in ROWS if int(row.split(",")[1]) > 18]
    quality = tmp_path / "quality.json"

    ingest(file_with(0, rows=older, name="next.csv"), "--quality", quality)

    drift = json.loads(quality.read_text())["drift"]
    assert drift["duration_months"]["verdict"] == "large change"
    assert drift["duration_months"]["n_before"] == 1_000
    assert drift["dependants"]["verdict"] == "stable"
    assert "Term of the loan: large change since the ingestion before" in capsys.readouterr().err


def test_only_a_developer_brings_in_loans(file_with, own_store):
    factories.user("officer", username="dana")

    with pytest.raises(CommandError, match="Only a model developer may bring in past loans"):
        ingest(file_with(0))


def test_a_program_reads_the_report(developer, file_with, own_store, capsys):
    ingest(file_with(1), "--json")

    said = capsys.readouterr()
    assert json.loads(said.out)["quality"]["rows"]["rejected"] == 1
    assert said.err == ""
