"""A first contract from a file: what it finds, what it keeps out, and that it can be used."""

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_up_loans import N, loans, parts

from scoring.contract import Contract, Kind
from scoring.drafting import DraftRefused, Wishes, draft
from scoring.drafting.names import label_of, protected_by, words_of
from scoring.drafting.writing_words import unique
from scoring.files.ingestion import ingest
from scoring.training.train import train

REAL = Path(__file__).parents[3] / "shared" / "data"


def test_a_draft_reads_as_a_contract_and_uses_every_row(drafted):
    file, found = drafted(loans())

    contract = Contract.parse(found.text.encode())
    read = ingest(file, contract=contract)

    assert (read.frame.height, read.rejected) == (N, 0)
    assert contract.columns.id == "LoanId"
    assert contract.columns.applied_on == "approved_on"
    assert contract.feature("amount").same_as == "requested.amount"
    assert contract.feature("monthly_income").kind is Kind.DECIMAL


def test_a_draft_that_needs_no_finishing_trains(drafted):
    owner = ["" if at % 7 == 0 else str(at % 3 // 2) for at in range(N)]
    file, found = drafted(loans(owner=owner, NAICS=[f"{11 + at % 20}{at}" for at in range(N)]))
    quick = found.text.replace("rounds = 300", "rounds = 20").replace("repeats = 5", "repeats = 1")
    contract = Contract.parse(quick.replace("folds = 5", "folds = 2").encode())

    trained = train(
        contract=contract,
        frame=ingest(file, contract=contract).frame,
        snapshot_sha256="x",
        progress=lambda *_: None,
    )

    assert trained.manifest["metrics"]["auc"]["mean"] > 0.6
    assert trained.manifest["out_of_time"] is not None


def test_what_must_not_be_a_feature_is_kept_out_with_its_evidence(drafted):
    _, found = drafted(loans())

    assert parts(found) | {"sex": "protected", "age": "protected"} == parts(found)
    assert parts(found)["charge_off_amount"] == "banned"
    assert parts(found)["constant"] == "left out"
    contract = Contract.parse(found.text.encode())
    assert {item.column for item in contract.banned} == {"sex", "age", "charge_off_amount"}
    assert {item.name for item in contract.assessable} == {"sex", "age_group"}
    assert "AUC alone" in found.text


def test_codes_for_missing_are_found_with_their_counts(drafted):
    file, found = drafted(loans())

    contract = Contract.parse(found.text.encode())

    assert contract.feature("years_employed").missing_codes == ("999",)
    assert contract.feature("years_employed").maximum < 100
    assert contract.feature("region_code").missing_codes == ("?",)
    assert ingest(file, contract=contract).seen.missing["years_employed"]["999"] > 400


def test_a_file_written_the_german_way_is_understood(drafted):
    frame = loans()
    written = frame.with_columns(
        monthly_income=pl.Series(
            [
                f"{value:,.2f}".translate(str.maketrans(",.", ".,")) + " EUR"
                for value in frame["monthly_income"]
            ]
        ),
        approved_on=pl.col("approved_on").str.to_date().dt.strftime("%d.%m.%Y"),
    )

    file, found = drafted(written, separator=";")

    assert 'delimiter = ";"' in found.text
    assert 'decimal_separator = ","' in found.text
    assert '"%d.%m.%Y"' in found.text
    assert 'number_signs = ["EUR"]' in found.text
    assert ingest(file, contract=Contract.parse(found.text.encode())).rejected == 0


def test_what_tells_too_much_alone_is_suspected(drafted):
    rng = np.random.default_rng(1)
    frame = loans()
    told = frame["bad"].to_numpy() * 2 + rng.normal(size=N)

    _, found = drafted(frame.with_columns(tells=pl.Series(told.round(3))))

    assert parts(found)["tells"] == "banned"
    assert any("tells is kept out: it predicts the outcome too well" in x for x in found.to_finish)


def test_rare_codes_are_gathered_and_never_shown(drafted):
    rng = np.random.default_rng(1)
    codes = rng.choice(["shop", "office", "farm"], N).astype(object)
    codes[:5] = [f"Smith {at}" for at in range(5)]

    file, found = drafted(loans().with_columns(trade=pl.Series(codes.tolist())))

    contract = Contract.parse(found.text.encode())
    assert [item.value for item in contract.feature("trade").categories if item.is_rest] == [
        "other"
    ]
    assert "Smith" not in found.text
    assert ingest(file, contract=contract).rejected == 0


def test_a_blank_outcome_is_indeterminate_and_a_lenders_decision_gets_its_own_word(drafted):
    frame = (
        loans()
        .rename({"bad": "denied"})
        .with_columns(denied=pl.when(pl.int_range(pl.len()) > 10).then("denied"))
    )

    _, found = drafted(frame, outcome="denied", bad=("1",))

    contract = Contract.parse(found.text.encode())
    assert contract.outcome.indeterminate == ("",)
    assert contract.outcome.word == "probability of being declined"


def test_the_same_file_gives_the_same_draft(drafted):
    assert drafted(loans())[1].text == drafted(loans())[1].text


def test_a_large_file_is_looked_at_evenly(drafted, monkeypatch):
    monkeypatch.setattr("scoring.drafting.drafts.MOST_ROWS", 1_000)

    _, found = drafted(loans())

    assert "750 of 3,000 rows, evenly spread" in found.text
    assert Contract.parse(found.text.encode()).slug == "new-product"


@pytest.mark.parametrize(
    ("change", "wishes", "says"),
    [
        ({}, {"outcome": "baad"}, "no column 'baad'; did you mean 'bad'"),
        ({"bad": [1] * N}, {}, "holds 1 value; it needs a good and a bad one"),
        ({}, {"bad": ("7",)}, "is never '7'; it is '0' "),
        ({}, {"outcome": "years_employed"}, "name the bad ones with --bad"),
    ],
)
def test_what_cannot_be_drafted_is_refused(drafted, change, wishes, says):
    with pytest.raises(DraftRefused, match=says):
        drafted(loans(**change), **wishes)


def test_a_file_of_nothing_but_ids_has_no_feature(drafted):
    with pytest.raises(DraftRefused, match="no column is left"):
        drafted(loans().select("LoanId", "bad"))


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("AGE", "age"),
        ("average_balance", None),
        ("personal_status_sex", "sex"),
        ("maritalStatus", "marital_status"),
        ("foreign_worker", "nationality"),
        ("hispan", "race"),
        ("PAY_AMT1", None),
        ("package", None),
        ("date_of_birth", "age"),
    ],
)
def test_names_suggest_protected_attributes(name, attribute):
    assert protected_by(name) == attribute


