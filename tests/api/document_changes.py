"""What breaks a client between two versions of an OpenAPI document, in sentences that say where."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from schema_changes import Pair, Schema, breaks, pointed

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Both:
    """The two documents, and sentences about one operation of them."""

    old: Schema
    new: Schema

    def schemas(self, old: Schema, new: Schema, *, is_given: bool, where: str) -> Iterator[str]:
        """Compare two schemas, each in its document."""
        pair = Pair(old, new, (self.old, self.new), is_given)
        for place, what in breaks(pair):
            yield f"{where}{f' {place}' if place else ''}: {what}"

    def resolved(self, old: Schema, new: Schema) -> tuple[Schema, Schema]:
        """Follow the pointers of both."""
        return pointed(old, self.old), pointed(new, self.new)


def broken(old: Schema, new: Schema) -> list[str]:
    """Say all that a client of the old document could trip over in the new one."""
    both = Both(old, new)
    return [
        *_operations(both, "paths", _operation),
        *_operations(both, "webhooks", _message),
        *_ways_in(both),
    ]


Compare = Callable[[Both, str, Schema, Schema], Iterator[str]]


def _operations(both: Both, part: str, compare: Compare) -> Iterator[str]:
    for path, item in both.old.get(part, {}).items():
        for method in (name for name in METHODS if name in item):
            name = f"{method.upper()} {path}"
            now = both.new.get(part, {}).get(path, {}).get(method)
            if now is None:
                yield f"{name}: is gone"
            else:
                yield from compare(both, name, item[method], now)


def _operation(both: Both, name: str, old: Schema, new: Schema) -> Iterator[str]:
    if old["operationId"] != new["operationId"]:
        yield f"{name}: operationId was {old['operationId']}, is {new['operationId']}"
    yield from _parameters(both, name, old, new)
    yield from _body(both, name, old, new, is_given=False)
    yield from _answers(both, name, old, new)
    yield from _security(name, old.get("security", []), new.get("security", []))


def _message(both: Both, name: str, old: Schema, new: Schema) -> Iterator[str]:
    """Compare what we send: there the body is given."""
    yield from _body(both, name, old, new, is_given=True)
    before, now = _by_place(both.old, old), _by_place(both.new, new)
    for place in before:
        if place not in now:
            yield f"{name}, {place}: is gone"
        else:
            pair = before[place]["schema"], now[place]["schema"]
            yield from both.schemas(*pair, is_given=True, where=f"{name}, {place}")


def _by_place(document: Schema, operation: Schema) -> dict[str, Schema]:
    told = [pointed(each, document) for each in operation.get("parameters", ())]
    return {f"{each['in']} parameter {each['name']}": each for each in told}


def _parameters(both: Both, name: str, old: Schema, new: Schema) -> Iterator[str]:
    before, now = _by_place(both.old, old), _by_place(both.new, new)
    for place, parameter in before.items():
        if place not in now:
            yield f"{name}, {place}: is gone"
        else:
            pair = parameter.get("schema", {}), now[place].get("schema", {})
            yield from both.schemas(*pair, is_given=False, where=f"{name}, {place}")
    for place, parameter in now.items():
        if parameter.get("required") and not before.get(place, {}).get("required"):
            yield f"{name}, {place}: is now required"


def _body(both: Both, name: str, old: Schema, new: Schema, *, is_given: bool) -> Iterator[str]:
    bodies = (each.get("requestBody", {}) for each in (old, new))
    before, now = both.resolved(*bodies)
    if now.get("required") and not before.get("required") and not is_given:
        yield f"{name}, request: a body is now required"
    yield from _contents(both, f"{name}, request", before, now, is_given=is_given)


def _contents(both: Both, where: str, old: Schema, new: Schema, *, is_given: bool) -> Iterator[str]:
    for kind, content in old.get("content", {}).items():
        now = new.get("content", {}).get(kind)
        if now is None:
            yield f"{where}: {kind} is gone"
        else:
            pair = content.get("schema", {}), now.get("schema", {})
            yield from both.schemas(*pair, is_given=is_given, where=where)


def _answers(both: Both, name: str, old: Schema, new: Schema) -> Iterator[str]:
    for status, answer in old["responses"].items():
        where = f"{name}, {status}"
        if status not in new["responses"]:
            yield f"{where}: is gone"
            continue
        before, now = both.resolved(answer, new["responses"][status])
        yield from _contents(both, where, before, now, is_given=True)
        yield from _headers(both, where, before.get("headers", {}), now.get("headers", {}))


def _headers(both: Both, where: str, old: Schema, new: Schema) -> Iterator[str]:
    for header in old:
        place = f"{where}, header {header}"
        if header not in new:
            yield f"{place}: is gone"
        else:
            before, now = both.resolved(old[header], new[header])
            pair = before.get("schema", {}), now.get("schema", {})
            yield from both.schemas(*pair, is_given=True, where=place)


def _security(name: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    """Hold every way in that was enough against those that are enough now."""
    for way in old or [{}]:
        if not any(_is_enough(way, other) for other in new or [{}]):
            yield f"{name}, security: {_way(way)} is no longer enough"


def _is_enough(shown: Schema, wanted: Schema) -> bool:
    return all(
        scheme in shown and set(scopes) <= set(shown[scheme]) for scheme, scopes in wanted.items()
    )


def _way(way: Schema) -> str:
    named = [
        f"{scheme} ({', '.join(scopes)})" if scopes else scheme for scheme, scopes in way.items()
    ]
    return " and ".join(named) or "no key"


def _ways_in(both: Both) -> Iterator[str]:
    before, now = (
        each.get("components", {}).get("securitySchemes", {}) for each in (both.old, both.new)
    )
    for name, scheme in before.items():
        told = {key: value for key, value in scheme.items() if key != "description"}
        kept = {key: now.get(name, {}).get(key) for key in told}
        yield from (
            f"security scheme {name}: {key} was {told[key]}, is {kept[key]}"
            for key in told
            if told[key] != kept[key] and key != "flows"
        )
        yield from _flows(name, told.get("flows", {}), kept.get("flows") or {})


def _flows(name: str, old: Schema, new: Schema) -> Iterator[str]:
    for flow, told in old.items():
        now = new.get(flow, {})
        before, after = (each.get("tokenUrl") for each in (told, now))
        if before != after:
            yield f"security scheme {name}: tokenUrl was {before}, is {after}"
        if gone := set(told.get("scopes", {})) - set(now.get("scopes", {})):
            yield f"security scheme {name}: scopes are gone: {', '.join(sorted(gone))}"
