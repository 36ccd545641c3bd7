"""Where tests belong: the test of `<app>/<path>/<x>.py` is `tests/<app>/<path>/test_<x>.py`.

A package is tested under its own name: `tests/payments/test_gateways.py` tests `payments/gateways/`. A test of more
than one file is in a folder of `CROSS_CUTTING`, below `tests/` or below an app. What several test files share is in
`tests/helpers/`, and fixtures are in a `conftest.py`.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEST_FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py"))

CROSS_CUTTING = {
    "bench": "the benchmark runs",
    "browser": "whole pages in Chromium",
    "contracts": "the same test cases against every implementation of an interface",
    "docs": "what a page of docs/ says is so: test_<page>.py",
    "every_page": "what holds for every page of the app",
    "locale": "the scripts that check and compile translations",
    "races": "two threads at once",
    "helpers": "what the tests themselves rely on",
    "security": "attacks on every page of the site",
    "reliability": "crashes, repetition and interleavings of whole jobs",
    "workflows": "one process through several services",
}


def module_of(test_file: Path) -> Path:
    """The module that the file is named after, without the suffix: `orders/services/selling/hold`."""
    return test_file.relative_to("tests").with_name(test_file.stem.removeprefix("test_"))


def has_a_place(test_file: Path) -> bool:
    module = ROOT / module_of(test_file)
    return (
        test_file == Path("tests/test_layout.py")
        or not CROSS_CUTTING.keys().isdisjoint(test_file.parent.parts)
        or module.with_suffix(".py").is_file()
        or (module / "__init__.py").is_file()
    )


def imported_modules(path: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            modules |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module} | {f"{node.module}.{each.name}" for each in node.names}
    return modules


def test_each_test_file_is_named_after_the_module_that_it_tests() -> None:
    assert [str(path) for path in TEST_FILES if not has_a_place(path)] == []


@pytest.mark.parametrize("path", ["tests/orders/test_hold.py", "tests/orders/services/selling/test_races.py"])
def test_a_file_that_mirrors_nothing_has_no_place(path: str) -> None:
    assert not has_a_place(Path(path))


def test_each_test_of_a_document_is_named_after_it() -> None:
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")}

    assert {path.stem.removeprefix("test_") for path in (ROOT / "tests/docs").glob("test_*.py")} <= pages


def test_no_file_imports_a_test_file_or_a_conftest() -> None:
    files = (path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
    forbidden = {".".join(path.with_suffix("").parts) for path in TEST_FILES}
    forbidden |= {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.glob("tests/**/conftest.py")}

    assert {str(path): found for path in files if (found := imported_modules(path) & forbidden)} == {}


def test_each_folder_with_tests_is_a_package() -> None:
    """Else two test files of one name hide one another."""
    folders = {parent for path in TEST_FILES for parent in path.parents if parent != Path()}

    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []


def test_keys_are_pressed_only_once_a_page_has_loaded() -> None:
    """`press` and `type_text` of tests/helpers/pages/browser_windows.py wait for it."""
    files = (ROOT / "tests/browser").rglob("*.py")

    assert [path.name for path in files if ".keyboard." in path.read_text()] == []


@pytest.mark.parametrize(("room", "lines"), [("orders", 5200), ("cinema", 1500)])
def test_the_two_rooms_that_everything_would_fit_into_stay_small(room: str, lines: int) -> None:
    """What grows beyond that belongs to another room: see docs/architecture.md."""
    files = [path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]

    assert sum(len(path.read_text().splitlines()) for path in files) < lines


def test_no_file_of_the_product_is_longer_than_a_person_reads_at_once() -> None:
    tracked = [
        path for path in ROOT.glob("*/**/*.py") if path.relative_to(ROOT).parts[0] not in (".venv", "tests", "var")
    ]
    long = {str(path.relative_to(ROOT)) for path in tracked if len(path.read_text().splitlines()) > 350}

    assert {path for path in long if "/migrations/" not in path} == set()
