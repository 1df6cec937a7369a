"""Rules of the house that no linter knows. Each is shown to catch what it forbids."""

import ast
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
OURS = ("scoring", "credit", "monitoring", "frontend", "services", "loadtests", "tests")
DEPENDENCIES = ("[project]", "[project.optional-dependencies]", "[dependency-groups]")
LOCKS = ("requirements.txt", "requirements-dev.txt", "services/uv.txt")
TEXT = {
    *(".py", ".html", ".css", ".js", ".toml", ".txt", ".md", ".yaml", ".yml", ".sh", ".cfg"),
    *(".ini", ".json", ".example", ".svg", ".csv", ""),
}


@cache
def texts() -> dict[str, str]:
    """Read every text file of the checkout that could be committed, once for all rules."""
    return {path.as_posix(): (CHECKOUT / path).read_text(encoding="utf-8") for path in files()}


def files() -> Iterator[Path]:
    """Give their paths inside the checkout."""
    listed = (CHECKOUT / ".gitignore").read_text().splitlines()
    ignored = {line.strip("/") for line in listed if "*" not in line}
    for folder, inside, names in os.walk(CHECKOUT):
        inside[:] = sorted(set(inside) - ignored - {".git"})
        for name in sorted(set(names) - ignored - {".git"}):  # a file in a worktree
            path = Path(folder, name).relative_to(CHECKOUT)
            if path.suffix in TEXT:
                yield path


@dataclass(frozen=True)
class Rule:
    """What is forbidden where, and how it is found in a file's text."""

    says: str
    applies: Callable[[str], bool]
    find: Callable[[str], Iterator[str]]


def within(*places: str, suffix: str = ".py") -> Callable[[str], bool]:
    return lambda path: path.startswith(places) and path.endswith(suffix)


def everywhere(path: str) -> bool:
    return path != "tests/test_house_rules.py"


def lines(pattern: str, *, flags: int = 0) -> Callable[[str], Iterator[str]]:
    """Find the lines that match a pattern."""
    return lambda text: (
        f"line {number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line, flags)
    )


def matches(pattern: str) -> Callable[[str], Iterator[str]]:
    """Find a pattern that may run over several lines."""
    return lambda text: (
        found.group().strip()[:80] for found in re.finditer(pattern, text, re.DOTALL)
    )


def calls(text: str, names: set[str]) -> Iterator[tuple[ast.Call, str, str]]:
    """Give each call of these last names as node, what it is called on, and its name."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in names:
            yield node, ast.unparse(node.func.value), node.func.attr


WRITES = {"save", "delete", "bulk_create", "bulk_update", "create", "get_or_create"}
WRITES |= {"update_or_create", "acreate", "asave", "adelete"}


def rows_written(text: str) -> Iterator[str]:
    """Find writes to the database; calling an action's module is how a page should do it."""
    actions = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module == "credit.actions"
        for alias in node.names
    }
    for node, receiver, name in calls(text, {*WRITES, "update"}):
        is_queryset = "objects" in receiver or re.search(r"\.(filter|exclude|all)\(", receiver)
        if (name in WRITES and receiver not in actions) or (name == "update" and is_queryset):
            yield f"line {node.lineno}: {receiver}.{name}("


CLOCKS = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today")}
CLOCKS |= {("date", "today"), ("time", "time"), ("time", "time_ns")}
READ = {name for _, name in CLOCKS}


