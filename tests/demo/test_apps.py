"""Where `PAYMENT_GATEWAYS` does not name the demonstration bank there is no trace of it, until it is switched on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SWITCHED_OFF = """
import sys, django
django.setup()
from django.core.management import call_command, get_commands
from django.db import connection
from django.test import Client
from payments.errors import GatewayUnavailable
from payments.gateways import client
call_command("migrate", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
call_command("check")
try:
    client("demo")
except GatewayUnavailable as refusal:
    print(refusal.code)
print(Client().get("/demo-bank/guessed/").status_code, "demo" in get_commands())
print([name for name in sys.modules if name.partition(".")[0] == "demo"])
"""

SWITCHED_ON = """
import django
django.setup()
from decimal import Decimal
from uuid import uuid4
from django.core.management import call_command, get_commands
from django.test import Client
from django.utils import timezone
from payments.gateways import Charge, client
call_command("migrate", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
charge = Charge(uuid4(), Decimal("1.00"), "RUB", "K7", "http://localhost/", "en", timezone.now())
page = client("demo").start(charge).redirect_url.removeprefix("http://localhost")
print(Client().get(page).status_code, "demo" in get_commands())
"""


@pytest.mark.proofs  # it migrates an empty database
@pytest.mark.sqlite  # an app is installed or not, whatever the database
@pytest.mark.usefixtures("transactional_db")
def test_a_fresh_site_without_the_bank_knows_nothing_of_it_and_may_switch_it_on_later(fresh_database: str) -> None:
    without = run(SWITCHED_OFF, fresh_database, gateways="")
    later = run(SWITCHED_ON, fresh_database, gateways="demo")

    assert without == ["gateway_unavailable", "404 False", "[]"]
    assert later == ["200 True"]


def run(script: str, database: str, *, gateways: str) -> list[str]:
    """The lines that the script prints in a process of its own, under the settings of a production site."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "cinema.settings",
        "SECRET_KEY": "for this test alone",
        "DATABASE_URL": database,
        "DEBUG": "false",
        "SECURE_SSL_REDIRECT": "false",
        "ALLOWED_HOSTS": "testserver",
        "SITE_URL": "http://localhost",
        "PAYMENT_GATEWAYS": gateways,
        "EMAIL_URL": "memorymail://",
    }
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=os.environ | environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if not line.startswith("System check")]
