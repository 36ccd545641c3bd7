"""The second person at one screen: another person, and not another account of the same one."""

import pytest

from accounts.models import AccountChange, Device, User
from accounts.services import record_account_change
from accounts.services.pins import set_pin
from boxoffice.errors import SecondAccount, SecondPersonNeeded
from boxoffice.services.second_person import decider, deciders
from tests.helpers.box_office import PIN, a_device
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

REFUND = "orders.refund_order"


@pytest.fixture
def device() -> Device:
    return a_device(a_cinema())


def with_pin(role: str, device: Device, *, name: str) -> User:
    person = someone(role, device.cinema, email=f"{name}@example.org")
    set_pin(person, pin=PIN, at=NOON)
    return person


def created(account: User, *, by: User) -> None:
    record_account_change(account, [AccountChange.Kind.CREATED], at=NOON, actor=by)


def ask(device: Device, first: User, second: User, *, both: bool = False) -> User:
    return decider(device, REFUND, person=str(second.pk), pin=PIN, other_than=first, both=both, at=NOON)


def test_nobody_is_the_second_person_by_an_account_that_they_created(device: Device) -> None:
    manager, other = (with_pin("floor_manager", device, name=name) for name in ("manager", "other"))
    own = with_pin("floor_manager", device, name="own")
    created(own, by=manager)

    for both in (True, False):
        assert deciders(device, REFUND, other_than=manager, both=both, at=NOON) == [other]
        with pytest.raises(SecondAccount):
            ask(device, manager, own, both=both)
        assert ask(device, manager, other, both=both) == other


def test_a_manager_lends_a_new_cashier_the_permission_but_is_no_second_person_beside_that_account(
    device: Device,
) -> None:
    manager = with_pin("floor_manager", device, name="manager")
    cashier = with_pin("cashier", device, name="cashier")
    created(cashier, by=manager)

    assert ask(device, cashier, manager) == manager
    assert deciders(device, REFUND, other_than=cashier, at=NOON) == [manager]
    with pytest.raises(SecondAccount):
        ask(device, cashier, manager, both=True)
    assert deciders(device, REFUND, other_than=cashier, both=True, at=NOON) == []


def test_whoever_may_log_in_as_the_manager_borrows_no_permission_of_theirs(device: Device) -> None:
    cashier, manager = with_pin("cashier", device, name="cashier"), with_pin("floor_manager", device, name="manager")
    record_account_change(manager, [AccountChange.Kind.PASSWORD], at=NOON, actor=cashier)

    with pytest.raises(SecondAccount):
        ask(device, cashier, manager)


def test_the_second_person_may_decide_it_and_is_not_the_first(device: Device) -> None:
    manager, cashier = with_pin("floor_manager", device, name="manager"), with_pin("cashier", device, name="cashier")

    for second in (manager, cashier):
        with pytest.raises(SecondPersonNeeded):
            ask(device, manager, second)
