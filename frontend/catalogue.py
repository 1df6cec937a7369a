"""Every string that people read, found in code and templates, and what is made of it.

`./run messages` brings the catalogues in `locale/` up to the code and says what is left to do.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

CHECKOUT = Path(__file__).resolve().parent.parent
ROOMS = ("credit", "monitoring", "frontend")
ENGLISH = (  # of machines, of who installs, of who builds pages
    *("credit/api/", "credit/templates/api/", "/management/commands/", "/migrations/"),
    *("styleguide",),
)
LOCALES = CHECKOUT / "locale"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
}
_TEXT = r"u?(?:'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
# As Django writes the strings of a template out for a program that knows Python.
_IN_TEMPLATE = re.compile(rf"\b(?:n?gettext|_)\(\s*({_TEXT})(?:\s*,\s*({_TEXT}))?[^()]*\)")
# What a translation must name as its original does: {name}, %(name)s, and tags.
_PLACES = re.compile(r"\{\w*\}|%(?:\(\w+\))?[srd]|</?\w+[^>]*>")

Words = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A string, or its singular and plural, and the file it stands in."""

    words: Words
    file: str


def found() -> Iterator[Found]:
    """Give every translatable string, file by file."""
    for room in ROOMS:
        for path in sorted((CHECKOUT / room).rglob("*")):
            name = path.relative_to(CHECKOUT).as_posix()
            if path.suffix in {".py", ".html"} and not any(part in name for part in ENGLISH):
                read = strings_of_python if path.suffix == ".py" else strings_of_template
                yield from (Found(words, name) for words in read(path.read_text()))


def strings_of_template(text: str) -> Iterator[Words]:
    """Give a template's strings, as its tags will ask for them."""
    for match in _IN_TEMPLATE.finditer(templatize(text)):
        one, many = (str(ast.literal_eval(part or "''")) for part in match.groups())
        yield (one, many) if many else one


def strings_of_python(text: str) -> Iterator[Words]:
    """Give a module's strings, and what `require_role` is told that only some may do."""
    for _, words, _, _ in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
        yield (words[0], words[1]) if isinstance(words, tuple) else words
    tree = ast.parse(text)
    yield from _labels(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"require_role", "_check_may"}:
            yield from (
                str(each.value.value)
                for each in node.keywords
                if each.arg == "to" and isinstance(each.value, ast.Constant)
            )


def _labels(tree: ast.AST) -> Iterator[str]:
    """Give the labels of choices that are said plainly; a page shows them by `translated`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and "Choices" in "".join(map(ast.unparse, node.bases)):
            pairs = (each.value for each in node.body if isinstance(each, ast.Assign))
            for pair in pairs:
                label = pair.elts[1] if isinstance(pair, ast.Tuple) else None
                if isinstance(label, ast.Constant) and not str(label.value).isupper():
                    yield str(label.value)


def template() -> Catalog:
    """Gather the strings into a catalogue without translations."""
    catalogue = Catalog(domain="django", charset="utf-8", header_comment="")
    for each in found():
        catalogue.add(each.words, locations=[(each.file, 0)])
    return catalogue


def of(language: str) -> Catalog:
    """Read what is translated into a language."""
    with _path(language).open("rb") as file:
        return read_po(file, locale=language, domain="django")


def left_to_do(language: str) -> list[str]:
    """Name each string that is missing, untranslated, in doubt, outdated or without a place."""
    wanted, have = template(), of(language)
    problems = [
        f"not in the catalogue: {each.id!r}" for each in wanted if each.id and each.id not in have
    ]
    for each in have:
        if each.id and each.id in wanted:
            problems += _problems(each)
        elif each.id:
            problems.append(f"no longer used: {each.id!r}")
    return problems


def _problems(message: Message) -> Iterator[str]:
    originals, translations = _each(message.id), _each(message.string)
    if not all(translations):
        yield f"not translated: {message.id!r}"
    elif message.fuzzy:
        yield f"in doubt: {message.id!r}"
    elif any(places(each) not in map(places, originals) for each in translations):
        yield f"other places than the original: {message.id!r}: {message.string!r}"


def _each(words: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or [""])


def places(text: str) -> list[str]:
    """Give what stands in a text beside its words."""
    return sorted(_PLACES.findall(text))


def update(language: str) -> None:
    """Add the new strings, untranslated, and drop those that are gone."""
    have = of(language)
    have.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    have.obsolete.clear()
    with _path(language).open("wb") as file:
        write_po(file, have, width=100, include_lineno=False, omit_header=False)


def languages() -> list[str]:
    """List the languages that have a catalogue."""
    return sorted(path.parts[-3] for path in LOCALES.glob("*/LC_MESSAGES/django.po"))


def main(arguments: Sequence[str]) -> int:
    """Update the catalogues and print what is left to do."""
    chosen = list(arguments) or languages()
    for language in chosen:
        update(language)
    problems = [f"{language}: {each}" for language in chosen for each in left_to_do(language)]
    sys.stdout.write("\n".join([*problems, f"{len(problems)} left to do.", ""]))
    return 1 if problems else 0


def _path(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
