"""docs/settings.md lists all settings that the code reads, and no others, with the right defaults."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "settings.md").read_text()
CODE = ("config", "api", "byline", "identity", "edits", "audit", "sandbox", "tests", "benchmarks")
APPS = ("api", "byline", "identity", "edits", "audit")
# Variables that processes of the tests pass to each other, and variables of the machine.
INTERNAL = {"PATH", "HOME", "DJANGO_SETTINGS_MODULE", "REAL_IDS", "SDK_TESTS_DIR", "USERS", "NOTICE_BOARD"}
INTERNAL |= {"SANDBOX_URL", "SHOWN", "SITE_DATABASE", "SITE_FILES", "SITE_SESSIONS", "TOKEN"}
NAME = re.compile(r"[A-Z][A-Z0-9_]+")
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|(.*)\|$", re.MULTILINE)
VARIABLES = {name: cells.split(" | ") for name, cells in ROW.findall(PAGE) if cells.count(" | ") == 2}
SETTINGS = {name for name, cells in ROW.findall(PAGE) if cells.count(" | ") == 0}

# A program that prints the settings as JSON, with no variables set and no .env.
SHOW = """
import json, environ
environ.Env.read_env = lambda *arguments, **options: None
from config import settings
print(json.dumps({name: value for name, value in vars(settings).items() if name.isupper()}, default=str))
"""


def trees(*places: str) -> Iterator[ast.AST]:
    files = [ROOT / "run.py", *(file for place in places for file in (ROOT / place).rglob("*.py"))]
    yield from (ast.parse(file.read_text()) for file in files)


def variables_read_by(tree: ast.AST) -> Iterator[str]:
    """Yield the name of each environment variable that the code reads. The code can read it as env.str("NAME"),
    os.environ.get("NAME"), os.environ["NAME"] or "NAME" in os.environ, or with a helper, as in number("NAME").
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_reader(node.func):
            yield from names_in(node.args)
        if isinstance(node, ast.Subscript) and is_environ(node.value) and isinstance(node.ctx, ast.Load):
            yield from names_in([node.slice])
        if isinstance(node, ast.Compare) and any(is_environ(other) for other in node.comparators):
            yield from names_in([node.left])


def is_environ(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in {"environ", "ENVIRON"}


def is_reader(function: ast.expr) -> bool:
    """Whether this function reads an environment variable. It can be a function of config/, of run.py or of the module
    `os`.
    """
    if isinstance(function, ast.Name):
        return function.id in HELPERS
    if not isinstance(function, ast.Attribute):
        return False
    if is_environ(function.value):
        return function.attr in {"get", "pop"}
    is_of_env = isinstance(function.value, ast.Name) and function.value.id in {"env", "os"}
    return is_of_env or function.attr in HELPERS


def helpers() -> set[str]:
    """Return the functions of config/ and run.py that take the name of a variable and read this variable."""
    return {
        node.name
        for tree in trees("config")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and {argument.arg for argument in node.args.args} & {"name", "variable"}
        and node.args.args[0].arg != "self"
    }


def names_in(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
            yield node.value


HELPERS = helpers()


def settings_read_by(tree: ast.AST) -> Iterator[str]:
    """Yield the name of each setting that the code reads as settings.NAME. Also yield the keys of DEFAULTS in a
    conf.py.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "settings":
            yield from NAME.findall(node.attr)
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Dict):
            targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            if any(isinstance(target, ast.Name) and target.id == "DEFAULTS" for target in targets):
                yield from names_in([key for key in node.value.keys if key])


def test_it_names_the_variables_that_the_code_reads_and_no_others() -> None:
    read = {name for tree in trees(*CODE) for name in variables_read_by(tree)} - INTERNAL
    assert set(VARIABLES) == read


def test_it_names_the_settings_that_the_apps_read() -> None:
    read = {name for tree in trees(*APPS) for name in settings_read_by(tree)}
    django = {name for name in dir(global_settings) if name.isupper()}
    assert read - django - set(VARIABLES) - SETTINGS == set()
    assert SETTINGS - read == set()


@pytest.fixture(scope="module")
def defaults() -> dict[str, Any]:
    """The values that the settings have if none of our environment variables is set."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    command = [sys.executable, "-c", SHOW]
    shown = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=60)
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def test_the_defaults_are_as_it_says(defaults: dict[str, Any]) -> None:
    """Only defaults that the page shows as code are compared. The page describes the others in words."""
    compared = set()
    for name, (default, _meaning, _when) in VARIABLES.items():
        value = re.fullmatch(r"`([^`]+)`", default.strip())
        if value and name in defaults:
            assert as_value(value[1], like=defaults[name]) == defaults[name], name
            compared.add(name)
    assert len(compared) > 10


def as_value(text: str, *, like: Any) -> Any:
    """Convert the text to a value of the same type as `like`."""
    if isinstance(like, bool):
        return text == "true"
    if isinstance(like, list):
        return text.split(",")
    return float(text) if isinstance(like, int | float) else text


def test_no_other_page_repeats_a_table_of_settings() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        if page.name != "settings.md":
            rows = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", page.read_text(), re.MULTILINE))
            assert rows & set(VARIABLES) == set(), page.name
