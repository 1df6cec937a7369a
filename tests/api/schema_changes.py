"""What breaks between two versions of a JSON Schema, in words: all that it does not know does.

What we take may only become wider, and what we give only narrower, but that an object which we give
may get more members.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

Schema = dict[str, Any]
Found = Iterator[tuple[str, str]]  # where in the schema, and what

WORDS = {"description", "title", "examples", "example", "default", "deprecated"}
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
INSIDE = {"properties", "required", "additionalProperties", "items", "anyOf", "oneOf", "$ref"}
BY_NAME = {*WORDS, *LOWER, *UPPER, *INSIDE, "type", "enum", "const"}
ALL_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


@dataclass(frozen=True)
class Pair:
    """One schema before and after, each in its document, and whether it is of what we give."""

    old: Schema
    new: Schema
    documents: tuple[Schema, Schema]
    is_given: bool
    where: str = ""
    inside: frozenset[tuple[str, str]] = frozenset()  # pointers that were followed to come here

    @property
    def wide(self) -> Schema:
        """Give the one that has to fit into the other."""
        return self.new if self.is_given else self.old

    @property
    def narrow(self) -> Schema:
        """Give the other."""
        return self.old if self.is_given else self.new

    def within(self, name: str, old: Schema, new: Schema) -> "Pair":
        return replace(self, old=old, new=new, where=f"{self.where}.{name}".strip("."))

    def was(self, name: str) -> str:
        old, new = (side.get(name, "nothing") for side in (self.old, self.new))
        return f"{name} was {old}, is {new}"


def breaks(pair: Pair) -> Found:
    """Give where and what no longer fits."""
    pointers = (pair.old.get("$ref", ""), pair.new.get("$ref", ""))
    if any(pointers):
        if pointers in pair.inside:
            return
        old, new = (
            pointed(*each) for each in zip((pair.old, pair.new), pair.documents, strict=True)
        )
        pair = replace(pair, old=old, new=new, inside=pair.inside | {pointers})
    for look in (_types, _values, _bounds, _others, _alternatives, _members, _items):
        yield from look(pair)


def pointed(part: Schema, document: Schema) -> Schema:
    """Follow a pointer to what it points to."""
    while "$ref" in part:
        place: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        part = place
    return part


def _types(pair: Pair) -> Found:
    wide, narrow = _type_names(pair.wide), _type_names(pair.narrow)
    lost = wide - narrow - ({"integer"} if "number" in narrow else set())
    if lost:
        yield pair.where, f"{'may now be' if pair.is_given else 'may no longer be'} {_listed(lost)}"


def _type_names(schema: Schema) -> frozenset[str]:
    said = schema.get("type", ALL_TYPES)
    return frozenset([said] if isinstance(said, str) else said)


def _values(pair: Pair) -> Found:
    wide, narrow = (_enum(each) for each in (pair.wide, pair.narrow))
    if narrow is None:
        return
    if wide is None:
        yield pair.where, pair.was("enum")
    elif lost := [value for value in wide if value not in narrow]:
        yield pair.where, f"{'may now be' if pair.is_given else 'may no longer be'} {_listed(lost)}"


def _enum(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _bounds(pair: Pair) -> Found:
    for names, sign in ((LOWER, 1), (UPPER, -1)):
        for name in sorted(names & set(pair.narrow)):
            limit = pair.wide.get(name)
            if limit is None or sign * limit < sign * pair.narrow[name]:
                yield pair.where, pair.was(name)


def _others(pair: Pair) -> Found:
    for name in sorted(set(pair.narrow) - BY_NAME):
        if pair.wide.get(name) != pair.narrow[name]:
            yield pair.where, pair.was(name)


def _alternatives(pair: Pair) -> Found:
    sides = [each.get("anyOf") or each.get("oneOf") for each in (pair.wide, pair.narrow)]
    if not any(sides):
        return
    wide, narrow = (each or [{}] for each in sides)
    for place, one in enumerate(wide):
        tried = [list(breaks(_of_directions(pair, one, other))) for other in narrow]
        if all(tried):
            yield from tried[min(place, len(tried) - 1)]


def _of_directions(pair: Pair, wide: Schema, narrow: Schema) -> Pair:
    old, new = (narrow, wide) if pair.is_given else (wide, narrow)
    return replace(pair, old=old, new=new)


def _members(pair: Pair) -> Found:
    old, new = (each.get("properties", {}) for each in (pair.old, pair.new))
    for name in old:
        if name in new:
            yield from breaks(pair.within(name, old[name], new[name]))
        elif pair.is_given or not _is_open(pair.new):
            yield pair.within(name, {}, {}).where, "is gone"
    yield from _required(pair)
    yield from _further_members(pair)


def _required(pair: Pair) -> Found:
    wide, narrow = (each.get("required", ()) for each in (pair.wide, pair.narrow))
    for name in narrow:
        is_gone = pair.is_given and name not in pair.new.get("properties", {})
        if name not in wide and not is_gone:
            yield (
                f"{pair.where}.{name}".strip("."),
                ("may now be missing" if pair.is_given else "is now required"),
            )


def _further_members(pair: Pair) -> Found:
    old, new = (each.get("additionalProperties", True) for each in (pair.old, pair.new))
    if isinstance(old, dict) and isinstance(new, dict):
        yield from breaks(pair.within("*", old, new))
    elif not pair.is_given and old is not False and new is not True:
        yield pair.where, "takes only the members that it names"


def _is_open(schema: Schema) -> bool:
    return schema.get("additionalProperties", True) is not False


def _items(pair: Pair) -> Found:
    if "items" in pair.narrow:
        yield from breaks(pair.within("[]", pair.old.get("items", {}), pair.new.get("items", {})))


def _listed(values: Any) -> str:
    return ", ".join(sorted(str(value) for value in values))
