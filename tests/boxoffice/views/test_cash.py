"""The page of the safe, the change fund and the bank."""

from decimal import Decimal

import pytest

from accounts.services.pins import set_pin
from cinema import clock
from cinema.money import format_money
from payments.models import CashMovement, CashPlace, Handover, Shift
from payments.services import move_cash
from tests.helpers.box_office import PIN, a_device, at_work
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import a_cinema
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

CASH, CONFIRM, SHIFT = "/boxoffice/cash/", "/boxoffice/cash/confirm/", "/boxoffice/till/shift/"


@pytest.fixture
def cinema():
    """A cinema with 500 in its safe."""
    shift = a_shift(a_cinema(), opening_float=Decimal(800), at=clock.now())
    move_cash(shift, kind="DROP", amount=Decimal(500), reason="", at=clock.now(), actor=shift.cashier)
    return shift.cinema


def place(cinema, kind):
    return CashPlace.objects.get(cinema=cinema, kind=kind).pk


def test_a_manager_takes_cash_of_the_safe_to_the_bank(cinema):
    client = at_work(someone("cinema_manager", cinema), a_device(cinema))
    shown = client.get(CASH).text
    move = {"source": place(cinema, "SAFE"), "target": place(cinema, "BANK"), "reason": "Bag 17"}

    too_much = client.post(CASH, {**move, "amount": "600"}, follow=True)
    client.post(CASH, {**move, "amount": "400"})

    assert shown.count("Bank") > 1
    assert "not so much cash" in too_much.text
    assert cash_of(cinema) == {"DRAWER": 300, "SAFE": 100, "CHANGE_FUND": 0, "BANK": 400}
    assert [each.kind for each in CashMovement.objects.filter(reason="Bag 17")] == ["DEPOSIT"] * 2
    assert "Bag 17" in client.get(CASH).text
    assert invariant_violations() == []


def test_cash_is_moved_once_however_often_the_button_is_pressed(cinema):
    client = at_work(someone("cinema_manager", cinema), a_device(cinema))
    sent = str(client.get(CASH).context_data["sent"])
    move = {"source": place(cinema, "SAFE"), "target": place(cinema, "BANK"), "reason": "Bag 17", "sent": sent}

    client.post(CASH, {**move, "amount": "100"})
    again = client.post(CASH, {**move, "amount": "100"}, follow=True)
    client.post(CASH, {**move, "amount": "50"})

    assert "already sent" in again.text
    assert cash_of(cinema)["BANK"] == 150


@pytest.mark.parametrize("change", [{"amount": "x"}, {"amount": "0"}, {"reason": " "}, {"target": "same"}])
def test_what_is_not_clear_moves_nothing(cinema, change):
    client = at_work(someone("cinema_manager", cinema), a_device(cinema))
    client.get(CASH)
    move = {"source": place(cinema, "SAFE"), "target": place(cinema, "BANK"), "reason": "Bag", "amount": "1", **change}
    if move["target"] == "same":
        move["target"] = move["source"]

    client.post(CASH, move)

    assert cash_of(cinema)["SAFE"] == 500


def test_drawers_and_other_cinemas_are_not_moved_here(cinema):
    client = at_work(someone("cinema_manager", cinema), a_device(cinema))
    other = a_shift(a_cinema(), at=clock.now())
    client.get(CASH)

    for source in (place(cinema, "DRAWER"), other.drawer.pk):
        move = {"source": source, "target": place(cinema, "BANK"), "reason": "Bag", "amount": "1"}
        assert client.post(CASH, move).status_code == 404


def test_the_safe_is_counted_once_what_was_handed_in_is_confirmed(cinema):
    manager = at_work(someone("cinema_manager", cinema), a_device(cinema))
    count = {"do": "count", "place": place(cinema, "SAFE"), "counted": "450"}
    waiting = Handover.objects.get()
    assert "Confirm" in manager.get(CASH).text
    assert "Confirm first" in manager.post(CASH, count, follow=True).text

    shown = manager.get(SHIFT).text
    manager.post(CONFIRM, {"handover": waiting.pk, "found": "480"})
    counted = manager.post(CASH, count, follow=True).text

    assert f'value="{waiting.pk}"' in shown
    assert f"Over or short: {format_money(Decimal(-30))}" in counted
    assert cash_of(cinema)["SAFE"] == 450
    assert manager.post(CASH, {**count, "place": place(cinema, "DRAWER")}).status_code == 404
    assert invariant_violations() == []


def test_a_cashier_confirms_with_the_pin_of_somebody_else_who_may(cinema):
    cashier, manager = Shift.objects.get().cashier, someone("floor_manager", cinema)
    device, waiting = a_device(cinema), Handover.objects.get()
    client = at_work(cashier, device)
    set_pin(manager, pin=PIN, at=clock.now())
    sent = {"handover": waiting.pk, "found": "500"}

    for refused in (sent, {**sent, "found": ""}, {**sent, "person": manager.pk, "pin": "000111"}):
        client.post(CONFIRM, refused)
        assert Handover.objects.waiting().exists()
    shown = client.get(SHIFT).text
    client.post(CONFIRM, {**sent, "person": manager.pk, "pin": PIN})

    assert str(manager) in shown
    waiting.refresh_from_db()
    assert (waiting.found, waiting.confirmed_by) == (500, manager)
    assert client.post(CONFIRM, {**sent, "handover": "x"}).status_code == 404


def test_a_floor_manager_does_not_open_it(cinema):
    client = at_work(someone("floor_manager", cinema), a_device(cinema))

    assert client.get(CASH).status_code == 403
