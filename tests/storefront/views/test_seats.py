import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.models import Ticket
from screenings.models import Seat, SeatOutage, SeatSurcharge, Session
from screenings.services import add_picture, cancel_session
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pictures import a_picture
from tests.helpers.screening_rows import a_price_quote

pytestmark = pytest.mark.django_db

LARGEST_PAGE = 60_000  # bytes of a map of 600 seats, before it is compressed


def test_each_seat_has_its_place_price_and_status(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["sv_w", "ss__"]))
    SeatSurcharge.objects.create(cinema=session.hall.cinema, kind="VIP", amount=100)
    factories.an_order(session, seats=1)

    drawn = plan(client, session.pk).replace("\N{NO-BREAK SPACE}", " ")

    one, vip, wheelchair, *others = session.hall.seats.order_by("row", "number").values_list("pk", flat=True)
    assert '<div class="row" role="group" aria-label="row 1, Standard, 350 ₽">' in drawn
    assert f'value="{one}" disabled>1</label>' in drawn
    assert f'value="{vip}" aria-label="seat 2, VIP, 450 ₽">2</label>' in drawn
    assert f'value="{wheelchair}" aria-label="seat 3, Wheelchair space, 350 ₽">3</label>' in drawn
    assert all(f'value="{key}">{number}</label>' in drawn for number, key in enumerate(others, start=1))


def test_an_adaptive_price_is_that_of_the_seats_and_of_search_engines_and_its_bounds_are_shown(client: Client) -> None:
    session = factories.a_session()
    a_price_quote(session, "400.00", at=NOON - timedelta(hours=2))
    a_price_quote(session, "380.00", at=NOON - timedelta(hours=1))

    page = client.get(f"/sessions/{session.pk}/").content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert 'aria-label="row 1, Standard, 380 ₽">' in page
    assert '"price": "380.00"' in page
    assert "a full ticket for a standard seat is 380 ₽ now and can cost from 280 ₽ to 455 ₽" in page
    assert "It was 400 ₽ before; the lowest price in the 30 days before was 350 ₽." in page


def test_search_engines_and_messengers_see_the_poster_of_the_film(client: Client) -> None:
    session = factories.a_session()
    poster = add_picture(session.film, content=a_picture(), kind="POSTER")
    address = f"http://127.0.0.1:8000{poster.url(poster.width)}"

    page = client.get(f"/sessions/{session.pk}/").content.decode()

    assert f'<meta property="og:image" content="{address}">' in page
    assert f'"image": ["{address}"]' in page


def test_a_broken_seat_is_not_offered(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["ss"]))
    seat = Seat.objects.get(hall=session.hall, number=2)
    SeatOutage.objects.create(seat=seat, since=NOON, reason="The spring is out")

    assert f'value="{seat.pk}" disabled>2</label>' in plan(client, session.pk)


def test_an_expired_hold_blocks_no_seat(client: Client) -> None:
    session = factories.a_session()
    factories.an_order(session, seats=2, at=NOON - timedelta(hours=1))

    assert "disabled" not in plan(client, session.pk)


def test_the_list_offers_what_the_map_offers(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["sss", "sss"]))
    factories.an_order(session, seats=2)

    drawn = client.get(f"/sessions/{session.pk}/").content.decode()
    listed = client.get(f"/sessions/{session.pk}/?view=list").content.decode()

    offered = {f'value="{seat.pk}"' for seat in factories.free_seats(session)}
    assert all(value in drawn and value in listed for value in offered)
    assert listed.count('name="seat"') == len(offered)
    assert '<span class="gone">Seat 1 · taken</span>' in listed


@pytest.mark.parametrize("view", ["map", "list"])
def test_the_choice_is_kept_when_the_view_is_switched(client: Client, view: str) -> None:
    session = factories.a_session()
    seat = factories.free_seats(session)[1]

    page = client.get(f"/sessions/{session.pk}/", {"seat": seat.pk, "view": view}).content.decode()

    assert page.count(" checked") == 1
    other = {"map": "list", "list": "map"}[view]
    switched = client.post(f"/sessions/{session.pk}/hold/", {"seat": seat.pk, "view": other})
    assert switched["Location"] == f"/sessions/{session.pk}/?seat={seat.pk}&view={other}"
    assert not Ticket.objects.exists()


def test_an_open_map_polls_the_taken_seats(client: Client) -> None:
    session = factories.a_session()
    order = factories.an_order(session, seats=2)

    answer = client.get(f"/sessions/{session.pk}/taken/").json()

    assert answer == {"taken": sorted(order.tickets.values_list("seat", flat=True)), "on_sale": True}


def test_a_cancelled_or_started_session_is_explained(client: Client) -> None:
    off = factories.a_session(start=NOON + timedelta(hours=4))
    cancel_session(off, reason="No power", at=NOON)
    begun = factories.a_session(start=NOON)

    cancelled = client.get(f"/sessions/{off.pk}/").content.decode()
    assert "has been cancelled" in cancelled
    assert "Remove from calendar" in cancelled
    assert "no longer on sale" in client.get(f"/sessions/{begun.pk}/").content.decode()


def test_a_big_hall_takes_as_many_queries_as_a_small_one(client: Client) -> None:
    def queries(rows: int) -> int:
        session = factories.a_session(factories.a_hall(rows=["s" * 30] * rows + ["v" * 30, "l" * 30]))
        factories.an_order(session, seats=2 * rows)
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(f"/sessions/{session.pk}/?lang=ru")  # the longest texts in bytes
        assert len(answer.content) < LARGEST_PAGE, len(answer.content)
        return len(seen)

    assert queries(1) == queries(18) <= 12


