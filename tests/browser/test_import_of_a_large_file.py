"""A file of many rows is imported in the background while its uploader watches."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from backoffice.framework.import_export import background_pages, files
from screenings.models import Film
from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import Screen
from tests.helpers.sampling import sample
from tests.helpers.users import someone


@pytest.mark.proofs
@pytest.mark.parametrize("phone", sample([False, True], turn=0, of=2))
def test_the_owner_imports_the_valid_films_and_takes_the_others_home(
    screen: Screen, phone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_ROWS", 2)
    monkeypatch.setattr(background_pages, "REFRESHED_AFTER", 600)  # not while it is read
    Film.objects.create(title="Зеркало", duration_minutes=100)
    page = screen(someone("owner", all_cinemas=True), language="ru", phone=phone)
    rows = "Название;Продолжительность (минут)\nЗеркало;107\nСолярис;167\nСталкер;долго\nНостальгия;125\n"

    page.goto("/admin/screenings/film/import/")
    page.locator("input[type=file]").set_input_files(
        {"name": "фильмы.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="Показать изменения").click()
    expect(page.get_by_text("Файл будет прочитан в течение минуты.")).to_be_visible()
    assert barriers(page, title="Загрузка из файла") == []
    monkeypatch.setattr(background_pages, "REFRESHED_AFTER", 1)
    page.reload()
    call_command("import_files")
    downloads = page.get_by_role("link", name="Скачать строки с ошибками")
    expect(downloads).to_be_visible()  # the page refreshes itself
    assert barriers(page, title="Загрузка из файла") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Изменённых: 1").click()
    page.get_by_label("Загрузить это изменение").check()
    page.get_by_role("button", name="Сохранить отметки").click()
    with page.expect_download() as download:
        downloads.click()
    page.get_by_role("button", name="Загрузить строки без ошибок").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    call_command("import_files")

    expect(page.get_by_text("Добавлено: 2. Изменено: 1. Без изменений: 0. С ошибками: 1.")).to_be_visible()
    assert "Сталкер;долго;" in download.value.path().read_text(encoding="utf-8-sig")
    assert dict(Film.objects.values_list("title", "duration_minutes")) == {
        "Зеркало": 107,
        "Солярис": 167,
        "Ностальгия": 125,
    }
    page.goto("/admin/screenings/film/import/")
    expect(page.get_by_role("link", name="фильмы.csv")).to_be_visible()
