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
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User

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
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

Screen = Callable[..., Page]
Looks = tuple[str, bool, bool]


class Windows:
    """Private windows of the one browser. After a test they forget who was there, and keep the scripts and fonts that
    each page loads: to read those anew takes longer than most tests."""

    def __init__(self, chromium: Browser, home: str) -> None:
        self.chromium, self.home = chromium, home
        self.wrong: list[str] = []  # what no page may do, and one did
        self._free: dict[Looks, list[Page]] = defaultdict(list)
        self._open: list[tuple[Looks, Page]] = []

    def open(self, *, language: str, dark: bool, phone: bool) -> Page:
        looks = (language, dark, phone)
        page = self._free[looks].pop() if self._free[looks] else self._new(*looks)
        self._open.append((looks, page))
        return page

    def _new(self, language: str, dark: bool, phone: bool) -> Page:
        return self.alone(
            locale={"ru": "ru-RU", "en": "en-GB"}[language],
            color_scheme="dark" if dark else "light",
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            reduced_motion="reduce",
        )

    def alone(self, **options: Any) -> Page:
        """In a window that nobody is given afterwards, whatever is done to it; who asked for it closes it."""
        window = self.chromium.new_context(base_url=self.home, **options)
        window.set_default_timeout(20_000)  # a busy machine is not a broken page
        watch(window, self.home, self.wrong)
        return window.new_page()

    def wipe(self) -> None:
        for looks, page in self._open:
            page.goto("about:blank")
            kept = {"origin": self.home, "storageTypes": "cookies,indexeddb,local_storage"}
            page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
            page.context.clear_cookies()
            self._free[looks].append(page)
        self._open.clear()


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


def watch(window: BrowserContext, home: str, wrong: list[str]) -> None:
    """Note in `wrong` what no page may do, whatever is tested."""

    def asked(url: str) -> None:
        if urlsplit(url).scheme not in ("blob", "data") and not url.startswith(f"{home}/"):
            wrong.append(f"left the host: {url}")

    window.on("request", lambda request: asked(request.url))
    window.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text} {said.location}"))
    window.on("weberror", lambda thrown: wrong.append(f"uncaught: {thrown.error}"))