def test_the_halves_of_a_love_seat_are_drawn_as_one_and_other_kinds_by_icons(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["sllwcv"]))

    drawn = plan(client, session.pk)

    seats = re.findall(r'<label class="seat([^"]*)">.*?>(\d)</label>', drawn)
    assert seats == [
        ("", "1"), (" love_seat start", "2"), (" love_seat end", "3"),
        (" wheelchair", "4"), (" companion", "5"), (" vip", "6"),
    ]  # fmt: skip


def test_what_is_selected_is_added_up_without_a_script(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["ssv"]))
    SeatSurcharge.objects.create(cinema=session.hall.cinema, kind="VIP", amount=100)
    keys = list(session.hall.seats.order_by("number").values_list("pk", flat=True))[1:]

    page = client.get(f"/sessions/{session.pk}/", {"seat": keys}).content.decode()

    assert 'id="sum">800\N{NO-BREAK SPACE}₽<' in page
    assert "Selected: row 1, seat 2; row 1, seat 3<" in page
    assert 'data-prices="{&quot;&quot;: 35000, &quot;vip&quot;: 45000}"' in page


def plan(client: Client, session: int) -> str:
    page = client.get(f"/sessions/{session}/").content.decode()
    return page[page.index('id="plan"') :]


def test_what_a_session_sold_is_not_told_once_it_is_off_sale(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    session = factories.a_session()
    factories.a_paid_order(session, seats=2)
    assert len(client.get(f"/sessions/{session.pk}/taken/").json()["taken"]) == 2

    monkeypatch.setattr("cinema.clock.now", lambda: session.start_datetime)

    assert client.get(f"/sessions/{session.pk}/taken/").json() == {"taken": [], "on_sale": False}


def refusal(client: Client, session: Session, *numbers: int) -> str:
    keys = [Seat.objects.get(hall=session.hall, row=1, number=number).pk for number in numbers]
    answer = client.get(f"/sessions/{session.pk}/checkout/?" + "&".join(f"seat={key}" for key in keys))
    found = re.search('id="refusal"><p>(.*?)</p>', answer.content.decode())
    return found[1] if found else ""


def test_half_a_love_seat_is_not_sold_alone(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["llllss"]))

    assert refusal(client, session, 1) == "Love seats are sold in pairs. Select this seat too: row 1, seat 2."
    assert refusal(client, session, 2, 3) == "Love seats are sold in pairs. Select this seat too: row 1, seat 1."
    assert refusal(client, session, 1, 2) == ""


def test_half_a_love_seat_is_sold_alone_only_while_the_other_half_is_broken(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["ll"]))
    first, second = session.hall.seats.order_by("number")
    factories.an_order(session, seats=1)
    taken = refusal(client, session, 2)
    Ticket.objects.update(status=Ticket.Status.AVAILABLE)
    SeatOutage.objects.create(seat=first, since=NOON, reason="The spring is out")

    assert taken == "Love seats are sold in pairs, and this one is taken: row 1, seat 1. Choose other seats."
    assert refusal(client, session, second.number) == ""


def test_the_price_of_a_love_seat_says_for_how_many(client: Client) -> None:
    pairs = factories.a_session(factories.a_hall(rows=["llss"]))
    single = factories.a_session(factories.a_hall(rows=["lsll"]))
    SeatSurcharge.objects.create(cinema=pairs.hall.cinema, kind="LOVE_SEAT", amount=100)

    page, other = (client.get(f"/sessions/{each.pk}/").content.decode() for each in (pairs, single))
    as_list = client.get(f"/sessions/{pairs.pk}/?view=list").content.decode()

    assert "Love seat <b>900\N{NO-BREAK SPACE}₽ for two</b>" in page
    assert "seat 1, Love seat, 450\N{NO-BREAK SPACE}₽, sold together with seat 2" in page
    assert "Seat 1 · Love seat · 450\N{NO-BREAK SPACE}₽ · sold together with seat 2" in as_list
    assert "Love seat <b>350\N{NO-BREAK SPACE}₽ per seat</b>" in other
    assert "Standard <b>350\N{NO-BREAK SPACE}₽</b>" in page


@pytest.mark.parametrize("view", ["map", "list"])
def test_the_best_seats_for_a_party_are_selected_without_a_script(client: Client, view: str) -> None:
    session = factories.a_session(factories.a_hall(rows=["ssssss"] * 3))

    page = client.get(f"/sessions/{session.pk}/", {"best": "2", "view": view}).content.decode()

    best = [seat.pk for seat in session.hall.seats.filter(row=2, number__in=[3, 4])]
    assert [int(key) for key in re.findall(r'value="(\d+)"[^>]* checked', page)] == best
    assert "<option selected>2</option>" in page


@pytest.mark.parametrize("best", ["5", "0", "-1", "11", "²", "two", "9" * 5000])
def test_a_party_without_room_in_any_row_is_told_so(client: Client, best: str) -> None:
    session = factories.a_session(factories.a_hall(rows=["ssss"]))

    page = client.get(f"/sessions/{session.pk}/", {"best": best}).content.decode()

    assert " checked" not in page
    assert "No row has so many seats free side by side." in page


def test_best_seats_replace_those_of_an_order_that_is_being_changed(client: Client) -> None:
    order = factories.an_order(factories.a_session(factories.a_hall(rows=["ssssss"])), seats=1)

    page = client.get(reverse("shop:order_seats", args=[order.token]), {"best": "2"}).content.decode()

    assert page.count(" checked") == 2
