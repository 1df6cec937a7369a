import polars as pl
import pytest
import toy_release

from scoring.contract import Contract
from scoring.files.data_quality import report_of
from scoring.files.ingestion import ingest


@pytest.fixture(scope="module")
def frame():
    return pl.read_csv(toy_release.LOANS_FILE, infer_schema=False)


@pytest.fixture
def report(contract, tmp_path):
    """Report on a file of loans."""

    def of(frame, *, contract=contract, previous=None):
        file = tmp_path / "loans.csv"
        frame.write_csv(file)
        return report_of(ingest(file, contract=contract), contract=contract, previous=previous)

    return of


def test_every_row_is_accounted_for(report, frame):
    wrong = frame.with_columns(
        pl.when(pl.int_range(pl.len()) < 7).then(pl.lit("x")).otherwise("job").alias("job")
    )

    said = report(wrong)

    assert said["rows"]["in_file"] == 1_000
    assert (said["rows"]["used"], said["rows"]["rejected"]) == (993, 7)
    assert said["rejected_by_column"] == {"job": 7}


def test_a_feature_is_told_by_bins_with_its_bads(report, frame):
    amount = report(frame)["features"]["amount"]

    assert sum(amount["rows_by_bin"]) == 1_000
    assert sum(amount["bads_by_bin"]) == 300
    assert amount["quantiles"]["0.5"] == 2319.5
    assert "minimum" not in amount  # the extremes are single people's


def test_missing_values_are_told_by_their_code(report, frame, contract_text):
    text = contract_text.replace(
        'code = "HOU01"', 'code = "HOU01"\nmay_be_missing = true\nmissing_text = "Not said"'
    ).replace("[ingestion]", '[ingestion]\nmissing_codes = ["A153"]')

    housing = report(frame, contract=Contract.parse(text.encode()))["features"]["housing"]

    assert housing["missing_by_code"] == {"A153": 108}
    assert (housing["missing"], housing["rows_by_bin"][-1]) == (108, 108)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (pl.lit("1").alias("people_liable"), "People to provide for: holds one value only"),
        (
            pl.when(pl.int_range(pl.len()) > 994)
            .then(pl.lit("2"))
            .otherwise(pl.lit("1"))
            .alias("people_liable"),
            "People to provide for: holds the same in",
        ),
        (
            pl.when(pl.col("bad") == "1")
            .then(pl.lit("4"))
            .otherwise(pl.lit("1"))
            .alias("installment_rate"),
            "income: tells good from bad very well",
        ),
        (
            pl.col("housing").replace("A153", "A151"),
            "Housing: never is free",
        ),
        (pl.col("job").replace("A171", "A172"), "Occupation: never is unskilled_non_resident"),
    ],
)
def test_what_looks_odd_is_said_in_words(report, frame, change, says):
    assert any(says in warning for warning in report(frame.with_columns(change))["warnings"])


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ("0", "Only 0 bad loans: training needs at least 100."),
        ("1", "Only 0 good loans: training needs at least 100."),
    ],
)
def test_too_few_of_one_outcome_to_train_are_told_at_once(report, frame, outcome, says):
    only = frame.filter(pl.col("bad") == outcome)

    assert says in report(only)["warnings"]


def test_few_bads_make_figures_uncertain(report, frame, contract_text):
    text = contract_text.replace("minimum_bads = 100", "minimum_bads = 20")
    few = pl.concat([frame.filter(pl.col("bad") == "0"), frame.filter(pl.col("bad") == "1")[:50]])

    said = report(few, contract=Contract.parse(text.encode()))["warnings"]

    assert "Only 50 bad loans: every figure by feature is uncertain." in said


def test_rows_that_are_alike_are_counted(report, frame):
    said = report(pl.concat([frame, frame.head(10)]))

    assert said["rows"]["alike"] == 10
    assert any("10 rows are the same as another" in warning for warning in said["warnings"])
    one = report(pl.concat([frame, frame.head(1)]))["warnings"]
    assert any(warning.startswith("1 row is the same as another") for warning in one)


def test_nothing_protected_is_reported(report, frame):
    said = str(report(frame))

    assert "personal_status_sex" not in said
    assert "age" not in said.replace("management", "").split("'")


@pytest.mark.parametrize(("rows", "told"), [(300, {"age_group": 300}), (4, {})])
def test_rows_in_no_protected_group_are_told_unless_they_are_few(report, frame, rows, told):
    unsaid = pl.when(pl.int_range(pl.len()) < rows).then(pl.lit("unknown")).otherwise("age")

    said = report(frame.with_columns(unsaid.alias("age")))

    assert said["in_no_group"] == told
    warned = [each for each in said["warnings"] if "in no group of the contract" in each]
    assert [each.partition(" rows")[0] for each in warned] == [
        f"Age: {n} of 1,000" for n in told.values()
    ]


def test_drift_is_counted_in_the_bins_of_before(report, frame):
    before = report(frame)
    doubled = frame.with_columns((pl.col("amount").cast(pl.Int64) * 2).cast(pl.String))

    said = report(doubled.filter(pl.col("amount").cast(pl.Int64) <= 20_000), previous=before)

    assert said["features"]["amount"]["edges"] == before["features"]["amount"]["edges"]
    assert said["drift"]["amount"]["verdict"] == "large change"
    assert said["drift"]["housing"]["verdict"] == "stable"


def test_another_contract_leaves_nothing_to_compare(report, frame, contract_text):
    before = report(frame)
    other = contract_text.replace('value = "free"', 'value = "for_nothing"')

    said = report(frame, contract=Contract.parse(other.encode()), previous=before)

    assert "housing" not in said["drift"]
    assert "amount" in said["drift"]
