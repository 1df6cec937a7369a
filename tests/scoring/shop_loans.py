"""A file of loans as shops write them, and its contract: dates, amounts and codes of their own."""

CONTRACT = """
format = 1
slug = "shop-loan"
name = "Shop loan"
currency = "EUR"
jurisdictions = ["EU"]
source_note = "Made up."
[columns]
id = "Nr"
applied_on = "Applied"
outcome_known_on = "Known"
date_format = ["%d.%m.%Y", "%Y-%m-%d"]
[ingestion]
max_rejected_share = 0.9
decimal_separator = ","
thousands_separator = "."
number_signs = ["EUR", "%"]
missing_codes = ["?", "-1"]
applied_from = 2020-01-01
applied_until = 2021-12-31
[[ingestion.checks]]
name = "pays_less_than_it_lends"
left = "Rate"
relation = "at_most"
right = "Amount"
text = "the monthly rate is above the loan"
[[ingestion.checks]]
name = "no_test_shop"
left = "Shop"
relation = "differs"
value = "TEST"
text = "was a test"
[outcome]
column = "Result"
bad = ["lost"]
good = ["paid"]
indeterminate = ["open", ""]
meaning = "default"
word = "probability of default"
window_months = 12
maturity = "A year."
[requested]
amount = { minimum = "10", maximum = "90000" }
[economics]
loss_given_default = 0.5
margin = 0.1
review_cost = "5"
[scale]
base_points = 600
base_odds = 50
points_to_double_odds = 20
[[bands]]
name = "A"
pd_below = 1.0
[policy]
approve_pd_at_most = 0.2
decline_pd_at_least = 0.4
[fairness]
minimum_air = 0.8
minimum_group = 30
blocks_promotion = false
[training]
seed = 1
rounds = 10
max_depth = 2
learning_rate = 0.1
subsample = 1
colsample = 1
min_child_weight = 1
folds = 2
repeats = 1
minimum_bads = 2
[[features]]
name = "amount"
label = "Amount"
kind = "decimal"
minimum = 10
maximum = 90000
source = "Amount"
code = "AMT01"
adverse_text = "{value}"
favourable_text = "{value}"
[[features]]
name = "rate"
label = "Rate"
kind = "decimal"
minimum = 0
maximum = 9000
source = "Rate"
may_be_missing = true
missing_text = "No rate"
code = "RAT01"
adverse_text = "{value}"
favourable_text = "{value}"
[[features]]
name = "trade"
label = "Trade"
kind = "category"
source = "Trade"
first_characters = 2
code = "TRA01"
adverse_text = "{value}"
favourable_text = "{value}"
categories = [
  { value = "food", label = "food", source = ["10", "11"] },
  { value = "other", label = "other", source = ["*"] },
]
[[protected]]
name = "sex"
label = "Sex"
source = "Sex"
assessable = true
reference = "men"
groups = [
  { value = "men", label = "men", source = ["m"] },
  { value = "women", label = "women", source = ["w"] },
]
[[officer_reasons]]
code = "OFF01"
label = "x"
"""
HEADER = ["Nr", "Applied", "Known", "Amount", "Rate", "Trade", "Shop", "Sex", "Result"]
GOOD = dict(
    zip(
        HEADER,
        ["1", "01.02.2020", "", "1.234,50 EUR", "100", "1012", "Düren", "w", "paid"],
        strict=True,
    )
)


def text_of(*changes, header=HEADER, delimiter=";"):
    """Write a file of one good row a change, with that change made; ids are the rows' numbers."""
    rows = [{**GOOD, "Nr": str(at), **change} for at, change in enumerate(changes, start=1)]
    lines = [delimiter.join(header)]
    lines += [delimiter.join(row[name] for name in header) for row in rows]
    return "\n".join(lines) + "\n"
