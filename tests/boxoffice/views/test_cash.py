"""The page of the safe, the change fund and the bank."""

from decimal import Decimal

import pytest

from cinema import clock
from payments.models import CashMovement, CashPlace
from payments.services import move_cash
from tests.helpers.box_office import a_device, at_work
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import a_cinema
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

CASH = "/boxoffice/cash/"


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


def test_a_floor_manager_does_not_open_it(cinema):
    client = at_work(someone("floor_manager", cinema), a_device(cinema))

    assert client.get(CASH).status_code == 403