def clocks_read(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in READ:
            receiver = ast.unparse(node.value).rpartition(".")[2]
            if (receiver, node.attr) in CLOCKS:
                yield f"line {node.lineno}: {receiver}.{node.attr}"
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            yield f"line {node.value.lineno}: {node.arg}"


QUERIES = {"filter", "exclude", "get", "annotate", "alias", "order_by", "values", "extra"}


def keys_from_outside(text: str) -> Iterator[str]:
    """Find queries whose field names may come from a request (Django's CVE-2025-64459)."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
        has_unpacked_names = any(keyword.arg is None for keyword in node.keywords)
        has_unpacked_order = name == "order_by" and any(
            isinstance(each, ast.Starred) for each in node.args
        )
        if name in QUERIES | {"Q"} and (has_unpacked_names or has_unpacked_order):
            yield f"line {node.lineno}: {ast.unparse(node)}"


def dependencies_without_reason(text: str) -> Iterator[str]:
    section = ""
    for line in text.splitlines():
        section = line if line.startswith("[") else section
        is_requirement = section in DEPENDENCIES and line.startswith('  "')
        if is_requirement and not re.search(r"#\s*\w", line):
            yield line.strip()


def actions_called_otherwise(text: str) -> Iterator[str]:
    """Find actions that take something by position, or that look at a clock of their own."""
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        by_position = {each.arg for each in (*node.args.posonlyargs, *node.args.args)}
        by_name = {each.arg for each in node.args.kwonlyargs}
        writes = any("transaction.atomic" in ast.unparse(each) for each in node.decorator_list)
        if (writes and by_position) or by_position & {"by", "at"}:
            yield f"{node.name} takes {', '.join(sorted(by_position))} by position"
        if (writes or "by" in by_name) and "at" not in by_name:
            yield f"{node.name} does not take `at`"


UNPICKLERS = r"pickle|joblib|cloudpickle|dill|shelve|marshal"

RULES = {
    "no row is written in a view or endpoint": Rule(
        "call an action: it checks, audits and commits as one",
        within("credit/api/", "frontend/", "monitoring/queries"),
        rows_written,
    ),
    "no clock in what must give the same answer tomorrow": Rule(
        "take `at` as an argument",
        lambda path: (
            within("scoring/", "credit/actions/", "credit/queries/", "credit/models/")(path)
            or (within("monitoring/")(path) and "/management/" not in path and "task" not in path)
        ),
        clocks_read,
    ),
    "no inline script, style or handler in a template": Rule(
        "the content security policy blocks it; put it in a static file",
        within("frontend/templates/", "credit/templates/", "monitoring/", suffix=".html"),
        matches(
            r"(?i)<script(?![^>]*\bsrc=)[^>]*>|<style\b|<[a-z][^<>]*\s(?:style|on[a-z]+|hx-on[\w:-]*)"
            r"\s*=|javascript:|<base\b"
        ),
    ),
    "nothing is marked safe in a template": Rule(
        "an applicant's words would run in the officer's browser",
        within("frontend/templates/", "credit/templates/", "monitoring/", suffix=".html"),
        lines(r"\|\s*safe(?:seq)?\b|autoescape\s+off"),
    ),
    "nothing is marked safe in Python": Rule(
        "an applicant's words would run in the officer's browser",
        within("credit/", "monitoring/", "frontend/"),
        lines(r"\bmark_safe\b|\bSafe(?:String|Data|Text)\(|def __html__|\ballow_tags\b"),
    ),
    "no field name of a query comes from outside": Rule(
        "name the fields: unpacked ones were CVE-2025-64459, 57833 and 59681",
        within("credit/", "monitoring/", "frontend/"),
        keys_from_outside,
    ),
    "no raw SQL is put together from values": Rule(
        "pass parameters",
        within("credit/", "monitoring/", "frontend/"),
        lines(r"\bRawSQL\(|\.extra\(|execute\(\s*(?:f[\"']|[\"'][^\"']*[\"']\s*(?:%|\.format))"),
    ),
    "every dependency says why it is there": Rule(
        "add a comment", lambda path: path == "pyproject.toml", dependencies_without_reason
    ),
    "actions are called by name and told the time": Rule(
        "verb(*, ..., by, at)",
        lambda path: (
            within("credit/actions/")(path)
            # `audit.record(type, ...)` stands inside every action and is none itself.
            and Path(path).name not in {"audit.py", "refusals.py"}
        ),
        actions_called_otherwise,
    ),
    "no signals and no hidden work in save": Rule(
        "an action says what it does",
        within("credit/", "monitoring/", "frontend/"),
        lines(
            r"django\.db\.models\.signals|django\.dispatch|def (?:save|delete)\(self(?!, request)"
        ),
    ),
    "a policy is read by what states it": Rule(
        "its contract may state another one (decision record 25): policy.read()",
        within("credit/", "monitoring/", "frontend/"),
        lines(r"\bpolicy(?:_version)?\.contract\.(?:read\(|text\b|hash\b)"),
    ),
    "no path of one machine": Rule(
        "say where by a setting",
        everywhere,
        lines(r"(?<![\w.~-])/(?:work|root|home/(?!app\b)\w+|Users/\w+)/"),
    ),
    "no address of a package index": Rule(
        "indexes are a machine's own configuration",
        everywhere,
        lines(r"pypi\.org|pythonhosted\.org|registry\.npmjs|(?:extra-)?index-url\s*[= ]\s*http"),
    ),
    "lock files carry no address": Rule(
        "make them with --no-emit-index-url",
        lambda path: path in LOCKS,
        lines(r"://|^\s*(?:-i|-f|--(?:extra-)?index-url|--find-links)\b"),
    ),
    "nothing is unpickled": Rule(
        "a bundle is data: ONNX, JSON, Parquet",
        lambda path: within(*OURS)(path) and everywhere(path),
        lines(
            rf"^\s*(?:import|from)\s+(?:{UNPICKLERS})\b|allow_pickle\s*=\s*True"
            rf"|import_module\(.(?:{UNPICKLERS})"
        ),
    ),
    "no exception is swallowed unseen": Rule(
        "catch the refusal by its name",
        within("scoring/", "credit/", "monitoring/", "frontend/", "services/"),
        lines(r"except\s*:|except\s+\(?(?:Base)?Exception\b|suppress\((?:Base)?Exception"),
    ),
}

# (rule, a path it applies to, what it must catch)
VIEW, ACTION, PAGE = "frontend/views/x.py", "credit/actions/x.py", "frontend/templates/x.html"
PLANTED = [
    ("no row is written", VIEW, "form.save()"),
    ("no row is written", VIEW, "Alert.objects.create(cause='x')"),
    ("no row is written", "credit/api/x.py", "Alert.objects.filter(pk=1).update(times=2)"),
    ("no row is written", "credit/api/x.py", "alert.delete()"),
    ("no row is written", "credit/api/x.py", "Alert.objects.bulk_create([])"),
    ("no clock", ACTION, "at = timezone.now()"),
    ("no clock", "scoring/x.py", "at = datetime.datetime.now(tz=UTC)"),
    ("no clock", "scoring/x.py", "at = time.time()"),
    ("no clock", "credit/queries/x.py", "on = date.today()"),
    ("no clock", "credit/models/x.py", "at = DateTimeField(default=timezone.now)"),
    ("no clock", "credit/models/x.py", "at = DateTimeField(auto_now_add=True)"),
    ("no clock", "monitoring/reports.py", "at = timezone.now()"),
    ("no inline", PAGE, "<script>alert(1)</script>"),
    ("no inline", PAGE, "<script\n  type='module'>alert(1)</script>"),
    ("no inline", PAGE, "<style>p { color: red }</style>"),
    ("no inline", PAGE, '<p class="a"\n   style="color: red">'),
    ("no inline", PAGE, '<button onclick="go()">'),
    ("no inline", PAGE, '<form hx-on:submit="go()">'),
    ("no inline", PAGE, '<a href="javascript:go()">'),
    ("nothing is marked safe in a template", PAGE, "{{ reason|safe }}"),
    ("nothing is marked safe in a template", PAGE, "{{ reason | safe }}"),
    ("nothing is marked safe in a template", PAGE, "{% autoescape off %}"),
    ("nothing is marked safe in Python", VIEW, "return mark_safe(reason)"),
    ("nothing is marked safe in Python", VIEW, "return SafeString(reason)"),
    ("no field name", VIEW, "Alert.objects.filter(**request.GET.dict())"),
    ("no field name", VIEW, "Alert.objects.exclude(pk=1, **asked)"),
    ("no field name", VIEW, "Alert.objects.order_by(*asked)"),
    ("no field name", VIEW, "Q(**asked)"),
    ("no raw SQL", VIEW, 'cursor.execute(f"SELECT {name}")'),
    ("no raw SQL", VIEW, 'cursor.execute("SELECT %s" % name)'),
    ("no raw SQL", VIEW, "Alert.objects.extra(where=[asked])"),
    ("every dependency", "pyproject.toml", '[project]\ndependencies = [\n  "left-pad>=1",\n]\n'),
    ("every dependency", "pyproject.toml", '[dependency-groups]\ndev = [\n  "left-pad",  #\n]\n'),
    ("actions are called", ACTION, "@transaction.atomic\ndef resolve(alert_id, *, at): ..."),
    ("actions are called", ACTION, "@transaction.atomic\ndef resolve(*, by): ..."),
    ("actions are called", ACTION, "def resolve(*, by): ..."),
    ("actions are called", ACTION, "def resolve(by, at): ..."),
    ("no signals", "credit/x.py", "from django.db.models.signals import post_save"),
    ("no signals", "credit/models/x.py", "    def save(self, *args, **kwargs):"),
    ("a policy is read", ACTION, "decision.policy.contract.read().policy"),
    ("a policy is read", ACTION, "text = decision.policy.contract.text"),
    ("no path", "README.md", "cd /home/ada/src/main/"),
    ("no path", "docs/x.md", "see /Users/ada/.cache"),
    ("no path", "docs/x.md", "see /home/ada/evenhand"),
    ("no address of", "requirements.txt", "--index-url https://example.org/simple"),
    ("no address of", "README.md", "from https://pypi.org/project/x"),
    ("lock files", "requirements.txt", "x @ https://example.org/x.whl"),
    ("lock files", "requirements-dev.txt", "--find-links wheels"),
    ("nothing is unpickled", "scoring/x.py", "import pickle"),
    ("nothing is unpickled", "tests/x.py", "from joblib import load"),
    ("nothing is unpickled", "scoring/x.py", "np.load(path, allow_pickle=True)"),
    ("no exception", "credit/x.py", "except Exception:"),
    ("no exception", "credit/x.py", "with suppress(Exception):"),
]

FINE = [
    ("no row is written", VIEW, "from credit.actions import users\nusers.create(username='x')"),
    ("no row is written", VIEW, "context.update({'a': 1})"),
    ("no clock", ACTION, "def resolve(*, at): alert.resolved_at = at"),
    ("no inline", PAGE, '<script src="x.js" defer></script><p class="style">only x = 1</p>'),
    ("nothing is marked safe in a template", PAGE, "{{ reason }} is safe"),
    ("no field name", VIEW, "Alert.objects.filter(pk=pk)\ndict(**asked)"),
    ("no raw SQL", VIEW, 'cursor.execute("SELECT %s", [name])'),
    (
        "every dependency",
        "pyproject.toml",
        '[project]\ndependencies = [\n  "left-pad>=1",  # pads\n]\n',
    ),
    ("actions are called", ACTION, "@transaction.atomic\ndef resolve(*, alert_id, by, at): ..."),
    ("actions are called", ACTION, "def is_override(decision, verdict): ..."),
    ("no signals", "credit/api/x.py", "    def delete(self, request: Request) -> Response:"),
    ("a policy is read", ACTION, "policy.read().policy; contract.read()"),
    ("no path", "docs/x.md", "the folder ~/src/ and https://example.org/home/ and a/b"),
    ("nothing is unpickled", "scoring/x.py", "# nothing is ever given to pickle here"),
]


def rule_named(start: str) -> Rule:
    (rule,) = [rule for name, rule in RULES.items() if name.startswith(start)]
    return rule


@pytest.mark.parametrize("name", RULES)
def test_the_house_keeps_its_rule(name):
    rule = RULES[name]

    broken = [
        f"{path}: {found}"
        for path, text in texts().items()
        if rule.applies(path)
        for found in rule.find(text)
    ]

    assert not broken, f"{name} ({rule.says}):\n" + "\n".join(broken)


@pytest.mark.parametrize(("start", "path", "text"), PLANTED)
def test_a_planted_violation_is_caught(start, path, text):
    rule = rule_named(start)

    assert rule.applies(path)
    assert list(rule.find(text))


@pytest.mark.parametrize(("start", "path", "text"), FINE)
def test_what_is_allowed_is_left_alone(start, path, text):
    rule = rule_named(start)

    assert rule.applies(path)
    assert not list(rule.find(text))


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_planted_violation_and_files_to_look_at(name):
    assert any(name.startswith(start) for start, _, _ in PLANTED)
    assert any(RULES[name].applies(path) for path in texts())


def test_no_room_of_scoring_is_left_out_of_the_rule_that_only_training_builds_models():
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (held,) = [
        set(each["source_modules"])
        for each in contracts["contracts"]
        if each["name"] == "only training builds models"
    ]
    rooms = {f"scoring.{path.stem}" for path in (CHECKOUT / "scoring").iterdir()}

    assert rooms - {"scoring.__init__", "scoring.__pycache__", "scoring.training"} == held
