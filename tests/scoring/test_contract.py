import dataclasses

import pytest
import toy_release

from scoring.contract import Clocks, Contract, ContractRefused, Kind
from scoring.contracts.features import digits

LENT, LESS = 'verdicts = ["approve", "counter_offer"]', 'verdicts = ["decline", "counter_offer"]'


@pytest.fixture(scope="module")
def read_changed(contract_text):
    """Read the shipped contract with one text in it replaced, where it first stands."""

    def read(old, new):
        assert old in contract_text
        return Contract.parse(contract_text.replace(old, new, 1).encode())

    return read


def test_the_shipped_contract_reads_in_its_own_order(contract):
    assert len(contract.features) == 17
    assert contract.feature_names[:3] == ("checking_status", "duration_months", "credit_history")
    assert contract.feature("has_telephone").kind is Kind.BOOLEAN
    with pytest.raises(KeyError):
        contract.feature("age")


def test_a_contract_is_known_by_the_bytes_of_its_file(contract, contract_text):
    same = Contract.parse(contract_text.encode())
    other = Contract.parse(contract_text.encode() + b"\n")

    assert same == contract
    assert hash(same) == hash(contract)
    assert other != contract
    assert contract.hash.startswith("sha256:")


def test_a_contract_cannot_be_changed(contract):
    with pytest.raises(dataclasses.FrozenInstanceError):
        contract.slug = "other"


def test_age_falls_into_groups_without_gap_or_overlap(contract):
    groups = [contract.group_of("age_group", age) for age in ("18", "24", "25", "61", "62", "99")]

    assert groups == [
        *("under_25", "under_25", "25_to_61", "25_to_61", "62_and_over", "62_and_over")
    ]
    assert contract.group_of("age_group", "unknown") is None


def test_every_problem_is_reported_at_once_with_its_line(contract_text):
    broken = (
        contract_text.replace('slug = "consumer-loan"', 'slug = "Consumer Loan"')
        .replace("pd_below = 0.28", "pd_below = 0.10")
        .replace('direction = "up"\nactionable = true\ncode = "DUR01"', 'code = "CHK01"')
        .replace("minimum_group = 30", "minimum_group = 30.5")
    )

    with pytest.raises(ContractRefused) as refusal:
        Contract.parse(broken.encode(), file="mine.toml")

    problems = {item.path: item for item in refusal.value.problems}
    assert set(problems) == {
        *("slug", "bands[3].pd_below", "features[2].code", "fairness.minimum_group")
    }
    lines = broken.splitlines()
    assert lines[problems["slug"].line - 1] == 'slug = "Consumer Loan"'
    assert lines[problems["bands[3].pd_below"].line - 1] == "pd_below = 0.10"
    assert lines[problems["features[2].code"].line - 1] == 'code = "CHK01"'
    assert str(refusal.value).startswith("mine.toml: line ")


def test_a_missing_key_names_the_line_of_the_table_it_belongs_to(contract_text):
    broken = contract_text.replace('label = "Purpose of the loan"\n', "")

    with pytest.raises(ContractRefused) as refusal:
        Contract.parse(broken.encode())

    (problem,) = refusal.value.problems
    assert problem.path == "features[4].label"
    assert problem.message == "is missing"
    assert broken.splitlines()[problem.line] == 'name = "purpose"'


