"""Whether everybody can use the admin: every page by day and by night, as axe reads it, and without a mouse."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from accounts.services import password_token
from backoffice.framework.admin import CinemaScopedAdmin
from screenings.models import Genre
from tests.helpers.cinema_fixtures import create_rows_of_chain, create_rows_of_cinema, listed_row
from tests.helpers.pages.admin_action_cases import ACTION_CASES
from tests.helpers.pages.admin_fixtures import AdminFixtures
from tests.helpers.pages.axe import barriers, side_by_side
from tests.helpers.pages.browser_windows import DESKTOP, PHONE, Screen, press
from tests.helpers.sampling import sample
from tests.helpers.users import someone

COLOURS = ["color-contrast"]  # what differs by night, and takes longest to read
NAMES = ["aria-command-name", "button-name", "label", "link-name"]  # of what is there on a phone alone
A_LIST = ContentFile("Номер;Цена\n0;199,50\n;\n".encode(), name="список.csv")  # of an item that nobody knows
PAGES: list[CinemaScopedAdmin] = list(admin.site._registry.values())  # type: ignore[arg-type]


@pytest.fixture
def rows(transactional_db: None) -> AdminFixtures:
    return AdminFixtures()


@pytest.fixture
def owner(transactional_db: None) -> User:
    return someone(email="owner@example.org", is_superuser=True, all_cinemas=True)


def address(row: Model, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def place(page: CinemaScopedAdmin, name: str) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{name}")


class Reader:
    """Reads pages that differ in what is inside the frame: all of them at once, beside the menu, which is read once."""

    def __init__(self, page: Page, person: User) -> None:
        self.page = page
        self.client = Client(headers={"accept-language": "ru"})
        self.client.force_login(person)
        self.pages: list[tuple[str, str]] = []

    def get(self, where: str, *, title: str = " | ", status: int = 200) -> None:
        self._take(where, self.client.get(where), title, status)

    def post(self, where: str, *, title: str = " | ", **typed: object) -> None:
        """What is answered to it, which does nothing yet."""
        self._take(f"{where}, answered", self.client.post(where, typed), title, 200)

    def _take(self, where: str, answer: Any, title: str, status: int) -> None:
        text = answer.text
        assert (answer.status_code, title in text[: text.index("</title>")]) == (status, True), where
        self.pages.append((where, text))

    def found(self) -> list[str]:
        side_by_side(self.page, self.pages)
        by_day = barriers(self.page, part="#main")
        return by_day + [f"by night: {each}" for each in by_night(self.page)] + too_wide(self.page)


def too_wide(page: Page) -> list[str]:
    """Which of the pages are wider than the place they have."""
    wide = "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.dataset.page)"
    return [f"too wide: {each}" for each in page.locator("[data-page]").evaluate_all(wide)]


def by_night(page: Page, part: str = "#main") -> list[str]:
    page.evaluate("document.documentElement.classList.add('dark')")  # as the theme does, when a page is loaded
    found = barriers(page, rules=COLOURS, part=part)
    page.evaluate("document.documentElement.classList.remove('dark')")
    return found


@pytest.mark.proofs
def test_no_list_and_no_rows_page_keeps_anybody_out(screen: Screen, rows: AdminFixtures, owner: User) -> None:
    create_rows_of_cinema(rows.cinema)
    create_rows_of_chain()
    page = screen(owner)
    page.goto(reverse("admin:index"))
    reader = Reader(page, owner)

    for each in sample(PAGES, turn=1):
        reader.get(place(each, "changelist"))
        reader.get(address(listed_row(each, rows.cinema)))
    side_by_side(page, reader.pages)
    found = barriers(page, but=COLOURS, part="#main") + too_wide(page)
    page.set_viewport_size(PHONE)
    found += [f"on a phone: {each}" for each in barriers(page, rules=NAMES, part="#main") + too_wide(page)]
    page.set_viewport_size(DESKTOP)

    assert not found, "\n".join(found)


@pytest.mark.proofs
def test_nothing_that_is_done_and_no_colour_keeps_anybody_out(screen: Screen, rows: AdminFixtures, owner: User) -> None:
    page = screen(owner)
    page.goto(reverse("admin:index"))
    found = barriers(page, title="Сегодня") + by_night(page, part="")
    reader = Reader(page, owner)
    genre = Genre.objects.create(name="Драма")
    day = {"day": rows.day, "to": rows.day}

    for case in sample(ACTION_CASES, turn=1):
        reader.get(address(case.target(rows), case.action), title=case.title)
    reader.post(address(rows.low_stock, "receive_goods"), confirmed="yes")  # with nothing typed
    reader.post(address(rows.cinema, "copy_day"), confirmed="yes", **day)  # where there are sessions already
    reader.post(reverse("admin:concessions_concessionitem_import"), file=A_LIST, title="Загрузка из файла")
    for row in (rows.item, rows.order, rows.session, rows.hall, rows.bonus_account):  # what has most on it
        reader.get(address(row))
        reader.get(address(row, "history"))
    for name in ("orders_order", "concessions_concessionitem", "bonuses_bonustransaction", "jobs_jobrun"):
        reader.get(reverse(f"admin:{name}_changelist"))
    reader.get(address(genre, "delete"))
    reader.get(address(rows.colleague, "send_password_link"))
    for name in ("password_change", "password_change_done", "screenings_session_timetable"):
        reader.get(reverse(f"admin:{name}"))
    reader.get(reverse("admin:orders_order_changelist") + "?q=nothing")
    reader.get(reverse("admin:orders_order_change", args=[0]), status=404)
    reader.get(reverse("admin:index") + "nothing/is/here/", status=404)
    reader.post(reverse("admin:accounts_user_changelist"), action="deactivate", _selected_action=rows.colleague.pk)
    found += reader.found()

    assert not found, "\n".join(found)


def test_no_page_with_a_frame_or_scripts_of_its_own_keeps_anybody_out(
    screen: Screen, rows: AdminFixtures, owner: User
) -> None:
    page = screen(owner)
    found: list[str] = []

    for where in (
        reverse("admin:login"),
        reverse("admin:screenings_film_add"),
        reverse("admin:screenings_genre_add") + "?_popup=1",
        address(rows.colleague),
        reverse("admin:accounts_user_second_factor"),
        reverse("admin:accounts_user_set_password", args=[password_token(rows.colleague, at=rows.now)]),
    ):
        page.goto(where)
        part = "" if "login" in where or "set-password" in where else "#main"
        found += [f"{where}: {each}" for each in barriers(page, title=" | ", part=part) + by_night(page, part)]

    assert not found, "\n".join(found)


def test_the_menu_opens_on_a_phone_without_a_mouse(screen: Screen, owner: User) -> None:
    page = screen(owner, phone=True)
    page.goto(reverse("admin:index"))
    menu = page.locator("#nav-sidebar-inner")
    expect(menu).to_be_hidden()

    page.get_by_role("button", name="навигаци").first.press("Enter")

    expect(menu).to_be_visible()
    assert barriers(page, title="Сегодня") == []


def press_button(page: Page, button: str, key: str = "Enter") -> None:
    page.get_by_role("button", name=button).press(key)


def test_the_theme_changes_and_one_leaves_without_a_mouse(screen: Screen, owner: User) -> None:
    page = screen(owner)
    page.goto(reverse("admin:index"))
    looks, way_out = page.locator("html"), page.get_by_role("button", name="Выйти")

    press_button(page, owner.email)
    expect(way_out).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0  # these windows ask for no motion
    press(page, "Tab")
    expect(page.get_by_role("button", name="Светлая")).to_be_focused()
    assert barriers(page, part="#nav-sidebar-inner") == []
    press_button(page, "Тёмная", key="Space")
    expect(looks).to_have_class("dark")
    assert by_night(page, part="#nav-sidebar-inner") == []
    page.reload()
    expect(looks).to_have_class("dark")  # it is kept
    press_button(page, owner.email)
    press_button(page, "Светлая")
    expect(looks).to_have_class("light")
    press_button(page, "Авто")
    expect(looks).to_have_class("")
    press(page, "Escape")
    expect(way_out).to_be_hidden()
    press_button(page, owner.email)
    way_out.press("Enter")

    expect(page).to_have_url(re.compile(reverse("admin:logout")))
    assert barriers(page, title=" | ") == []


def test_what_opens_at_a_click_opens_without_a_mouse(screen: Screen, rows: AdminFixtures, owner: User) -> None:
    page = screen(owner)

    page.goto(address(rows.film))
    press_button(page, "Настройки")
    expect(page.get_by_role("link", name="Жанры")).to_be_visible()
    press_button(page, "Ещё действия: жанр")
    expect(page.get_by_role("link", name="Добавить: жанр")).to_be_focused()
    page.goto(reverse("admin:orders_order_changelist"))
    press_button(page, "Фильтры")

    expect(page.locator("#changelist-filter a").first).to_be_focused()
    assert barriers(page, part="#changelist-filter") == []
    press(page, "Escape")
    expect(page.locator("#changelist-filter")).to_be_hidden()
