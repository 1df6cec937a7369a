"""What is wrong with one place of a request, and how that place is named (RFC 6901)."""

import re
from dataclasses import dataclass

LONGEST_POINTER = 2_000
_UNPRINTABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a request: where (`""` is the whole body), which, and in words."""

    pointer: str
    code: str
    detail: str

    def as_document(self) -> dict[str, str]:
        """Give the fault as it stands in the `errors` of a problem document."""
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


def step(pointer: str, token: str | int) -> str:
    """Go one step down, escaped as RFC 6901 wants it and printable whatever the key holds.

    Examples
    --------
    >>> step("/features", "income/month~net")
    '/features/income~1month~0net'
    """
    escaped = str(token).replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{printable(escaped)}"[:LONGEST_POINTER]


def printable(text: str) -> str:
    """Put the replacement character for what no answer, log or table may carry."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_storable(text: str) -> bool:
    r"""Say whether PostgreSQL can store the text: no NUL, no lone surrogate.

    Examples
    --------
    >>> is_storable("A-2291"), is_storable("A\0"), is_storable("\\ud800")
    (True, False, False)
    """
    if text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
