"""The file with the addresses of a segment: whose customers may be in it."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.services.consents import record_consent
from cinema import clock
from reports.catalogue.segments import addresses
from reports.errors import UnknownReport
from reports.models import Segment
from reports.reading import Period
from screenings.models import Cinema
from tests.helpers.factories import a_cinema, a_hall
from tests.helpers.visits import a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def segment() -> Segment:
    """Of one cinema of two, each with a guest who agreed to news and offers."""
    now, halls = clock.now(), [a_hall(a_cinema()), a_hall(a_cinema())]
    for name, hall in zip(("ours", "theirs"), halls, strict=True):
        a_visit(f"{name}@example.org", to=hall, days_ago=2, now=now)
        record_consent(f"{name}@example.org", channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=now)
    call_command("refresh_engagement")
    return Segment.objects.create(name="All", cinema=halls[0].cinema)


def rows(segment: Segment, *cinemas: Cinema | None) -> Iterator[str]:
    """The addresses of a file that was asked for these cinemas, one by one."""
    now = clock.now()
    today = timezone.localdate(now)
    period = Period([each for each in cinemas if each], today, today, now)
    table = addresses(period, {"segment": str(segment.pk), "channel": "EMAIL"})
    return (row["address"] for row in table.rows)


def test_a_segment_has_the_customers_of_its_cinema(segment: Segment) -> None:
    assert list(rows(segment, segment.cinema)) == ["ours@example.org"]


def test_a_segment_without_a_cinema_has_those_of_the_chain_in_a_file_of_all_cinemas(segment: Segment) -> None:
    Segment.objects.update(cinema=None)

    assert list(rows(segment, *Cinema.objects.all())) == ["ours@example.org", "theirs@example.org"]


@pytest.mark.parametrize("of", ["the chain", "another cinema"])
def test_a_segment_that_became_one_of_others_is_in_no_file_of_its_former_cinema(segment: Segment, of: str) -> None:
    other = Cinema.objects.exclude(pk=segment.cinema_id).get()
    asked = segment.cinema
    Segment.objects.update(cinema=None if of == "the chain" else other)

    with pytest.raises(UnknownReport):
        rows(segment, asked)


@pytest.mark.parametrize("becomes", ["of the chain", "deleted"])
def test_a_segment_that_changes_hands_while_its_file_is_made_ends_the_file(segment: Segment, becomes: str) -> None:
    found = rows(segment, segment.cinema)
    assert next(found) == "ours@example.org"
    if becomes == "deleted":
        Segment.objects.all().delete()
    else:
        Segment.objects.update(cinema=None)

    with pytest.raises(UnknownReport):
        next(found)
