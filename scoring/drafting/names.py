"""What a column's name suggests. Suspicion only: a person decides."""

import re

# Stems in several languages. Each is looked for at the beginning of a word of the name.
PROTECTED: dict[str, tuple[str, ...]] = {
    "age": ("age", "old", "alter", "edad", "eta", "birth", "dob", "geburt", "nacimiento", "yob"),
    "sex": ("sex", "gender", "male", "female", "geschlecht", "sexe", "genero", "frau", "mann"),
    "marital_status": ("marri", "marital", "divorc", "widow", "spous", "familienstand", "civil"),
    "nationality": ("national", "citizen", "foreign", "auslaender", "immigra", "visa", "passport"),
    "race": ("race", "ethnic", "black", "hispan", "latino", "white", "asian", "minorit", "african"),
    "religion": ("relig", "church", "muslim", "christian", "jewish"),
    "disability": ("disab", "handicap", "pregnan", "health", "medical"),
    "language": ("language", "sprache", "mother_tongue", "native"),
    "place_of_birth": ("birthplace", "born", "geburtsort", "birth_country", "place_of_birth"),
}
PROXIES: tuple[str, ...] = (
    "zip",
    "postcode",
    "postal",
    "plz",
    "postleit",
    "city",
    "town",
    "neighbo",
    "tract",
)
PROXIES += ("min30", "suburb", "village", "county", "address", "street", "firstname", "lastname")
PROXIES += ("surname", "forename", "first_name", "last_name")
LEAKS: dict[str, tuple[str, ...]] = {
    "is only known after the decision": (
        *("chgoff", "chargeoff", "charge_off", "charged_off", "recover", "collection", "default"),
        *("writeoff", "write_off", "written_off", "dpd", "days_past", "overdue", "arrears", "late"),
        *("last_pymnt", "last_payment", "total_pymnt", "total_rec", "out_prncp", "balancegross"),
        *("balance_gross", "closed", "settle", "mis_status", "loan_status", "status_final"),
        *("disbursementdate", "disbursement_date", "bad", "outcome", "delinquent_next"),
    ),
    "is the lender's own rating or price": (
        *("int_rate", "interest_rate", "grade", "sub_grade", "subgrade", "apr", "pd", "score"),
        *("rating", "risk_band", "scorecard"),
    ),
    "is the lender's own decision": (
        *("approve", "approved", "reject", "declin", "denied", "denial", "action", "decision"),
        *("accept", "refus", "granted", "underwrit"),
    ),
}
IDS = ("id", "nr", "no", "number", "key", "uuid", "ref", "reference", "loannr", "application")
# Names of codes that are written as numbers: more of one is not more of anything.
CODES: tuple[str, ...] = (
    "naics",
    "nace",
    "isic",
    "industry",
    "branch",
    "franchise",
    "purpose",
    "merchant",
)
CODES += ("dealer", "agency", "occupation", "profession", "region", "district", "product_code")
CODES += ("state_code", "country", "postcode", "postal", "department")
CODE_WORDS = {"code", "codes", "cd", "sic", "msa", "zip", "plz", "mcc", "naf", "noga", "anzsic"}
HIERARCHIES = ("naics", "nace", "isic", "sic", "anzsic", "noga", "naf")  # begin with the sector
QUANTITIES: tuple[str, ...] = (
    "count",
    "total",
    "average",
    "years",
    "months",
    "days",
    "amount",
    "balance",
    "rate",
)
QUANTITIES += ("ratio", "percent", "share", "exper", "tenure", "distan", "growth", "sales", "size")
FIRST_OF_QUANTITIES = {"n", "no", "num", "nr", "number", "count", "avg", "sum", "max", "min"}
AMOUNTS: tuple[str, ...] = (
    "amount",
    "amnt",
    "amt",
    "loanamt",
    "limit_bal",
    "credit_limit",
    "principal",
    "grappv",
)
AMOUNTS += ("betrag", "importe", "loan_size", "credit_amount", "funded", "requested")
TERMS = ("term", "duration", "laufzeit", "plazo", "tenor", "maturity")
APPLIED = ("appl", "approv", "request", "origin", "antrag", "issue", "booked", "created", "opened")
KNOWN = ("chgoff", "charge", "default", "closed", "outcome", "known", "status_date", "bad")
DECISION_OUTCOMES = LEAKS["is the lender's own decision"]
UNITS = {"month": "months", "mths": "months", "year": "years", "yr": "years", "day": "days"}
UNITS |= {"pct": "%", "percent": "%", "rate": "%", "util": "%"}


def words_of(name: str) -> list[str]:
    """Cut a column's name into small words: camel case, underscores, blanks, digits off.

    Examples
    --------
    >>> words_of("ChgOffPrinGr"), words_of("last_pymnt_2")
    (['chg', 'off', 'prin', 'gr'], ['last', 'pymnt'])
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[^a-z]+", spaced.lower()) if word]


def suggests(name: str, stems: tuple[str, ...]) -> str | None:
    """Give the stem that a word of the name, or the name run together, begins with.

    A stem of fewer than four letters must be a whole word: "age" is in "average".

    Examples
    --------
    >>> suggests("ChgOffDate", ("chgoff",)), suggests("average", ("age",))
    ('chgoff', None)
    """
    words = words_of(name)
    joined = "_".join(words)
    for stem in stems:
        plain = stem.replace("_", "")
        if any(letter.isdigit() for letter in stem):
            if name.lower() == stem:
                return stem
        elif len(plain) < 4:
            if plain in words:
                return stem
        elif (
            joined.replace("_", "").startswith(plain)
            or any(word.startswith(plain) for word in words)
            or stem in joined
        ):
            return stem
    return None


def protected_by(name: str) -> str | None:
    """Name the protected attribute that a column's name suggests."""
    return next((kind for kind, stems in PROTECTED.items() if suggests(name, stems)), None)


def leak_by(name: str) -> tuple[str, str] | None:
    """Say why a column's name suggests that it must not be a feature: the words, the stem."""
    for why, stems in LEAKS.items():
        stem = suggests(name, stems)
        if stem:
            return why, stem
    return None


def names_codes(name: str) -> bool:
    """Whether a column's name is one of codes, and not of how many, how long or how much.

    Examples
    --------
    >>> names_codes("FranchiseCode"), names_codes("num_branches"), names_codes("codebtor_income")
    (True, False, False)
    """
    words = words_of(name)
    if not words or words[0] in FIRST_OF_QUANTITIES or suggests(name, QUANTITIES):
        return False
    return bool(CODE_WORDS & set(words)) or bool(suggests(name, CODES))


def label_of(name: str) -> str:
    """Write a name as words for people, its numbers kept: they tell columns apart.

    Examples
    --------
    >>> label_of("BILL_AMT1"), label_of("LoanNr_ChkDgt"), label_of("delinq_2yrs")
    ('Bill amt 1', 'Loan nr chk dgt', 'Delinq 2yrs')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", spaced.lower())).capitalize() or name


def slug_of(name: str, *, longest: int = 40) -> str:
    """Write a name as a contract's: small letters, digits, underscores, a letter first.

    Examples
    --------
    >>> slug_of("LoanNr_ChkDgt"), slug_of("1st payment %")
    ('loan_nr_chk_dgt', 'c_1st_payment')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    small = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:longest].strip("_")
    return small if small[:1].isalpha() else f"c_{small}".strip("_")
