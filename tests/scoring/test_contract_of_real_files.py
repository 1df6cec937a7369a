"""What a contract may say of the file that brings past loans, and of training on it."""

from datetime import date

import pytest

from scoring.contract import CategoryEncoding, Contract, ContractRefused, Direction, Relation

INGESTION = "[ingestion]\nmax_rejected_share = 0.05"
CHECK = """
[[ingestion.checks]]
name = "paid_after_approval"
left = "paid_on"
relation = "at_least"
right = "approved_on"
text = "was paid out before it was approved"
"""


@pytest.fixture(scope="module")
def read_changed(contract_text):
    """Read the shipped contract with one text in it replaced, where it first stands."""

    def read(old, new):
        assert old in contract_text
        return Contract.parse(contract_text.replace(old, new, 1).encode())

    return read


def test_a_contract_need_not_say_how_its_file_is_written(contract):
    rules = contract.ingestion

    assert (rules.encoding, rules.delimiter) == (None, None)
    assert (rules.decimal_separator, rules.thousands_separator) == (".", None)
    assert contract.columns.date_formats == ("%Y-%m-%d",)


def test_a_contract_says_how_its_file_is_written(read_changed):
    contract = read_changed(
        INGESTION,
        'date_format = ["%d.%m.%Y", "%Y-%m-%d"]\napplied_on = "day"\n'
        + INGESTION
        + '\nencoding = "cp1252"\ndelimiter = "\\t"\ndecimal_separator = ","\n'
        'thousands_separator = "."\nnumber_signs = ["EUR"]\nmissing_codes = ["?", "-1"]\n'
        'applied_from = 1988-10-01\napplied_until = "2010-09-30"\n' + CHECK,
    )

    rules = contract.ingestion
    assert contract.columns.date_formats == ("%d.%m.%Y", "%Y-%m-%d")
    assert (rules.encoding, rules.delimiter) == ("cp1252", "\t")
    assert (rules.decimal_separator, rules.thousands_separator) == (",", ".")
    assert (rules.number_signs, rules.missing_codes) == (("EUR",), ("?", "-1"))
    assert (rules.applied_from, rules.applied_until) == (date(1988, 10, 1), date(2010, 9, 30))
    assert (rules.checks[0].relation, rules.checks[0].right) == (Relation.AT_LEAST, "approved_on")


def test_an_ordinal_category_may_have_a_direction(read_changed):
    contract = read_changed(
        'source = "status"',
        'source = "status"\nencoding = "ordinal"\ndirection = "down"\nchanges = "up"',
    )

    feature = contract.features[0]
    assert feature.is_ordinal
    assert (feature.encoding, feature.direction) == (CategoryEncoding.ORDINAL, Direction.DOWN)


def test_one_category_may_take_the_rest(read_changed):
    contract = read_changed('source = ["A410"]', 'source = ["*"]')

    purpose = contract.feature("purpose")
    assert [category.value for category in purpose.categories if category.is_rest] == ["other"]


def test_training_says_how_it_searches_and_how_sure_it_is(read_changed):
    contract = read_changed(
        "minimum_bads = 100",
        "minimum_bads = 100\nearly_stopping_rounds = 20\nsearch_trials = 8\nsearch_minutes = 2\n"
        "out_of_time_share = 0.3\nbootstrap_models = 0",
    )

    training = contract.training
    assert (training.early_stopping_rounds, training.search_trials) == (20, 8)
    assert (training.search_minutes, training.out_of_time_share) == (2.0, 0.3)
    assert training.bootstrap_models == 0


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        (INGESTION, INGESTION + '\nencoding = "utf-99"', "ingestion.encoding", "no encoding"),
        (INGESTION, INGESTION + '\nencoding = "rot13"', "ingestion.encoding", "no encoding"),
        (INGESTION, INGESTION + '\ndelimiter = "\\n"', "ingestion.delimiter", "a quote or the end"),
        (INGESTION, INGESTION + "\ndelimiter = '\"'", "ingestion.delimiter", "a quote or the end"),
        (INGESTION, INGESTION + '\ndelimiter = "||"', "ingestion.delimiter", "single character"),
        (INGESTION, INGESTION + '\ndecimal_separator = ";"', "decimal_separator", 'be "." or ","'),
        (INGESTION, INGESTION + '\nthousands_separator = "."', "thousands", "not be the decimal"),
        (INGESTION, INGESTION + '\nthousands_separator = "1"', "thousands", "not a letter"),
        (INGESTION, INGESTION + '\nnumber_signs = ["-"]', "number_signs", "part of a number"),
        (INGESTION, INGESTION + "\napplied_from = 2010-01-01", "ingestion", "need columns.applied"),
        (INGESTION, INGESTION + '\napplied_from = "soon"', "applied_from", "a date such as"),
        (
            INGESTION,
            'applied_on = "d"\n' + INGESTION + "\napplied_from = 2011-01-01\n"
            "applied_until = 2010-01-01",
            "ingestion.applied_from",
            "not be after",
        ),
        (INGESTION, INGESTION + CHECK + 'value = "1"', r"checks\[1\]", "either right"),
        (INGESTION, INGESTION + CHECK + CHECK, r"checks\[2\].name", "is also"),
        (INGESTION, INGESTION + CHECK.replace("at_least", ">="), "relation", "one of: at_least"),
        ('good = ["0"]', 'good = ["0"]\nindeterminate = ["1"]', "indeterminate", "also listed"),
        (
            "[columns]  # no column",
            "[columns]\ndate_format = []  # no column",
            "columns.date_format",
            "is empty",
        ),
        ('code = "DUR01"', 'code = "DUR01"\nencoding = "ordinal"', r"s\[2\]", "to a category"),
        ('code = "DUR01"', 'code = "DUR01"\nfirst_characters = 2', r"s\[2\]", "to a category"),
        ('code = "TEL01"', 'code = "TEL01"\nencoding = "ordinal"', r"17\].enc", "number already"),
        ('source = ["A192"]', 'source = ["*"]', r"17\].categories", "not to a boolean"),
        ('code = "PUR01"', 'code = "PUR01"\ndirection = "up"', r"4\].direction", "ordinal"),
        ('code = "PUR01"', 'code = "PUR01"\nchanges = "up"', r"4\].changes", "an actionable"),
        ('code = "CHK01"', 'code = "CHK01"\nchanges = "up"', r"1\].changes", "a number or an ord"),
        ('changes = "down"', 'changes = "none"', r"5\].changes", "up or down"),
        ('source = ["A410"]', 'source = ["*", "A410"]', r"categories\[10\]", "stands alone"),
        (
            'source = ["A49"]',
            'source = ["*"] }, { value = "more", label = "more", source = ["*"]',
            r"features\[4\].categories",
            "only one category",
        ),
        ('code = "PUR01"', 'code = "PUR01"\nfirst_characters = 2', "source", "longer than first"),
        (
            "minimum_bads = 100",
            "minimum_bads = 100\nbootstrap_models = 51",
            "bootstrap",
            "0 and 50",
        ),
    ],
)
def test_refuses(read_changed, old, new, path, says):
    with pytest.raises(ContractRefused, match=f"{path}.*{says}"):
        read_changed(old, new)
