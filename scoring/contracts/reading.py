"""From the bytes of a contract file to a Contract, or to every reason why not."""

import tomllib
from codecs import BOM_UTF8
from decimal import Decimal
from enum import StrEnum

from scoring.contract import (
    Affordability,
    Automatic,
    Band,
    Banned,
    Category,
    CategoryEncoding,
    Clocks,
    Columns,
    Contract,
    ContractProblem,
    ContractRefused,
    Direction,
    Economics,
    FairnessBounds,
    Feature,
    Ingestion,
    Kind,
    Outcome,
    Policy,
    PolicyRule,
    Protected,
    ProtectedGroup,
    Relation,
    Requested,
    RowCheck,
    Scale,
    Training,
    hash_of,
)
from scoring.contracts.authority import read_authority
from scoring.contracts.checks import problems_of
from scoring.contracts.criteria import read_criteria
from scoring.contracts.learning import read_exploration, read_learning
from scoring.contracts.lines import line_of, lines_of
from scoring.contracts.notices import officer_reason, read_notices
from scoring.contracts.promotion import maybe_promotion, read_gates
from scoring.contracts.tables import Table, each_of, whole_of
from scoring.contracts.terms import ObligationsAre, Period

FORMAT = 1
LARGEST_FILE = 1_000_000  # bytes; a contract of 60 features is about 30,000


class Otherwise(StrEnum):
    """What a policy rule that is not met asks for."""

    REFER = "refer"
    DECLINE = "decline"


def read(content: bytes, *, file: str) -> Contract:
    """Read and check a contract.

    Raises
    ------
    ContractRefused
        With every problem found, in the order of the file's parts.
    """
    text, raw = _toml(content, file=file)
    found: list[tuple[str, str]] = []
    root = Table(raw, path="", problems=found)
    contract = _contract(root, text=text, hash_=hash_of(content))
    root.refuse_unknown()

    broken = [path for path, _ in found]
    found += [item for item in problems_of(contract) if not _is_within(item[0], broken)]
    if found:
        lines = lines_of(text)
        raise ContractRefused(
            tuple(
                ContractProblem(path=path, message=message, line=line_of(path, lines))
                for path, message in dict.fromkeys(found)
            ),
            file=file,
        )
    return contract


def read_policy(table: Table) -> Policy:
    """Read a policy: cut-offs, rules, automatic zone."""
    return Policy(
        approve_pd_at_most=table.number("approve_pd_at_most", low=0, high=1),
        decline_pd_at_least=table.number("decline_pd_at_least", low=0, high=1),
        rules=each_of(table.tables("rules", optional=True), _rule),
        automatic=whole_of(table.table("automatic", optional=True), _automatic),
        authority=whole_of(table.table("authority", optional=True), read_authority),
        agreement_at_least=table.number("agreement_at_least", low=0, high=0.9, default=0.75),
        may_decide_own_entries=table.flag("may_decide_own_entries", default=False),
        clocks=whole_of(table.table("clocks", optional=True), _clocks),
        exploration=read_exploration(table),
        promotion=maybe_promotion(table),
        gates=whole_of(table.table("gates", optional=True), read_gates),
        criteria=whole_of(table.table("criteria", optional=True), read_criteria),
    )


def _contract(root: Table, *, text: str, hash_: str) -> Contract:
    if root.whole("format", low=1) != FORMAT:
        root.refuse("format", f"this product reads format {FORMAT} only")
    return Contract(
        slug=root.text("slug"),
        name=root.text("name"),
        currency=root.text("currency"),
        jurisdictions=root.texts("jurisdictions"),
        source_note=root.text("source_note"),
        columns=whole_of(root.table("columns", optional=True), _columns),
        ingestion=whole_of(root.table("ingestion", optional=True), _ingestion),
        outcome=whole_of(root.table("outcome"), _outcome),
        requested=whole_of(root.table("requested"), _requested),
        economics=whole_of(root.table("economics"), _economics),
        scale=whole_of(root.table("scale"), _scale),
        bands=each_of(root.tables("bands"), _band),
        policy=whole_of(root.table("policy"), read_policy),
        features=each_of(root.tables("features"), _feature),
        protected=each_of(root.tables("protected", optional=True), _protected),
        banned=each_of(root.tables("banned", optional=True), _banned),
        fairness=whole_of(root.table("fairness"), _fairness),
        training=whole_of(root.table("training"), _training),
        learning=whole_of(root.table("learning", optional=True), read_learning),
        officer_reasons=each_of(root.tables("officer_reasons"), officer_reason),
        notices=whole_of(root.table("notices", optional=True), read_notices),
        hash=hash_,
        text=text,
        affordability=_maybe_affordability(root),
    )


def _columns(table: Table) -> Columns:
    return Columns(
        id=table.maybe_text("id"),
        applied_on=table.maybe_text("applied_on"),
        outcome_known_on=table.maybe_text("outcome_known_on"),
        date_formats=table.text_or_texts("date_format", default=("%Y-%m-%d",)),
    )