def test_names_are_cut_into_words():
    assert words_of("MIS_Status") == ["mis", "status"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("PAY_0", "Pay 0"),
        ("BILL_AMT12", "Bill amt 12"),
        ("SBA_Appv", "Sba appv"),
        ("inq_last_6mths", "Inq last 6mths"),
        ("Größe", "Größe"),
        ("%", "%"),
    ],
)
def test_labels_keep_the_numbers_of_a_name(name, label):
    assert label_of(name) == label


@pytest.mark.parametrize("name", ["product", "reference", "pd"])
def test_no_feature_has_the_name_of_another_column_of_an_application(name):
    assert unique(name, set()) == f"{name}_2"


def test_no_two_features_have_one_label_or_one_text(drafted):
    months = {name: loans()["amount"] for name in ("PAY_1", "PAY_2", "Pay2", "pay 2", "BILL_AMT1")}

    _, found = drafted(loans(**months))

    features = Contract.parse(found.text.encode()).features
    assert len({feature.label for feature in features}) == len(features)
    assert len({feature.adverse_text for feature in features}) == len(features)


TRAPS = [
    ("german_credit.csv", "bad", (), {"protected": ["age", "personal_status_sex"]}),
    ("taiwan_default.csv", "bad", (), {"protected": ["SEX", "AGE", "MARRIAGE"], "id": ["ID"]}),
    (
        "loanapp.csv",
        "approve",
        ("0",),
        {
            "protected": ["black", "hispan", "male", "married"],
            "banned": ["action", "reject", "typur", "gdlin"],
        },
    ),
    ("lending_club.csv", "Class", ("bad",), {"banned": ["sub_grade", "int_rate"]}),
    (
        "sba_national.parquet",
        "bad",
        (),
        {
            "banned": [
                *("Term", "ChgOffPrinGr", "BalanceGross", "MIS_Status", "Zip"),
                *("DisbursementDate", "DisbursementGross", "ApprovalFY"),
            ],
            "outcome_known_on": ["ChgOffDate"],
            "applied_on": ["ApprovalDate"],
            "id": ["LoanNr_ChkDgt"],
        },
    ),
]


REAL_FILES = {name: (outcome, bad) for name, outcome, bad, _ in TRAPS}
THINNED = 20  # of the largest file every so many rows: a draft of all takes half a minute


@pytest.fixture(scope="module")
def real_draft(tmp_path_factory):
    """Draft a contract for a real file, once; gives the file that was read, and the draft."""

    @cache
    def of(name):
        file = REAL / name
        if not file.exists():
            pytest.skip(f"{name} is not here")
        if file.suffix == ".parquet":
            thinned = tmp_path_factory.mktemp("thinned") / name
            pl.read_parquet(file).gather_every(THINNED).write_parquet(thinned)
            file = thinned
        outcome, bad = REAL_FILES[name]
        return file, draft(file, wishes=Wishes(outcome=outcome, bad=bad))

    return of


@pytest.mark.long
@pytest.mark.parametrize(("name", "expected"), [(t[0], t[3]) for t in TRAPS])
def test_the_traps_of_real_data_are_found(name, expected, real_draft):
    _, found = real_draft(name)

    contract = Contract.parse(found.text.encode())
    assert len({feature.label for feature in contract.features}) == len(contract.features)
    for part, columns in expected.items():
        assert {column: parts(found)[column] for column in columns} == dict.fromkeys(columns, part)


@pytest.mark.long
@pytest.mark.parametrize("name", REAL_FILES)
def test_a_draft_of_real_data_reads_nearly_every_row_as_it_is(name, real_draft):
    file, found = real_draft(name)

    read = ingest(file, contract=Contract.parse(found.text.encode()))

    assert read.rejected <= 0.0001 * read.frame.height


@pytest.mark.long
def test_the_years_and_the_codes_of_small_firms_are_found(real_draft):
    _, found = real_draft("sba_national.parquet")

    contract = Contract.parse(found.text.encode())
    assert '# applied_from = "1989-01-01"' in found.text
    assert '# applied_until = "2009-12-31"' in found.text
    assert contract.feature("naics").first_characters == 2
    assert contract.feature("franchise_code").kind is Kind.CATEGORY
    assert [item.source for item in contract.feature("new_exist").categories[:2]] == [
        ("1", "1.0"),
        ("2", "2.0"),
    ]
