"""Graphs that answer the contract's example and fail at one term, each in another way."""

import numpy as np
import slow_graphs
from onnx import TensorProto, helper, numpy_helper

AT_MONTHS = 77.0
_NODE = helper.make_node


def _beyond(nodes, tensors):
    """Give "beyond": 0 up to the month before, 1 at it."""
    for name, value in (("flaw_at", AT_MONTHS - 1), ("flaw_zero", 0.0), ("flaw_one", 1.0)):
        tensors.append(numpy_helper.from_array(np.array([value], dtype=np.float32), name))
    nodes.append(_NODE("Sub", ["duration_months", "flaw_at"], ["flaw_past"]))
    nodes.append(_NODE("Max", ["flaw_past", "flaw_zero"], ["beyond"]))


def no_number(nodes, tensors):
    _beyond(nodes, tensors)
    nodes.append(_NODE("Sub", ["flaw_one", "beyond"], ["flaw_left"]))
    nodes.append(_NODE("Div", ["flaw_zero", "flaw_left"], ["flaw"]))  # 0 / 0


def outside(nodes, tensors):
    _beyond(nodes, tensors)
    nodes.append(_NODE("Identity", ["beyond"], ["flaw"]))


def raises(nodes, tensors):
    _beyond(nodes, tensors)
    nodes.append(_NODE("Cast", ["beyond"], ["flaw_place"], to=TensorProto.INT64))
    nodes.append(_NODE("Gather", ["flaw_zero", "flaw_place"], ["flaw"]))  # one past its end


FLAWS = {"no number": no_number, "outside": outside, "raises": raises}


def flawed(kind, *, output="pd"):
    """Make a change for `toy_release.graph`: the output is spoilt by a flaw, or by a long chain."""

    def change(parts):
        nodes, tensors = parts["nodes"], parts["tensors"]
        if kind == "hangs":
            slow_graphs.stall(nodes, tensors, output=output, steps=120)
            return
        FLAWS[kind](nodes, tensors)
        for node in nodes:
            if output in node.output:
                node.output[:] = ["flawless"]
        nodes.append(_NODE("Add", ["flawless", "flaw"], [output]))

    return change


def as_ensemble(change=None, *, spread=(0.0, 0.0, 0.0)):
    """Make a change for `toy_release.graph`: three models, so far from the champion's PD."""

    def changed(parts):
        nodes, tensors = parts["nodes"], parts["tensors"]
        tensors.append(numpy_helper.from_array(np.array([spread], dtype=np.float32), "spread_pds"))
        tensors.append(numpy_helper.from_array(np.ones(1, dtype=np.float32), "certain"))
        nodes.append(_NODE("Add", ["pd", "spread_pds"], ["unbounded"]))
        nodes.append(_NODE("Min", ["unbounded", "certain"], ["pds"]))
        parts["outputs"][:] = [
            helper.make_tensor_value_info("pds", TensorProto.FLOAT, [None, len(spread)])
        ]
        if change is not None:
            change(parts)

    return changed
