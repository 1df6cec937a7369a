"""The product's own processes, as the supervisor runs them."""

import sys
import urllib.request

from services.places import LOOPBACK, ROOT
from services.service import Service
from services.settings import WEB, WORKER, Settings

# An address on this machine must never go through a proxy of the environment's.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def web(settings: Settings, *, port: int) -> Service:
    """Serve pages and API; two workers of threads that mostly wait for commits."""
    return Service(
        name="web",
        command=(
            *(*module("granian"), "--interface", "wsgi", "--http", "1", "--no-ws"),
            *("--host", LOOPBACK, "--port", str(port), "--workers", "2"),
            *("--blocking-threads", "16", "--workers-kill-timeout", "8"),
            *("--respawn-failed-workers", "--respawn-interval", "0.5", "credit.wsgi:application"),
        ),
        address=f"http://{LOOPBACK}:{port}",
        environment={**settings.counting_environment(WEB), "PORT": str(port)},
        folder=ROOT,
        is_ready=lambda _pid: is_up(f"http://{LOOPBACK}:{port}/readyz"),
    )


def worker(settings: Settings) -> Service:
    """Train, seal, purge; the supervisor brings it back when a lost broker makes it exit."""
    return Service(
        name="worker",
        command=(
            *(*module("celery"), "-A", "credit.celery:app", "worker", "--loglevel", "INFO"),
            # Three, so that sealing and sweeping go on beside a training and a batch.
            *("--concurrency", "3", "--prefetch-multiplier", "1"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ),
        # Django's checks are for who changes something (migrating runs them): they load every page
        # and were a sixth of what a killed worker's successor takes to come up.
        environment={**settings.counting_environment(WORKER), "CELERY_SKIP_CHECKS": "1"},
        folder=ROOT,
    )


def beat(settings: Settings) -> Service:
    """Send what is due; one process, as two would send everything twice."""
    schedule = settings.places.var / "beat-schedule"
    return Service(
        name="beat",
        command=(
            *(*module("celery"), "-A", "credit.celery:app", "beat", "--loglevel", "INFO"),
            *("--schedule", str(schedule), "--pidfile", ""),
        ),
        environment=settings.environment(WORKER),
        folder=ROOT,
    )


def module(name: str) -> tuple[str, str, str]:
    """Run a module with this Python: unlike a script's first line, it survives a moved checkout."""
    return (sys.executable, "-m", name)


def is_up(url: str) -> bool:
    """Tell whether a probe answers 200."""
    try:
        with OPENER.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
