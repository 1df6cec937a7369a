"""The bootstrap models of a release: how far equally good models differ on one application."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scoring.bundle import Bundle
from scoring.features import Value, example
from scoring.feeds import Feeds, Rows
from scoring.sessions import SECONDS, GraphFailed, Session

OUTPUT = "pds"
MOST_MODELS = 50
ROWS_AT_ONCE = 16  # what is worked on stays in the processor's cache: half the time of 128
SECONDS_OF_A_BATCH = 60.0


class Ensemble:
    """Models fitted with the champion's settings on resamples of its rows, in one graph.

    Parameters
    ----------
    bundle : Bundle
        With the members `ensemble.onnx`, and `ensemble` in its manifest.
    seconds : float
        How long the graph may take for one application.

    Raises
    ------
    GraphFailed
        The graph does not load, or does not answer the contract's example sensibly.
    """

    def __init__(self, bundle: Bundle, *, seconds: float = SECONDS) -> None:
        said = bundle.manifest.get("ensemble")
        if bundle.ensemble is None or not isinstance(said, dict):
            raise GraphFailed("the release does not describe its bootstrap models")
        self.models: int = said["models"]
        self.near: float = said["near"]  # log-odds from a cut-off
        self._feeds = Feeds(bundle.contract)
        self._session = Session(bundle.ensemble, seconds=seconds)
        if self._session.inputs != self._feeds.types:
            raise GraphFailed("the bootstrap models' inputs are not the contract's")
        if self._session.outputs.get(OUTPUT) != "tensor(float)":
            raise GraphFailed(f"the bootstrap models do not answer {OUTPUT!r}")
        self.pds(example(bundle.contract))

    def pds(self, values: Mapping[str, Value]) -> NDArray[np.float32]:
        """Ask every model for the PD of one validated application, shape (models,).

        Raises
        ------
        GraphFailed
            The graph raised, took too long, or answered what cannot be true.
        """
        (found,) = self._session.run([OUTPUT], self._feeds.of_one(values))
        pds: NDArray[np.float32] = self._checked(found, rows=1)[0]
        return pds

    def pds_many(
        self, rows: Rows, *, seconds: float | None = SECONDS_OF_A_BATCH
    ) -> NDArray[np.float32]:
        """Ask every model for the PDs of n validated applications, shape (n, models).

        `seconds` as for `Engine.score_many`.

        Raises
        ------
        GraphFailed
            As `pds` does.
        """
        parts = [np.empty((0, self.models), dtype=np.float32)]
        for feeds in self._feeds.of_many(rows, at_once=ROWS_AT_ONCE):
            n = len(next(iter(feeds.values())))
            (found,) = self._session.run([OUTPUT], feeds, seconds=seconds)
            parts.append(self._checked(found, rows=n))
        return np.concatenate(parts)

    def _checked(self, found: NDArray[np.float32], *, rows: int) -> NDArray[np.float32]:
        if found.size != rows * self.models or not ((found >= 0) & (found <= 1)).all():
            raise GraphFailed("the bootstrap models answered what cannot be true")
        return found.reshape(rows, self.models)
