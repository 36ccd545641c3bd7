from datetime import timedelta

import pytest
from django.test import Client

from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def test_the_screen_shows_what_is_next_and_what_is_sold_out() -> None:
    hall = a_hall(rows=["ss"])
    session = a_session(hall, start=NOON + timedelta(hours=2))
    a_session(hall, start=NOON + timedelta(days=2))
    a_paid_order(session, seats=2)

    shown = Client().get(f"/foyer/{hall.cinema_id}/sessions.json").json()

    assert [(each["time"], each["seats"]) for each in shown["sessions"]] == [("17:00", "sold_out")]
    assert shown["as_of"] == "15:00"


def test_the_screen_says_that_only_wheelchair_spaces_are_left() -> None:
    hall = a_hall(rows=["ssw"])
    a_paid_order(a_session(hall, start=NOON + timedelta(hours=2)), seats=2)

    [shown] = Client().get(f"/foyer/{hall.cinema_id}/sessions.json").json()["sessions"]

    assert shown["seats"] == "wheelchairs"
    assert 'data-wheelchairs="Wheelchair spaces only"' in Client().get(f"/foyer/{hall.cinema_id}/").text
    assert "Wheelchair spaces only" in Client().get(f"/embed/{hall.cinema_id}/?language=en").text


def test_the_page_keeps_to_the_strict_policy() -> None:
    hall = a_hall()
    page, worker = Client().get(f"/foyer/{hall.cinema_id}/"), Client().get("/foyer/sw.js")

    assert "unsafe" not in page["Content-Security-Policy"]
    assert page.text.count("<script src=") == 1
    assert "style=" not in page.text
    assert worker["Content-Type"].startswith("text/javascript")
    assert Client().get("/foyer/0/").status_code == 404
