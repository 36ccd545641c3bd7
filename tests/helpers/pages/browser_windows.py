"""Browser windows for the tests in tests/browser, which fail if a page logs an error or asks another host."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from boxoffice.access import COOKIE
from tests.helpers.box_office import a_device, at_work

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

PATIENCE = 20_000  # milliseconds; a busy machine is slow

Screen = Callable[..., Page]
Looks = tuple[str, bool, bool]


def press(page: Page, *keys: str) -> None:
    """Press keys once the page listens: while it loads they are lost. First expect what the page is known by, or they
    go to the page before."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


def type_text(page: Page, text: str) -> None:
    """The same for text."""
    page.wait_for_load_state()
    page.keyboard.type(text)


def sign_in(page: Page, person: User, *, name: str) -> None:
    """Make the page's browser a device of the person's cinema, on which that person has given the PIN."""
    if not page.url.startswith("http"):
        page.goto("/boxoffice/enrol/")
    client = at_work(person, a_device(person.cinemas.get(), name=name))
    home = page.url.partition("/boxoffice/")[0] + "/"
    names = (settings.SESSION_COOKIE_NAME, COOKIE)
    page.context.add_cookies([{"name": each, "value": client.cookies[each].value, "url": home} for each in names])


class Windows:
    """Private windows of one browser. After a test, cookies and storage are cleared; the cache of scripts and fonts is
    kept, since loading them takes longer than most tests."""

    def __init__(self, chromium: Browser, home: str) -> None:
        self.chromium, self.home = chromium, home
        expect.set_options(timeout=PATIENCE)  # as long as actions wait
        self.wrong: list[str] = []  # errors and requests to other hosts
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
        """A page in a window that is not reused; the caller closes it."""
        window = self.chromium.new_context(base_url=self.home, **options)
        window.set_default_timeout(PATIENCE)
        watch(window, self.home, self.wrong)
        return window.new_page()

    def wipe(self) -> None:
        for looks, page in self._open:
            page.goto("about:blank")
            kept = {
                "origin": self.home,
                "storageTypes": "cookies,indexeddb,local_storage,service_workers,cache_storage",
            }
            page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
            page.context.clear_cookies()
            self._free[looks].append(page)
        self._open.clear()


def watch(window: BrowserContext, home: str, wrong: list[str]) -> None:
    """Append to `wrong` every request to another host, console error and uncaught exception."""

    def asked(url: str) -> None:
        if urlsplit(url).scheme not in ("blob", "data") and not url.startswith(f"{home}/"):
            wrong.append(f"left the host: {url}")

    window.on("request", lambda request: asked(request.url))
    window.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text} {said.location}"))
    window.on("weberror", lambda thrown: wrong.append(f"uncaught: {thrown.error}"))
