"""Builds the image of the Dockerfile with buildah, and runs in it what compose.yaml runs: `make image`, as root.

No registry is asked: a Debian made by debootstrap, with Debian's Python, stands in for the official image, and is kept
for the next time. Where a program is missing, or containers cannot be made, the check is skipped with one line;
IMAGE=required makes that an error.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
BASE = "cinema-check-base:bookworm"
IMAGE = "cinema-check"
OFFICIAL = "FROM python:3.12-slim-bookworm"
PACKAGES = "ca-certificates,python3,python3-venv,tzdata"
#: The build uses the certificates and the pip configuration of this machine, where it has any.
HOST_FILES = [Path("/etc/ssl/certs"), Path("/etc/pip.conf")]
LIMIT = 180  # seconds until the server answers, or cron has run a job
MARK = f"CINEMA_IMAGE_CHECK={uuid4()}"  # in the environment of every process that is started here


class Unavailable(Exception):
    """Containers cannot be made on this machine; the text says why."""


def buildah(*words: str | Path) -> str:
    """What buildah prints; raises CalledProcessError, with what it said, where it fails."""
    done = subprocess.run(
        ["buildah", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"BUILDAH_ISOLATION": "chroot"},
    )
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, words, done.stdout, done.stderr)
    return done.stdout.strip()


@contextmanager
def container(image: str) -> Iterator[str]:
    name = buildah("from", "--pull-never", image)
    try:
        yield name
    finally:
        buildah("rm", name)


def make_base(scratch: Path) -> None:
    if buildah("images", "--quiet", "--filter", f"reference={BASE}"):
        return
    print("image: making the base")
    system = scratch / "system"
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", system],
        check=True,
        capture_output=True,
    )
    (system / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    with container("scratch") as name:
        subprocess.run(["tar", "--create", "--file", scratch / "system.tar", "--directory", system, "."], check=True)
        buildah("add", "--quiet", name, scratch / "system.tar", "/")
        buildah("commit", "--quiet", name, BASE)


def build(scratch: Path) -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert OFFICIAL in text, f"Dockerfile does not begin with {OFFICIAL}"
    (scratch / "Dockerfile").write_text(text.replace(OFFICIAL, f"FROM {BASE}"))
    volumes = [f"--volume={path}:{path}:ro" for path in HOST_FILES if path.exists()]
    # HEALTHCHECK is not in the OCI format.
    buildah(
        "bud", "--quiet", "--pull-never", "--format=docker", *volumes, "--tag", IMAGE, "-f", scratch / "Dockerfile", "."
    )


class Service:
    """Commands in one container, as compose.yaml would start them. The network is this machine's."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.config = json.loads(buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {
            "ALLOWED_HOSTS": "cinema.example",
            "DATABASE_URL": "sqlite:////srv/cinema/var/mail/check.sqlite3",
            "PORT": str(port),
            "SECRET_KEY": "of this check alone",
            "WEB_CONCURRENCY": "1",
        }
        self.environment = [f"--env={name}={value}" for name, value in environment.items()] + [f"--env={MARK}"]

    def words(self, *command: str, root: bool = False) -> list[str]:
        if root:  # as compose.yaml has it; `--cap-add` of buildah does not come after `--cap-drop=all`
            command = ("setpriv", "--bounding-set=-all,+setuid,+setgid", *command)
        return ["run", *self.environment, "--user=root" if root else "--cap-drop=all", self.name, "--", *command]

    def run(self, *command: str) -> str:
        return buildah(*self.words(*command))

    @contextmanager
    def running(self, *command: str, root: bool = False) -> Iterator[Callable[[], str]]:
        """While the command runs; gives what it has printed so far."""
        with tempfile.NamedTemporaryFile("w+") as output:
            process = subprocess.Popen(
                ["buildah", *self.words(*command, root=root)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"BUILDAH_ISOLATION": "chroot"},
            )
            try:
                yield lambda: Path(output.name).read_text()
            finally:
                end_processes()
                process.wait()


def end_processes() -> None:
    """End what was started in the container: its processes are not children of buildah that would end with it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and MARK in (entry / "environ").read_text(errors="replace").split("\0"):
                    os.kill(int(entry.name), number)
        time.sleep(1)


def wait_until(happened: Callable[[], bool], said: Callable[[], str]) -> None:
    limit = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < limit, f"it did not happen within {LIMIT} s:\n{said()}"
        time.sleep(2)


def check(service: Service) -> None:
    assert service.run("id", "-u") == "10001", "the image does not run as the user 10001"
    with suppress(subprocess.CalledProcessError):
        service.run("touch", "/srv/cinema/manage.py")
        raise AssertionError("the site may change its own code")
    leaked = service.run("find", "/srv/cinema", "-name", ".env*", "-o", "-name", ".git", "-o", "-name", "tests")
    leaked = "\n".join(line for line in leaked.splitlines() if "/.venv/" not in line)
    assert not leaked, f"in the image: {leaked}"
    service.run("sh", "-c", "python manage.py migrate --no-input && python manage.py set_up")
    print("image: migrated")

    health = service.config["Healthcheck"]["Test"]
    assert health[0] == "CMD", health
    with service.running(*service.config["Cmd"]) as said:
        wait_until(lambda: succeeds(service, *health[1:]), said)
    assert not succeeds(service, *health[1:]), "the health check succeeds without a server"
    print("image: the web server is healthy")

    with service.running("deploy/container/run-jobs", root=True) as said:
        job = "deliver_notifications"
        wait_until(lambda: job in said(), said)
        assert succeeds(service, "python", "manage.py", "check_schedule")
    print(f"image: cron ran {job}")


def succeeds(service: Service, *command: str) -> bool:
    try:
        service.run(*command)
    except subprocess.CalledProcessError:
        return False
    return True


def prepare() -> None:
    """Raises Unavailable where nothing can be built."""
    for program in ("buildah", "debootstrap"):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not installed")
    if os.geteuid() != 0:
        raise Unavailable("needs root")
    try:
        with container("scratch") as name:
            buildah("mount", name)
            buildah("umount", name)
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"buildah does not work here: {error.stderr.strip()}") from error


def main() -> int:
    try:
        prepare()
        with tempfile.TemporaryDirectory(prefix="cinema-image-") as folder:
            make_base(Path(folder))
            build(Path(folder))
        print("image: built")
        try:
            with container(IMAGE) as name:
                check(Service(name))
        finally:
            buildah("rmi", IMAGE)
    except Unavailable as why:
        print(f"image: skipped, {why}")
        return int(os.environ.get("IMAGE") == "required")
    except subprocess.CalledProcessError as error:
        print(f"image: FAILED: {' '.join(map(str, error.cmd))}\n{error.stdout}\n{error.stderr}")
        return 1
    except AssertionError as error:
        print(f"image: FAILED: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
