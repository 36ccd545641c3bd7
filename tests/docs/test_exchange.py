"""The files of docs/exchange.md are read as the page says."""

import re
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backoffice.concessions.resources import ConcessionItemResource
from backoffice.framework.import_export.files import read
from backoffice.screenings.resources import FilmResource, TicketTypeResource
from backoffice.screenings.session_resource import SessionResource
from concessions.models import ConcessionItem, ItemPart
from screenings.models import Cinema, Film, Genre, Session, TicketType
from screenings.services import build_hall

pytestmark = pytest.mark.django_db

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "exchange.md").read_text()
NOVEMBER = datetime(2026, 11, 5, tzinfo=UTC)


def example(section: str) -> bytes:
    text = TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    block = re.search(r"(?:^    .*\n)+", text, re.MULTILINE)
    assert block
    return textwrap.dedent(block[0]).encode()


def test_its_films_ticket_types_items_and_sessions_are_stored():
    Genre.objects.bulk_create([Genre(name="Drama"), Genre(name="War")])
    aurora = Cinema.objects.create(name="Aurora")
    build_hall(cinema=aurora, name="Large", rows=["ss"])
    cinemas, given = Cinema.objects.all(), {"person": None, "at": NOVEMBER}

    films = FilmResource(rows=Film.objects.all(), **given).import_rows(read(example("Films")), save=True)
    types = TicketTypeResource(rows=TicketType.objects.all(), **given)
    kinds = types.import_rows(read(example("Ticket types")), save=True)
    items = ConcessionItemResource(rows=ConcessionItem.objects.all(), cinemas=cinemas, **given)
    sold = items.import_rows(read(example("Bar items")), save=True)
    timetable = SessionResource(rows=Session.objects.all(), cinemas=cinemas, **given)
    shown = timetable.import_rows(read(example("Timetable")), save=True)

    assert [each.errors for each in [*films, *kinds, *sold, *shown] if each.errors] == []
    assert list(TicketType.objects.order_by("pk").values_list("name", "highest_rating")) == [
        ("Adult", ""),
        ("Child", "12+"),
    ]
    assert (Film.objects.count(), ConcessionItem.objects.count(), Session.objects.count()) == (2, 4, 2)
    assert set(ItemPart.objects.values_list("whole__name", "units", "part__name")) == {
        ("Popcorn, large", 80, "Corn"),
        ("Evening for two", 2, "Cola 0.5 l"),
        ("Evening for two", 1, "Popcorn, large"),
    }
    assert {f"{aurora.local(each.start_datetime):%d.%m %H:%M}" for each in Session.objects.all()} == {
        "05.12 19:30",
        "05.12 23:00",
    }
