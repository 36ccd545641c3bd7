"""No file imports itself by way of others."""

import ast
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR


def product_modules() -> dict[str, Path]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [Path(line) for line in listed.splitlines()]
    wanted = [
        path for path in paths if path.parts[0] not in {"tests", "tools", ".ci"} and "migrations" not in path.parts
    ]
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in wanted}


def imports_of(path: Path, modules: dict[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{each.name}" for each in node.names}
            found |= {name if name in modules else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    return found & modules.keys()


def test_imports_have_no_circle():
    modules = product_modules()

    TopologicalSorter({name: imports_of(path, modules) for name, path in modules.items()}).prepare()  # or CycleError
