"""Which gateways an installation offers, and that it says at once what it lacks."""

import os
import subprocess
import sys

import pytest

from payments.errors import GatewayUnavailable, NotPollable
from payments.gateways import client, gateway_class, offered
from payments.models import BY_HAND, Gateway

READ_SETTINGS = "from cinema import settings; print(settings.PAYMENT_GATEWAYS)"


def started_with(**environment: str) -> subprocess.CompletedProcess[str]:
    """The settings as read by a process of its own, which knows only this."""
    known = {"PATH": os.environ["PATH"], "SECRET_KEY": "x", "DATABASE_URL": "sqlite:///var/none.sqlite3"}
    command = [sys.executable, "-c", f"import environ; environ.Env.read_env = lambda *a, **k: None; {READ_SETTINGS}"]
    return subprocess.run(command, env=known | environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("environment", "gateways"),
    [
        ({}, []),
        ({"DEBUG": "true"}, ["demo"]),
        ({"PAYMENT_GATEWAYS": "demo"}, ["demo"]),
        ({"PAYMENT_GATEWAYS": "yookassa", "YOOKASSA_SHOP_ID": "1", "YOOKASSA_SECRET_KEY": "s"}, ["yookassa"]),
    ],
)
def test_customers_are_offered_what_is_named_and_on_a_developers_machine_the_demonstration(environment, gateways):
    assert started_with(**environment).stdout.strip() == str(gateways)


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"PAYMENT_GATEWAYS": "stripe"}, "STRIPE_SECRET_KEY"),
        ({"PAYMENT_GATEWAYS": "stripe", "STRIPE_SECRET_KEY": "sk_test"}, "STRIPE_WEBHOOK_SECRET"),
        ({"PAYMENT_GATEWAYS": "yookassa", "YOOKASSA_SHOP_ID": "1"}, "YOOKASSA_SECRET_KEY"),
        ({"PAYMENT_GATEWAYS": "paypal"}, "paypal is no gateway"),
    ],
)
def test_a_gateway_without_its_keys_stops_everything_with_one_line(environment, missing):
    stopped = started_with(**environment)

    assert stopped.returncode == 78
    assert missing in stopped.stderr
    assert stopped.stderr.count("\n") == 1


def test_every_gateway_has_a_class_and_only_those_that_are_named_are_offered(settings):
    settings.PAYMENT_GATEWAYS = ["yookassa", "demo"]

    assert set(settings.GATEWAY_CLASSES) == set(Gateway)
    assert {gateway for gateway in Gateway if gateway_class(gateway).by_hand} == BY_HAND
    assert offered() == [Gateway.YOOKASSA, Gateway.DEMO]


@pytest.mark.parametrize("gateway", ["stripe", "yookassa", "paypal"])
def test_a_gateway_that_is_not_set_up_is_unreachable(gateway):
    with pytest.raises(GatewayUnavailable):
        client(gateway)


@pytest.mark.parametrize("gateway", sorted(BY_HAND))
def test_nobody_can_be_asked_about_what_was_taken_by_hand(gateway):
    with pytest.raises(NotPollable):
        client(gateway).fetch("1")


def test_no_gateways_software_is_loaded_before_it_is_spoken_with():
    loaded = "import sys, django; django.setup(); import orders.services; print('stripe' in sys.modules)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    said = subprocess.run([sys.executable, "-c", loaded], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"
