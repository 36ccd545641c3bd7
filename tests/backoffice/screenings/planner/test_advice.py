"""The page of the programme advice: its lines in words, taking them, the numbers agreed, and who may do it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from film_hire.models import AgreedShows
from pricing.services.advice_lines import Advice, Change, Line
from screenings.models import Film, Hall, PlannedSession
from screenings.services import draft, plan
from tests.helpers import factories
from tests.helpers.factories import NOON, PRICE
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

ADVICE = "admin:screenings_plannedsession_advice"
EVENING = datetime(2026, 11, 13, 16, tzinfo=UTC)


@pytest.fixture
def film() -> Film:
    return Film.objects.create(title="Stalker", duration_minutes=160)


@pytest.fixture
def line(hall: Hall, film: Film, monkeypatch: pytest.MonkeyPatch) -> Line:
    """The advice is to move a draft an hour later, for 34 admissions more."""
    planned = draft(film=film, hall=hall, start=EVENING, ticket_price=PRICE, at=NOON)
    later = plan(film=film, hall=hall, start=EVENING.replace(hour=17), ticket_price=PRICE, at=NOON)
    found = Line("move d1", "move", [Change(planned, later)], 34.2, Decimal(-12000), 0, Decimal(-7000), Decimal(-8300))
    for name in ("backoffice.screenings.planner.advice.advise_week", "pricing.services.programme.advise_week"):
        monkeypatch.setattr(name, lambda *_args, **_kwargs: Advice([found], 1.0, 1.0, considered=7))
    return found


def test_a_line_is_told_in_words_and_taken_into_the_planner(hall: Hall, line: Line) -> None:
    client = browser(someone("cinema_manager", hall.cinema))

    text = client.get(reverse(ADVICE)).text
    answer = client.post(reverse(ADVICE), {"line": line.key}, follow=True)

    assert "Stalker (0+), Fri 13 November 19:00, " in text
    assert "→ 20:00" in text
    assert "+34" in text
    assert "−12,000" in text
    assert "−7,000" in text
    assert "−8,300" in text
    assert PlannedSession.objects.get().start_datetime == EVENING.replace(hour=17)
    assert answer.redirect_chain[-1][0].endswith(f"planner/?cinema={hall.cinema.pk}&week=2026-11-12")


def test_nothing_ticked_or_gone_changes_nothing(hall: Hall, line: Line) -> None:
    client = browser(someone("cinema_manager", hall.cinema))

    texts = [client.post(reverse(ADVICE), sent, follow=True).text for sent in ({}, {"line": "drop s9"})]

    assert "Tick at least one line." in texts[0]
    assert "The programme has changed in the meantime." in texts[1]
    assert PlannedSession.objects.get().start_datetime == EVENING


def test_agreed_numbers_are_kept_and_nonsense_is_not(hall: Hall, film: Film, line: Line) -> None:
    client = browser(someone("cinema_manager", hall.cinema))

    for entered in ("3", "many", "999"):
        client.post(reverse(ADVICE), {"agree": "1", f"shows-{film.pk}": entered})

    assert list(AgreedShows.objects.values_list("film", "shows", "week")) == [(film.pk, 3, date(2026, 11, 12))]
    assert 'value="3"' in client.get(reverse(ADVICE)).text
    client.post(reverse(ADVICE), {"agree": "1", f"shows-{film.pk}": ""})
    assert not AgreedShows.objects.exists()


@pytest.mark.parametrize(
    ("role", "elsewhere", "status"),
    [
        ("cashier", False, 403),
        ("floor_manager", False, 403),
        ("cinema_manager", True, 404),
        ("cinema_manager", False, 200),
    ],
)
def test_only_planners_of_the_cinema_see_its_advice(hall: Hall, role: str, elsewhere: bool, status: int) -> None:
    client = browser(someone(role, factories.a_cinema() if elsewhere else hall.cinema))
    given: dict[str, Any] = {"cinema": hall.cinema.pk}

    assert client.get(reverse(ADVICE), given).status_code == status
    if status == 404:
        assert client.post(f"{reverse(ADVICE)}?cinema={hall.cinema.pk}", {"line": "x"}).status_code == status
