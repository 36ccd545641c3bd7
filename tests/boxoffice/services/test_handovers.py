from decimal import Decimal

import pytest

from boxoffice.services.handovers import confirm
from notifications.models import Notification
from notifications.rendering import render_email
from payments.models import Handover
from payments.services import count_and_close, move_cash
from tests.helpers.cash import a_shift
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


def test_whoever_handed_in_more_than_was_found_is_told_at_once_and_by_whom() -> None:
    shift = a_shift(opening_float=Decimal(1000))
    boss = someone("floor_manager", shift.cinema, email="boss@example.org")
    count_and_close(shift, counted_cash=Decimal(1000), at=NOON, actor=shift.cashier)

    confirm(Handover.objects.get(), found=Decimal(900), at=NOON, actor=boss)

    told = Notification.objects.get()
    letter = render_email(told)
    assert (told.kind, told.recipient, told.cinema_id) == ("CASH_FOUND", shift.cashier.email, shift.cinema.pk)
    assert "boss@example.org" in letter.body
    assert (told.context["amount"], told.context["found"]) == ("1000.00", "900")


def test_who_moved_cash_in_anothers_shift_is_told_too_and_nobody_of_what_was_right() -> None:
    shift = a_shift(opening_float=Decimal(1000))
    colleague = someone("cashier", shift.cinema, email="colleague@example.org")
    boss = someone("floor_manager", shift.cinema, email="boss@example.org")
    for amount in (300, 200):
        move_cash(shift, kind="DROP", amount=Decimal(amount), reason="", at=NOON, actor=colleague)

    for handover in Handover.objects.order_by("pk"):
        confirm(handover, found=Decimal(300), at=NOON, actor=boss)

    assert {each.recipient for each in Notification.objects.all()} == {shift.cashier.email, colleague.email}
    assert {each.context["amount"] for each in Notification.objects.all()} == {"200.00"}