def test_a_missing_table_is_one_problem(contract_text):
    broken = contract_text.replace("[scale]", "[scales]")

    with pytest.raises(ContractRefused) as refusal:
        Contract.parse(broken.encode())

    assert [item.path for item in refusal.value.problems] == ["scale", "scales"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"slug = ", "is not TOML"),
        (b"\xff", "is not UTF-8 at byte 0"),
        (b"\xef\xbb\xbfformat = 1", "begins with a byte order mark: save it as UTF-8 without"),
        (b"#" * 1_000_001, "is larger than"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_contract_file_is_refused(content, says):
    with pytest.raises(ContractRefused, match=says):
        Contract.parse(content)


def test_a_protected_column_may_be_a_feature_only_with_a_legal_basis(contract_text):
    by_age = contract_text.replace('source = "present_residence"', 'source = "age"')
    with pytest.raises(ContractRefused, match=r"'age' is protected \(Age\).*legal_basis"):
        Contract.parse(by_age.encode())

    with_basis = by_age.replace(
        'source = "age"', 'source = "age"\nlegal_basis = "12 CFR 1002.6(b)(2)(ii)"', 1
    )
    feature = Contract.parse(with_basis.encode()).feature("residence_years")

    assert feature.legal_basis == "12 CFR 1002.6(b)(2)(ii)"


def test_a_date_difference_names_both_dates(contract_text):
    dated = contract_text.replace(
        'kind = "integer"\nunit = "years"',
        'kind = "date_difference"\nsource_from = "moved_in_on"\nunit = "years"',
    )

    feature = Contract.parse(dated.encode()).feature("residence_years")

    assert (feature.kind, feature.source_from) == (Kind.DATE_DIFFERENCE, "moved_in_on")


def test_a_contract_without_clocks_has_those_of_the_law(contract_text):
    before, _, rest = contract_text.partition("[policy.clocks]")
    silent = Contract.parse((before + rest[rest.index("\n[fairness]") + 1 :]).encode())

    assert silent.policy.clocks == Clocks()
    assert silent.policy.clocks.notice_within_days == 30
    assert silent.policy.clocks.counter_offer_days == 90


def test_a_product_without_a_term_asks_for_none(contract_text):
    card = (
        contract_text.replace("term_months = { minimum = 3, maximum = 84 }", "")
        .replace('same_as = "requested.term_months"', "")
        .replace('field = "requested.term_months"', 'field = "features.duration_months"')
    )

    assert not Contract.parse(card.encode()).requested.has_term


RENT = '{ value = "rent", label = "rented", source = ["A151"] }'
UNDER_25 = '{ value = "under_25", label = "under 25", maximum = 24 }'


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        # how a key is written
        ("format = 1", "format = 2", "format", "reads format 1 only"),
        ('slug = "consumer-loan"', "slug = 7", "slug", "must be text"),
        ('slug = "consumer-loan"', 'slug = " "', "slug", "must be text"),
        ('slug = "consumer-loan"', 'slug = "9-lives"', "slug", "beginning with a letter"),
        ('slug = "consumer-loan"', 'slug = "a-loan"\ntypo = 1', "typo", "unknown key"),
        ('currency = "DEM"', 'currency = "marks"', "currency", "ISO 4217"),
        ('jurisdictions = ["EU", "DE"]', "jurisdictions = []", "jurisdictions", "is empty"),
        ('jurisdictions = ["EU", "DE"]', "jurisdictions = [1]", "jurisdictions", "list of texts"),
        ("[columns]", "[columns]\nname = 1", "columns.name", "unknown key"),
        ("[columns]", "[columns]\nid = 1", "columns.id", "must be text"),
        (
            "[columns]",
            '[columns]\ndate_format = "dd.mm.yyyy"',
            "columns.date_f",
            "a year and a mon",
        ),
        ("[columns]", '[columns]\ndate_format = "%Y-%m-%Q"', "columns.date_f", "%Q, which is no p"),
        ("max_rejected_share = 0.05", "max_rejected_share = 5", "ingestion.max_rej", "0 and 1"),
        ("max_rejected_share = 0.05", "max_rejected_share = nan", "ingestion.max_rej", "0 and 1"),
        ("max_rejected_share = 0.05", 'max_rejected_share = "x"', "ingestion.max_rej", "a number"),
        ("max_rejected_share = 0.05", "max_rejected_share = true", "ingestion.max", "a number"),
        # outcome, request, economics, scale, bands
        ('good = ["0"]', 'good = ["1"]', "outcome.good", "also listed as bad or good: 1"),
        ('bad = ["1"]', "bad = []", "outcome.bad", "is empty"),
        ("window_months = 12", "window_months = 0", "outcome.window_months", "between 1"),
        ("window_months = 12", "window_months = 1.5", "outcome.window_months", "whole number"),
        ('minimum = "100"', 'minimum = "30000"', "requested.amount", "minimum <= maximum"),
        ('minimum = "100"', "minimum = 100", "requested.amount.minimum", "written as text"),
        ('minimum = "100"', 'minimum = "1OO"', "requested.amount.minimum", "written as text"),
        ('minimum = "100"', 'minimum = "NaN"', "requested.amount.minimum", "written as text"),
        ("minimum = 3, maximum = 84", "minimum = 85, maximum = 84", "requested.term", "<= maxi"),
        ("loss_given_default = 0.5", "loss_given_default = 0", "economics.loss", "0.01 and 1"),
        ('review_cost = "25"', 'review_cost = "-1"', "economics.review_cost", "not be negative"),
        ("base_odds = 50", "base_odds = 0", "scale.base_odds", "between 0.001"),
        ("points_to_double_odds = 20", "", "scale.points_to_double_odds", "is missing"),
        ("pd_below = 0.16", "pd_below = 0.08", r"bands\[2\].pd_below", "above that of band A"),
        ("pd_below = 1.0", "pd_below = 0.9", r"bands\[5\].pd_below", "must end at 1.0"),
        ("pd_below = 0.08", "pd_below = 0", r"bands\[1\].pd_below", "must be above 0"),
        ('name = "B"', 'name = "A"', r"bands\[2\].name", "'A' is also bands"),
        # policy
        ("decline_pd_at_least = 0.40", "decline_pd_at_least = 0.16", "policy.approve", "below dec"),
        ("approve_pd_at_most = 0.08", "approve_pd_at_most = 0.2", "policy.automatic", "not be abo"),
        ("approve_pd_at_most = 0.08\n", "", "policy.automatic.approve_amount", "needs approve_pd"),
        (
            'approve_amount_at_most = "5000"',
            "decline_pd_at_least = 0.3",
            "policy.automatic.decline",
            "not be below",
        ),
        ("decide_within_days = 5", "decide_within_days = 0", "policy.clocks.decide", "between 1"),
        ("notice_within_days = 30", "notice_within_days = 31", "policy.clocks.notice", "and 30"),
        ("notice_within_days = 30", "notice_within_days = 4", "policy.clocks.dec", "not be above"),
        ("counter_offer_days = 90", "counter_offer_days = 91", "policy.clocks.counter", "and 90"),
        ("claim_minutes = 30", "claim_minutes = 1", "policy.clocks.claim", "between 5"),
        ("claim_minutes = 30", "claim_hours = 1", "policy.clocks.claim_hours", "unknown key"),
        ('rule = "max_term"', 'rule = "max_amount"', r"policy.rules\[2\].rule", "is also policy"),
        ('rule = "max_term"', 'rule = "Max term"', r"policy.rules\[2\].rule", "small letters"),
        ('at_most = "48"\n', "", r"policy.rules\[2\]", "needs at_most or at_least"),
        ('at_most = "48"', 'at_most = "4"\nat_least = "5"', r"policy.rules\[2\].at_m", "not be be"),
        ('otherwise = "refer"', 'otherwise = "wait"', r"policy.rules\[1\].otherwise", "refer, dec"),
        ('field = "requested.amount"', 'field = "features.age"', "policy.rules", "no number"),
        ('field = "requested.amount"', 'field = "features.job"', "policy.rules", "no number"),
        # what an officer may decide alone
        ('sign_above_amount = "10000"', "sign_above_amount = 1", "policy.auth", "written as text"),
        ('sign_above_amount = "10000"', 'sign_above_amount = "-1"', "policy.auth", "not be negat"),
        ("sign_above_pd = 0.50", "sign_above_pd = 1.5", "policy.authority.sign_ab", "0 and 1"),
        ("sign_above_pd = 0.50", 'sign_overrides = ["refer"]', "policy.auth", "'refer' is none of"),
        (
            "sign_above_pd = 0.50",
            'sign_overrides = ["approve", "approve"]',
            "policy.authority.sign_overrides",
            "'approve' stands twice",
        ),
        ("offer_share_at_least = 0.25", "offer_share_at_least = 1.1", "policy.auth", "0 and 1"),
        (
            "offer_share_at_least = 0.25",
            "offer_share_at_least = 0.9\noffer_share_at_most = 0.5",
            "policy.authority.offer_share_at_least",
            "not be above",
        ),
        (
            "offer_share_at_least = 0.25",
            "offer_share_at_least = 0\noffer_share_at_most = 0.001",
            "policy.authority.offer_share_at_most",
            "leaves no amount",
        ),
        ("offer_days = 30", "offer_days = 0", "policy.authority.offer_days", "1 and 366"),
        ("undo_minutes = 10", "undo_minutes = -1", "policy.authority.undo_m", "0 and 1440"),
        ("undo_minutes = 10", "undo_hours = 1", "policy.authority.undo_hours", "unknown key"),
        # features
        ('name = "purpose"', 'name = "housing"', r"features\[13\].name", r"also features\[4\]"),
        ('name = "purpose"', 'name = "Purpose"', r"features\[4\].name", "small letters"),
        ('name = "purpose"', 'name = "pd"', r"features\[4\].name", "the product uses itself"),
        ('name = "purpose"', 'name = "reference"', r"features\[4\].name", "'reference' is a word"),
        ('name = "purpose"', 'name = "product"', r"features\[4\].name", "'product' is a word"),
        ('source = "purpose"', 'source = "housing"', r"features\[13\].source", "is also features"),
        ('source = "purpose"', 'source = "bad"', r"features\[4\].source", "the outcome itself"),
        ('code = "PUR01"', 'code = "HIS01"', r"features\[4\].code", "is also features"),
        ('code = "PUR01"', 'code = "purpose"', r"features\[4\].code", "capital letters"),
        ('kind = "boolean"', 'kind = "flag"', r"features\[17\].kind", "must be one of"),
        ('code = "PUR01"', 'code = "PUR01"\nunit = "DM"', r"features\[4\]", "only numbers have"),
        ('code = "PUR01"', 'code = "PUR01"\nunit_of_one = "DM"', r"features\[4\]", "only numb"),
        ('unit = "months"\n', "", r"features\[2\].unit_of_one", "belongs to a unit"),
        ('code = "PUR01"', 'code = "PUR01"\nminimum = 1', r"features\[4\]", "only numbers have"),
        (
            'code = "PUR01"',
            'code = "PUR01"\ndirection = "up"',
            r"features\[4\].dir",
            "only numbers",
        ),
        ('code = "PUR01"', 'code = "PUR01"\nsource_from = "x"', r"features\[4\].sour", "date diff"),
        ('code = "PUR01"', 'code = "PUR01"\nactionable = 1', r"features\[4\].act", "true or false"),
        ("minimum = 3\nmaximum = 84", "minimum = 3", r"features\[2\]", "needs minimum and maximum"),
        (
            "minimum = 3\nmaximum = 84",
            "minimum = 9\nmaximum = 9",
            r"features\[2\].max",
            "above min",
        ),
        ("minimum = 3\nmaximum", "minimum = nan\nmaximum", r"features\[2\].minimum", "a number"),
        ('direction = "up"', 'direction = "sideways"', r"features\[2\].direction", "one of: up"),
        ('direction = "up"', 'source_from = "x"', r"features\[2\].source_from", "date difference"),
        ('direction = "up"', 'source_per = "x"', r"features\[2\].source_per", "a decimal"),
        ('code = "PUR01"', 'code = "PUR01"\nsource_per = "x"', r"features\[4\].sour", "a decimal"),
        (
            'kind = "integer"\nunit = "months"',
            'kind = "date_difference"\nunit = "weeks"\nsource_from = "x"',
            r"features\[2\].unit",
            "days, months, years",
        ),
        ('code = "DUR01"', f'code = "DUR01"\ncategories = [{RENT}]', r"features\[2\].cat", "none"),
        ('same_as = "requested.amount"', 'same_as = "amount"', r"features\[5\].same_as", "one of"),
        ('code = "PUR01"', 'code = "PUR01"\nsame_as = "requested.amount"', r"4\].same", "numeric"),
        ("term of {value} is long", "{term}", r"features\[2\].adverse", "braces"),
        ("term of {value} is short", "{", r"features\[2\].favourable", "braces"),
        ('code = "PUR01"', 'code = "PUR01"\nmay_be_missing = true', "missing_text", "is missing"),
        ('code = "PUR01"', 'code = "PUR01"\nmissing_codes = ["?"]', "may_be_missing", "be true"),
        (
            'code = "PUR01"',
            'code = "PUR01"\nmay_be_missing = true\nmissing_text = "{value}"',
            "missing_text",
            "no braces",
        ),
        (
            'source = ["A192"] },\n  { value = "false", label = "no", source = ["A191"] },',
            'source = ["A192"] },',
            r"features\[17\].categories",
            "needs at least two",
        ),
        ('value = "true"', 'value = "yes"', r"features\[17\].categories", "be .true. and .false."),
        ('value = "rent"', 'value = "own"', r"features\[13\].categories\[2\].value", "is also"),
        ('value = "rent"', 'value = "to let"', r"features\[13\].categories\[1\].value", "letters"),
        ('source = ["A151"]', 'source = ["A152"]', r"features\[13\].categories", "more than one"),
        ('source = ["A151"]', "source = []", r"features\[13\].categories\[1\].source", "is empty"),
        ('source = ["A151"]', "sources = []", r"features\[13\].categories\[1\]", "unknown key"),
        # protected and banned
        ('name = "residence_years"', 'name = "age_group"', r"features\[10\].name", "is protected"),
        ('column = "age"', 'column = "housing"', r"features\[13\].name", "is banned: Age"),
        ('column = "age"', 'column = "foreign_worker"', r"banned\[3\].column", "is also banned"),
        ('name = "sex"', 'name = "age_group"', r"protected\[2\].name", "is also protected"),
        ('name = "sex"', 'name = "Sex"', r"protected\[2\].name", "small letters"),
        ('reference = "25_to_61"', 'reference = "others"', "reference", "name one of the groups"),
        ('reference = "25_to_61"', "", r"protected\[1\].reference", "name one of the groups"),
        ("assessable = true", 'assessable = true\nwhy_not = "x"', r"protected\[1\].why", "belongs"),
        ("why_not", "whynot", r"protected\[2\].why_not", "is missing"),
        ("maximum = 24", "maximum = 25", r"protected\[1\].groups", "overlap"),
        ("minimum = 25, maximum = 61", "minimum = 61, maximum = 25", "groups", "above maximum"),
        (UNDER_25, UNDER_25.replace(", maximum = 24", ""), r"groups\[1\]", "either source codes"),
        ("maximum = 24", 'maximum = 24, source = ["x"]', r"groups\[1\]", "either source codes"),
        ('value = "under_25"', 'value = "25_to_61"', r"groups\[2\].value", "is also"),
        ('value = "under_25"', 'value = "so young"', r"groups\[1\].value", "letters"),
        # fairness, training, officers
        ("minimum_air = 0.8", "minimum_air = 80", "fairness.minimum_air", "between 0 and 1"),
        ("max_depth = 3", "max_depth = 7", "training.max_depth", "between 1 and 6"),
        ("seed = 42", "seed = -1", "training.seed", "between 0"),
        ('code = "OFF02"', 'code = "OFF01"', r"officer_reasons\[2\].code", "is also"),
        ('code = "OFF02"', 'code = "CHK01"', "officer_reasons", "a feature's reason code"),
        ('code = "OFF02"', 'code = "off"', r"officer_reasons\[2\].code", "capital letters"),
        (LENT, 'verdicts = ["refer"]', r"officer_reasons\[1\].verdicts", "none of: approve"),
        (LENT, 'verdicts = ["approve", "approve"]', r"reasons\[1\].verdicts", "stands twice"),
        (LENT, "verdicts = []", r"officer_reasons\[1\].verdicts", "is empty"),
        (LESS, 'verdicts = ["approve"]', r"officer_reasons\[4\].notice_text", "no notice"),
    ],
)
def test_refuses(read_changed, old, new, path, says):
    with pytest.raises(ContractRefused, match=f"{path}.*{says}"):
        read_changed(old, new)


