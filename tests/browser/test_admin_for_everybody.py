"""Whether everybody can use the admin: every kind of page, by day and by night, as axe reads it."""

from collections.abc import Iterator

import pytest
from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import Page, expect

from screenings.models import Genre
from tests.accounts.people import someone
from tests.browser.axe import barriers
from tests.browser.conftest import Screen
from tests.deeds import DEEDS
from tests.foyer import Foyer

#: What asks for a confirmation has one frame and one form each: to load the frame thirty times takes longest.
INTO_THE_FRAME = """async address => {
    const next = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html")
    document.querySelector("#content").replaceWith(next.querySelector("#content"))
    document.title = next.title
}"""
NIGHT = ["color-contrast"]  # other colours, and nothing else


@pytest.fixture
def foyer(transactional_db: None) -> Foyer:
    return Foyer()


def address(row: Model, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def kinds(foyer: Foyer) -> Iterator[str]:
    """A page of each kind, where it has most on it; beside the first page, and what asks for a confirmation."""
    for name in ("orders_order", "concessions_concessionitem", "jobs_jobrun"):
        yield reverse(f"admin:{name}_changelist")
    yield reverse("admin:screenings_film_add")
    yield reverse("admin:screenings_session_timetable")
    yield reverse("admin:concessions_concessionitem_import")
    yield from map(address, (foyer.order, foyer.session, foyer.item, foyer.hall, foyer.colleague))
    yield address(foyer.item, "history")
    yield address(Genre.objects.create(name="Драма"), "delete")
    yield address(foyer.session, "cancel")
    yield address(foyer.hall, "take_out")


def test_nothing_on_any_page_of_the_admin_keeps_anybody_out(screen: Screen, foyer: Foyer) -> None:
    """The menu is the same beside each page, so it is read once."""
    found: list[str] = []

    def look(page: Page, where: str, *, part: str = "#main") -> None:
        page.goto(where)
        found.extend(f"{where}: {each}" for each in barriers(page, title=" | ", part=part))
        page.evaluate("document.documentElement.classList.add('dark')")  # as the skin does, when a page is loaded
        found.extend(f"{where}, by night: {each}" for each in barriers(page, title=" | ", rules=NIGHT, part=part))

    look(screen(), reverse("admin:login"), part="")
    page = screen(someone(email="owner@example.org", is_superuser=True, all_cinemas=True))
    look(page, reverse("admin:index"), part="")
    for where in kinds(foyer):
        look(page, where)
    for deed in DEEDS:
        where = address(deed.on(foyer), deed.action)
        page.evaluate(INTO_THE_FRAME, where)
        found += [f"{where}: {each}" for each in barriers(page, title=deed.title, part="#content")]

    assert not found, "\n".join(found)


def test_the_menu_opens_on_a_phone_without_a_mouse(screen: Screen) -> None:
    page = screen(someone(email="owner@example.org", is_superuser=True, all_cinemas=True), phone=True)
    page.goto(reverse("admin:index"))
    menu = page.locator("#nav-sidebar-inner")
    expect(menu).to_be_hidden()

    page.get_by_role("button", name="навигаци").first.press("Enter")

    expect(menu).to_be_visible()
    assert barriers(page, title="Сегодня") == []
