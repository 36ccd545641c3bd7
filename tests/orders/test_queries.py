"""Tickets that keep their seat; for reminders see services/visits/test_reminders.py."""

from datetime import timedelta

import pytest
from django.conf import settings

from orders.queries import taken_tickets
from payments.models import Payment
from tests.helpers.factories import NOON, a_session, an_order, at_the_bank, pay

pytestmark = pytest.mark.django_db

EXPIRY = NOON + timedelta(minutes=15)


def test_a_held_seat_is_taken_until_its_hold_expires():
    an_order(a_session(), seats=2)

    assert taken_tickets(EXPIRY - timedelta(seconds=1)).count() == 2
    assert taken_tickets(EXPIRY).count() == 0


def test_a_sold_seat_stays_taken():
    pay(an_order(a_session()))

    assert taken_tickets(EXPIRY).count() == 1


def test_a_pending_payment_keeps_the_seat_for_the_grace_period():
    payment = at_the_bank(an_order(a_session()))
    assert payment.status == Payment.Status.PENDING

    assert taken_tickets(EXPIRY).count() == 1
    assert taken_tickets(EXPIRY + settings.PAYMENT_IN_FLIGHT_GRACE).count() == 0
