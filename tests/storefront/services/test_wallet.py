import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.oid import NameOID
from django.test import Client

from cinema import clock
from orders.models import Order
from orders.services import code_of
from screenings.models import Film
from storefront.services import wallet
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    order = factories.a_paid_order(seats=1)
    Film.objects.update(age_rating="12+")
    return order


@pytest.fixture
def certificate(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """As Apple issues it: the pass type and the team are in its subject."""
    key = generate_private_key(65_537, 2048)
    names = [(NameOID.USER_ID, "pass.example.tickets"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "TEAM123456")]
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in names])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(NOON).not_valid_after(NOON + timedelta(days=1)).sign(key, SHA256())
    path = tmp_path / "wallet.pem"
    in_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(in_pem + signed.public_bytes(Encoding.PEM))
    settings.WALLET_CERTIFICATE = str(path)
    wallet._signer.cache_clear()
    yield path
    wallet._signer.cache_clear()


def test_a_ticket_is_a_signed_pass_with_its_code(client: Client, order: Order, certificate: Path) -> None:
    code = code_of(order.tickets.get())

    answer = client.get(f"/ticket/{code}/ticket.pkpass")

    assert answer["Content-Type"] == "application/vnd.apple.pkpass"
    files = zipfile.ZipFile(io.BytesIO(answer.content))
    shown = json.loads(files.read("pass.json"))
    assert shown["barcodes"][0]["message"] == code
    assert shown["eventTicket"]["primaryFields"][0]["value"] == f"{order.tickets.get().session.film.title} 12+"
    assert (shown["passTypeIdentifier"], shown["teamIdentifier"]) == ("pass.example.tickets", "TEAM123456")
    assert set(json.loads(files.read("manifest.json"))) == {"pass.json", "icon.png", "icon@2x.png"}
    assert len(pkcs7.load_der_pkcs7_certificates(files.read("signature"))) == 1
    assert "Add to Apple Wallet" in client.get(f"/ticket/{code}/").text


@pytest.mark.parametrize("fault", ["not set", "no such file", "no certificate", "expired"])
def test_without_a_usable_certificate_no_pass_is_offered(
    client: Client, order: Order, certificate: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    if fault == "not set":
        settings.WALLET_CERTIFICATE = ""
    elif fault == "no such file":
        certificate.unlink()
    elif fault == "expired":
        monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=1))
    else:
        certificate.write_text("nothing")
    code = code_of(order.tickets.get())

    page = client.get(f"/ticket/{code}/")

    assert (page.status_code, "Apple Wallet" in page.text) == (200, False)
    assert client.get(f"/ticket/{code}/ticket.pkpass").status_code == 404
