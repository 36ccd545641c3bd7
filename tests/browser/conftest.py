"""Tests in a real Chromium, Debian's own: what people see and press, against the whole site on SQLite.

    def test_a_cashier_finds_the_order(screen):
        page = screen(someone("cashier", cinema), language="ru", phone=True)
        page.goto("/admin/orders/order/")

One browser a run; each test finds its windows as if nobody had been there. A test fails if a page asked another host
for anything, logged an error or threw one. Look at what people read (`get_by_role`, `get_by_text`) rather than at how
the page is made.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import User
from tests.helpers.pages.browser_windows import Screen, Windows

NAMES = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
]  # the same, without its own windows
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
MISSING = "needs Chromium on the PATH (Debian: apt-get install chromium-headless-shell, or chromium)"
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-sync",
    # One process draws the pages of all windows, so that each script is read once.
    "--disable-features=IsolateOrigins,site-per-process",
    "--renderer-process-limit=1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # what a page should not ask for, it does not get
]


def pytest_itemcollected(item: pytest.Item) -> None:
    """The server's thread and the browser are the same on any database, so once is enough; and it commits."""
    item.add_marker(pytest.mark.slow)
    item.add_marker(pytest.mark.sqlite)
    item.add_marker(pytest.mark.django_db(transaction=True))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if CHROMIUM is None and os.environ.get("CHROMIUM") == "required":  # CI: a test that is skipped proves nothing
        pytest.fail(MISSING, pytrace=False)
    if CHROMIUM is None:
        pytest.skip(MISSING)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop in the tests' own thread
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def windows(chromium: Browser, live_server: Any) -> Windows:
    return Windows(chromium, live_server.url)


@pytest.fixture
def screen(windows: Windows) -> Iterator[Screen]:
    """`screen(person)` is an empty page in a private window, in which that person (or nobody) is logged in."""

    def open_page(person: User | None = None, *, language: str = "ru", dark: bool = False, phone: bool = False) -> Page:
        page = windows.open(language=language, dark=dark, phone=phone)
        if person is not None:
            name = settings.SESSION_COOKIE_NAME
            page.context.add_cookies([{"name": name, "value": session_of(person), "url": windows.home}])
        return page

    windows.wrong.clear()
    yield open_page
    windows.wipe()
    assert windows.wrong == []


def session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