def test_refuses_reasons_of_which_none_is_for_a_verdict(contract_text):
    with pytest.raises(ContractRefused, match="officer_reasons: none is for 'decline'"):
        Contract.parse(contract_text.replace(LESS, LENT).encode())


def test_a_reason_that_names_no_verdicts_is_for_any(contract_text):
    bare = Contract.parse(contract_text.replace(LENT + "\n", "").encode())

    assert [each.fits("decline") for each in bare.officer_reasons] == [True] * 6
    assert [each.fits("approve") for each in bare.officer_reasons] == [True] * 3 + [False] * 3


def test_two_groups_at_least_make_an_attribute_assessable(read_changed):
    with pytest.raises(ContractRefused, match=r"protected\[2\].groups: needs at least two"):
        read_changed(
            'assessable = false\nwhy_not = """\\\nOne code of the data (A92) stands for women and '
            "for single men alike (Groemping, 2019), \\\nso no figure by sex or marital status can "
            'be right."""',
            'assessable = true\nreference = "all"\n'
            'groups = [{ value = "all", label = "all", source = ["A91"] }]',
        )


def test_one_code_cannot_mean_two_groups(read_changed):
    with pytest.raises(ContractRefused, match="'1' is in more than one group"):
        read_changed(
            toy_release.CONTRACT_FILE.read_text().split("groups = [")[1].split("]")[0],
            '{ value = "25_to_61", label = "a", source = ["1"] },'
            '{ value = "b", label = "b", source = ["1"] },',
        )


def test_a_contract_needs_features(contract_text):
    start, end = contract_text.index("[[features]]"), contract_text.index("[[protected]]")
    broken = "features = []\n" + contract_text[:start] + contract_text[end:]

    with pytest.raises(ContractRefused, match="features: is empty"):
        Contract.parse(broken.encode())


def test_tables_of_the_wrong_shape_are_refused(read_changed):
    with pytest.raises(ContractRefused, match="economics: must be a table"):
        read_changed("[economics]", "[[economics]]")
    with pytest.raises(ContractRefused, match="banned: must be a list of tables"):
        Contract.parse(b'banned = "age"')


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0"),
        (-400_000.0, "-400000"),
        (1234567.5, "1234567.5"),
        (0.00001, "0.00001"),
        (2.5e15, "2500000000000000"),
        (1e22, "10000000000000000000000"),
    ],
)
def test_a_bound_is_written_without_a_power_of_ten(number, written):
    assert digits(number) == written
