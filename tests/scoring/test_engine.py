import itertools
import math
import struct
import subprocess
import sys
from pathlib import Path

import flawed_graphs
import numpy as np
import pytest
import toy_release
from onnx import TensorProto, helper, numpy_helper

from scoring import bundle
from scoring.contract import Contract
from scoring.engine import Engine, EngineFailed
from scoring.features import example

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rows(contract):
    """Make rows of every status and term, twenty thousand of them."""
    feature = contract.feature("checking_status")
    pairs = itertools.cycle(itertools.product(feature.values, range(3, 85)))
    return [
        example(contract) | {"checking_status": status, "duration_months": months}
        for status, months in itertools.islice(pairs, 20_000)
    ]


def bits(*numbers):
    return [struct.pack("<f", number) for number in numbers]


@pytest.mark.parametrize("status", ["below_0", "0_to_200", "200_or_more", "none"])
@pytest.mark.parametrize("months", [3, 20, 84])
def test_a_score_can_be_checked_on_paper(contract, engine, applicant, status, months):
    applicant |= {"checking_status": status, "duration_months": months}

    score = engine.score(applicant)

    assert score.margin == pytest.approx(toy_release.margin_of(applicant), abs=1e-6)
    assert score.pd == pytest.approx(toy_release.pd_of(applicant), abs=1e-6)
    odds = (1 - score.pd) / score.pd
    assert score.points == pytest.approx(600 + 20 * math.log2(odds / 50), abs=1e-3)
    assert score.score == math.floor(score.points + 0.5)
    assert score.bundle_hash == engine.bundle.hash
    assert score.contract_hash == contract.hash


def test_base_points_and_what_each_feature_gave_add_up(contract, engine, rows):
    for row in rows[:300]:
        score = engine.score(row)

        assert score.base_points + sum(score.contributions) == pytest.approx(score.points, abs=1e-3)
        given = dict(zip(contract.feature_names, score.contributions, strict=True))
        assert {name for name, points in given.items() if points} <= {
            *("checking_status", "duration_months")
        }


def test_the_same_row_gives_the_same_bits_alone_and_in_any_batch(engine, rows):
    whole = engine.score_many(rows)
    by_columns = engine.score_many({name: [row[name] for row in rows] for name in rows[0]})

    assert whole.pd.tobytes() == by_columns.pd.tobytes()
    for at in (0, 1, 77, 8_191, 8_192, 19_999):
        alone = engine.score(rows[at])
        small = engine.score_many(rows[at : at + 64])
        assert bits(alone.pd, alone.margin, alone.points) == bits(
            whole.pd[at], whole.margin[at], whole.points[at]
        )
        assert bits(*alone.contributions) == bits(*whole.reasons[at])
        assert whole.reasons[at].tobytes() == small.reasons[0].tobytes()
        assert whole.base_points[at] == np.float32(alone.base_points)


def test_no_rows_give_no_scores(engine):
    scores = engine.score_many([])

    assert scores.pd.shape == (0,)
    assert scores.reasons.shape == (0, 17)


def test_missing_values_reach_the_graph_as_nan_and_as_the_empty_text(contract_text):
    text = contract_text
    for code in ("CHK01", "DUR01"):
        text = text.replace(
            f'code = "{code}"', f'code = "{code}"\nmay_be_missing = true\nmissing_text = "Not said"'
        )
    contract = Contract.parse(text.encode())
    engine = Engine(toy_release.release(contract))

    unknown_status = engine.score(example(contract) | {"checking_status": None})
    none = engine.score(example(contract) | {"checking_status": "none"})

    assert unknown_status.pd == none.pd  # the toy gives 0 to every text that it does not know
    with pytest.raises(EngineFailed, match="cannot be true: pd nan"):
        engine.score(example(contract) | {"duration_months": None})


