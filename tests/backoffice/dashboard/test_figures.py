"""The figures of the first page: who sees which, and what they cost."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.dashboard import figures
from cinema import clock
from jobs.models import JobRun
from screenings.models import Cinema
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_item
from tests.helpers.forecasts import a_forecast
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = NOON + timedelta(minutes=1)
MOST_QUERIES = 15


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def a_day(cinema: Cinema) -> None:
    """A screening that is over, and one to come, for which two tickets and a snack were sold."""
    hall = a_hall(cinema)
    a_session(hall, start=NOON - 4 * HOUR)
    a_paid_order(a_session(hall, start=NOON + HOUR), seats=2, snacks=[(an_item(cinema), 1)])


def first_page(person, **given):
    return browser(person).get(reverse("admin:index"), given)


def texts_of(programme) -> dict:
    return {each.definition.key: each.text.replace("\xa0", " ") for each in programme.figures}


def test_a_manager_sees_how_full_today_is_and_what_it_made():
    cinema = a_cinema()
    a_day(cinema)
    a_day(a_cinema())

    answer = first_page(someone("cinema_manager", cinema))

    [programme] = answer.context["today"]["programmes"]
    [gauge] = programme.gauges
    assert (programme.cinema, len(programme.ended)) == (cinema, 1)
    assert gauge.name.startswith("16:00 Solaris")
    assert ">2 of 20<" in answer.text
    assert texts_of(programme) == {
        "admissions": "2", "box_office": "700 ₽", "bar_takings": "120 ₽", "spend_per_head": "60 ₽",
    }  # fmt: skip
    assert "1 screening has ended" in answer.text
    assert ">Yesterday<" in answer.text.replace(" <small>", "<")


@pytest.mark.parametrize("role", ["cashier", "usher", "floor_manager"])
def test_who_may_see_no_figures_sees_how_full_it_is(role):
    cinema = a_cinema()
    a_day(cinema)

    answer = first_page(someone(role, cinema))

    today = answer.context["today"]
    [programme] = today["programmes"]
    assert [each.figures for each in programme.gauges] == [()]
    assert (programme.figures, today["comparisons"]) == ((), [])
    assert ">2 of 20<" in answer.text
    assert "Box office" not in answer.text
    assert "reports_takings" not in answer.text
    assert "Takings of the day" not in answer.text


@pytest.mark.parametrize(("role", "sees"), [("floor_manager", True), ("cashier", False)])
def test_the_screenings_of_tonight_are_shown_with_their_forecast(role, sees):
    cinema = a_cinema()
    a_day(cinema)
    tonight = cinema.halls.get().sessions.latest("start_datetime")
    a_forecast(tonight, horizon=7, mean=90.0)
    a_forecast(tonight, mean=12.4)

    answer = first_page(someone(role, cinema))

    [programme] = answer.context["today"]["programmes"]
    assert [each.expected.text for each in programme.gauges if each.expected] == (["6–12–18"] if sees else [])
    assert texts_of(programme) == ({"expected": "12"} if sees else {})
    assert ("Sold by then: 3 tickets, 0.5 days before the start." in answer.text) is sees


@pytest.mark.parametrize("role", ["bar", "cashier", "usher"])
def test_the_bar_is_told_what_to_prepare(role):
    cinema = a_cinema()
    a_day(cinema)
    tonight = {"expected_week": 200, "expected_at": NOW}
    water = an_item(cinema, stock=40, expected_today=50, **tonight)
    nachos = an_item(cinema, stock=80, expected_today=70, **tonight)
    an_item(cinema, expected_today=60, expected_week=200, expected_at=NOW - 25 * HOUR)
    an_item(cinema, expected_today=0, **tonight)

    answer = first_page(someone(role, cinema))

    [programme] = answer.context["today"]["programmes"]
    assert programme.to_prepare == ([] if role == "usher" else [nachos, water])
    assert answer.text.count("not enough") == (0 if role == "usher" else 1)


@pytest.mark.parametrize(("role", "sees"), [("floor_manager", True), ("cashier", False)])
def test_managers_are_told_how_many_people_the_evening_needs(role, sees):
    cinema = a_cinema()
    hall = a_hall(cinema)
    a_paid_order(a_session(hall, start=NOON - DAY), seats=4, snacks=[(an_item(cinema), 1)], at=NOON - DAY - HOUR)
    close_days(cinema, until=NOON)
    a_forecast(a_session(hall, start=NOON + HOUR), mean=200.0, p90=260)

    answer = first_page(someone(role, cinema))

    [programme] = answer.context["today"]["programmes"]
    found = [(f"{hour.starts:%H:%M}", hour.guests, str(hour.needs["door"])) for hour in programme.staff]
    assert found == ([("15:00", 200, "1–2"), ("16:00", 0, "1")] if sees else [])
    assert ("People needed today" in answer.text) is sees


def test_who_may_view_no_screenings_sees_nothing_of_them():
    cinema = a_cinema()
    a_day(cinema)

    assert first_page(someone("", cinema)).context["today"] == {}
    assert first_page(someone("cinema_manager")).context["today"] == {}  # and no cinema


def test_each_link_leads_to_the_same_figures():
    cinema = a_cinema()
    a_day(cinema)
    a_paid_order(a_session(a_hall(cinema), start=NOON - 20 * HOUR), seats=3, at=NOON - 30 * HOUR)
    call_command("close_business_day", at=NOW)
    client = browser(someone("cinema_manager", cinema))

    today = client.get(reverse("admin:index")).context["today"]

    [programme] = today["programmes"]
    table = client.get(programme.link).context["parts"][-1]
    assert (table.totals["admissions"], table.totals["bar_takings"]) == (2, 120)
    for comparison in today["comparisons"]:
        [row] = comparison.rows
        table = client.get(row["cinema"].url).context["parts"][-1]
        shown = {key: getattr(row[key], "value", row[key]) for key in ("admissions", "box_office", "bar_takings")}
        assert shown == {key: table.totals[key] for key in shown}
        assert shown["admissions"] == 3
    assert client.get(programme.gauges[0].link).status_code == 200


def test_a_large_chain_has_a_gauge_for_each_cinema_and_its_screenings_behind_it(monkeypatch):
    monkeypatch.setattr(figures, "MOST_SCREENINGS", 3)
    cinemas = [a_cinema(), a_cinema()]
    for cinema in cinemas:
        a_day(cinema)
    client = browser(someone("owner", all_cinemas=True))

    programmes = client.get(reverse("admin:index")).context["today"]["programmes"]
    [chosen] = client.get(programmes[1].gauges[0].link).context["today"]["programmes"]

    assert [(each.cinema, len(each.gauges), len(each.ended)) for each in programmes] == [
        (cinema, 1, 0) for cinema in cinemas
    ]
    assert ">2 of 40<" in programmes[0].gauges[0].drawing
    assert (chosen.cinema, len(chosen.gauges), len(chosen.ended)) == (cinemas[1], 1, 1)


def test_a_chain_of_too_many_cinemas_has_figures_of_the_one_that_is_chosen(monkeypatch):
    monkeypatch.setattr(figures, "MOST_CINEMAS", 1)
    first, second = a_cinema(), a_cinema()
    a_day(second)
    client = browser(someone("owner", all_cinemas=True))

    page = client.get(reverse("admin:index"))
    chosen = client.get(reverse("admin:index"), {"cinema": second.pk}).context["today"]

    assert "programmes" not in page.context["today"]
    assert "The figures of 2 cinemas do not fit on one page" in page.text
    assert f'value="{first.pk}"' in page.text
    assert [each.cinema for each in chosen["programmes"]] == [second]


def test_the_page_has_the_styles_of_its_gauges():
    a_day(a_cinema())

    page = browser(someone("owner", all_cinemas=True)).get(reverse("admin:index")).text

    assert 'class="gauge"' in page
    assert "reports/charts.css" in page


@pytest.mark.parametrize("role", ["owner", "cinema_manager", "floor_manager"])
def test_the_page_takes_few_queries_however_many_cinemas_and_zones(role):
    for zone in ("Europe/Moscow", "Asia/Omsk", "Asia/Kamchatka", "Europe/Moscow"):
        cinema = a_cinema(time_zone=zone)
        a_day(cinema)
        a_forecast(cinema.halls.get().sessions.latest("start_datetime"))
        an_item(cinema, expected_today=70, expected_week=200, expected_at=NOW)
    JobRun.objects.create(job="close_business_day", started_at=NOW, at=NOW)
    people = {"owner": someone("owner", all_cinemas=True)}
    client = browser(people.get(role) or someone(role, *Cinema.objects.all()))

    with CaptureQueriesContext(connection) as queries:
        shown = client.get(reverse("admin:index")).context["today"]

    assert len(shown["programmes"]) == 4
    assert all(each.to_prepare and each.gauges[0].expected for each in shown["programmes"])
    assert len(queries) <= MOST_QUERIES, chr(10).join(each["sql"][:110] for each in queries)


def test_who_sees_figures_is_led_to_the_pages_that_answer_more():
    cinema = a_cinema()
    a_day(cinema)
    owner, usher = someone("owner", all_cinemas=True), someone("usher", cinema)

    links = first_page(owner).context["today"]["further"]

    assert {browser(owner).get(each.url).status_code for each in links} == {200}
    assert "Takings by ticket type" in [str(each) for each in links]
    assert not first_page(usher).context["today"].get("further")
