"""Whether a session is on sale: queryset and method agree."""

from datetime import timedelta
from typing import Any

import pytest

from screenings.models import Session
from tests.helpers.screening_rows import AT, session

pytestmark = pytest.mark.django_db

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SOON = AT + SECOND


@pytest.mark.parametrize("status", Session.Status.values)
@pytest.mark.parametrize("start", [AT - timedelta(hours=1), AT, SOON])
@pytest.mark.parametrize("archived_at", [None, AT])
def test_a_session_is_on_sale_until_it_starts_while_it_is_scheduled(status: str, start: Any, archived_at: Any) -> None:
    showing = session(start=start, status=status, archived_at=archived_at)

    expected = status == Session.Status.SCHEDULED and start == SOON and archived_at is None
    assert showing.is_on_sale(AT) is expected
    assert Session.objects.on_sale(AT).exists() is expected


@pytest.mark.parametrize("status", Session.Status.values)
@pytest.mark.parametrize(
    ("start", "sold"), [(SOON, True), (AT, True), (AT - 20 * MINUTE + SECOND, True), (AT - 20 * MINUTE, False)]
)
@pytest.mark.parametrize("archived_at", [None, AT])
def test_the_box_office_sells_a_session_for_twenty_minutes_after_its_start(
    status: str, start: Any, sold: bool, archived_at: Any
) -> None:
    showing = session(start=start, status=status, archived_at=archived_at)

    expected = sold and status in (Session.Status.SCHEDULED, Session.Status.ONGOING) and archived_at is None
    assert showing.is_on_sale(AT, "BOX_OFFICE") is expected
    assert Session.objects.on_sale(AT, "BOX_OFFICE").exists() is expected


def test_a_short_film_is_sold_at_most_to_its_end() -> None:
    showing = session(start=AT - 15 * MINUTE)
    showing.end_datetime = AT

    assert not showing.is_on_sale(AT, "BOX_OFFICE")
