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
    """What each services package hands on; where it hands on nothing, the public functions of its modules."""
    for room in sorted(path.parent.name for path in ROOT.glob("*/services")):
        package = importlib.import_module(f"{room}.services")
        names: list[str] = getattr(package, "__all__", [])
        handed_on = [getattr(package, name) for name in names] or list(_functions_of(package))
        yield from (each for each in handed_on if inspect.isfunction(each))


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
