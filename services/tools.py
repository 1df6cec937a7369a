import os
import sys
from collections.abc import Sequence

from services.places import ROOT, Places, shown
from services.terminal import say
from services.trouble import Trouble

BENCHES = {
    "quality": "bench_quality",
    "onboarding": "bench_onboarding",
    "batch": "bench_batch",
}


def bench(arguments: Sequence[str]) -> int:
    """Measure the parts in this process's place."""
    os.chdir(ROOT)
    part = arguments[0] if arguments else ""
    module = BENCHES.get(part, "bench")
    rest = arguments[1:] if part in BENCHES else arguments
    os.execv(sys.executable, [sys.executable, "-m", f"scoring.training.{module}", *rest])  # noqa: S606 - ours, no shell


def docs(arguments: Sequence[str]) -> int:
    """Build the documentation's pages."""
    if not (ROOT / "mkdocs.yml").exists():
        raise Trouble("There is no mkdocs.yml here, so there are no pages to build.")
    site = Places.usual().var / "site"
    say(f"The pages go to {shown(site)}/index.html", to_stderr=True)
    os.chdir(ROOT)
    command = ["mkdocs", "build", "--strict", "--site-dir", str(site), *arguments]
    os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606 - ours, no shell
