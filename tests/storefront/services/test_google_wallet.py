import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client

from cinema import clock
from customers.services import renew_code
from orders.models import Order
from orders.services import code_of
from storefront.services import google_wallet
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db

KEY = generate_private_key(65_537, 2048)


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return factories.a_paid_order(seats=1)


@pytest.fixture
def key_file(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """As Google Cloud gives it."""
    path = tmp_path / "account.json"
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    path.write_text(json.dumps({"client_email": "wallet@example.org", "private_key": pem}))
    settings.GOOGLE_WALLET_KEY, settings.GOOGLE_WALLET_ISSUER = str(path), "3388000000022"
    google_wallet._account.cache_clear()
    yield path
    google_wallet._account.cache_clear()


def claims_of(link: str, key: RSAPrivateKey) -> Any:
    """What the token of the link says; its signature is checked."""
    signed, _, signature = link.removeprefix(google_wallet.SAVE).rpartition(".")
    key.public_key().verify(decoded(signature), signed.encode(), PKCS1v15(), SHA256())
    head, body = (json.loads(decoded(part)) for part in signed.split("."))
    assert head == {"alg": "RS256", "typ": "JWT"}
    return body


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def saved(client: Client, code: str) -> Any:
    return claims_of(client.get(f"/ticket/{code}/google-wallet/", HTTP_ACCEPT_LANGUAGE="ru")["Location"], KEY)


def test_a_ticket_is_saved_by_a_signed_link_that_has_all_of_it(client: Client, order: Order, key_file: Path) -> None:
    ticket = order.tickets.select_related("session__film", "seat").get()
    code = code_of(ticket)

    claims = saved(client, code)

    assert {name: claims[name] for name in ("iss", "aud", "typ", "iat")} == {
        "iss": "wallet@example.org", "aud": "google", "typ": "savetowallet", "iat": int(NOON.timestamp())
    }  # fmt: skip
    [screening], [admission] = claims["payload"]["eventTicketClasses"], claims["payload"]["eventTicketObjects"]
    assert admission["classId"] == screening["id"]
    assert {each["id"].partition(".")[0] for each in (screening, admission)} == {"3388000000022"}
    assert admission["barcode"] == {"type": "QR_CODE", "value": code}
    assert screening["eventName"] == {"defaultValue": {"language": "ru", "value": "Solaris, 110 minutes 0+"}}
    assert admission["seatInfo"]["seat"]["defaultValue"]["value"] == str(ticket.seat.number)
    assert "/google-wallet/" in client.get(f"/ticket/{code}/").text


def test_the_link_is_short_enough_for_every_browser_with_long_names_too(
    client: Client, order: Order, key_file: Path
) -> None:
    ticket = order.tickets.select_related("session__film", "session__hall__cinema").get()
    film, cinema = ticket.session.film, ticket.session.hall.cinema
    film.title, cinema.address = (
        "Невероятные приключения итальянцев в России",
        "проспект Космонавтов, дом 127, корпус 3",
    )
    film.save()
    cinema.save()

    link = client.get(f"/ticket/{code_of(ticket)}/google-wallet/", HTTP_ACCEPT_LANGUAGE="ru")["Location"]

    assert len(link) < 2_048 + len(google_wallet.SAVE)


def test_a_new_code_is_another_pass_of_the_same_screening(client: Client, order: Order, key_file: Path) -> None:
    ticket = order.tickets.get()
    before = saved(client, code_of(ticket))["payload"]

    renew_code(ticket, at=NOON)

    after = saved(client, code_of(order.tickets.get()))["payload"]
    assert before["eventTicketClasses"] == after["eventTicketClasses"]
    assert before["eventTicketObjects"][0]["id"] != after["eventTicketObjects"][0]["id"]


@pytest.mark.parametrize("fault", ["no key", "no issuer", "no such file", "no account", "no RSA key"])
def test_without_a_usable_account_no_pass_is_offered(
    client: Client, order: Order, key_file: Path, settings: Any, fault: str
) -> None:
    if fault == "no key":
        settings.GOOGLE_WALLET_KEY = ""
    elif fault == "no issuer":
        settings.GOOGLE_WALLET_ISSUER = ""
    elif fault == "no such file":
        key_file.unlink()
    else:
        key_file.write_text("[]" if fault == "no account" else '{"client_email": "a", "private_key": "b"}')
    code = code_of(order.tickets.get())

    page = client.get(f"/ticket/{code}/")

    assert (page.status_code, "Google Wallet" in page.text) == (200, False)
    assert client.get(f"/ticket/{code}/google-wallet/").status_code == 404
