"""What the shop says of a price that follows demand."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from pricing.services.quoting import end_quotes
from screenings.models import Session
from storefront.services.price_note import PriceNote, price_note
from tests.helpers.factories import NOON, a_session
from tests.helpers.screening_rows import a_price_quote

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BOUNDS = (Decimal("280.00"), Decimal("455.00"))


def test_the_list_price_has_no_note():
    assert price_note(a_session()) is None


def test_a_price_that_rose_is_shown_with_its_bounds():
    session = a_session()
    a_price_quote(session, "380.00", at=NOON)

    assert price_note(session) == PriceNote(Decimal("380.00"), *BOUNDS)


def test_a_drop_is_shown_with_the_lowest_price_of_the_thirty_days_before():
    session = a_session()
    for days, price in [(40, "290.00"), (35, "370.00"), (20, "360.00"), (10, "400.00"), (0, "340.00")]:
        a_price_quote(session, price, at=NOON - days * DAY)

    found = price_note(session)

    assert found == PriceNote(Decimal("340.00"), *BOUNDS, before=Decimal("400.00"), lowest=Decimal("360.00"))


def list_price(session: Session, price: str, *, at: datetime) -> None:
    """Change the ticket price, as a price list or a form does."""
    session.ticket_price = Decimal(price)
    session.save(update_fields=["ticket_price"])
    newest = Session.history.filter(id=session.pk).order_by("-history_id")[:1].values("history_id")
    Session.history.filter(history_id__in=list(newest.values_list("history_id", flat=True))).update(history_date=at)
    Session.history.filter(id=session.pk, history_type="+").update(history_date=NOON - 90 * DAY)


def ended(session: Session, *, at: datetime) -> None:
    with transaction.atomic():
        end_quotes([session], code="DISABLED", at=at)


def note(session: Session) -> tuple[str, str] | None:
    found = price_note(session)
    assert found is not None
    return None if found.before is None else (str(found.before), str(found.lowest))


def test_the_price_before_is_the_list_price_of_that_moment_where_no_quote_was_in_force():
    session = a_session()
    a_price_quote(session, "300.00", at=NOON - 9 * DAY)
    ended(session, at=NOON - 8 * DAY)
    list_price(session, "500.00", at=NOON - 3 * DAY)
    a_price_quote(session, "480.00", at=NOON)

    assert note(session) == ("500.00", "300.00")


def test_a_list_price_that_ended_more_than_thirty_days_ago_is_not_the_lowest():
    session = a_session(price=Decimal("200.00"))
    list_price(session, "500.00", at=NOON - 31 * DAY)
    a_price_quote(session, "480.00", at=NOON)

    assert note(session) == ("500.00", "500.00")


def test_a_list_price_that_was_in_force_within_thirty_days_is_the_lowest():
    session = a_session(price=Decimal("200.00"))
    list_price(session, "500.00", at=NOON - 29 * DAY)
    a_price_quote(session, "480.00", at=NOON)

    assert note(session) == ("500.00", "200.00")


def test_a_list_price_that_a_quote_stood_in_for_was_never_shown():
    session = a_session(price=Decimal("400.00"))
    a_price_quote(session, "450.00", at=NOON - 40 * DAY)
    list_price(session, "300.00", at=NOON - 20 * DAY)
    a_price_quote(session, "440.00", at=NOON)

    assert note(session) == ("450.00", "450.00")
