"""ONNX Runtime on one thread, within a time limit and a limit of memory.

One watchdog thread a process looks at what is running and tells what is overdue to stop; ONNX
Runtime obeys between two nodes of the graph. Nothing of the graph runs while it is loaded.
"""

import os
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_state

SECONDS = 0.5  # one application takes a five-thousandth of it
LOOKS_A_SECOND = 50
MOST_MEMORY = 512_000_000  # bytes, for what all graphs of a process work out; a batch takes 20 MB
# Folding constants runs nodes while the graph is loaded, where nothing could stop them.
_NOT_AT_LOADING = ["ConstantFolding"]
# Its errors have no common ancestor but Exception, and which there are changes with versions.
RUNTIME_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(
        kind
        for kind in vars(runtime_state).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ),
)


class GraphFailed(RuntimeError):
    """The graph could not be loaded, or raised."""


class GraphTimedOut(GraphFailed):
    """The graph took longer than it may."""


class Session:
    """A loaded graph.

    Parameters
    ----------
    model : bytes
        Checked by `onnx_safety`.
    seconds : float
        How long a run may take, unless it says otherwise itself.

    Raises
    ------
    GraphFailed
        The graph does not load.
    """

    def __init__(self, model: bytes, *, seconds: float = SECONDS) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 4  # a refusal is raised; the log would only repeat it
        options.add_session_config_entry("session.use_env_allocators", "1")  # bounded, see below
        options.add_session_config_entry("session.load_model_format", "ONNX")  # what was checked
        self._seconds = seconds
        try:
            self._session = onnxruntime.InferenceSession(
                model,
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_NOT_AT_LOADING,
            )
        except RUNTIME_ERRORS as error:
            raise GraphFailed(f"the graph does not load: {error}") from error
        self.inputs = {item.name: item.type for item in self._session.get_inputs()}
        self.outputs = {item.name: item.type for item in self._session.get_outputs()}

    def run(
        self, outputs: Sequence[str], feeds: dict[str, Any], *, seconds: float | None = None
    ) -> list[NDArray[np.float32]]:
        """Ask for outputs.

        Raises
        ------
        GraphTimedOut
            It took longer than it may, and was stopped.
        GraphFailed
            It raised, or needed more memory than there is for graphs.
        """
        options = onnxruntime.RunOptions()
        options.log_severity_level = 4
        ticket = _watchdog.watch(options, seconds or self._seconds)
        try:
            return self._session.run(outputs, feeds, options)  # type: ignore[no-any-return]
        except RUNTIME_ERRORS as error:
            if options.terminate:
                raise GraphTimedOut(
                    f"the graph took longer than {seconds or self._seconds:g} seconds"
                ) from error
            raise GraphFailed(f"the graph failed: {error}") from error
        finally:
            _watchdog.forget(ticket)


class _Watchdog:
    """Knows what is running and until when; its thread begins with the first run of a process."""

    def __init__(self) -> None:
        self._running: dict[int, tuple[float, Any]] = {}
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def watch(self, options: Any, seconds: float) -> int:
        """Note a run; a dict's own lock is enough, for a key is never shared."""
        if self._thread is None:
            self._start()
        ticket = id(options)
        self._running[ticket] = (time.monotonic() + seconds, options)
        return ticket

    def forget(self, ticket: int) -> None:
        """Strike a run out that has ended."""
        del self._running[ticket]

    def after_fork(self) -> None:
        """Forget the parent's runs and its thread, which a forked child does not have."""
        self._running, self._thread, self._starting = {}, None, threading.Lock()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._look, name="graph-watchdog", daemon=True
                )
                self._thread.start()

    def _look(self) -> None:
        while True:
            time.sleep(1 / LOOKS_A_SECOND)
            now = time.monotonic()
            for until, options in tuple(self._running.values()):
                if until < now:
                    options.terminate = True


_watchdog = _Watchdog()
os.register_at_fork(after_in_child=_watchdog.after_fork)


def _bound_memory() -> None:
    """Let all graphs of this process work in one store; a graph that asks for more raises."""
    where = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    limit = onnxruntime.OrtArenaCfg({"max_mem": MOST_MEMORY})
    onnxruntime.create_and_register_allocator(where, limit)


_bound_memory()
