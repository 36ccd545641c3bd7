"""Keeps .env.example complete: every variable that settings or compose.yaml read, with the default that holds."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import environ
import pytest

from cinema import settings as cinema_settings
from tools import settings_page

ROOT = Path(__file__).resolve().parents[2]
READERS = [("cinema", "settings.py"), ("integrations", "environment.py"), ("payments", "environment.py")]
TEXT = (ROOT / ".env.example").read_text()
TREES = [ast.parse((ROOT / app / name).read_text()) for app, name in READERS]
EXAMPLE = {variable.name: variable for variable in settings_page.variables(TEXT)}


def calls() -> Iterator[tuple[str, str, ast.expr | None]]:
    """Each variable that is read: its name, the method of `env` (or "required") and its default."""
    for node in (node for tree in TREES for node in ast.walk(tree)):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "env":
            default = next((each.value for each in node.keywords if each.arg == "default"), None)
            yield str(node.args[0].value), node.func.attr, default
        elif isinstance(node.func, ast.Name) and node.func.id == "required":
            yield str(node.args[0].value), "required", None


READ = list(calls())
WITH_DEFAULT = [pytest.param(*call, id=call[0]) for call in READ if call[2] is not None]


def default_of(expression: ast.expr, *, debug: bool) -> Any:
    """What the expression is worth in an installation in /srv/cinema."""
    names = vars(cinema_settings) | {"DEBUG": debug, "BASE_DIR": Path("/srv/cinema")}
    return eval(compile(ast.Expression(expression), "settings.py", "eval"), names)  # noqa: S307 (our own settings)


def read(name: str, value: str, method: str, folder: Path) -> Any:
    """What settings would get from a `.env` with this line."""

    class Alone(environ.Env):
        ENVIRON: dict[str, str] = {}

    (folder / ".env").write_text(f"{name}={value}\n")
    Alone.read_env(folder / ".env")
    # A URL is compared as it is written.
    return getattr(Alone(), "str" if method in ("email", "db") else method)(name)


def test_it_names_every_variable_that_is_read_and_no_other():
    compose = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))

    assert EXAMPLE.keys() == {name for name, *_ in READ} | compose


def test_every_variable_is_explained():
    assert [name for name, variable in EXAMPLE.items() if len(variable.meaning) < 15] == []


def test_a_variable_stands_uncommented_only_where_every_installation_must_set_it():
    always = {name for name, method, _ in READ if method == "required"}

    assert {name for name, variable in EXAMPLE.items() if variable.required} == always


@pytest.mark.parametrize(("name", "method", "expression"), WITH_DEFAULT)
def test_the_default_is_the_one_that_holds(name: str, method: str, expression: ast.expr, tmp_path: Path):
    expected = default_of(expression, debug=False)
    with_debug = default_of(expression, debug=True)

    assert read(name, EXAMPLE[name].default, method, tmp_path) == expected
    written = EXAMPLE[name].debug_default
    assert (expected if written is None else read(name, written, method, tmp_path)) == with_debug


def test_the_page_of_settings_is_made_from_it():
    assert settings_page.PAGE.read_text() == settings_page.page(TEXT), "run: make settings"
