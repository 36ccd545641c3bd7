"""A list goes through a file and back, and each row's history tells who changed what."""

from playwright.sync_api import expect

from tests.helpers import factories
from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import Screen
from tests.helpers.users import someone

ITEMS = "/admin/concessions/concessionitem/"


def test_a_manager_raises_prices_by_a_file_and_finds_who_did_it(screen: Screen) -> None:
    cola = factories.an_item()
    manager = someone("cinema_manager", cola.cinema)
    page = screen(manager, language="ru")
    text = f"Номер;Цена\n{cola.pk};199,50\n;\n"

    page.goto(ITEMS)
    page.get_by_role("link", name="Загрузить из файла").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "бар.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Показать изменения").click()
    expect(page.locator("table")).to_contain_text("199,50")
    assert barriers(page, title="Загрузка из файла") == []
    page.get_by_role("button", name="Загрузить всё").click()
    expect(page.get_by_text("Добавлено: 0. Изменено: 1. Без изменений: 0. С ошибками: 0.")).to_be_visible()
    page.goto(f"{ITEMS}{cola.pk}/history/")

    expect(page.locator("table").first).to_contain_text("199,50")
    expect(page.get_by_text("Загружено из файла «бар.csv».")).to_be_visible()
    expect(page.get_by_text(manager.email).first).to_be_visible()
    assert barriers(page, title="История") == []


def test_a_refused_row_is_read_on_a_phone_in_the_dark_and_cannot_be_stored(screen: Screen) -> None:
    hall = factories.a_hall()
    page = screen(someone("cinema_manager", hall.cinema), language="ru", phone=True, dark=True)
    text = f"Кинотеатр;Зал;День;Время;Фильм;Цена билета\n{hall.cinema.name};Чердак;05.12.2027;19:30;Солярис;350\n"

    page.goto("/admin/screenings/session/import/")
    page.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Показать изменения").click()

    expect(page.get_by_text("Зал: «Чердак» не найдено. Проверьте написание.")).to_be_visible()
    expect(page.get_by_role("button", name="Загрузить всё")).to_have_count(0)
    assert barriers(page, title="Загрузка из файла") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_cashier_takes_the_list_along_and_changes_nothing_by_a_file(screen: Screen) -> None:
    cola = factories.an_item()
    page = screen(someone("cashier", cola.cinema), language="ru")

    page.goto(ITEMS)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    assert cola.name in download.value.path().read_text(encoding="utf-8-sig")
    expect(page.get_by_role("link", name="Загрузить из файла")).to_have_count(0)
