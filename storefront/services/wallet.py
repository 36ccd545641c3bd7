"""Tickets as passes for Apple Wallet: a zip of files, signed with the certificate that `WALLET_CERTIFICATE` names.

The file, in PEM, has the certificate of the pass type, its key without a password, and Apple's intermediate
certificate (WWDR). The certificate says which pass type and team it is for.
"""

import hashlib
import io
import json
import logging
import zipfile
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _

from house_rules.face import face, icon_png, logo_png
from orders.models import Ticket
from screenings.calendars import place_of

ICON = settings.BASE_DIR / "static/shop/icon-180.png"
OPTIONS = [PKCS7Options.DetachedSignature, PKCS7Options.Binary]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Signer:
    """The certificate of the pass type first, then those that vouch for it."""

    certificates: list[x509.Certificate]
    key: Any

    @property
    def identity(self) -> dict[str, str]:
        subject = self.certificates[0].subject
        values = {
            "passTypeIdentifier": subject.get_attributes_for_oid(NameOID.USER_ID),
            "teamIdentifier": subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME),
        }
        return {name: str(found[0].value) for name, found in values.items()}

    def sign(self, content: bytes) -> bytes:
        builder = PKCS7SignatureBuilder().set_data(content).add_signer(self.certificates[0], self.key, SHA256())
        for each in self.certificates[1:]:
            builder = builder.add_certificate(each)
        return builder.sign(Encoding.DER, OPTIONS)


def signer(at: datetime) -> Signer | None:
    """None where no certificate is set up, it has expired, or it cannot be used, which the log says. Reads only."""
    found = _signer(settings.WALLET_CERTIFICATE) if settings.WALLET_CERTIFICATE else None
    return found if found and at < found.certificates[0].not_valid_after_utc else None


@cache
def _signer(path: str) -> Signer | None:
    try:
        pem = Path(path).read_bytes()
        key = pem[pem.index(b"-----BEGIN PRIVATE KEY-----") :]
        found = Signer(x509.load_pem_x509_certificates(pem), load_pem_private_key(key, password=None))
        found.identity  # noqa: B018 (of another kind of certificate: an IndexError)
    except (OSError, ValueError, TypeError, IndexError):
        logger.exception("WALLET_CERTIFICATE cannot be used: passes for Apple Wallet are not offered")
        return None
    return found


def wallet_pass(ticket: Ticket, *, code: str, signed_by: Signer) -> bytes:
    """The pass of a valid ticket, which has its session with film, hall and cinema, its seat and type. Reads only."""
    files = {"pass.json": json.dumps(_content(ticket, code) | signed_by.identity).encode()}
    files |= dict.fromkeys(("icon.png", "icon@2x.png"), icon_png() or ICON.read_bytes())
    if logo := logo_png():
        files |= {"logo@2x.png": logo}
    manifest = json.dumps({name: hashlib.sha1(each, usedforsecurity=False).hexdigest() for name, each in files.items()})
    files |= {"manifest.json": manifest.encode(), "signature": signed_by.sign(manifest.encode())}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _content(ticket: Ticket, code: str) -> dict[str, Any]:
    session, seat = ticket.session, ticket.seat
    cinema, film = session.hall.cinema, f"{session.film.shown.title} {session.film.age_rating}".rstrip()
    starts = cinema.local(session.start_datetime).isoformat()
    return {
        "formatVersion": 1,
        "serialNumber": f"T{ticket.pk}",
        "organizationName": face().name,
        "description": film,
        "relevantDate": starts,
        "expirationDate": cinema.local(session.end_datetime).isoformat(),
        "sharingProhibited": False,
        "backgroundColor": "rgb(255, 255, 255)",
        "foregroundColor": "rgb(25, 25, 25)",
        "barcodes": [{"format": "PKBarcodeFormatQR", "message": code, "messageEncoding": "iso-8859-1"}],
        "eventTicket": {
            "primaryFields": [_field("film", _("Film"), film)],
            "secondaryFields": [
                {**_field("starts", _("Starts"), starts), "dateStyle": "PKDateStyleMedium",
                 "timeStyle": "PKDateStyleShort", "ignoresTimeZone": True},
                _field("hall", _("Hall"), session.hall.shown.name),
            ],
            "auxiliaryFields": [_field("row", _("Row"), str(seat.row)), _field("seat", _("Seat"), str(seat.number))],
            "backFields": [
                _field("type", _("Ticket type"), ticket.ticket_type.shown.name),
                _field("place", _("Cinema"), place_of(session)),
            ],
        },
    }  # fmt: skip


def _field(key: str, label: str, value: str) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value}
