"""A notice's certificate verifies, and one that was touched anywhere is refused by name."""

import copy
import json

import pytest
import toy_release
from notice_scene import decision_of, facts_of, grounds_of, noticed

from scoring import verify
from scoring.notices.certificates import certify
from scoring.notices.laws import NoticeKind
from scoring.notices.proofs import BEYOND_MOST, TOO_LITTLE, UsualMissing, prove, usual_values
from scoring.notices.records import notice_from_json, notice_to_json, seal_of
from scoring.notices.terms import Instead, OwnReason
from scoring.records import RecordRefused

RISKY = {"checking_status": "below_0", "duration_months": 48, "amount": 4200}


@pytest.fixture
def risky(applicant):
    return applicant | RISKY


@pytest.fixture
def record(engine, risky):
    return decision_of(engine, risky, term_months=48)


@pytest.fixture
def notice(engine, record):
    made, problems = noticed(engine, record)
    assert problems == ()
    return made


@pytest.fixture
def files(tmp_path, notice, contract):
    """Write what the verifier takes; give a function that runs it on a changed notice."""
    bundle = tmp_path / "proof.bundle.zip"
    bundle.write_bytes(toy_release.packed(contract))
    said = json.loads(notice_to_json(notice))

    def run(capsys, *extra, reseal=True, **parts):
        changed = copy.deepcopy(said) | parts
        if reseal:
            changed["seal"] = seal_of(changed)
        file = tmp_path / "notice.json"
        file.write_text(json.dumps(changed))
        code = verify.main([str(file), str(bundle), *extra])
        told = capsys.readouterr()
        return code, told.out + told.err

    run.said = said
    return run


def test_a_notice_verifies_without_the_product(files, capsys):
    code, told = files(capsys)

    assert code == 0
    assert "proved. The decision, 2 reasons, of them 2 by scoring again" in told


def places(value, path=()):
    """List every leaf of a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from places(inner, (*path, at))
    else:
        yield path, value


def touched(value):
    """Give another value of the same kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}x"
        case None:
            return "x"
    return ["x"]


def put(said, path, value):
    inner = said
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value


def test_whatever_is_touched_breaks_the_seal_or_is_no_notice(files, capsys):
    for path, value in places({**files.said, "format": None}):
        if path[0] in {"format", "what"}:
            continue
        changed = copy.deepcopy(files.said)
        put(changed, path, touched(value))

        code, told = files(capsys, reseal=False, **changed)

        assert code != 0, path
        assert "seal" in told or "cannot be verified" in told, (path, told)


def test_what_a_model_can_compute_is_refused_by_its_own_name_even_when_it_is_sealed_again(
    files, capsys
):
    for path, value in places(files.said["statement"]):
        changed = copy.deepcopy(files.said["statement"])
        put(changed, path, touched(value))

        code, told = files(capsys, statement=changed)

        name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        assert code == 1, path
        assert f"statement{name}: stored" in told, told


@pytest.mark.parametrize(
    ("part", "change", "says"),
    [
        ("decision", {"features": {"checking_status": "none"}}, "decision: input"),
        ("decision", {"figures": {"pd": 0.5}}, "decision: pd: stored 0.5"),
        ("decision", {"recommendation": "approve"}, "decision: recommendation"),
        ("facts", {"received_on": "2026-11-21"}, "facts.received_on"),
        ("facts", {"decided_on": "2026-11-21"}, "facts.decided_on"),
        ("facts", {"issued_at": "2026-11-21T10:00:00.000000Z"}, "facts.issued_at"),
        ("facts", {"decided_by": "policy"}, "not_by_policy"),
        ("facts", {"own_because": "override", "own": [{"code": "", "text": "For my own reason"}]},
         "facts.own_because"),
        ("facts", {"own_because": "no_model_reason"}, "facts.own_because: the model has reasons"),
        ("documents", {"pdf": "0" * 64}, "left.pdf is not one of the files that left"),
    ],
)  # fmt: skip
def test_what_people_did_is_held_against_the_decision(files, capsys, tmp_path, part, change, says):
    changed = copy.deepcopy(files.said[part])
    for name, value in change.items():
        changed[name] = changed[name] | value if isinstance(value, dict) else value
    (tmp_path / "left.pdf").write_bytes(b"%PDF")

    code, told = files(capsys, "--document", str(tmp_path / "left.pdf"), **{part: changed})

    assert code == 1
    assert says in told


