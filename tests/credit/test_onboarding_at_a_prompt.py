"""From a contract and a file to a live product, and what is said where it does not come so far."""

import io
import re
from datetime import UTC, datetime

import factories
import pytest
from at_a_prompt import run
from django.core.management import CommandError, call_command

from credit.actions import model_versions, training
from credit.models import Ingestion, ModelVersion, TrainingRun


@pytest.fixture
def contract_file(tmp_path):
    file = tmp_path / "contract.toml"
    file.write_bytes(factories.SMALL)
    return file


def onboard(contract, data=factories.LOANS, *more, by="dana", approved_by="vera"):
    return run("onboard", contract, data, "--by", by, "--approved-by", approved_by, *more)


def test_a_contract_and_a_file_become_a_live_product(people, contract_file):
    out, err = onboard(contract_file)

    assert out == "consumer-loan/1 is live.\n"
    assert "1,000 past loans, 300 of them bad" in err
    version = ModelVersion.objects.get()
    assert (version.stage, version.trained_by.username) == ("champion", "dana")
    assert version.promoted_by.username == "vera"
    answer = factories.decide(at=datetime.now(UTC)).answer
    assert answer["model"]["route"] == "champion"

    again, _ = onboard(contract_file)
    assert again == "consumer-loan/1 is live already.\n"
    assert ModelVersion.objects.count() == 1
    assert run("replay", "--all")[0].startswith("1 of 1 decisions are identical; 0 notices ")


def test_onboarding_as_of_a_day_dates_all_of_it_then(people, contract_file):
    onboard(contract_file, factories.LOANS, "--as-of", "2025-09-20")

    then = datetime(2025, 9, 20, tzinfo=UTC)
    version = ModelVersion.objects.select_related("product", "snapshot__ingestion").get()
    run = TrainingRun.objects.get()
    read = version.snapshot.ingestion
    dated = (version.product.created_at, version.contract.registered_at, read.ingested_at)
    assert {*dated, run.requested_at, run.finished_at, version.trained_at} == {then}
    assert version.promoted_at == version.product.policies.get().in_force_from == then


def test_onboarding_goes_on_where_it_was_stopped(people, contract_file, monkeypatch):
    def killed(**_asked):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(training, "train", killed)
        with pytest.raises(KeyboardInterrupt):
            onboard(contract_file)
    assert TrainingRun.objects.get().state == "running"
    with monkeypatch.context() as broken:
        broken.setattr(model_versions, "promote", killed)
        with pytest.raises(KeyboardInterrupt):
            onboard(contract_file)

    out, _ = onboard(contract_file)

    assert out == "consumer-loan/1 is live.\n"
    assert (ModelVersion.objects.count(), Ingestion.objects.count()) == (1, 1)


def test_lines_of_a_draft_that_nobody_finished_are_told(people, tmp_path):
    draft, err = tmp_path / "draft.toml", io.StringIO()
    run("draft_contract", factories.LOANS, "--outcome", "bad", "--out", draft)
    call = ["onboard", str(draft), str(tmp_path / "gone.csv")]

    with pytest.raises(CommandError, match="No such file"):
        call_command(*call, "--by", "dana", "--approved-by", "vera", stderr=err)
    said = err.getvalue()
    lines = [int(each) for each in re.findall(r"\d+", said[said.index("(") : said.index(" ...")])]

    assert "lines still say FINISH (" in said
    written = draft.read_text().splitlines()
    assert all("FINISH" in written[number - 1] for number in lines)
    assert 2 not in lines  # the draft's own word on what it means


def test_the_model_is_of_the_file_that_is_named(people, contract_file, tmp_path):
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("\n".join(factories.LOANS.read_text().splitlines()[:-1]))
    for file in (factories.LOANS, fewer):
        run("ingest", contract_file, file, "--by", "dana")

    out, _ = onboard(contract_file)

    snapshot = ModelVersion.objects.get().snapshot
    assert (out, snapshot.ingestion.file_name) == ("consumer-loan/1 is live.\n", "loans.csv")
    assert snapshot.rows == 1_000


def test_a_file_of_an_earlier_day_than_the_newest_is_refused(people, contract_file, tmp_path):
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("\n".join(factories.LOANS.read_text().splitlines()[:-1]))
    run("ingest", contract_file, fewer, "--by", "dana")

    with pytest.raises(CommandError, match=r"not what Consumer loan learns from: fewer\.csv was"):
        onboard(contract_file, factories.LOANS, "--as-of", "2025-09-20")

    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ({"by": "nobody"}, "There is no user nobody. There is: .*dana, .*vera"),
        ({"approved_by": "nobody"}, "There is no user nobody."),
        ({"by": "vera"}, "Only a model developer may onboard a product; vera is none."),
        ({"approved_by": "olga"}, "Only a model validator may approve a product's onboarding"),
        ({"approved_by": "dana"}, "Only a model validator may approve a product's onboarding"),
    ],
)
def test_onboarding_takes_two_people_with_the_right_roles(people, contract_file, who, says):
    with pytest.raises(CommandError, match=says):
        onboard(contract_file, **who)

    assert not TrainingRun.objects.exists()


def test_a_wrong_contract_is_named_with_its_places(people, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_bytes(factories.SMALL.replace(b'currency = "DEM"', b"currency = 7"))

    with pytest.raises(CommandError, match=r"mine\.toml: line \d+, currency"):
        onboard(file)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda text: text.replace("duration", "length", 1), "loans.csv lacks the columns"),
        (lambda text: text.splitlines()[0], "loans.csv holds no rows"),
        (lambda text: text.replace("A11", "A99"), r"row 1, column status"),
    ],
)
def test_wrong_loans_are_named_with_their_places(people, contract_file, tmp_path, broken, says):
    file = tmp_path / "loans.csv"
    file.write_text(broken(factories.LOANS.read_text()))

    with pytest.raises(CommandError, match=says):
        onboard(contract_file, file)


def test_a_few_wrong_rows_are_named_and_left_out(people, contract_file, tmp_path):
    header, first, *rest = factories.LOANS.read_text().splitlines()
    file = tmp_path / "loans.csv"
    file.write_text("\n".join([header, first.replace("A11", "A99"), *rest]))

    _, err = onboard(contract_file, file)

    assert "loans.csv, row 1, column status: 'A99'" in err
    assert Ingestion.objects.get().rows == 999


def test_a_file_that_is_not_there_is_named(people, contract_file, tmp_path):
    with pytest.raises(CommandError, match=r"gone\.csv: No such file"):
        onboard(contract_file, tmp_path / "gone.csv")
    with pytest.raises(CommandError, match=r"gone\.toml: No such file"):
        onboard(tmp_path / "gone.toml")


def test_too_few_loans_are_told_in_a_sentence(people, contract_file, tmp_path):
    file = tmp_path / "few.csv"
    file.write_text("\n".join(factories.LOANS.read_text().splitlines()[:50]))

    with pytest.raises(CommandError, match="needs at least 100 of each to train"):
        onboard(contract_file, file)
