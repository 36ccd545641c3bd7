"""The calls of docs/api.md sell and refund a ticket, sent over HTTP by a client that knows nothing else."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from cinema import clock
from demo.bank import PREFIX, decide
from payments.models import Payment
from tests.helpers.factories import a_session, an_adult, free_seats
from tests.helpers.partners import a_partner

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
CALLS = re.findall(r"```http\nPOST (\S+)\n(.*?)```", PAGE, flags=re.S)


def send(host: str, values: dict[str, str], path: str, rest: str) -> dict[str, object]:
    """Send a call of the page with these values in place of its words in capitals."""
    for name, value in values.items():
        path, rest = (re.sub(rf"\b{name}\b", value, text) for text in (path, rest))
    head, _empty, body = rest.partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.strip().splitlines())
    answer = requests.post(host + path, json=json.loads(body) if body.strip() else None, headers=headers, timeout=20)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_calls_of_the_page_sell_and_refund_a_ticket(live_server) -> None:
    now = clock.now()
    session = a_session(start=now + timedelta(days=2))
    seat = free_seats(session)[0]
    values = {
        "KEY": a_partner(at=now)[1],
        "SESSION": str(session.pk),
        "SEAT": str(seat.pk),
        "TYPE": str(an_adult().pk),
    }
    hold, pay, check, refund = CALLS

    values["NUMBER"] = str(send(live_server.url, values, *hold)["number"])
    send(live_server.url, values, *pay)
    decide(Payment.objects.get().external_id.removeprefix(PREFIX), paid=True)
    paid = send(live_server.url, values, *check)
    refunded = send(live_server.url, values, *refund)

    assert paid["status"] == "PAID"
    assert (refunded["order_number"], refunded["amount"]) == (values["NUMBER"], "350.00")
