"""Graphs that are allowed and take far too long."""

import numpy as np
from onnx import helper, numpy_helper

SIZE, NODES = 512, 400  # some seconds of multiplying, in steps of milliseconds


def stall(nodes, tensors, *, output, steps=NODES):
    """Put a long chain of multiplications, of constants alone, before an output of a graph."""
    tensors.append(numpy_helper.from_array(np.eye(SIZE, dtype=np.float32), "unit"))
    tensors.append(numpy_helper.from_array(np.zeros(1, dtype=np.float32), "nought"))
    last = "unit"
    for at in range(steps):
        nodes.append(helper.make_node("MatMul", [last, "unit"], [f"slow {at}"]))
        last = f"slow {at}"
    nodes.append(helper.make_node("ReduceSum", [last], ["slow sum"], keepdims=0))
    nodes.append(helper.make_node("Mul", ["slow sum", "nought"], ["slow nought"]))
    for node in nodes:
        for place, name in enumerate(node.output):
            if name == output:
                node.output[place] = f"quick {output}"
    nodes.append(helper.make_node("Add", [f"quick {output}", "slow nought"], [output]))
