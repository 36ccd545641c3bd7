"""Visits by links of campaigns: counted once, without knowing who, and remembered until an order."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.models import Attempt
from house_rules import defaults
from orders.models import Order
from reports.models import Campaign, CampaignOrder, CampaignVisits
from reports.services import campaigns
from tests.helpers.factories import NOON, a_session, an_adult, business_state, free_seats
from tests.helpers.users import browser, someone


@pytest.fixture(autouse=True)
def campaign() -> Campaign:
    return Campaign.objects.create(name="Autumn", key="autumn")


def counted() -> int:
    return sum(CampaignVisits.objects.values_list("visits", flat=True))


def buy(client: Client, path: str = "", **headers: Any) -> Order:
    session = a_session()
    seat, kind = free_seats(session)[0], an_adult()
    given = {"email": "guest@example.org", f"type-{seat.pk}": kind.pk}
    answer = client.post(path or f"/sessions/{session.pk}/checkout/?seat={seat.pk}", given, **headers)
    return Order.objects.get(token=answer["Location"].split("/")[2])


def test_a_visit_by_a_link_is_counted_once_and_its_order_credited(client: Client, campaign: Campaign) -> None:
    first = client.get("/?c=autumn")
    client.get("/?c=autumn")
    client.get("/")
    order = buy(client)

    assert list(CampaignVisits.objects.values_list("campaign", "date", "visits")) == [(campaign.pk, NOON.date(), 1)]
    assert list(CampaignOrder.objects.values_list("order", "campaign")) == [(order.pk, campaign.pk)]
    cookie = first.cookies["campaign"]
    assert (cookie.value, cookie["max-age"], cookie["httponly"], cookie["samesite"]) == ("autumn", 86_400, True, "Lax")


def test_any_page_of_the_shop_takes_the_usual_parameter_of_advertisements(client: Client) -> None:
    session = a_session()

    client.get(f"/films/{session.film_id}/?utm_source=x&utm_campaign=AUTUMN")
    Client().get(f"/sessions/{session.pk}/?c=autumn")

    assert counted() == 2


def test_looking_starts_no_session_and_stores_nothing_about_the_visitor(client: Client) -> None:
    before = business_state()

    answer = client.get("/?c=autumn")

    after = business_state()
    assert "sessionid" not in answer.cookies
    assert {table for table in after if after[table] != before[table]} == {"reports.CampaignVisits"}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?c=unknown", {}),
        ("/?c=summer", {}),
        ("/?c=", {}),
        ("/?c=%00autumn", {}),
        ("/?c=autumn%0A", {}),
        ("/?c=autumn'--", {}),
        (f"/?c={'a' * 5000}", {}),
        ("/films/999999/?c=autumn", {}),
        ("/admin/login/?c=autumn", {}),
        ("/robots.txt?c=autumn", {}),
        ("/films/{film}/card.svg?c=autumn", {}),
        ("/?c=autumn", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
        ("/?c=autumn", {"User-Agent": "TelegramBot (like TwitterBot)"}),
        ("/?c=autumn", {"Sec-Purpose": "prefetch;prerender"}),
    ],
)
def test_unknown_codes_machines_and_other_pages_count_nothing(
    client: Client, path: str, headers: dict[str, str]
) -> None:
    Campaign.objects.create(name="Over", key="summer", is_active=False)

    answer = client.get(path.replace("{film}", str(a_session().film_id)), headers=headers)

    assert "campaign" not in answer.cookies
    assert not CampaignVisits.objects.exists()
    assert not Attempt.objects.exists()


def test_a_post_and_a_head_count_nothing(client: Client) -> None:
    client.head("/?c=autumn")
    client.post("/language/?c=autumn", {"language": "ru"})

    assert counted() == 0


def test_one_address_cannot_count_without_end(settings: Any) -> None:
    settings.ATTEMPTS = defaults.ATTEMPTS | {"campaign": (*defaults.ATTEMPTS["campaign"][:2], 2)}

    statuses = [Client().get("/?c=autumn").status_code for _visitor in range(4)]

    assert (statuses, counted()) == ([200] * 4, 2)


def test_a_browser_that_asks_not_to_be_followed_is_counted_and_gets_no_cookie(client: Client) -> None:
    answer = client.get("/?c=autumn", headers={"Sec-GPC": "1"})
    buy(client)

    assert ("campaign" in answer.cookies, counted(), CampaignOrder.objects.exists()) == (False, 1, False)


def test_a_database_that_cannot_count_costs_nobody_the_page_or_the_order(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("database is locked")

    for name in ("count_visit", "credit_order"):
        monkeypatch.setattr(campaigns, name, locked)

    statuses = [client.get("/?c=autumn").status_code, client.get("/").status_code]
    order = buy(client)

    assert (statuses, order.status) == ([200, 200], Order.Status.PENDING_PAYMENT)
    assert "was not counted" in caplog.text


def test_another_link_takes_the_place_of_the_first(client: Client) -> None:
    other = Campaign.objects.create(name="Posters", key="posters")
    client.get("/?c=autumn")
    client.get("/?c=posters")

    buy(client)

    assert (counted(), CampaignOrder.objects.get().campaign) == (2, other)


def test_an_order_that_is_changed_keeps_its_campaign(client: Client, campaign: Campaign) -> None:
    client.get("/?c=autumn")
    first = buy(client)
    del client.cookies["campaign"]
    seat = first.tickets.get().seat
    path = f"/order/{first.token}/change/?seat={seat.pk}"

    answer = client.post(path, {"email": "guest@example.org", f"type-{seat.pk}": an_adult().pk})

    second = Order.objects.get(token=answer["Location"].split("/")[2])
    assert (second.replaces, CampaignOrder.objects.get(order=second).campaign) == (first, campaign)


@pytest.mark.parametrize("cookie", ["unknown", "autumn\x00", "' OR 1=1", "A" * 4000])
def test_a_forged_cookie_credits_nothing(client: Client, cookie: str) -> None:
    client.cookies["campaign"] = cookie

    buy(client)

    assert not CampaignOrder.objects.exists()


def test_what_colleagues_buy_for_others_was_brought_by_no_campaign() -> None:
    client = browser(someone("cashier"))
    client.cookies["campaign"] = "autumn"

    buy(client)

    assert not CampaignOrder.objects.exists()
