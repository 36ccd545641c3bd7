"""Check-in on the page of a ticket."""

from datetime import timedelta

import pytest

from cinema import clock
from orders.models import Scan, Ticket
from tests.helpers.factories import a_cinema
from tests.helpers.pages.admin_pages import admin_url, messages_of, run_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors_open(sold, monkeypatch):
    start = sold.tickets.first().session.start_datetime
    monkeypatch.setattr(clock, "now", lambda: start - timedelta(minutes=30))


@pytest.mark.usefixtures("doors_open")
def test_a_ticket_is_checked_in_and_the_check_in_undone(cinema, sold):
    ticket = sold.tickets.first()
    client = browser(someone("floor_manager", cinema))

    let_in = run_action(client, ticket, "let_in")
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.USED
    assert messages_of(let_in) == [f"Checked in: {ticket}, {ticket.session.hall.name}, {ticket.ticket_type}."]

    run_action(client, ticket, "undo")
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.USED
    run_action(client, ticket, "undo", reason="Wrong hall")
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PAID
    assert Scan.objects.get(undone=True).override == "Wrong hall"


@pytest.mark.usefixtures("doors_open")
def test_the_door_sees_hall_seat_ticket_type_and_age_rating_before_it_admits(cinema, sold):
    ticket = sold.tickets.first()

    page = browser(someone("usher", cinema)).get(admin_url(ticket, "let_in"))

    summary = dict(page.context_data["summary"])
    assert (summary["hall"], summary["seat"]) == (ticket.session.hall.name, ticket.seat)
    assert (summary["ticket type"], summary["age rating"]) == (ticket.ticket_type, ticket.session.film.age_rating)


def test_only_a_supervisor_admits_a_guest_at_another_time_and_says_why(cinema, sold):
    ticket = sold.tickets.first()
    usher, supervisor = someone("usher", cinema), someone("floor_manager", cinema)

    refused = browser(usher).post(admin_url(ticket, "let_in"), {})
    assert "Too early" in refused.content.decode()
    assert browser(usher).post(admin_url(ticket, "override"), {"reason": "Regular"}).status_code == 403
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PAID

    run_action(browser(supervisor), ticket, "override", reason="In a wheelchair")

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.USED
    assert Scan.objects.values_list("override", "actor").get() == ("In a wheelchair", supervisor.pk)


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
