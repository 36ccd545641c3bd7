"""The questions of docs/questions.md are answered within two clicks of the first page, for everybody and on a phone."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from cinema import clock
from tests.helpers.axe import barriers
from tests.helpers.browser_windows import Screen
from tests.helpers.factories import a_cinema, a_hall, a_paid_order, a_payout_line, a_promocode, a_session, an_item
from tests.helpers.sampling import sample
from tests.helpers.users import someone

QUESTIONS = {
    int(number): question
    for number, question in re.findall(
        r"^\| (\d+) \| \w+ \| (.+?) \|", (Path(settings.BASE_DIR) / "docs/questions.md").read_text(), re.MULTILINE
    )
}
#: For each question: what is clicked, and the text that answers it. A word with `=` is a choice above the table, and
#: the button below it.
ANSWERS: dict[int, tuple[list[str], str]] = {
    1: ([], "Yesterday"),
    2: ([], "2 of 20"),
    3: (["Film rank"], "Admissions per screening"),
    4: (["Occupancy"], "Evening"),
    5: (["Takings", "by=ticket_type"], "Adult"),
    6: (["Takings", "by=promocode"], "AUTUMN"),
    7: (["Takings"], "Bar spend per head"),
    8: (["Losses of the bar"], "Shrinkage"),
    9: (["Bar"], "Margin"),
    10: (["Solaris"], "Booking curve"),
    11: (["Accounting", "Day sheet"], "Takings by payment method"),
    12: (["Accounting", "Day sheet"], "Checks"),
    13: (["Accounting", "Day sheet"], "Refunds"),
    14: (["Accounting", "Month sheet"], "VAT"),
    15: (["Accounting", "Day sheet"], "Advances"),
    16: (["Accounting", "Reconciliation"], "Different amount"),
    17: (["Takings", "by=month"], "Month from"),
    18: (["Points"], "Points"),
    19: (["About customers", "Customers by month"], "Returning customers"),
    20: (["Accounting", "Actions to check"], "Refunds"),
}


@pytest.fixture
def owner(transactional_db: None) -> User:
    """A person, and a cinema that sold tickets and a snack yesterday and for tonight."""
    cinema, now = a_cinema(), clock.now()
    hall = a_hall(cinema)
    for at in (now - timedelta(days=1), now):
        sold_at = at - timedelta(hours=30)
        session = a_session(hall, start=at + timedelta(minutes=1))
        a_paid_order(session, seats=2, snacks=[(an_item(cinema), 1)], promocode=a_promocode(), at=sold_at)
    call_command("close_business_day", at=now)
    call_command("update_session_figures", at=now)
    call_command("refresh_engagement", at=now)
    owner = someone("owner", all_cinemas=True)
    a_payout_line(cinema, actor=owner, at=now)
    return owner


def follow(page: Page, click: str) -> None:
    name, chosen, value = click.partition("=")
    if chosen:
        page.locator(f"select[name={name}]").select_option(value)
        page.get_by_role("button", name="Show").click()
    elif click in ("About customers", "Accounting"):
        page.locator("#nav-sidebar-inner h2", has_text=click).click()
    elif click == "Solaris":
        page.locator(".gauges a", has_text=click).first.click()
    else:
        page.locator("#nav-sidebar-inner").get_by_role("link", name=click, exact=True).first.click()


def test_every_question_has_an_answer() -> None:
    assert len(QUESTIONS) == 20
    assert ANSWERS.keys() == QUESTIONS.keys()
    assert all(len(clicks) <= 2 for clicks, _text in ANSWERS.values())


@pytest.mark.exhaustive
def test_each_question_is_answered_within_two_clicks(screen: Screen, owner: User) -> None:
    page = screen(owner, language="en")
    read = sample([*ANSWERS], turn=0, of=4)  # by axe, which takes longer than all the rest
    found: list[str] = []
    seen: set[str] = set()

    for number, (clicks, text) in ANSWERS.items():
        page.goto(reverse("admin:index"))
        for click in clicks:
            follow(page, click)
        answer = page.locator("#main").get_by_text(text).locator("visible=true").first
        expect(answer, f"{number}. {QUESTIONS[number]}").to_be_visible()
        if number in read and page.url not in seen:
            seen.add(page.url)
            found += [f"{page.url}: {each}" for each in barriers(page, part="#main")]
            page.evaluate("document.documentElement.classList.add('dark')")  # as the skin does, when a page is loaded
            found += [f"{page.url} by night: {each}" for each in barriers(page, rules=["color-contrast"], part="#main")]

    assert not found, "\n".join(found)


@pytest.mark.exhaustive
def test_no_page_of_figures_scrolls_sideways_on_a_phone(screen: Screen, owner: User) -> None:
    for dark in sample([False, True], turn=0, of=2):
        page = screen(owner, phone=True, dark=dark)
        for where in (
            "index",
            *(f"reports_{name}" for name in ("takings", "films", "occupancy", "money", "bar", "cohorts", "groups")),
            *("pricing_accuracy", "pricing_preview", "pricing_simulation"),
        ):
            page.goto(reverse(f"admin:{where}"))
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, where
