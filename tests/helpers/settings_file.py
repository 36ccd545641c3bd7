"""The settings as another environment makes them. In the tests' own process: a new one takes half a second to start."""

import runpy
from pathlib import Path
from typing import Any
from unittest.mock import patch

import environ

import cinema

#: Of the modules whose names settings take over, only `cinema.settings` itself is read again.
FILE = Path(cinema.__file__).with_name("settings.py")


def read_settings(**environment: str) -> dict[str, Any]:
    """What `cinema.settings` reads if nothing is set but these variables and what is required. It may exit."""
    required = {"SECRET_KEY": "x", "DATABASE_URL": "sqlite:///var/none.sqlite3"}
    with patch.dict("os.environ", required | environment, clear=True), patch.object(environ.Env, "read_env"):
        return runpy.run_path(str(FILE))
