"""The gateways of an installation, and the check of their settings at the start."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest

from payments.errors import GatewayUnavailable, NotPollable
from payments.gateways import ascii_address, client, gateway_class, offered_gateways, smallest_payment
from payments.models import MANUAL_GATEWAYS, Gateway
from tests.helpers.settings_file import read_settings


@pytest.mark.parametrize(
    ("environment", "gateways"),
    [
        ({}, []),
        ({"DEBUG": "true"}, ["demo"]),
        ({"PAYMENT_GATEWAYS": "demo"}, ["demo"]),
        ({"PAYMENT_GATEWAYS": "yookassa", "YOOKASSA_SHOP_ID": "1", "YOOKASSA_SECRET_KEY": "s"}, ["yookassa"]),
    ],
)
def test_customers_are_offered_the_configured_gateways_and_in_debug_the_demo(environment, gateways):
    assert read_settings(**environment)["PAYMENT_GATEWAYS"] == gateways


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"PAYMENT_GATEWAYS": "stripe"}, "STRIPE_SECRET_KEY"),
        ({"PAYMENT_GATEWAYS": "stripe", "STRIPE_SECRET_KEY": "sk_test"}, "STRIPE_WEBHOOK_SECRET"),
        ({"PAYMENT_GATEWAYS": "yookassa", "YOOKASSA_SHOP_ID": "1"}, "YOOKASSA_SECRET_KEY"),
        ({"PAYMENT_GATEWAYS": "paypal"}, "paypal is no gateway"),
    ],
)
def test_a_gateway_without_keys_stops_the_start_with_one_line(environment, missing, capsys):
    with pytest.raises(SystemExit) as stopped:
        read_settings(**environment)

    printed = capsys.readouterr().err
    assert stopped.value.code == 78
    assert missing in printed
    assert printed.count("\n") == 1


def test_every_gateway_has_a_class_and_only_configured_ones_are_offered(settings):
    settings.PAYMENT_GATEWAYS = ["yookassa", "demo"]

    assert set(settings.GATEWAY_CLASSES) == set(Gateway)
    assert {gateway for gateway in Gateway if gateway_class(gateway).is_manual} == MANUAL_GATEWAYS
    assert offered_gateways() == [Gateway.YOOKASSA, Gateway.DEMO]


@pytest.mark.parametrize("gateway", ["stripe", "yookassa", "paypal"])
def test_a_gateway_that_is_not_configured_is_unavailable(gateway):
    with pytest.raises(GatewayUnavailable):
        client(gateway)


@pytest.mark.parametrize("gateway", sorted(MANUAL_GATEWAYS))
def test_payments_taken_by_staff_cannot_be_polled(gateway):
    with pytest.raises(NotPollable):
        client(gateway).fetch("1")


def test_gateway_libraries_are_imported_only_when_used():
    loaded = "import sys, django; django.setup(); import orders.services; print('stripe' in sys.modules)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    said = subprocess.run([sys.executable, "-c", loaded], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("guest@example.org", "guest@example.org"),
        ("guest@кинотеатр.рф", "guest@xn--80ajihqgqnc.xn--p1ai"),
        ("guest@Bücher.example", "guest@xn--bcher-kva.example"),
        ("гость@example.org", ""),
        ("guest@" + "я" * 70 + ".рф", ""),
        ("", ""),
    ],
)
def test_gateways_get_addresses_in_punycode_or_none(typed, sent):
    assert ascii_address(typed) == sent


@pytest.mark.parametrize(
    ("offered", "currency", "least"),
    [
        ([], "RUB", "0.00"),
        (["yookassa"], "RUB", "1.00"),
        (["stripe"], "EUR", "0.50"),
        (["stripe"], "GBP", "0.30"),
        (["stripe"], "HUF", "175.00"),
        (["stripe"], "RUB", "50.00"),  # an assumption: docs/payments.md
        (["stripe"], "KZT", "0.50"),  # not in its list either
        (["stripe", "yookassa"], "RUB", "1.00"),
    ],
)
def test_the_smallest_payment_is_that_of_the_least_demanding_gateway(settings, offered, currency, least):
    settings.PAYMENT_GATEWAYS, settings.CURRENCY = offered, currency

    assert smallest_payment() == Decimal(least)
