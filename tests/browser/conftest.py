"""Tests in a real Chromium, Debian's own: what people see and press, against the whole site on SQLite.

    def test_a_cashier_finds_the_order(screen):
        page = screen(someone("cashier", cinema), language="ru", phone=True)
        page.goto("/admin/orders/order/")

One browser a run, a fresh and private window a test. A test fails if a page asked another host for anything, logged an
error or threw one. Look at what people read (`get_by_role`, `get_by_text`) rather than at how the page is made.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
MISSING = "needs Chromium on the PATH (Debian: apt-get install chromium)"
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # what a page should not ask for, it does not get
]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

Screen = Callable[..., Page]


def pytest_itemcollected(item: pytest.Item) -> None:
    """The server's thread and the browser are the same on any database, so once is enough; and it commits."""
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


@pytest.fixture
def screen(chromium: Browser, live_server: Any) -> Iterator[Screen]:
    """`screen(person)` is an empty page in a window of its own, in which that person (or nobody) is logged in."""
    windows: list[BrowserContext] = []
    wrong: list[str] = []

    def open_window(
        person: User | None = None, *, language: str = "ru", dark: bool = False, phone: bool = False
    ) -> Page:
        window = chromium.new_context(
            base_url=live_server.url,
            locale={"ru": "ru-RU", "en": "en-GB"}[language],
            color_scheme="dark" if dark else "light",
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            reduced_motion="reduce",
        )
        windows.append(window)
        window.set_default_timeout(10_000)
        watch(window, live_server.url, wrong)
        if person is not None:
            window.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(person), "url": live_server.url}]
            )
        return window.new_page()

    yield open_window
    for window in windows:
        window.close()
    assert wrong == []


def session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def watch(window: BrowserContext, home: str, wrong: list[str]) -> None:
    """Note in `wrong` what no page may do, whatever is tested."""

    def asked(url: str) -> None:
        if urlsplit(url).scheme not in ("blob", "data") and not url.startswith(f"{home}/"):
            wrong.append(f"left the host: {url}")

    window.on("request", lambda request: asked(request.url))
    window.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text} {said.location}"))
    window.on("weberror", lambda thrown: wrong.append(f"uncaught: {thrown.error}"))
