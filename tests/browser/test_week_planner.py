"""The week planner in a browser: by mouse, by keyboard alone, and what axe says of it."""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from screenings.models import Film, Hall, PlannedSession
from screenings.services import draft
from tests.helpers import factories
from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import Screen, press, type_text
from tests.helpers.users import someone

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hall() -> Hall:
    return factories.a_hall()


@pytest.fixture
def day(hall: Hall) -> date:
    """The first day of next week."""
    return hall.cinema.week_of(hall.cinema.business_date(timezone.now())) + timedelta(days=7)


@pytest.fixture
def planned(hall: Hall, day: date) -> PlannedSession:
    film = Film.objects.create(title="Сталкер", duration_minutes=160)
    start = datetime.combine(day, time(12), hall.cinema.zone)
    return draft(film=film, hall=hall, start=start, ticket_price=factories.PRICE, at=timezone.now())


@pytest.fixture
def page(screen: Screen, hall: Hall, planned: PlannedSession) -> Page:
    page = screen(someone("cinema_manager", hall.cinema))
    page.goto(reverse("admin:screenings_plannedsession_planner"))
    return page


def place(planned: PlannedSession) -> str:
    planned.refresh_from_db()
    return f"{planned.hall.cinema.local(planned.start_datetime):%H:%M}"


def test_a_draft_is_dragged_along_the_axis(page: Page, planned: PlannedSession) -> None:
    block = page.locator(".block.draft")
    box, hour = block.bounding_box(), page.locator(".plan-day .track").first.bounding_box()
    assert box is not None
    assert hour is not None
    step = hour["width"] / int(page.locator(".track").first.get_attribute("data-hours") or 0)

    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 22, steps=3)
    page.mouse.move(box["x"] + 20 + 2 * step, box["y"] + 20, steps=5)
    page.mouse.up()

    expect(page.get_by_text("Перенесено: Сталкер")).to_be_in_viewport()
    assert place(planned) == "14:00"


def test_a_click_on_a_free_time_begins_a_draft_there(page: Page, hall: Hall, day: date) -> None:
    track = page.locator(".plan-day .track").first
    box = track.bounding_box()
    assert box is not None

    track.click(position={"x": box["width"] * 6 / int(track.get_attribute("data-hours") or 0), "y": 40})

    expect(page.get_by_role("combobox", name="Зал")).to_have_value(str(hall.pk))
    expect(page.get_by_label("День")).to_have_value(day.isoformat())
    expect(page.get_by_label("Время")).to_have_value("16:00")


def test_a_draft_is_moved_by_keyboard_alone(page: Page, planned: PlannedSession) -> None:
    page.locator(".block.draft a").focus()
    press(page, "Enter")
    expect(page.get_by_label("Время")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("Время").focus()
    type_text(page, "1530")
    press(page, "Enter")

    expect(page.get_by_text("Цена билета: 350")).to_be_visible()
    assert place(planned) == "15:30"


def test_the_planner_has_no_barriers(page: Page) -> None:
    assert barriers(page, title="План недели") == []