def _ingestion(table: Table) -> Ingestion:
    return Ingestion(
        max_rejected_share=table.number("max_rejected_share", low=0, high=1, default=0.05),
        encoding=table.maybe_text("encoding"),
        delimiter=table.maybe_sign("delimiter"),
        decimal_separator=table.maybe_sign("decimal_separator") or ".",
        thousands_separator=table.maybe_sign("thousands_separator"),
        number_signs=table.texts("number_signs", default=()),
        missing_codes=table.texts("missing_codes", default=()),
        applied_from=table.maybe_date("applied_from"),
        applied_until=table.maybe_date("applied_until"),
        checks=each_of(table.tables("checks", optional=True), _row_check),
    )


def _row_check(table: Table) -> RowCheck:
    return RowCheck(
        name=table.text("name"),
        left=table.text("left"),
        relation=table.choice("relation", Relation),
        right=table.maybe_text("right"),
        value=table.maybe_text("value"),
        text=table.text("text"),
    )


def _outcome(table: Table) -> Outcome:
    return Outcome(
        column=table.text("column"),
        bad=table.texts("bad"),
        good=table.texts("good"),
        indeterminate=table.texts("indeterminate", default=()),
        meaning=table.text("meaning"),
        word=table.text("word"),
        window_months=table.whole("window_months", low=1, high=600),
        maturity=table.text("maturity"),
    )


def _requested(table: Table) -> Requested:
    amount = table.table("amount")
    lowest, highest = amount.money("minimum"), amount.money("maximum")
    amount.refuse_unknown()
    if "term_months" not in table.raw:
        return Requested(amount_minimum=lowest, amount_maximum=highest)
    term = table.table("term_months")
    shortest, longest = term.whole("minimum", low=1), term.whole("maximum", low=1)
    term.refuse_unknown()
    return Requested(
        amount_minimum=lowest,
        amount_maximum=highest,
        term_minimum=shortest,
        term_maximum=longest,
    )


def _maybe_affordability(root: Table) -> Affordability | None:
    found = root.table("affordability", optional=True)
    return whole_of(found, _affordability) if "affordability" in root.raw else None


def _affordability(table: Table) -> Affordability:
    return Affordability(
        income=table.text("income"),
        income_per=table.choice("income_per", Period),
        annual_interest_rate=table.money("annual_interest_rate"),
        income_unit=table.maybe_money("income_unit") or Decimal(1),
        obligations=table.maybe_text("obligations"),
        obligations_are=table.choice(
            "obligations_are", ObligationsAre, default=ObligationsAre.MONEY_A_MONTH
        ),
        payment_to_income_at_most=table.maybe_money("payment_to_income_at_most"),
        remaining_income_at_least=table.maybe_money("remaining_income_at_least"),
    )


def _economics(table: Table) -> Economics:
    return Economics(
        loss_given_default=table.number("loss_given_default", low=0.01, high=1),
        margin=table.number("margin", low=0.0001, high=1),
        review_cost=table.money("review_cost"),
    )


def _scale(table: Table) -> Scale:
    return Scale(
        base_points=table.number("base_points", low=-10_000, high=10_000),
        base_odds=table.number("base_odds", low=0.001, high=10_000),
        points_to_double_odds=table.number("points_to_double_odds", low=1, high=1_000),
    )


def _band(table: Table) -> Band:
    return Band(name=table.text("name"), pd_below=table.number("pd_below", low=0, high=1))


def _rule(table: Table) -> PolicyRule:
    otherwise = table.choice("otherwise", Otherwise)
    return PolicyRule(
        rule=table.text("rule"),
        field=table.text("field"),
        text=table.text("text"),
        otherwise="refer" if otherwise is Otherwise.REFER else "decline",
        at_most=table.maybe_money("at_most"),
        at_least=table.maybe_money("at_least"),
    )


def _clocks(table: Table) -> Clocks:
    return Clocks(
        decide_within_days=table.whole_or("decide_within_days", low=1, high=30, default=10),
        notice_within_days=table.whole_or("notice_within_days", low=1, high=30, default=30),
        claim_minutes=table.whole_or("claim_minutes", low=5, high=600, default=30),
        information_within_days=table.whole_or(
            "information_within_days", low=1, high=90, default=14
        ),
        counter_offer_days=table.whole_or("counter_offer_days", low=1, high=90, default=90),
        review_within_days=table.whole_or("review_within_days", low=1, high=90, default=14),
    )


def _automatic(table: Table) -> Automatic:
    return Automatic(
        approve_pd_at_most=table.maybe_number("approve_pd_at_most", low=0, high=1),
        approve_amount_at_most=table.maybe_money("approve_amount_at_most"),
        decline_pd_at_least=table.maybe_number("decline_pd_at_least", low=0, high=1),
    )