def test_the_law_must_be_the_one_of_the_places_and_the_day(files, capsys):
    later = [
        text.replace("valid_from = 2026-11-20", "valid_from = 2026-12-20")
        for text in files.said["laws"]
    ]
    elsewhere = files.said["laws"][:1]

    assert "laws: EU was not in force" in files(capsys, laws=later)[1]
    assert "not those of the contract's jurisdictions" in files(capsys, laws=elsewhere)[1]
    code, told = files(capsys, laws=["format = 2"])
    assert code == 2
    assert "laws" in told


def test_a_stricter_law_leaves_fewer_reasons(files, capsys):
    stricter = [text.replace("most = 4", "most = 1") for text in files.said["laws"]]

    code, told = files(capsys, laws=stricter)

    assert code == 1
    assert "statement.most_reasons: stored 4, computed 1" in told


@pytest.mark.parametrize("part", ["facts", "decision", "laws", "statement", "documents", "seal"])
def test_a_notice_that_lacks_a_part_is_refused_by_name(files, part):
    lacking = {name: value for name, value in files.said.items() if name != part}

    with pytest.raises(RecordRefused, match=part):
        notice_from_json(json.dumps(lacking).encode())


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"format": 9}', b"NaN", b"0" * 4_000_001])
def test_what_is_no_notice_is_refused(content):
    with pytest.raises(RecordRefused):
        notice_from_json(content)


def test_a_notice_that_says_a_thing_twice_is_refused(files):
    written = json.dumps(files.said).replace('"seal":', '"seal": "of another", "seal":')

    with pytest.raises(RecordRefused, match="'seal' stands twice"):
        notice_from_json(written.encode())


def test_the_largest_improvement_comes_first_whatever_points_say(contract, risky):
    """A detail may take the most points by what it does together with others."""
    at = {name: place for place, name in enumerate(contract.feature_names)}

    def score(rows):
        for row in rows:
            given = [0.0] * len(contract.features)
            given[at["checking_status"]], given[at["duration_months"]] = -40.0, -10.0
            given[at["housing"]], given[at["savings"]] = -5.0, 3.0
            pd = 0.5 - 0.03 * (row["checking_status"] == "none")
            pd -= 0.2 * (row["duration_months"] == 18) - 0.01 * (row["housing"] == "own")
            yield Scored(pd, given)

    usual = risky | {"checking_status": "none", "duration_months": 18, "housing": "own"}
    proved = prove(score, contract, values=risky, usual=usual, least=0.005, most=4)

    assert [each.features for each in proved.stated] == [("duration_months",), ("checking_status",)]
    assert [(each.features, each.passed_over) for each in proved.passed_over] == [
        (("housing",), TOO_LITTLE)
    ]
    proved = prove(score, contract, values=risky, usual=usual, least=0.005, most=1)
    assert proved.passed_over[0].passed_over == BEYOND_MOST


class Scored:
    def __init__(self, pd, contributions):
        self.pd, self.contributions = pd, contributions


def test_features_of_one_group_are_proved_together(engine, contract, risky):
    text = contract.text
    for name in ("checking_status", "duration_months"):
        text = text.replace(f'name = "{name}"\n', f'name = "{name}"\ngroup = "both"\n')
    grouped = type(contract).parse(text.encode())

    (reason,) = prove(
        engine.score_each,
        grouped,
        values=risky,
        usual=usual_values(engine.bundle.manifest, contract),
        least=0.005,
        most=4,
    ).stated

    assert reason.features == ("checking_status", "duration_months")
    assert reason.pd == engine.score(risky | toy_release.USUAL).pd


