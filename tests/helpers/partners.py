"""Partners of the API with a key, and a client that sends it."""

from datetime import datetime
from typing import Any

from django.core.management import call_command
from django.test import Client

from integrations.models import Partner
from integrations.services.keys import issue_key
from tests.helpers.factories import NOON


def a_partner(name: str = "Tickets Everywhere", *, at: datetime = NOON, **rights: bool) -> tuple[Partner, str]:
    """A partner that may do everything unless told otherwise, and its key."""
    partner = Partner.objects.create(name=name, **{"all_cinemas": True, "may_sell": True, "may_refund": True, **rights})
    return partner, issue_key(partner, at=at)[1]


def announce(at: datetime = NOON) -> None:
    call_command("announce_sessions", at=at.isoformat(), verbosity=0)


class ApiClient:
    """Sends JSON with a key, as a partner does."""

    def __init__(self, key: str = "") -> None:
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        return Client().post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)
