"""A report as a file, from the page of figures to the download."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from backoffice.reports import files
from cinema import clock
from reports.models import ReportFile
from tests.helpers.factories import a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import Screen
from tests.helpers.sampling import sample
from tests.helpers.users import someone


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "REFRESHED_AFTER", 600)  # not while it is read
    storage = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"reports": storage}


@pytest.mark.proofs
@pytest.mark.parametrize(("phone", "dark"), sample([(False, False), (True, True)], turn=1, of=2))
def test_an_accountant_has_takings_made_as_a_file(screen: Screen, phone: bool, dark: bool) -> None:
    cinema = a_cinema()
    at = clock.now() - timedelta(hours=1)
    a_paid_order(a_session(a_hall(cinema), start=at + timedelta(minutes=5)), seats=2, at=at)
    page = screen(someone("accountant", cinema), language="ru", phone=phone, dark=dark)

    page.goto(reverse("admin:reports_takings"))
    page.get_by_role("link", name="Скачать файлом").click()
    expect(page.get_by_label("Отчёт")).to_have_value("takings")
    page.locator("#id_format").select_option("pdf")
    found = barriers(page, part="#main")
    page.get_by_role("button", name="Сформировать файл").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    found += barriers(page, part="#main")
    call_command("build_reports")
    page.reload()
    found += barriers(page, part="#main")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="PDF: Выручка").click()

    assert found == []
    assert downloading.value.suggested_filename.startswith("Выручка ")
    assert Path(downloading.value.path()).read_bytes().startswith(b"%PDF-1.7")
    assert ReportFile.objects.get().status == ReportFile.Status.READY
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(width) == 0
