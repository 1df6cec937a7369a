"""What a part of the product shows of itself at a glance."""

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "watch", "bad", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One state with its words: a figure has its n, its period and its uncertainty in `detail`."""

    name: str
    label: str
    state: State
    value: str
    detail: str
    link: str
