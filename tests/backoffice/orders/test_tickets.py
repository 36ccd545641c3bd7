"""Check-in on the page of a ticket."""

import pytest

from orders.models import Ticket
from tests.helpers.admin_pages import admin_url, messages_of, run_action
from tests.helpers.factories import a_cinema
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_a_ticket_is_checked_in_and_the_check_in_undone(cinema, sold):
    ticket = sold.tickets.first()
    client = browser(someone("floor_manager", cinema))

    let_in = run_action(client, ticket, "let_in")
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.USED
    assert messages_of(let_in) == [f"{ticket}: checked in."]

    run_action(client, ticket, "undo")
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PAID


def test_checking_in_and_undoing_it_need_their_permissions(cinema, sold):
    ticket = sold.tickets.first()
    usher, bar = browser(someone("usher", cinema)), browser(someone("bar", cinema))

    assert usher.post(admin_url(ticket, "undo")).status_code == 403
    assert bar.post(admin_url(ticket, "let_in")).status_code == 403
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PAID


def test_another_cinemas_ticket_is_not_found(sold):
    manager = browser(someone("floor_manager", a_cinema()))

    assert manager.post(admin_url(sold.tickets.first(), "let_in")).status_code == 404