def test_what_is_usual_must_be_the_contracts(engine, contract):
    with pytest.raises(UsualMissing, match="does not say"):
        usual_values({}, contract)
    wrong = {"reference": {"usual": {"checking_status": "golden"}}}
    with pytest.raises(UsualMissing, match="checking_status"):
        usual_values(wrong, contract)


@pytest.mark.parametrize("name", ["proxies", "protected"])
def test_a_proxy_or_protected_reason_is_named(engine, contract, record, name):
    text = contract.text.replace("[notices]", '[notices]\nproxies = ["checking_status"]')
    if name == "protected":
        text = contract.text.replace('column = "age"', 'column = "status"', 1).replace(
            'name = "checking_status"', 'name = "checking_status"\nlegal_basis = "A test."', 1
        )
    named = type(contract).parse(text.encode())

    _, problems = noticed(engine, record, contract=named)

    assert [each.code for each in problems] == ["not_to_be_stated"]


def test_a_bureaus_score_is_disclosed_with_its_factors(engine, contract, record):
    said = """[notices.bureau_score]
feature = "duration_months"
minimum = 3
maximum = 84
source = "A bureau"
factors = ["savings", "property"]
inquiries = "housing"

"""
    text = contract.text.replace('jurisdictions = ["EU", "DE"]', 'jurisdictions = ["US"]')
    with_score = type(contract).parse(
        text.replace("[[officer_reasons]]", said + "[[officer_reasons]]", 1).encode()
    )
    laws = grounds_of(engine_of(engine, with_score)).laws

    certified = certify(record, facts_of(), grounds_of(engine, contract=with_score, laws=laws))

    told = certified.statement["disclosure"]
    assert (told["score"], told["minimum"], told["on"]) == (48, 3, "2026-11-22")
    assert len(told["factors"]) == 3  # two of the bureau's, and inquiries
    assert certified.problems == ()
    without = type(contract).parse(
        with_score.text.replace(
            'factors = ["savings", "property"]\ninquiries = "housing"\n', ""
        ).encode()
    )
    problems = certify(record, facts_of(), grounds_of(engine, contract=without, laws=laws)).problems
    assert [each.code for each in problems] == ["factors_missing"]


def engine_of(engine, contract):
    """Pretend that a release is of another contract, for its places."""

    class Of:
        pass

    of = Of()
    of.contract, of.bundle, of.score_each = contract, engine.bundle, engine.score_each
    return of


def test_a_persons_reasons_are_stated_alone_and_held_to_be_specific(engine, record):
    own = (OwnReason(code="OFF05", text="We could not verify your income"),)
    made, problems = noticed(engine, record, facts=facts_of(own_because="stated", own=own))

    assert [each["from"] for each in made.statement["reasons"]] == ["person"]
    assert problems == ()
    vague = (OwnReason(code="", text="You failed to achieve a qualifying score"),)
    _, problems = noticed(engine, record, facts=facts_of(own_because="stated", own=vague))
    assert {each.code for each in problems} == {"not_specific"}
    _, problems = noticed(engine, record, facts=facts_of(own_because="override"))
    assert [each.code for each in problems] == ["own_missing"]
    _, problems = noticed(engine, record, facts=facts_of(own_because="stated", own=own * 5))
    assert [each.code for each in problems] == ["too_many"]


def test_a_change_that_would_not_be_approved_stops_an_explanation(engine, record):
    instead = (Instead(changes={"housing": "own"}, amount="4200.00", term_months=48),)
    facts = facts_of(kind=NoticeKind.EXPLANATION, instead=instead)

    _, problems = noticed(engine, record, facts=facts)

    assert [each.code for each in problems] == ["instead"]
