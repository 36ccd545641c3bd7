"""Checks Dockerfile, compose.yaml, the workflow and deploy/ with the programs that will read them: `make deploy-check`.

A program that is not installed is skipped with one line; DEPLOY_TOOLS=required (CI) makes that an error. Files that
name /srv/cinema, its user or its certificate are checked as copies that name what this machine has.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
TOOLS = ROOT / "var" / "deploy-tools" / "bin"  # what tools/requirements.txt installs

Check = Callable[[Path], Iterator[list[str | Path]]]


def dockerfile(_scratch: Path) -> Iterator[list[str | Path]]:
    yield [TOOLS / "hadolint", "Dockerfile"]


def schemas(_scratch: Path) -> Iterator[list[str | Path]]:
    check = TOOLS / "check-jsonschema"
    yield [check, "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    yield [
        check,
        "--quiet",
        "--builtin-schema",
        "vendor.github-workflows",
        *sorted(Path(".github").glob("workflows/*")),
    ]
    yield [check, "--builtin-schema", "vendor.github-issue-forms", *issue_forms()]
    yield [check, "--builtin-schema", "vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"]


def issue_forms() -> list[Path]:
    return sorted(path for path in Path(".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def scripts(_scratch: Path) -> Iterator[list[str | Path]]:
    for script in ("crontab", "run-jobs"):
        yield ["sh", "-n", DEPLOY / "container" / script]
    yield ["sh", "-n", DEPLOY / "upgrade"]


def systemd(scratch: Path) -> Iterator[list[str | Path]]:
    units = []
    for unit in sorted((DEPLOY / "systemd").iterdir()):
        units.append(scratch / unit.name)
        # Another package's unit need not be installed here; its name is not ours to check.
        text = unit.read_text().replace("Requires=cron.service\n", "").replace("/srv/cinema", str(ROOT))
        units[-1].write_text(text)
    yield ["systemd-analyze", "verify", "--man=no", *units]
    # Exposure from 0 (locked up) to 10; the web server's is a regression if it rises over 3.
    yield ["systemd-analyze", "security", "--offline=true", "--threshold=30", scratch / "cinema-web.service"]


def caddy(_scratch: Path) -> Iterator[list[str | Path]]:
    yield ["caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"]


def nginx(scratch: Path) -> Iterator[list[str | Path]]:
    key, certificate = scratch / "privkey.pem", scratch / "fullchain.pem"
    name = "/CN=cinema.example"
    yield [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        name,
        "-keyout",
        key,
        "-out",
        certificate,
    ]
    site = (DEPLOY / "nginx-site").read_text().replace("/etc/letsencrypt/live/cinema.example", str(scratch))
    (scratch / "site").write_text(site)
    (scratch / "nginx.conf").write_text(
        f"pid {scratch}/pid; error_log stderr; events {{}} http {{ include {scratch}/site; }}\n"
    )
    yield ["nginx", "-t", "-q", "-p", scratch, "-c", scratch / "nginx.conf"]
    yield [TOOLS / "gixy", "--disable-includes", scratch / "site"]


def logrotate(scratch: Path) -> Iterator[list[str | Path]]:
    me = pwd.getpwuid(os.getuid()).pw_name
    text = (
        (DEPLOY / "logrotate").read_text().replace("cinema cinema", f"{me} {me}").replace("/srv/cinema", str(scratch))
    )
    (scratch / "logrotate").write_text(text)
    (scratch / "logrotate").chmod(0o644)
    (scratch / "var").mkdir()
    (scratch / "var" / "cron.log").write_text("a line\n")
    yield ["logrotate", "--debug", "--state", scratch / "state", scratch / "logrotate"]


CHECKS: list[Check] = [dockerfile, schemas, scripts, systemd, caddy, nginx, logrotate]


def fault(check: Check) -> str | None:
    """What is wrong, or None. Raises FileNotFoundError where the program is not installed."""
    with tempfile.TemporaryDirectory(prefix="cinema-deploy-") as folder:
        for words in check(Path(folder)):
            if shutil.which(words[0]) is None:
                raise FileNotFoundError(Path(words[0]).name)
            done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            # Both exit with 0 and only tell: logrotate --debug of errors, systemd-analyze verify of what it ignores.
            complains = "error:" in done.stdout if check is logrotate else "verify" in words and done.stdout.strip()
            if done.returncode != 0 or complains:
                return f"{' '.join(map(str, words))}\n{done.stdout.rstrip()}"
    return None


def main() -> int:
    failed = False
    for check in CHECKS:
        name = check.__name__
        try:
            found = fault(check)
        except FileNotFoundError as missing:
            required = os.environ.get("DEPLOY_TOOLS") == "required"
            failed = failed or required
            print(f"{name}: {'FAILED' if required else 'skipped'}, {missing} is not installed")
        else:
            failed = failed or found is not None
            print(f"{name}: ok" if found is None else f"{name}: FAILED\n{found}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
