"""A process of its own for a file of a stranger: with limits of memory and time, and without settings and secrets.

What a file unpacks to says little about the memory that it takes, so the limit is on the process: a file that goes
beyond it stops the process and not the site. The program imports nothing of Django, nor does this module.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")


def command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours, in `ROOT`."""
    return [sys.executable, "-m", module, *arguments]


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def limit_memory(most_bytes: int) -> None:
    """Limit the address space of this process, and let it leave no core file."""
    with suppress(ImportError, OSError, ValueError):  # not every system has such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_time(cpu_seconds: int) -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
