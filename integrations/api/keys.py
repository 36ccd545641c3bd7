"""Recognises the key of a request and says what its partner may do."""

import logging
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from cinema import clock
from cinema.http import client_address
from integrations.errors import RightMissing
from integrations.models import Partner
from integrations.services.keys import partner_of

logger = logging.getLogger(__name__)


class Key(HttpBearer):
    """`Authorization: Bearer KEY`. The key itself is never logged."""

    openapi_description = "A key that the cinema chain made for you. It is shown once."

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        partner = partner_of(token, address=client_address(request), at=clock.now())
        logger.info("API: %s %r by partner %s", request.method, request.path, partner.pk)
        return partner


def partner_with(request: HttpRequest, right: str) -> Partner:
    """The partner behind the request. Raises `RightMissing` without the right: `may_sell`, `may_refund` or
    `may_pay_on_account`."""
    partner: Partner = request.auth  # type: ignore[attr-defined]
    if not getattr(partner, right):
        raise RightMissing
    return partner