def test_another_process_gives_the_same_bits(tmp_path, contract, engine, applicant, toy_bundle):
    content = bundle.pack(toy_release.members(contract, model=toy_bundle.model))
    (tmp_path / "bundle.zip").write_bytes(content)
    program = (
        "import sys; from pathlib import Path; from scoring.bundle import open_bundle\n"
        "from scoring.engine import Engine; from scoring.features import example\n"
        "opened = open_bundle(Path(sys.argv[1]), expected_hash=sys.argv[2])\n"
        "print(Engine(opened).score(example(opened.contract)))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "bundle.zip", bundle.hash_of(content)],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )

    assert answer.stdout.strip() == str(engine.score(applicant))


def test_scoring_needs_no_package_that_only_training_needs(tmp_path):
    program = (
        "import sys, scoring.engine, scoring.scorecard, scoring.policy, scoring.reasons\n"
        "print(sorted({'onnx', 'xgboost', 'sklearn', 'pandas', 'polars'} & set(sys.modules)))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT, text=True
    )

    assert answer.stdout.strip() == "[]"


def test_a_graph_that_does_not_load_is_refused(contract, toy_bundle):
    def break_it(parts):
        parts["nodes"][1].input[0] = "nowhere"

    with pytest.raises(EngineFailed, match="does not load"):
        Engine(toy_release.release(change=break_it))


def test_a_graph_with_other_inputs_is_refused():
    def rename(parts):
        parts["inputs"][-1].name = "age"

    with pytest.raises(EngineFailed, match=r"not the contract's: \['age', 'has_telephone'\]"):
        Engine(toy_release.release(change=rename))


def test_a_graph_that_would_read_a_group_beside_the_features_is_refused():
    """So a model with a cut-off for each group is never registered: a training opens it first."""

    def add(parts):
        group = helper.make_tensor_value_info("age_group", TensorProto.STRING, [None, 1])
        parts["inputs"].append(group)

    with pytest.raises(EngineFailed, match=r"not the contract's: \['age_group'\]"):
        Engine(toy_release.release(change=add))


def test_a_graph_that_lacks_an_input_is_refused():
    with pytest.raises(EngineFailed, match=r"not the contract's: \['has_telephone'\]"):
        Engine(toy_release.release(change=lambda parts: parts["inputs"].pop()))


def test_a_graph_that_takes_another_type_is_refused():
    def retype(parts):
        parts["inputs"][-1].type.tensor_type.elem_type = TensorProto.DOUBLE

    with pytest.raises(EngineFailed, match=r"not the contract's: \['has_telephone'\]"):
        Engine(toy_release.release(change=retype))


def test_a_graph_that_lacks_an_output_is_refused():
    with pytest.raises(EngineFailed, match="the graph's outputs are"):
        Engine(toy_release.release(change=lambda parts: parts["outputs"].pop()))


def test_a_graph_with_too_few_reasons_is_refused():
    def narrow(parts):
        spread = numpy_helper.to_array(parts["tensors"].pop())[:, :5]
        parts["tensors"].append(numpy_helper.from_array(spread, "spread"))
        parts["outputs"][3] = helper.make_tensor_value_info("reasons", TensorProto.FLOAT, [None, 5])

    with pytest.raises(EngineFailed, match="have the shapes"):
        Engine(toy_release.release(change=narrow))


def constant(name, value):
    """Replace a constant of the toy graph."""

    def change(parts):
        place = next(at for at, item in enumerate(parts["tensors"]) if item.name == name)
        array = np.array([value], dtype=np.float32)
        parts["tensors"][place] = numpy_helper.from_array(array, name)

    return change


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("b", math.nan, "cannot be true"),
        ("a_month", math.inf, "cannot be true"),
        ("base", math.nan, "cannot be true"),
        ("base", 500.0, "cannot be true"),
        ("minus_factor", -10.0, "cannot be true"),
    ],
)
def test_an_answer_that_cannot_be_true_is_refused(name, value, says):
    with pytest.raises(EngineFailed, match=says):
        Engine(toy_release.release(change=constant(name, value)))


def test_a_pd_outside_0_to_1_is_refused():
    def leave_out_the_sigmoid(parts):
        at = next(at for at, node in enumerate(parts["nodes"]) if node.op_type == "Sigmoid")
        parts["nodes"][at] = helper.make_node("Add", ["logit", "offset"], ["pd"])

    with pytest.raises(EngineFailed, match="cannot be true: pd 48"):
        Engine(toy_release.release(change=leave_out_the_sigmoid))


def test_points_that_are_not_of_the_contracts_scale_are_refused():
    def shift(parts):
        constant("offset", 600.0)(parts)
        constant("base", 600.0 - 28.853900817779268 * toy_release.B)(parts)

    with pytest.raises(EngineFailed, match="not of the contract's scale"):
        Engine(toy_release.release(change=shift))


def test_one_bad_row_of_a_batch_is_named(contract_text, rows):
    text = contract_text.replace(
        'code = "DUR01"', 'code = "DUR01"\nmay_be_missing = true\nmissing_text = "Not said"'
    )
    engine = Engine(toy_release.release(Contract.parse(text.encode())))
    spoilt = [*rows[:5], rows[5] | {"duration_months": None}, *rows[6:9]]

    with pytest.raises(EngineFailed, match="for 1 rows, first row 5"):
        engine.score_many(spoilt)


def test_a_graph_that_raises_is_a_failure_with_a_name(engine, applicant):
    with pytest.raises(EngineFailed, match="the model failed: the graph failed"):
        engine._run(engine._feeds.of_one(applicant) | {"housing": np.zeros((2, 2), np.float32)})


def test_a_margin_that_is_no_number_is_refused_of_one_and_of_many(rows):
    def spoil(parts):
        """Give a margin of NaN where the term is long, and leave all else as it is."""
        flawed_graphs.flawed("no number", output="margin")(parts)
        for node in parts["nodes"]:
            if node.op_type == "Mul" and node.output[0] == "sloped":
                node.input[0] = "flawless"

    engine = Engine(toy_release.release(change=spoil))
    odd = rows[0] | {"duration_months": int(flawed_graphs.AT_MONTHS)}

    with pytest.raises(EngineFailed, match="margin nan"):
        engine.score(odd)
    with pytest.raises(EngineFailed, match="for 1 rows, first row 1"):
        engine.score_many([rows[0], odd, rows[1]])
