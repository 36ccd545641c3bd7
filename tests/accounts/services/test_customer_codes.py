from datetime import timedelta

import pytest

from accounts.errors import CustomerCodeWrong, OwnCustomerCode, PayingCodeNeeded, RateLimited
from accounts.models import User
from accounts.services.customer_codes import PAYING, customer_code, customer_of_code, paying_once
from tests.helpers.factories import NOON, a_cinema, a_customer
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def cashier() -> User:
    return someone("cashier", a_cinema())


def test_the_code_of_a_customer_is_taken_for_ten_minutes_at_least(cashier: User) -> None:
    customer = a_customer()
    code = customer_code(customer, at=NOON)

    assert customer_of_code(code, at=NOON + timedelta(minutes=10), actor=cashier) == customer
    with pytest.raises(CustomerCodeWrong):
        customer_of_code(code, at=NOON + timedelta(minutes=20), actor=cashier)


@pytest.mark.parametrize("text", ["", "x", "\x00", "123456", "000000 99999999", "9" * 5000])
def test_no_other_text_is_taken(cashier: User, text: str) -> None:
    with pytest.raises(CustomerCodeWrong):
        customer_of_code(text, at=NOON, actor=cashier)


def test_the_number_of_an_account_alone_proves_nothing_and_cannot_be_tried(cashier: User) -> None:
    customer = a_customer()
    right = customer_code(customer, at=NOON)
    for attempt in range(10):
        with pytest.raises(CustomerCodeWrong):
            customer_of_code(f"{attempt:06} {customer.pk}", at=NOON, actor=cashier)

    with pytest.raises(RateLimited):
        customer_of_code(right, at=NOON, actor=cashier)


def test_nobody_earns_points_on_what_they_sell(cashier: User) -> None:
    with pytest.raises(OwnCustomerCode):
        customer_of_code(customer_code(cashier, at=NOON), at=NOON, actor=cashier)


@pytest.mark.parametrize("own", [{"email": "cashier+2@example.org"}, {"email": "a@b.example", "phone": "+79161234567"}])
def test_nor_for_a_second_account_with_their_phone_or_mailbox(cashier: User, own: dict[str, str]) -> None:
    cashier.phone = "+79161234567"
    second = User.objects.create_user(own["email"], None, phone=own.get("phone", ""))

    with pytest.raises(OwnCustomerCode):
        customer_of_code(customer_code(second, at=NOON), at=NOON, actor=cashier)


def test_only_the_code_for_paying_lets_points_pay_and_only_once() -> None:
    customer = a_customer()
    earning, paying = customer_code(customer, at=NOON), customer_code(customer, salt=PAYING, at=NOON)
    later = NOON + timedelta(minutes=10)

    with pytest.raises(PayingCodeNeeded), paying_once(earning, customer, at=NOON):
        pass
    with pytest.raises(ZeroDivisionError), paying_once(paying, customer, at=NOON):
        raise ZeroDivisionError  # the sale failed
    with paying_once(paying, customer, at=NOON):
        pass
    with pytest.raises(PayingCodeNeeded), paying_once(paying.replace(" ", ""), customer, at=later):
        pass
    with paying_once(customer_code(customer, salt=PAYING, at=later), customer, at=later):
        pass
