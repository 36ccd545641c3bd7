"""A receiver of webhooks with a ledger of its own, which can lose answers, refuse, be gone or ask to wait."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.models import EventType, WebhookDelivery, WebhookEndpoint, WebhookEvent
from integrations.webhooks.signing import new_secret
from screenings.models import Cinema
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.fakes import loopback


@dataclass
class Receiver:
    """`next_answers` are status codes, in order; 0 loses the answer after the webhook was taken. Then 200."""

    url: str = ""
    next_answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    clock: loopback.OwnClock = field(default_factory=loopback.OwnClock)
    calls: list[tuple[str, dict[str, Any], dict[str, str], bytes]] = field(default_factory=list)

    @property
    def ledger(self) -> dict[str, dict[str, Any]]:
        """What it was told, once for each `webhook-id`."""
        return {message_id: content for message_id, content, _headers, _body in self.calls}

    @property
    def types(self) -> list[str]:
        return sorted(content["type"] for content in self.ledger.values())


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Verifies as the standard says, without a line of the sender."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}" in headers["webhook-signature"].split(" ")


@contextmanager
def receiver() -> Iterator[Receiver]:
    here = Receiver()

    class Requests(loopback.Handler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if here.clock.is_down:  # nothing takes it
                self.send(503)
                return
            here.calls.append((headers["webhook-id"], json.loads(body), headers, body))
            status = here.next_answers.pop(0) if here.next_answers else 200
            if not status:
                self.close_connection = True
                return
            self.send(status, headers=here.headers)

    with loopback.serving(Requests) as url:
        here.url = f"{url}/hook"
        yield here


def an_endpoint(url: str, *, since: datetime = NOON, **fields: Any) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(
        **{"name": f"Receiver {url[-12:]}", "url": url, "since": since, "secret": new_secret(), **fields}
    )


def a_webhook(
    name: str = "Tickets Everywhere", *, cinema: Cinema | None = None, at: datetime = NOON, **fields: Any
) -> WebhookDelivery:
    """A delivery that was given up, of a receiver that was switched off."""
    endpoint = an_endpoint("https://hooks.example/cinema", name=name, since=at, disabled_at=at, failing_since=at)
    event = WebhookEvent.objects.create(
        type=EventType.ORDER_PAID, subject=endpoint.pk, cinema=cinema or a_cinema(), at=at, data={"number": "AB12CD"}
    )
    return WebhookDelivery.objects.create(
        event=event, endpoint=endpoint, next_attempt_at=at, **{"status": WebhookDelivery.Status.FAILED, **fields}
    )
