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
from concessions.services import count, reserved_on_shelf
from orders.models import Ticket
from orders.services import refund
from screenings.models import Session
from tests.helpers.factories import (
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_payout_line,
    a_promocode,
    a_session,
    an_item,
)
from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import Screen
from tests.helpers.sampling import sample
from tests.helpers.users import someone

QUESTIONS = {
    int(number): question
    for number, question in re.findall(
        r"^\| (\d+) \| \w+ \| (.+?) \|", (Path(settings.BASE_DIR) / "docs/questions.md").read_text(), re.MULTILINE
    )
}
#: For each question: what is clicked, and the texts that answer it.
ANSWERS: dict[int, tuple[list[str], list[str]]] = {
    1: ([], ["Yesterday", "A week before"]),
    2: ([], ["2 of 20"]),
    3: (["Film rank"], ["Solaris", "Admissions per screening", "Change"]),
    4: (["Occupancy"], ["Evening", "Late", "10.0%"]),
    5: (["Takings", "Ticket type"], ["Adult", "Admissions"]),
    6: (["Takings", "Promo code"], ["AUTUMN", "Discounts", "Box office"]),
    7: (["Takings"], ["Bar spend per head"]),
    8: (["Losses of the bar"], ["Popcorn", "Shrinkage", "3"]),
    9: (["Bar"], ["Popcorn", "Units sold", "Margin"]),
    10: (["Solaris"], ["Booking curve"]),
    11: (["Accounting", "Day sheet"], ["Takings by payment method", "Cash"]),
    12: (["Accounting", "Day sheet"], ["Checks"]),
    13: (["Accounting", "Day sheet"], ["Refunds of the day", "Fell ill", "Olga"]),
    14: (["Accounting", "Month sheet"], ["Receipts by VAT rate"]),
    15: (["Accounting", "Day sheet"], ["Advances"]),
    16: (["Accounting", "Reconciliation"], ["Different amount", "350"]),
    17: (["Takings", "Month from"], ["Month from", "Box office"]),
    18: (["Points"], ["Points held by customers", "500", "Points that will expire"]),
    19: (["About customers", "Customers by month"], ["New customers", "Returning customers"]),
    20: (["Accounting", "Actions to check"], ["Far above colleagues", "Olga", "Refunds"]),
}
#: On a phone, where the menu is a press of its own: the link of the first page to the answer.
FURTHER = {
    3: "Film rank",
    4: "Occupancy",
    5: "Takings by ticket type",
    6: "Takings by promo code",
    8: "Losses of the bar",
    9: "Bar",
    16: "Reconciliation",
    17: "Takings by month",
    18: "Points",
    19: "Customers by month",
    14: "Month sheet",
    20: "Actions to check",
    **dict.fromkeys((11, 12, 13, 15), "Day sheet"),
}
GROUPINGS = ("Ticket type", "Promo code", "Month from")  # links above the table


@pytest.fixture
def owner(transactional_db: None) -> User:
    """A person, and a cinema that sold tickets and a snack for yesterday and tonight, refunded, and missed snacks."""
    cinema, now = a_cinema(), clock.now()
    yesterday, hall, item = now - timedelta(days=1), a_hall(cinema), an_item(cinema)
    owner = someone("owner", all_cinemas=True)
    User.objects.filter(pk=owner.pk).update(first_name="Olga")
    a_customer(points=500)
    for at in (yesterday, now):
        sold_at = at - timedelta(hours=30)
        session = a_session(hall, start=at + timedelta(minutes=1))
        a_paid_order(session, seats=2, snacks=[(item, 1)], promocode=a_promocode(), at=sold_at)
    refund(a_paid_order(session, at=yesterday), reason="Fell ill", at=yesterday, actor=owner)
    item.refresh_from_db()
    count(item, on_shelf=item.stock_quantity + reserved_on_shelf(item) - 3, at=yesterday, reason="Counted", actor=owner)
    Session.objects.filter(start_datetime__lte=yesterday + timedelta(minutes=1)).update(status="COMPLETED")
    Ticket.objects.filter(session__status="COMPLETED").update(status="EXPIRED")
    call_command("close_business_day", at=now)
    call_command("update_session_figures", at=now)
    call_command("refresh_engagement", at=now)
    a_payout_line(cinema, actor=owner, at=now)
    return owner


def follow(page: Page, click: str) -> None:
    if click in GROUPINGS:
        page.locator(".groupings").get_by_role("link", name=click, exact=True).click()
    elif click in ("About customers", "Accounting"):
        page.locator("#nav-sidebar-inner h2", has_text=click).click()
    elif click == "Solaris":
        page.locator(".gauges a", has_text=click).first.click()
    else:
        page.locator("#nav-sidebar-inner").get_by_role("link", name=click, exact=True).first.click()


def test_every_question_has_an_answer() -> None:
    assert len(QUESTIONS) == 20
    assert ANSWERS.keys() == QUESTIONS.keys()
    assert all(len(clicks) <= 2 for clicks, _texts in ANSWERS.values())


@pytest.mark.proofs
def test_each_question_is_answered_within_two_clicks(screen: Screen, owner: User) -> None:
    page = screen(owner, language="en")
    read = sample([*ANSWERS], turn=0, of=4)  # by axe, which takes longer than all the rest
    found: list[str] = []
    seen: set[str] = set()

    for number, (clicks, texts) in ANSWERS.items():
        page.goto(reverse("admin:index"))
        for click in clicks:
            follow(page, click)
        for text in texts:
            answer = page.locator("#main").get_by_text(text).locator("visible=true").first
            try:
                expect(answer).to_be_visible()
            except AssertionError:
                found.append(f"{number}. {QUESTIONS[number]}: {text} is not on {page.url}")
        if number in read and page.url not in seen:
            seen.add(page.url)
            found += [f"{page.url}: {each}" for each in barriers(page, part="#main")]
            page.evaluate("document.documentElement.classList.add('dark')")  # as the theme does, when a page is loaded
            found += [f"{page.url} by night: {each}" for each in barriers(page, rules=["color-contrast"], part="#main")]

    assert not found, "\n".join(found)


@pytest.mark.proofs
def test_the_first_page_leads_to_the_answers_on_a_phone(screen: Screen, owner: User) -> None:
    page = screen(owner, phone=True, language="en")

    for number, link in sample([*FURTHER.items()], turn=0, of=4):
        page.goto(reverse("admin:index"))
        page.locator(".further").get_by_role("link", name=link, exact=True).click()
        expect(page.locator("#main").get_by_text(ANSWERS[number][1][0]).locator("visible=true").first).to_be_visible()

    assert {1, 2, 7, 10, *FURTHER} == {*ANSWERS}  # these four are on the first page itself, or a screening of it


@pytest.mark.proofs
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
