"""There are no import cycles, not even between two files. Imports inside functions and imports for types count too."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

PRODUCT = ("config", "api", "byline", "identity", "edits", "audit", "sandbox")


def cycle_in(*packages: str) -> list[str]:
    """Return the modules of an import cycle: each one imports the next one. If there is no cycle, return []."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_there_is_no_import_cycle() -> None:
    assert cycle_in(*PRODUCT) == []


@pytest.mark.parametrize(
    "import_back",
    [
        "from {package} import one",
        "def later():\n    from {package}.one import first",
        "def later():\n    import {package}.one",
    ],
)
def test_a_cycle_of_two_files_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, import_back: str) -> None:
    package = f"cyclic_{abs(hash(import_back))}"
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    (tmp_path / package / "one.py").write_text(f"from {package} import two\nfirst = two\n")
    (tmp_path / package / "two.py").write_text(import_back.format(package=package) + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert set(cycle_in(package)) == {f"{package}.one", f"{package}.two"}
