import json
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from services.child import Child
from services.places import Places, shown, write_atomically


class Writer:
    """Keeps `status.json` true: what runs, where, since when."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._started_at = datetime.now(tz=UTC)
        self._written = ""

    def write(self, children: Iterable[Child], *, base_url: str) -> None:
        """Write the report when it has changed."""
        text = json.dumps(self._report(children, base_url=base_url), indent=2)
        if text == self._written:
            return
        with suppress(OSError):  # a full disk must not take the product down
            write_atomically(self._places.status, text, mode=0o644)
            self._written = text

    def _report(self, children: Iterable[Child], *, base_url: str) -> dict[str, Any]:
        return {
            "supervisor": os.getpid(),
            "started_at": self._started_at.isoformat(timespec="seconds"),
            "base_url": base_url or None,
            "services": [self._entry(child) for child in children],
        }

    def _entry(self, child: Child) -> dict[str, Any]:
        return {
            "name": child.service.name,
            "state": child.state,
            "pid": child.pid,
            "address": child.service.address,
            "since": child.since.isoformat(timespec="seconds") if child.since else None,
            "restarts": child.restarts,
            "log": shown(self._places.log(child.service.name)),
        }
