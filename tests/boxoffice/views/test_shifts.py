"""The page of the shift: opening, cash in and out, and the count before the expected sum is shown."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import Device
from accounts.services.pins import set_pin
from boxoffice.services import sales
from cinema import clock
from cinema.money import MAX_AMOUNT
from payments.models import CashMovement, CashPlace, Payment, Shift
from payments.services import count_and_close, sell_gift_card
from tests.helpers.box_office import PIN, a_device, at_work
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import a_cinema, an_item
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

SHIFT = "/boxoffice/till/shift/"


@pytest.fixture
def cinema():
    return a_cinema()


@pytest.fixture
def client(cinema):
    return at_work(someone("cashier", cinema), a_device(cinema, name="Till 1"))


def test_a_shift_is_opened_filled_counted_and_summed_up(client, cinema):
    client.post(SHIFT, {"do": "open", "name": "Drawer 1", "float": "1 000,50"})
    client.post(SHIFT, {"do": "move", "kind": "CASH_OUT", "amount": "100", "reason": "A taxi"})
    row = Shift.objects.get()
    assert "900.5" not in client.get(SHIFT).text.replace(",", ".")  # nobody is told before the count

    answer = client.post(f"/boxoffice/till/shifts/{row.pk}/count/", {"cash": "890", "card": "0", "note": "Coins"})
    summary = client.get(answer["Location"]).text

    row.refresh_from_db()
    assert (row.status, row.difference, row.note) == (Shift.Status.COUNTED, Decimal("-10.50"), "Coins")
    assert "900.50" in summary.replace(",", ".")
    assert cash_of(cinema) == {"DRAWER": 0, "CHANGE_FUND": Decimal(890)}
    assert invariant_violations() == []


def test_cash_out_above_the_limit_takes_the_pin_of_a_second_person(client, cinema, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(100)}
    manager = someone("floor_manager", cinema)
    set_pin(manager, pin=PIN, at=clock.now())
    client.post(SHIFT, {"do": "open", "name": "Drawer 1", "float": "1000"})
    out = {"do": "move", "kind": "CASH_OUT", "amount": "100", "reason": "A repair"}
    client.post(SHIFT, out)

    refused = client.post(SHIFT, out, follow=True).text
    client.post(SHIFT, {**out, "person": manager.pk, "pin": PIN})

    assert "above your limit" in refused
    moved = CashMovement.objects.filter(kind="CASH_OUT").order_by("pk")
    assert [each.actor for each in moved] == [Shift.objects.get().cashier, manager]
    assert cash_of(cinema)["DRAWER"] == 800


def test_a_drawer_is_shared_on_devices_that_say_so(cinema):
    shift = a_shift(cinema, cashier=someone("cashier", cinema, first_name="Maria"), at=clock.now())
    device, other = a_device(cinema, name="Till 1"), a_device(cinema, name="Till 2")
    Device.objects.filter(pk=device.pk).update(shared_drawer=shift.drawer)
    helper = someone("cashier", cinema, email="helper@example.org")
    here = at_work(helper, device)
    popcorn = an_item(cinema)

    page = here.get(SHIFT).text
    assert "Maria is responsible for it" in page
    assert ('name="cash"' in page, 'value="end"' in page) == (False, False)
    assert here.post("/boxoffice/till/", {"sell": "cash", f"snack{popcorn.pk}": "1"}).status_code == 302
    payment = Payment.objects.get()
    assert (payment.shift, payment.actor, cash_of(cinema)) == (shift, helper, {"DRAWER": 120})

    printed = f"/boxoffice/till/orders/{payment.order_id}/print/"
    assert here.get(printed).status_code == 200

    for refused in ({"do": "move", "kind": "CASH_OUT", "amount": "100", "reason": "A taxi"}, {"do": "end"}):
        assert here.post(SHIFT, refused).status_code == 404
    assert here.post(f"/boxoffice/till/shifts/{shift.pk}/count/", {"cash": "120"}).status_code == 404
    assert at_work(helper, other).get("/boxoffice/till/").status_code == 302
    here.post(SHIFT, {"do": "open", "name": "Drawer 2", "float": "0"})
    assert sales.shift_of(helper, cinema, device=device).cashier == helper
    assert at_work(shift.cashier, device).get(printed).status_code == 302  # not her own sale: that is recorded


def test_the_summary_of_a_shared_drawer_says_who_took_what(cinema):
    maria = someone("cashier", cinema, first_name="Maria")
    shift, helper = a_shift(cinema, cashier=maria, at=clock.now()), someone("cashier", cinema, email="ivan@example.org")
    here = at_work(maria, a_device(cinema))
    summary = f"/boxoffice/till/shifts/{shift.pk}/"

    sell_gift_card(shift, amount=Decimal(500), tender="cash", request=uuid4(), at=clock.now(), actor=helper)
    count_and_close(shift, counted_cash=Decimal(0), at=clock.now(), actor=maria)
    of_one = here.get(summary).text
    CashMovement.objects.filter(kind="GIFT_CARD").update(actor=maria)
    of_none = here.get(summary).text

    assert ("Who took it" in of_one, "Who took it" in of_none) == (True, False)


@pytest.mark.parametrize(
    "amount", ["", "ten", "-5", "1e9", "0.001", "NaN", "1,500", "1.500", "1,500.00", "1_500", "\u0661"]
)
def test_what_is_no_amount_counts_nothing(client, cinema, amount):
    client.post(SHIFT, {"do": "open", "name": "Drawer 1", "float": "100"})
    row = Shift.objects.get()

    client.post(f"/boxoffice/till/shifts/{row.pk}/count/", {"cash": amount})

    row.refresh_from_db()
    assert row.status == Shift.Status.OPEN
    assert list(CashMovement.objects.values_list("kind", flat=True)) == ["FLOAT"]


@pytest.mark.parametrize("amount", ["1500", "1 500", "1\u00a0500,00", "1500.00", "1500,0"])
def test_an_amount_is_read_as_people_write_it(client, cinema, amount):
    client.post(SHIFT, {"do": "open", "name": "Drawer 1", "float": amount})

    assert Shift.objects.get().opening_float == 1500


def test_the_summary_is_shown_only_after_the_count(client, cinema):
    client.post(SHIFT, {"do": "open", "name": "Drawer 1", "float": "100"})

    assert client.get(f"/boxoffice/till/shifts/{Shift.objects.get().pk}/")["Location"] == SHIFT


def test_a_manager_counts_the_forgotten_shift_of_another(cinema, client):
    forgotten = a_shift(cinema, opening_float=Decimal(100), at=clock.now() - timedelta(days=1))
    manager = at_work(someone("floor_manager", cinema), a_device(cinema, name="Office"))
    path = f"/boxoffice/till/shifts/{forgotten.pk}/count/"

    assert client.post(path, {"cash": "100"}).status_code == 404
    assert path in manager.get(SHIFT).text
    manager.post(path, {"cash": "100"})

    forgotten.refresh_from_db()
    assert (forgotten.status, forgotten.counted_by.email) == (Shift.Status.COUNTED, "floor_manager@example.org")


@pytest.mark.parametrize("name", ["SAFE", "BANK", "CHANGE_FUND"])
def test_a_drawer_may_be_named_as_a_safe(client, cinema, name):
    client.post(SHIFT, {"do": "open", "name": name, "float": "100"})
    shift = Shift.objects.get()
    client.post(f"/boxoffice/till/shifts/{shift.pk}/count/", {"cash": "150"})

    shift.refresh_from_db()
    assert (shift.drawer.name, shift.status, shift.difference) == (name, Shift.Status.COUNTED, 50)
    assert invariant_violations() == []


def test_a_manager_sees_what_was_over_or_short_in_the_last_days(client, cinema):
    client.post(SHIFT, {"do": "open", "name": "Till 7", "float": "100"})
    shift = Shift.objects.get()
    client.post(f"/boxoffice/till/shifts/{shift.pk}/count/", {"cash": "60"})
    manager = at_work(someone("cinema_manager", cinema), a_device(cinema, name="Office"))

    assert "Counted in the last seven days" in manager.get(SHIFT).text
    assert "Counted in the last seven days" not in client.get(SHIFT).text


def test_an_unlikely_count_is_asked_about_once_more(client, cinema):
    client.post(SHIFT, {"do": "open", "name": "Till 7", "float": "5000"})
    shift = Shift.objects.get()
    path = f"/boxoffice/till/shifts/{shift.pk}/count/"

    asked = client.post(path, {"cash": "500000"}, follow=True)
    shift.refresh_from_db()
    assert (shift.status, "unusually much" in asked.text) == (Shift.Status.OPEN, True)
    client.post(path, {"cash": "500000"})

    shift.refresh_from_db()
    assert shift.counted_cash == 500000


def test_more_cash_than_can_be_recorded_is_refused_in_words(client, cinema):
    CashPlace.objects.create(cinema=cinema, kind="SAFE", name="SAFE", cash=MAX_AMOUNT * 100)
    client.post(SHIFT, {"do": "open", "name": "Till 7", "float": "0"})
    shift = Shift.objects.get()

    answer = client.post(f"/boxoffice/till/shifts/{shift.pk}/count/", {"cash": "1"}, follow=True)

    shift.refresh_from_db()
    assert (shift.status, answer.status_code) == (Shift.Status.OPEN, 200)
    assert "more cash than can be recorded" in answer.text
