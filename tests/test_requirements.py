"""The app imports only packages in requirements.txt, and none of the packages that only the tests need."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("config", "api", "byline", "identity", "edits", "audit", "sandbox")


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.partition(".")[0] for name in plain | named}


def locked() -> set[str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return {normal(match[1]) for line in lines if (match := re.match(r"([\w.-]+)==", line))}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("package", PRODUCT)
def test_it_imports_nothing_that_only_the_tests_need(package: str) -> None:
    names = set().union(*(imported(path) for path in (ROOT / package).rglob("*.py")))
    foreign = names - set(PRODUCT) - sys.stdlib_module_names - {"_typeshed"}
    homes = packages_distributions()
    missing = {name for name in foreign if not locked() & {normal(home) for home in homes.get(name, [name])}}
    assert not missing
