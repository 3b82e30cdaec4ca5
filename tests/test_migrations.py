"""Migrations read and write the database that is migrated, also in a site with a database router."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import byline

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = sorted(ROOT.glob("*/migrations/0*.py"))
MANAGERS = {"objects", "_base_manager", "_default_manager"}
METHODS = {"save", "refresh_from_db"}


def _faults(source: str) -> Iterator[str]:
    """Yield each expression in this source that lets a database router choose the database, such as a query without
    `using`.
    """
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            parent = parents[node]
            if not (isinstance(parent, ast.Attribute) and parent.attr in {"using", "db_manager"}):
                yield ast.unparse(parent)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            if "using" not in {one.arg for one in node.keywords}:
                yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom) and node.module == "django.db":
            yield from (one.name for one in node.names if one.name in {"connection", "connections"})


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_migration_names_its_database(path: Path) -> None:
    assert list(_faults(path.read_text())) == []


def test_all_migrations_are_read() -> None:
    assert {path.parent.parent.name for path in MIGRATIONS} >= {*byline.APPS} - {"byline"}


@pytest.mark.parametrize(
    "source",
    [
        "people = apps.get_model('identity', 'SmartsheetUser').objects",
        "Entry.objects.order_by('id')",
        "entry.save(update_fields=['leaf'])",
        "from django.db import connection, migrations",
    ],
)
def test_the_test_finds(source: str) -> None:
    assert len(list(_faults(source))) == 1
