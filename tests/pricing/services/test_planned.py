"""What is expected at sessions that are only planned."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pricing.models import FittedModel
from pricing.services.forecasting import forecast, learn
from pricing.services.planned import expect
from screenings.services import draft
from screenings.services.planning import as_session
from tests.helpers import factories
from tests.helpers.factories import NOON, PRICE
from tests.helpers.forecasts import counted

pytestmark = pytest.mark.django_db


def test_a_draft_is_expected_to_have_what_the_same_session_would_have(
    django_assert_num_queries: Iterator[None],
) -> None:
    hall = factories.a_hall()
    for days in range(1, 15):
        counted(factories.a_session(hall, start=NOON - timedelta(days=days)), admissions=10 + days)
    session = factories.a_session(hall, start=NOON + timedelta(days=2))
    planned = draft(film=session.film, hall=factories.a_hall(hall.cinema), start=session.start_datetime,
                    ticket_price=PRICE, at=NOON)  # fmt: skip
    assert expect([session]) is None
    known = learn(NOON)
    forecast([session], known, at=NOON)

    with django_assert_num_queries(4):  # type: ignore[operator]
        found = expect([session, as_session(planned)])

    assert found is not None
    assert found[0]["mean"] == pytest.approx(session.forecasts.get().unaided)
    assert found[1]["mean"] > 0
    assert FittedModel.objects.count() == 1
