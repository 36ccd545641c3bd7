"""Every public service says what it expects of the caller's transaction."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = [
    r"Owns its transaction\.",
    r"Must be called inside a transaction \(.+?\)\.",
    r"Must not be called inside a transaction: it talks to a network\.",
    r"Reads only\.",
]


def services() -> Iterator[Callable[..., Any]]:
    """What each services package re-exports; where it re-exports nothing, the public functions of its modules."""
    for room in sorted(path.parent.name for path in ROOT.glob("*/services")):
        package = importlib.import_module(f"{room}.services")
        exported = [function for _name, function in inspect.getmembers(package, inspect.isfunction)]
        yield from exported or _functions_of(package)


def _functions_of(package: ModuleType) -> Iterator[Callable[..., Any]]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                yield function


@pytest.mark.parametrize("service", [*services()], ids=lambda service: f"{service.__module__}.{service.__name__}")
def test_a_service_states_one_transaction_contract(service: Callable[..., Any]) -> None:
    doc = " ".join((service.__doc__ or "").split())

    assert len([pattern for pattern in CONTRACTS if re.search(pattern, doc)]) == 1
