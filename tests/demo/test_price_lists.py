from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from random import Random

import pytest

from demo.chain import Chain, create_chain
from demo.price_lists import UNPRICED, add_price_lists, priced
from screenings.models import PriceList, Session
from screenings.services import plan

AT = datetime(2026, 11, 5, 9, tzinfo=UTC)  # a Thursday
OPENED = timedelta(days=60)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> Chain:
    chain = create_chain(Random(1), at=AT, opened=OPENED)
    add_price_lists(chain, at=AT, opened=OPENED)
    return chain


def sessions(chain: Chain, starts: list[datetime]) -> list[Session]:
    """One in each hall at each of these instants."""
    halls = [each for venue in chain.venues.values() for each in venue.halls]
    return [
        plan(
            film=chain.films[0], hall=hall, start=start, ticket_price=UNPRICED, at=AT - OPENED, format=hall_plan.format
        )
        for start, (hall_plan, hall) in product(starts, halls)
    ]


def test_a_screening_at_any_hour_of_the_past_and_the_next_week_has_a_price(chain: Chain) -> None:
    starts = [AT + timedelta(hours=hours) for hours in range(-24 * 58, 24 * 14, 29)]

    rows = {session.price_row for session in priced(sessions(chain, starts))}

    assert {row.price_list.is_published for row in rows if row} == {True}
    assert {session.ticket_price for session in priced(sessions(chain, starts))}.isdisjoint({UNPRICED})


def test_evenings_cost_more_than_mornings_and_prices_have_risen(chain: Chain) -> None:
    moscow = [datetime(2026, 11, 5, hour, tzinfo=UTC) for hour in (7, 16)]
    prices = [
        [session.ticket_price for session in priced(sessions(chain, [start]))]
        for start in (*moscow, moscow[1] - timedelta(days=49))
    ]

    assert prices == [
        [Decimal(400), Decimal(250), Decimal(350), Decimal(430), Decimal(350)],
        [Decimal(630), Decimal(480), Decimal(580), Decimal(560), Decimal(480)],
        [Decimal(610), Decimal(460), Decimal(560), Decimal(540), Decimal(460)],
    ]


def test_each_cinema_has_a_draft_of_its_next_prices(chain: Chain) -> None:
    drafts = PriceList.objects.filter(published_at=None)

    assert [(each.cinema.name, each.valid_from) for each in drafts.order_by("cinema")] == [
        (name, AT.date() + timedelta(days=7)) for name in chain.venues
    ]
