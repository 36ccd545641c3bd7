import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from boxoffice.models import OfflineScan
from cinema import clock
from orders.models import Ticket
from orders.services import code_of
from screenings.models import Session
from tests.helpers import factories
from tests.helpers.box_office import a_device, at_work
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    return factories.a_session(start=clock.now() + timedelta(minutes=30))


@pytest.fixture
def client(session: Session) -> Client:
    cinema = session.hall.cinema
    return at_work(someone("usher", cinema), a_device(cinema, session.hall))


@pytest.fixture
def ticket(session: Session) -> Ticket:
    return factories.a_paid_order(session, at=clock.now()).tickets.select_related("order").get()


def upload(client: Client, *scans: Any) -> HttpResponse:
    data = {"sent_at": clock.now().isoformat(), "scans": json.dumps(scans)}
    return client.post("/boxoffice/door/upload/", data)


def a_scan(client: Client, ticket: Ticket, **fields: Any) -> dict[str, Any]:
    seal = client.get("/boxoffice/door/list/").json()["seal"]
    scan = {"uuid": str(uuid4()), "code": code_of(ticket), "decision": "LET_IN", "at": clock.now().isoformat()}
    return {**scan, "seal": seal, "listed": "Hall 9", **fields}


def test_a_list_is_fetched_and_what_was_scanned_by_it_is_uploaded_and_shown(client: Client, ticket: Ticket) -> None:
    scan = a_scan(client, ticket)

    answer = upload(client, scan)
    page = client.get("/boxoffice/door/conflicts/")

    ticket.refresh_from_db()
    assert answer.json() == {"stored": [scan["uuid"]]}
    assert ticket.status == Ticket.Status.USED
    assert "The ticket was moved" in page.text
    assert "On the list: Hall 9" in page.text
    assert page.headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize(
    "wrong",
    [
        {"uuid": "1"},
        {"at": "2026-11-29T12:00"},
        {"at": "9999-12-31T23:59:59+00:00"},
        {"decision": "X"},
        {"code": 5},
        {"listed": "half a character \ud83c"},
    ],
    ids=ascii,
)
def test_what_no_door_writes_is_refused(client: Client, ticket: Ticket, wrong: dict[str, Any]) -> None:
    assert upload(client, a_scan(client, ticket, **wrong)).status_code == 400
    for scans in ("[1]", "[" * 100_000):
        sent = {"sent_at": clock.now().isoformat(), "scans": scans}
        assert client.post("/boxoffice/door/upload/", sent).status_code == 400
    assert not OfflineScan.objects.exists()


def test_the_printed_list_shows_seats_and_no_person(client: Client, ticket: Ticket) -> None:
    page = client.get("/boxoffice/door/list/print/").text

    tail = code_of(ticket)[-4:]
    assert tail in page
    assert f"code ends with {tail}" in Client().get(urlsplit(ticket.order.link).path, follow=True).text
    assert code_of(ticket) not in page
    assert ticket.order.email not in page


def test_only_who_may_scan_on_a_device_gets_a_list(session: Session, client: Client) -> None:
    cashier = at_work(someone("cashier", session.hall.cinema), a_device(session.hall.cinema, name="Till 1"))

    for path in ("list/", "list/print/", "conflicts/"):
        assert cashier.get(f"/boxoffice/door/{path}").status_code == 403
    assert cashier.post("/boxoffice/door/upload/").status_code == 403
    assert Client().get("/boxoffice/door/list/").status_code == 302
    assert Client().get("/boxoffice/door/sw.js").status_code == 200
    client.post("/boxoffice/lock/")
    assert client.get("/boxoffice/door/list/", headers={"Accept": "application/json"}).status_code == 401


def test_the_worker_keeps_every_script_of_the_page(client: Client) -> None:
    page, worker = client.get("/boxoffice/door/").text, Client().get("/boxoffice/door/sw.js")

    assert worker["Content-Type"].startswith("text/javascript")
    scripts = [each.partition('"')[0] for each in page.split('src="')[1:]]
    assert [each for each in scripts if each not in worker.text] == []
