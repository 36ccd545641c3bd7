from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from orders.services import refund
from payments.models import LegalEntity, Subject, VatRate
from reports.catalogue import month_sheet
from reports.catalogue.months import Month
from reports.catalogue.societies import societies
from reports.models import SocietyRate
from reports.reading import Period
from screenings.models import Cinema
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, PRICE, a_cinema, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = NOON.date()
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


def rate(percent: str, *, society: str = "RAO", valid_from: date = LONG_AGO, **fields) -> SocietyRate:
    return SocietyRate.objects.create(
        society=society, percent=Decimal(percent), valid_from=valid_from, **{"base": "BOX_OFFICE", **fields}
    )


def sold(cinema: Cinema, *, days: int = 0, seats: int = 1):
    """Tickets for a screening two hours after noon of the day."""
    at = NOON + days * DAY
    return a_paid_order(a_session(a_hall(cinema), start=at + timedelta(hours=2)), seats=seats, at=at)


def owed(*cinemas: Cinema, first: date = TODAY, last: date = TODAY + 30 * DAY) -> list[tuple]:
    table = societies(Period(cinemas, first, last, NOON))
    return [(row["society"], row["percent"], row["base"], row["owed"]) for row in table.rows]


def test_each_day_has_the_rate_that_is_valid_on_it(cinema):
    rate("3")
    rate("1.5", valid_from=TODAY + DAY)
    rate("0.33", society="Artists")
    for days in range(3):
        sold(cinema, days=days)
    close_days(cinema, until=NOON + 4 * DAY)

    assert owed(cinema) == [
        ("Artists", Decimal("0.33"), 3 * PRICE, Decimal("3.47")),
        ("RAO", Decimal(3), PRICE, Decimal("10.50")),
        ("RAO", Decimal("1.5"), 2 * PRICE, Decimal("10.50")),
    ]


def test_a_cinemas_own_rate_comes_before_that_of_its_legal_entity_and_this_before_that_of_all():
    entity = LegalEntity.objects.create(name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL")
    everywhere, of_entity, own = a_cinema(), a_cinema(), a_cinema()
    Cinema.objects.filter(pk__in=[of_entity.pk, own.pk]).update(legal_entity=entity)
    rate("3", valid_from=TODAY - DAY)  # later than the others, and not as close
    rate("2", legal_entity=entity)
    rate("1", cinema=own)
    for each in (everywhere, of_entity, own):
        sold(each)
        close_days(each, until=NOON + 2 * DAY)
        each.refresh_from_db()

    assert [[row[1] for row in owed(each)] for each in (everywhere, of_entity, own)] == [[3], [2], [1]]


def test_the_base_is_the_box_office_with_or_without_vat(cinema):
    VatRate.objects.create(subject=Subject.TICKETS, valid_from=LONG_AGO, vat="20")
    rate("10")
    rate("10", society="Artists", base="WITHOUT_VAT")
    sold(cinema)
    close_days(cinema, until=NOON + 2 * DAY)

    assert owed(cinema) == [
        ("Artists", 10, Decimal("291.67"), Decimal("29.17")),
        ("RAO", 10, PRICE, Decimal("35.00")),
    ]


def test_a_refund_lowers_what_is_owed_by_the_rate_of_its_screening(cinema):
    rate("3")
    rate("5", valid_from=TODAY + DAY)
    order = sold(cinema)
    close_days(cinema, until=NOON + DAY)
    refund(order, reason="Noise", at=NOON + 5 * DAY)
    close_days(cinema, until=NOON + 7 * DAY)

    assert owed(cinema, last=TODAY) == [("RAO", 3, PRICE, Decimal("10.50"))]
    assert owed(cinema, first=TODAY + DAY) == [("RAO", 3, -PRICE, Decimal("-10.50"))]


def test_the_month_sheet_has_the_same_as_the_file_of_the_month(cinema):
    rate("3")
    sold(cinema)
    close_days(cinema, until=NOON + 2 * DAY)
    month = Month([cinema], TODAY.replace(day=1))

    on_sheet = next(each for each in month_sheet.tables(month, with_costs=False) if "societies" in str(each.title))

    assert list(on_sheet.rows) == list(societies(Period([cinema], month.first, month.last, NOON)).rows)
    assert on_sheet.rows[0]["owed"] == Decimal("10.50")


def test_without_a_rate_or_with_one_of_0_nothing_is_owed(cinema):
    rate("3", valid_from=TODAY + 90 * DAY)
    rate("0", society="Artists")
    sold(cinema)
    close_days(cinema, until=NOON + 2 * DAY)

    assert owed(cinema) == []


def test_two_rates_from_one_date_and_rates_of_two_places_are_refused(cinema):
    entity = LegalEntity.objects.create(name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL")
    for place in ({}, {"cinema": cinema}, {"legal_entity": entity}):
        rate("3", **place)
        same = SocietyRate(society=" RAO ", percent=Decimal(1), valid_from=LONG_AGO, **place)
        with pytest.raises(ValidationError):
            same.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            rate("1", **place)
    both = SocietyRate(society="RAO", percent=Decimal(1), valid_from=TODAY, cinema=cinema, legal_entity=entity)
    with pytest.raises(ValidationError):
        both.full_clean()
    with pytest.raises(ValidationError):
        SocietyRate(society="RAO", percent=Decimal(101), valid_from=TODAY).full_clean()
