from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from django.test import Client

from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def read(address: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = Client().get(address, query).json()["showtimes"]
    return rows


def test_showtimes_say_when_where_and_how_full() -> None:
    session = a_session(a_hall(rows=["ss"]))
    a_paid_order(session, seats=2)

    [row] = read("/feeds/showtimes.json")

    assert row["preshow_start"] == "2026-11-06T15:00:00+03:00"
    assert row["feature_start"] == "2026-11-06T15:10:00+03:00"
    assert (row["session_id"], row["screen"]["id"], row["seats"]) == (session.pk, session.hall_id, "sold_out")


def test_xml_says_the_same_as_json() -> None:
    session = a_session()
    type(session.film).objects.update(title="A < B & \x0bC")

    root = fromstring(Client().get("/feeds/showtimes.xml").content)  # noqa: S314 (our own)

    assert [each.findtext("session_id") for each in root] == [str(session.pk)]
    assert root.findtext("session/film/title") == "A < B & C"


def test_a_feed_is_limited_to_a_cinema_and_to_days() -> None:
    mine, _other, _later = a_session(), a_session(), a_session(start=NOON + timedelta(days=5))

    rows = read("/feeds/showtimes.json", cinema=mine.hall.cinema_id, days=2)

    assert [each["session_id"] for each in rows] == [mine.pk]
    assert Client().get("/feeds/showtimes.json", {"cinema": "0"}).status_code == 404


def test_what_has_not_changed_is_not_sent_again() -> None:
    a_session()
    first = Client().get("/feeds/showtimes.json")

    again = Client().get("/feeds/showtimes.json", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
