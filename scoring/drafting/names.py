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
    "hometown",
    "town",
    "neighbo",
    "tract",
)
PROXIES += ("min30", "suburb", "village", "county", "address", "street", "firstname", "lastname")
PROXIES += ("surname", "forename", "first_name", "last_name")
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
AMOUNTS += ("betrag", "importe", "loan_size", "credit_amount", "funded", "requested", "loan_amount")
TERMS = ("term", "loan_term", "duration", "laufzeit", "plazo", "tenor", "maturity")
APPLIED = ("appl", "approv", "request", "origin", "antrag", "issue", "booked", "created", "opened")
KNOWN = ("chgoff", "charge", "default", "closed", "outcome", "known", "status_date", "bad")
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
    """Give the stem that the name, from the beginning of one of its words on, begins with.

    A stem of fewer than four letters must be a whole word: "age" is in "average".

    Examples
    --------
    >>> suggests("ChgOffDate", ("chgoff",)), suggests("average", ("age",))
    ('chgoff', None)
    >>> suggests("transaction_count", ("action",)), suggests("legal_actions", ("action",))
    (None, 'action')
    """
    words = words_of(name)
    ends = ["".join(words[at:]) for at in range(len(words))]
    for stem in stems:
        plain = stem.replace("_", "")
        if any(letter.isdigit() for letter in stem):
            if name.lower() == stem:
                return stem
        elif plain in words or (len(plain) >= 4 and any(end.startswith(plain) for end in ends)):
            return stem
    return None


def protected_by(name: str) -> str | None:
    """Name the protected attribute that a column's name suggests, or holds as in dateofbirth."""
    joined = "_".join(words_of(name))
    for kind, stems in PROTECTED.items():
        if suggests(name, stems) or any(len(stem) > 4 and stem in joined for stem in stems):
            return kind
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
