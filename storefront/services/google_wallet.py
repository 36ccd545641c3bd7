"""Tickets for Google Wallet: a link that has the pass in it, signed by a service account.

`GOOGLE_WALLET_KEY` names its key, a file as Google Cloud gives it. Google makes the pass when the customer follows the
link, so nothing is sent from here.
"""

import base64
import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.utils.translation import get_language

from house_rules.face import face
from orders.models import Ticket

SAVE = "https://pay.google.com/gp/v/save/"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Account:
    """The service account that signs, and the number of the chain's issuer account."""

    email: str
    key: RSAPrivateKey
    issuer: str

    def named(self, content: dict[str, Any]) -> dict[str, Any]:
        return {"id": f"{self.issuer}.{hashlib.sha256(_json(content)).hexdigest()[:24]}", **content}

    def signed(self, claims: dict[str, Any]) -> str:
        """A JSON Web Token (RS256)."""
        signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{signed}.{_base64(self.key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def account() -> Account | None:
    """None where none is set up, or its key cannot be used, which the log says. Reads only."""
    path, issuer = settings.GOOGLE_WALLET_KEY, settings.GOOGLE_WALLET_ISSUER
    return _account(path, issuer) if path and issuer else None


@cache
def _account(path: str, issuer: str) -> Account | None:
    try:
        stored = json.loads(Path(path).read_bytes())
        key = load_pem_private_key(stored["private_key"].encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("no RSA key")
        return Account(stored["client_email"], key, issuer)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        logger.exception("GOOGLE_WALLET_KEY cannot be used: passes for Google Wallet are not offered")
        return None


def save_link(ticket: Ticket, *, code: str, by: Account, at: datetime) -> str:
    """The address that saves a valid ticket, which has its session with film, hall and cinema, its seat and type.

    Google keeps what it has saved under a name, so the names follow from the content: what is changed later, or has a
    new code, is another pass. Reads only.
    """
    session, seat = ticket.session, ticket.seat
    cinema = session.hall.cinema
    screening = by.named({
        "issuerName": face().name,
        "reviewStatus": "UNDER_REVIEW",
        "eventName": _text(f"{session.film.shown.title} {session.film.age_rating}".rstrip()),
        "venue": {"name": _text(cinema.shown.name), "address": _text(cinema.full_address or cinema.shown.name)},
        "dateTime": {
            "start": cinema.local(session.start_datetime).isoformat(),
            "end": cinema.local(session.end_datetime).isoformat(),
        },
    })  # fmt: skip
    admission = by.named({
        "classId": screening["id"],
        "state": "ACTIVE",
        "barcode": {"type": "QR_CODE", "value": code},
        "ticketType": _text(ticket.ticket_type.shown.name),
        "seatInfo": {
            "section": _text(session.hall.shown.name),
            "row": _text(str(seat.row)),
            "seat": _text(str(seat.number)),
        },
    })  # fmt: skip
    claims = {
        "iss": by.email,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(at.timestamp()),
        "origins": [],
        "payload": {"eventTicketClasses": [screening], "eventTicketObjects": [admission]},
    }
    return SAVE + by.signed(claims)


def _text(value: str) -> dict[str, Any]:
    return {"defaultValue": {"language": get_language() or settings.LANGUAGE_CODE, "value": value}}


def _part(content: dict[str, Any]) -> str:
    return _base64(_json(content))


def _json(content: dict[str, Any]) -> bytes:
    """As short as it can be: it becomes part of an address."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
