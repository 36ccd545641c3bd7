"""What a basket may contain, whoever sells it."""

from typing import Any

import pytest
from django.utils import translation

from orders.errors import SnackNotSold, TicketTypeNotForRating
from orders.models import Order
from orders.services import hold
from screenings.models import Film, TicketType
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("channel", Order.Channel.values)
def test_a_childs_ticket_is_not_sold_for_a_film_rated_above_it(channel: str) -> None:
    session = factories.a_session()
    Film.objects.update(age_rating="18+")
    adult, child = factories.an_adult(), TicketType.objects.create(name="Child", highest_rating="12+")
    seats = factories.free_seats(session)

    with raises_unchanged(TicketTypeNotForRating) as refused:
        hold(
            cinema=session.hall.cinema,
            tickets=[(session, seats[0], adult), (session, seats[1], child)],
            channel=channel,
            at=NOON,
        )

    assert str(refused.value) == "“Child” tickets aren’t sold for films rated 18+. Choose another ticket type."


@pytest.mark.parametrize("rating", ["0+", "12+", ""])
def test_a_childs_ticket_is_sold_for_films_up_to_its_rating_and_for_unrated_ones(rating: str) -> None:
    session = factories.a_session()
    Film.objects.update(age_rating=rating)
    child = TicketType.objects.create(name="Child", highest_rating="12+")

    order = hold(
        cinema=session.hall.cinema,
        tickets=[(session, factories.free_seats(session)[0], child)],
        email="a@b.ru",
        at=NOON,
    )

    assert order.tickets.get().ticket_type == child


def test_a_refusal_names_things_in_the_language_in_force() -> None:
    session, german = factories.a_session(), {"de": {"name": "Kind"}}
    Film.objects.update(age_rating="18+")
    cinema = session.hall.cinema
    child = TicketType.objects.create(name="Ребёнок", highest_rating="12+", texts=german)
    sold_out = factories.an_item(cinema, is_active=False, texts=german)
    tickets: Any = [(session, factories.free_seats(session)[0], child)]

    for refusal, basket in (
        (TicketTypeNotForRating, {"tickets": tickets}),
        (SnackNotSold, {"snacks": [(sold_out, 1)]}),
    ):
        with translation.override("de"), raises_unchanged(refusal) as refused:
            hold(cinema=cinema, email="a@b.ru", at=NOON, **basket)
        assert "Kind" in str(refused.value)
