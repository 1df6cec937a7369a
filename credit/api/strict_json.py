"""JSON read strictly: what is ambiguous, endless or cannot be stored is refused by name.

Plain `json` takes NaN, 1e999 and repeated keys, dies of deep nesting, and passes NUL and lone
surrogates on to a database that refuses them.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from credit.api.faults import Fault, is_storable, step

MOST_DEPTH = 20
MOST_FAULTS = 100
LONGEST_KEY = 200
LONGEST_NUMBER = 100
INT64 = 2**63
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"

DETAILS = {
    "duplicate_key": "The key stands more than once in its object.",
    "key_too_long": f"A key of this object is longer than {LONGEST_KEY} characters.",
    "not_finite": "JSON knows no NaN, no infinity and no number beyond 1.8e308.",
    "number_too_long": f"The number has more than {LONGEST_NUMBER} characters.",
    "number_too_large": "The integer does not fit in 64 bits.",
    "not_storable": "The text holds a NUL character or half of a surrogate pair.",
}

# A string that never ends swallows the rest: without `"?` the scan would be quadratic.
STRING_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


class JsonRefused(ValueError):
    """The bytes are not the one JSON object that this API reads."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0].detail)
        self.faults = faults


def parse_object(raw: bytes, *, what: str = "The body") -> dict[str, object]:
    """Read a JSON object, or name every fault of it with its pointer; `what` says what it is."""
    text = _decode(raw, what)
    _refuse_depth(text, what)
    try:
        value = _FLAWLESS.read(text, what)
        may_be_flawed = "\\u" in text
    except _FlawFound:
        value = _FLAWED.read(text, what)
        may_be_flawed = True
    if may_be_flawed and (faults := tuple(islice(_faults_of(value, ""), MOST_FAULTS))):
        raise JsonRefused(*faults)
    if not isinstance(value, dict):
        raise JsonRefused(Fault("", "wrong_type", f"{what} must be a JSON object."))
    return value


def _decode(raw: bytes, what: str) -> str:
    if raw.startswith(BYTE_ORDER_MARK):
        raise JsonRefused(Fault("", "byte_order_mark", f"{what} begins with a byte order mark."))
    if raw.startswith(GZIP):
        raise JsonRefused(Fault("", "compressed", f"{what} is compressed: send it as it was."))
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise JsonRefused(
            Fault("", "not_utf8", f"{what} is not UTF-8 from byte {error.start} on.")
        ) from error


def _refuse_depth(text: str, what: str) -> None:
    if text.count("{") + text.count("[") <= MOST_DEPTH:
        return
    depth = 0
    for match in STRING_OR_BRACKET.finditer(text):
        mark = match[0]
        depth += (mark in ("{", "[")) - (mark in ("}", "]"))
        if depth > MOST_DEPTH:
            detail = f"{what} is nested more than {MOST_DEPTH} levels deep."
            raise JsonRefused(Fault("", "too_deep", detail))


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Stands in the tree where plain `json` would have guessed."""

    code: str


class _FlawFound(Exception):
    """There is a flaw; another reading is to name them all."""


def _stop(code: str) -> object:
    raise _FlawFound(code)


class _Reading:
    """A way to read: its hooks ask `flaw` what to leave in the tree at a flaw."""

    def __init__(self, flaw: Callable[[str], object]) -> None:
        self._flaw = flaw
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._members,
            parse_int=self._integer,
            parse_float=self._decimal,
            parse_constant=self._constant,
        )

    def read(self, text: str, what: str) -> object:
        try:
            value: object = self._decoder.decode(text)
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise JsonRefused(
                Fault("", "not_json", f"{what} is not JSON: {error.msg} ({place}).")
            ) from error
        return value

    def _members(self, pairs: list[tuple[str, object]]) -> object:
        members = dict(pairs)
        if max(map(len, members), default=0) > LONGEST_KEY:
            return self._flaw("key_too_long")
        if len(members) < len(pairs):
            times = Counter(key for key, _ in pairs)
            twice = (key for key, count in times.items() if count > 1)
            members.update(dict.fromkeys(twice, self._flaw("duplicate_key")))
        return members

    def _integer(self, literal: str) -> object:
        if len(literal) > LONGEST_NUMBER:
            return self._flaw("number_too_long")
        value = int(literal)
        return value if -INT64 <= value < INT64 else self._flaw("number_too_large")

    def _decimal(self, literal: str) -> object:
        if len(literal) > LONGEST_NUMBER:
            return self._flaw("number_too_long")
        value = float(literal)
        return value if math.isfinite(value) else self._flaw("not_finite")

    def _constant(self, _literal: str) -> object:
        return self._flaw("not_finite")


_FLAWLESS, _FLAWED = _Reading(_stop), _Reading(_Flaw)


def _faults_of(value: object, pointer: str) -> Iterator[Fault]:
    match value:
        case _Flaw(code):
            yield Fault(pointer, code, DETAILS[code])
        case str() if not is_storable(value):
            yield Fault(pointer, "not_storable", DETAILS["not_storable"])
        case dict():
            for key, member in value.items():
                inner = step(pointer, key)
                if not is_storable(key):
                    yield Fault(inner, "not_storable", DETAILS["not_storable"])
                yield from _faults_of(member, inner)
        case list():
            for index, item in enumerate(value):
                yield from _faults_of(item, step(pointer, index))
