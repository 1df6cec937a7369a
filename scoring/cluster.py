"""A Dask cluster for a training or a batch: one that runs already, or processes of this machine.

Dask is the optional extra `dask`: it is imported where a cluster is asked for, and nowhere else.
"""

import logging
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client

CHECKOUT = Path(__file__).resolve().parents[1]
LOOPBACK = "127.0.0.1"
LOCAL_WORKERS = 2
SECONDS_TO_CONNECT = 20
SECONDS_TO_START = 60
THIS_PRODUCT = "from scoring.cluster import versions"
# What must be the same on every worker as here: each has a say in a bit of a model or a score.
ALIKE = ("dask", "distributed", "numpy", "onnxruntime", "polars", "xgboost")


class ClusterRefused(RuntimeError):
    """A cluster was asked for and cannot be used, or failed in the middle."""


class DaskMissing(ClusterRefused):
    """Dask was asked for and is not installed."""


def is_installed() -> bool:
    """Say whether the extra is there, without importing it."""
    return find_spec("dask") is not None and find_spec("distributed") is not None


@contextmanager
def cluster(scheduler: str = "", *, workers: int = LOCAL_WORKERS) -> Iterator["Client"]:
    """Connect to a cluster, and leave it as it was found.

    Parameters
    ----------
    scheduler : str
        Its scheduler's address, such as "tcp://dask-scheduler:8786"; the empty text starts
        processes on this machine and ends them afterwards.
    workers : int
        How many processes of this machine, of one thread each; of no meaning with a scheduler.

    Raises
    ------
    DaskMissing
        The extra `dask` is not installed.
    ClusterRefused
        No scheduler answers at the address, it has no worker, or a worker has other versions.

    Examples
    --------
    >>> with cluster() as client:  # doctest: +SKIP
    ...     client.submit(sum, [1, 2]).result()
    3
    """
    if not is_installed():
        raise DaskMissing(
            "Dask is not installed. It is an extra: "
            ".venv/bin/uv pip install --require-hashes -r requirements-dask.txt"
        )
    import distributed  # noqa: F401, PLC0415 - an optional extra; it sets its log's level

    logging.getLogger("distributed").setLevel(logging.WARNING)  # else it tells of every fit
    with _connected(scheduler) if scheduler else _started(workers) as client:
        _check_versions(client)
        yield client


@contextmanager
def failures_named(doing: str, *also: type[Exception]) -> Iterator[None]:
    """Turn what Dask raises when a cluster breaks, and `also` others, into the one refusal."""
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415 - an optional extra

    try:
        yield
    except ClusterRefused:
        raise
    except (CancelledError, KilledWorker, OSError, *also) as error:
        is_lost = isinstance(error, (CancelledError, KilledWorker))  # their words are Dask's own
        first = "a worker was lost, or the scheduler" if is_lost else _first_line(error)
        raise ClusterRefused(f"The cluster failed while {doing}: {first}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


@contextmanager
def _connected(scheduler: str) -> Iterator["Client"]:
    from distributed import Client  # noqa: PLC0415 - an optional extra

    try:
        client = Client(scheduler, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:  # a time-out is an OSError, a bad address the other
        raise ClusterRefused(f"No Dask scheduler answers at {scheduler}.") from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise ClusterRefused(f"The Dask scheduler at {scheduler} has no worker.")
        yield client


@contextmanager
def _started(workers: int) -> Iterator["Client"]:
    """Run the scheduler in this process, and workers that end when it does.

    Not as `LocalCluster` starts them: a Celery task's process may not have children of that kind.
    """
    from distributed import Client, LocalCluster  # noqa: PLC0415 - an optional extra

    with (
        TemporaryDirectory(prefix="evenhand-dask-") as scratch,
        LocalCluster(
            n_workers=0,
            host=LOOPBACK,
            dashboard_address=f"{LOOPBACK}:0",  # any free port: the usual one may be taken
            scheduler_kwargs={"dashboard": False},
        ) as local,
        ExitStack() as running,
        (Path(scratch) / "log").open("wb") as log,
    ):
        for number in range(workers):
            process = running.enter_context(
                _worker(local.scheduler_address, number, scratch=scratch, log=log)
            )
            running.callback(process.terminate)
        with Client(local) as client:
            try:
                client.wait_for_workers(workers, timeout=SECONDS_TO_START)
            except OSError as error:
                said = (Path(scratch) / "log").read_text(errors="replace").strip()
                raise ClusterRefused(f"The workers did not start. {said[-500:]}") from error
            yield client


def _worker(
    scheduler: str, number: int, *, scratch: str, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    options = ("--nthreads=1", "--no-nanny", "--no-dashboard", f"--host={LOOPBACK}")
    path = [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "distributed.cli.dask_worker", scheduler, *options),
            *(f"--name={number}", f"--local-directory={scratch}"),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))},
        stdin=subprocess.DEVNULL,
        stdout=log,  # and not the terminal: XGBoost tells its ranks at every fit
        stderr=log,
    )


def versions() -> dict[str, str]:
    """Versions of what must be the same everywhere."""
    found = {name: _version(name) for name in ALIKE}
    return {"python": platform.python_version(), **found}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return version(f"{name}-cpu")  # xgboost comes in two packages


def _check_versions(client: "Client") -> None:
    own = versions()
    try:
        client.run(exec, THIS_PRODUCT)  # what cannot be unpacked there, Dask tells as an Exception
        theirs = client.run(versions)
    except ImportError as error:
        raise ClusterRefused(f"A worker cannot run this product: {error}") from error
    for worker, found in theirs.items():
        other = [f"{name} {found[name]}" for name in own if found[name] != own[name]]
        if other:
            raise ClusterRefused(
                f"The worker {worker} has other versions than this process: {', '.join(other)}."
            )
