"""The settings as another environment makes them. In the tests' own process: a new one takes half a second to start."""

import runpy
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import environ

import cinema
import integrations.environment
import payments.environment

FILE = Path(cinema.__file__).with_name("settings.py")
PACKAGES = (integrations, payments)  # whose `environment` is part of the settings, and is read again too


def read_settings(**environment: str) -> dict[str, Any]:
    """What `cinema.settings` reads if nothing is set but these variables and what is required. It may exit."""
    required = {"SECRET_KEY": "x", "DATABASE_URL": "sqlite:///var/none.sqlite3"}
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", required | environment, clear=True))
        stack.enter_context(patch.object(environ.Env, "read_env"))
        stack.enter_context(patch.dict(sys.modules))
        for package in PACKAGES:
            stack.enter_context(patch.object(package, "environment"))
            del sys.modules[f"{package.__name__}.environment"]
        return runpy.run_path(str(FILE))
