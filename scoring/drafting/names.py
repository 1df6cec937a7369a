"""What a column's name suggests. Suspicion only: a person decides."""

import re
import unicodedata

# Stems in several languages. Each is looked for at the beginning of a word of the name.
PROTECTED: dict[str, tuple[str, ...]] = {
    "age": (
        *("age", "old", "alter", "edad", "eta", "idade", "leeftijd", "birth", "dob", "geburt"),
        *("nacimiento", "naissance", "yob", "年龄"),
    ),
    "sex": (
        *("sex", "gender", "male", "female", "geschlecht", "sexe", "sexo", "genero", "frau"),
        *("mann", "性别"),
    ),
    "marital_status": (
        *("marri", "marital", "divorc", "widow", "spous", "familienstand", "civil", "familial"),
        *("family_status", "burgerlijke", "婚姻"),
    ),
    "nationality": (
        *("national", "citizen", "foreign", "auslaender", "auslander", "immigra", "visa"),
        *("passport", "staatsang", "nacional", "nazional", "cittadin", "ciudadan", "国籍"),
    ),
    "race": (
        *("race", "ethnic", "black", "hispan", "latino", "white", "asian", "minorit", "african"),
        *("afam", "民族"),
    ),
    "religion": ("relig", "church", "muslim", "christian", "jewish"),
    "disability": ("disab", "handicap", "pregnan", "health", "medical"),
    "language": ("language", "sprache", "mother_tongue", "native"),
    "place_of_birth": ("birthplace", "born", "geburtsort", "birth_country", "place_of_birth"),
}
_THINGS = "car|vehicle|auto|account|acct|property|house|building|loan|file|trade|company|business"
_AGE_OF_A_THING = re.compile(rf"(?:{_THINGS})s?_(?:age|old)|age_of_(?:{_THINGS})")
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
PROXIES += ("ort", "wohnort", "stadt", "ciudad", "codigo_postal", "code_postal")
PROXIES += ("surname", "forename", "first_name", "last_name")
IDS: tuple[str, ...] = (
    *("id", "nr", "no", "number", "key", "uuid", "ref", "reference", "loannr", "application"),
    *("ssn", "iban", "nummer", "numero", "phone", "telefon", "telephone", "email"),
)
NAMELESS = "column"  # in place of a name without a letter that a contract may use
LENGTHS = {"time", "years", "yrs", "months", "mths", "days", "tenure", "since", "jahre", "monate"}
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
AMOUNTS: tuple[str, ...] = (  # the plainest first
    *("loan_amount", "loan_amnt", "loan_amt", "loanamt", "amount_requested", "requested_amount"),
    *("requested", "credit_amount", "amt_credit", "amount_of_credit", "loan_size", "kreditbetrag"),
    *("kreditsumme", "darlehen", "importe", "montant", "betrag", "grappv", "principal"),
    *("贷款金额", "funded", "limit_bal", "amount", "amnt", "amt", "credit_limit"),
)
# Amounts of something else than what is asked for.
OTHER_AMOUNTS: tuple[str, ...] = (
    *("income", "annuity", "goods", "payment", "pymnt", "pay", "paid", "bill", "fee", "tax"),
    *("salary", "due", "utiliz", "utilis", "total_credit", "balance", "install", "req_credit"),
)
TERMS = ("term", "loan_term", "duration", "laufzeit", "plazo", "tenor", "maturity", "duree")
APPLIED = (
    "app",
    "solicit",
    "demande",
    "申请",
    "appl",
    "approv",
    "request",
    "origin",
    "antrag",
    "issue",
    "booked",
    "created",
    "opened",
)
KNOWN = ("chgoff", "charge", "default", "closed", "outcome", "known", "status_date", "bad")


def words_of(name: str) -> list[str]:
    """Cut a column's name into small words: camel case, underscores, blanks, digits, accents off.

    Examples
    --------
    >>> words_of("ChgOffPrinGr"), words_of("last_pymnt_2"), words_of("Código postal")
    (['chg', 'off', 'prin', 'gr'], ['last', 'pymnt'], ['codigo', 'postal'])
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", without_accents(name))
    return re.findall(r"[^\W\d_]+", spaced.lower())


def without_accents(text: str) -> str:
    """Write letters without what stands over or under them.

    Examples
    --------
    >>> without_accents("Größe"), without_accents("Código")
    ('Grosse', 'Codigo')
    """
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)


def suggests(name: str, stems: tuple[str, ...]) -> str | None:
    """Give the stem that the name, from the beginning of one of its words on, begins with.

    A stem of fewer than four letters must be a whole word: "age" is in "average". One in another
    script than Latin may stand anywhere: many write no blanks.

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
        if not stem.isascii() and stem in name:
            return stem
        if any(letter.isdigit() for letter in stem):
            if name.lower() == stem:
                return stem
        elif plain in words or (len(plain) >= 4 and any(end.startswith(plain) for end in ends)):
            return stem
    return None


def protected_by(name: str) -> str | None:
    """Name the protected attribute that a column's name suggests, or holds as in dateofbirth."""
    words = words_of(name)
    if words == ["single"]:
        return "marital_status"
    joined = "_".join(words)
    for kind, stems in PROTECTED.items():
        if kind == "age" and _AGE_OF_A_THING.search(joined):
            continue
        if suggests(name, stems) or any(len(stem) > 4 and stem in joined for stem in stems):
            return kind
    return None


def is_proxy(name: str) -> bool:
    """Whether a name says where or who somebody is, and not for how long.

    Examples
    --------
    >>> is_proxy("home_address"), is_proxy("Time at address"), is_proxy("Wohnort")
    (True, False, True)
    """
    return bool(suggests(name, PROXIES)) and not LENGTHS & set(words_of(name))


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
    >>> slug_of("LoanNr_ChkDgt"), slug_of("1st payment %"), slug_of("Vermögen")
    ('loan_nr_chk_dgt', 'c_1st_payment', 'vermogen')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", without_accents(name))
    small = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:longest].strip("_")
    return small if small[:1].isalpha() else f"c_{small}" if small else NAMELESS
