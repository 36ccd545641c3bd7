"""From the log-in form to what needs a person: within two clicks."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from jobs.models import JobRun, RunOutcome
from orders.models import Order
from orders.services import mark_overdue
from tests.helpers import factories
from tests.helpers.pages.browser_windows import Screen
from tests.helpers.users import PASSWORD, someone


def log_in(page: Page, person: User) -> None:
    page.goto("/admin/")
    page.get_by_label("Электронная почта").fill(person.email)
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page).to_have_title(re.compile("Сегодня"))


def test_two_clicks_from_logging_in_to_what_is_low_overdue_or_failed_last_night(screen: Screen) -> None:
    now = timezone.now()
    session = factories.a_session(start=now + timedelta(days=9))
    popcorn = factories.an_item(session.hall.cinema, stock=3)
    late = factories.an_order(session, channel=Order.Channel.RESERVATION, at=now - timedelta(days=2, hours=2))
    mark_overdue([late], at=late.payment_deadline)
    JobRun.objects.create(
        job="check_invariants", started_at=now - timedelta(hours=6), finished_at=now - timedelta(hours=6), at=now,
        outcome=RunOutcome.FAILED, host="here", database="this",
    )  # fmt: skip
    page = screen()

    log_in(page, someone("cinema_manager", session.hall.cinema))

    for line, seen in [
        ("Заканчивается 1 товар бара", popcorn.name),
        ("1 просроченный заказ", late.number),
        ("Сбой в 1 задании", "Проверка целостности данных"),
    ]:
        page.locator("#today").get_by_role("link", name=line).click()
        expect(page.locator("#content").get_by_text(seen).first).to_be_visible()
        page.goto("/admin/")


def test_the_fonts_are_small_and_every_icon_is_drawn(screen: Screen) -> None:
    """An icon that its font lacks would appear as a long word."""
    page = screen(someone("owner", all_cinemas=True))
    fonts: list[str] = []
    page.on("request", lambda request: request.resource_type == "font" and fonts.append(request.url))
    page.goto("/admin/")
    page.evaluate("document.fonts.ready.then(() => null)")
    words = page.evaluate(
        """() => [...document.querySelectorAll(".material-symbols-outlined")]
        .filter((icon) => icon.offsetWidth && icon.scrollWidth > 1.2 * parseFloat(getComputedStyle(icon).fontSize))
        .map((icon) => icon.textContent.trim())"""
    )

    assert [url.rpartition("/")[2] for url in fonts] in ([], ["icons.woff2"])  # kept by the browser, or asked for once
    assert words == []