def _feature(table: Table) -> Feature:
    return Feature(
        name=table.text("name"),
        label=table.text("label"),
        kind=table.choice("kind", Kind),
        code=table.text("code"),
        source=table.text("source"),
        adverse_text=table.text("adverse_text"),
        favourable_text=table.text("favourable_text"),
        unit=table.maybe_text("unit"),
        unit_of_one=table.maybe_text("unit_of_one"),
        minimum=table.maybe_number("minimum"),
        maximum=table.maybe_number("maximum"),
        categories=each_of(table.tables("categories", optional=True), _category),
        encoding=table.choice("encoding", CategoryEncoding, default=CategoryEncoding.ONE_HOT),
        first_characters=table.maybe_whole("first_characters", low=1, high=20),
        may_be_missing=table.flag("may_be_missing", default=False),
        missing_codes=table.texts("missing_codes", default=()),
        missing_label=table.text("missing_label", default="not stated"),
        missing_text=table.maybe_text("missing_text"),
        direction=table.choice("direction", Direction, default=Direction.NONE),
        actionable=table.flag("actionable", default=False),
        changes=table.choice("changes", Direction) if "changes" in table.raw else None,
        group=table.maybe_text("group"),
        help=table.maybe_text("help"),
        same_as=table.maybe_text("same_as"),
        source_from=table.maybe_text("source_from"),
        source_per=table.maybe_text("source_per"),
        legal_basis=table.maybe_text("legal_basis"),
    )


def _category(table: Table) -> Category:
    return Category(
        value=table.text("value"),
        label=table.text("label"),
        source=table.texts("source"),
        text=table.maybe_text("text"),
    )


def _protected(table: Table) -> Protected:
    return Protected(
        name=table.text("name"),
        label=table.text("label"),
        source=table.maybe_text("source"),
        assessable=table.flag("assessable"),
        why_not=table.maybe_text("why_not"),
        groups=each_of(table.tables("groups", optional=True), _group),
        reference=table.maybe_text("reference"),
    )


def _group(table: Table) -> ProtectedGroup:
    return ProtectedGroup(
        value=table.text("value"),
        label=table.text("label"),
        minimum=table.maybe_number("minimum"),
        maximum=table.maybe_number("maximum"),
        source=table.texts("source", default=()),
    )


def _banned(table: Table) -> Banned:
    return Banned(column=table.text("column"), why=table.text("why"))


def _fairness(table: Table) -> FairnessBounds:
    return FairnessBounds(
        minimum_air=table.number("minimum_air", low=0, high=1),
        minimum_group=table.whole("minimum_group", low=1),
        blocks_promotion=table.flag("blocks_promotion"),
        search_tries=table.whole_or("search_tries", low=0, high=500, default=12),
        search_seconds=table.whole_or("search_seconds", low=1, high=3_600, default=120),
    )


def _training(table: Table) -> Training:
    return Training(
        seed=table.whole("seed", low=0, high=2**31 - 1),
        rounds=table.whole("rounds", low=1, high=2_000),
        max_depth=table.whole("max_depth", low=1, high=6),
        learning_rate=table.number("learning_rate", low=0.001, high=1),
        subsample=table.number("subsample", low=0.1, high=1),
        colsample=table.number("colsample", low=0.1, high=1),
        min_child_weight=table.number("min_child_weight", low=0, high=10_000),
        folds=table.whole("folds", low=2, high=20),
        repeats=table.whole("repeats", low=1, high=20),
        minimum_bads=table.whole("minimum_bads", low=1),
        early_stopping_rounds=table.whole_or("early_stopping_rounds", low=0, high=500, default=0),
        search_trials=table.whole_or("search_trials", low=0, high=100, default=0),
        search_minutes=table.number("search_minutes", low=0, high=600, default=10.0),
        out_of_time_share=table.number("out_of_time_share", low=0, high=0.5, default=0.2),
        bootstrap_models=table.whole_or("bootstrap_models", low=0, high=50, default=20),
    )


def _toml(content: bytes, *, file: str) -> tuple[str, dict[str, object]]:
    if len(content) > LARGEST_FILE:
        raise _refused(f"is larger than {LARGEST_FILE:,} bytes", file=file)
    if content.startswith(BOM_UTF8):  # its bytes are its name: none is taken off
        raise _refused("begins with a byte order mark: save it as UTF-8 without one", file=file)
    try:
        text = content.decode("utf-8")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise _refused(f"is not UTF-8 at byte {error.start}", file=file) from error
    except tomllib.TOMLDecodeError as error:
        raise _refused(f"is not TOML: {error}", file=file) from error
    except RecursionError as error:
        raise _refused("is nested too deeply", file=file) from error


def _refused(message: str, *, file: str) -> ContractRefused:
    return ContractRefused((ContractProblem(path="file", message=message),), file=file)


def _is_within(path: str, broken: list[str]) -> bool:
    """Whether a path was already found broken, or holds or lies within one that was."""
    return any(
        path == other
        or path.startswith((f"{other}.", f"{other}["))
        or other.startswith((f"{path}.", f"{path}["))
        for other in broken
    )
