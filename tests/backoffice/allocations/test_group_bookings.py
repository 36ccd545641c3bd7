from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.utils.translation import override

from allocations.models import GroupBooking
from allocations.services import Agreed, book, pay
from backoffice.allocations.invoices import invoice
from cinema import clock
from orders.models import Order
from payments.models import Gateway
from tests.helpers.factories import a_cinema, a_session
from tests.helpers.pages.admin_pages import admin_url, messages_of, preview_of, run_action
from tests.helpers.users import browser, someone

DAY = timedelta(days=1)


@pytest.fixture
def booking(db):
    at = clock.now()
    school = Agreed("Anna Petrova", Decimal(200), one_free_per=10, payer="School No. 5", language="de")
    return book(a_session(start=at + 9 * DAY), school, people=11, until=at + DAY, at=at, actor=someone())


def test_the_invoice_is_a_pdf_for_what_is_reserved_and_only_for_the_own_cinema(booking):
    address = f"/admin/allocations/groupbooking/{booking.pk}/invoice/"
    order = booking.group_orders.get().order
    own = browser(someone("floor_manager", booking.cinema))
    other = browser(someone("floor_manager", a_cinema(), email="other@example.org"))

    answer = own.get(address)

    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"] == f'attachment; filename="invoice-{order.number}.pdf"'
    assert other.get(address).status_code == 404
    pay(
        order,
        gateway=Gateway.BANK_TRANSFER,
        reference="117",
        transferred_on=clock.now().date(),
        at=clock.now(),
        actor=someone(email="cashier@example.org"),
    )
    assert own.get(address).status_code == 404


def test_the_log_of_what_was_done_does_not_name_the_contact(booking):
    session, until = booking.group_orders.get().order.tickets.first().session, clock.now() + DAY
    client = browser(someone("floor_manager", booking.cinema))
    group = {"contact": "Zelda", "language": "en", "people": 2, "price": 400, "until": f"{until:%Y-%m-%dT%H:%M}"}
    order = booking.group_orders.get().order_id

    for row, action, data in ((session, "book_group", group), (booking, "headcount", {"order": order, "people": 5})):
        shown = client.post(admin_url(row, action), data)
        client.post(admin_url(row, action), {**data, "previewed": preview_of(shown)})

    kept = list(LogEntry.objects.values_list("object_repr", "change_message"))
    assert len(kept) == 2
    assert not [text for texts in kept for text in texts if "Zelda" in text or "Petrova" in text]


def test_a_group_is_booked_once_however_often_the_confirmation_is_pressed(booking):
    session, until = booking.group_orders.get().order.tickets.first().session, clock.now() + DAY
    client, page = browser(someone("floor_manager", booking.cinema)), admin_url(session, "book_group")
    group = {"contact": "Zelda", "language": "en", "people": 2, "price": 400, "until": f"{until:%Y-%m-%dT%H:%M}"}
    shown = client.post(page, group)
    confirmed = {**group, "previewed": preview_of(shown), "sent": str(shown.context_data["sent"])}

    first, again = client.post(page, confirmed, follow=True), client.post(page, confirmed, follow=True)

    new = GroupBooking.objects.exclude(pk=booking.pk).get()
    done = f"{new}: 2 seats reserved, under the number {new.group_orders.get().order}."
    assert messages_of(first) == [done]
    assert messages_of(again) == [f"Already done: {done}"]


def test_the_invoice_says_who_pays_how_much_for_how_many_in_the_language_of_the_group(booking):
    with override("de"):
        table = invoice(booking, list(Order.objects.all()))
        notes = " ".join(str(note) for note in table.notes)

    assert [(row["people"], row["sum"]) for row in table.rows] == [(10, 2000), (1, 0)]
    assert str(table.title).startswith("Rechnung ")
    assert "School No. 5" in notes


def test_whoever_books_no_groups_neither_cancels_nor_extends_what_one_has_reserved(booking):
    order, later = booking.group_orders.get().order, clock.now() + 2 * DAY
    cashier = browser(someone("cashier", booking.cinema))

    run_action(cashier, order, "cancel")
    run_action(cashier, order, "extend", until=f"{later:%Y-%m-%dT%H:%M}")

    kept = Order.objects.get()
    assert (kept.status, kept.expires_at) == (Order.Status.PENDING_PAYMENT, order.expires_at)
    run_action(browser(someone("floor_manager", booking.cinema)), order, "cancel")
    assert Order.objects.get().status == Order.Status.CANCELLED


def test_a_link_fills_in_what_people_see_and_not_what_confirms_that_they_saw_it(booking):
    order = booking.group_orders.get().order_id
    client, page = browser(someone("floor_manager", booking.cinema)), admin_url(booking, "headcount")
    shown = client.post(page, {"order": order, "people": 5})

    opened = client.get(page, {"order": order, "people": 5, "previewed": preview_of(shown)})

    form = opened.context_data["form"]
    assert (form["people"].value(), form["previewed"].value()) == ("5", None)
