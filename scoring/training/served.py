"""A graph under test, loaded as it will be served."""

from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from scoring.training.probes import Inputs

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a graph says of n rows."""

    pd: Floats  # (n,)
    margin: Floats
    points: Floats
    reasons: Floats  # (n, features)
    base_points: float


class Graph:
    """A graph as it will be served: one session, one thread."""

    def __init__(self, content: bytes) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        self.session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def answer(self, inputs: Inputs) -> Answers:
        """Ask for every output."""
        names = ["pd", "margin", "points", "reasons", "base_points"]
        pd, margin, points, reasons, base = (
            found.astype(np.float64) for found in self.session.run(names, inputs)
        )
        return Answers(
            pd=pd[:, 0],
            margin=margin[:, 0],
            points=points[:, 0],
            reasons=reasons,
            base_points=float(base[0]),
        )
