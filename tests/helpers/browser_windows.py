"""Windows of the browser that the tests in tests/browser open, and the watch over what pages do in them."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

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


def watch(window: BrowserContext, home: str, wrong: list[str]) -> None:
    """Note in `wrong` what no page may do, whatever is tested."""

    def asked(url: str) -> None:
        if urlsplit(url).scheme not in ("blob", "data") and not url.startswith(f"{home}/"):
            wrong.append(f"left the host: {url}")

    window.on("request", lambda request: asked(request.url))
    window.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text} {said.location}"))
    window.on("weberror", lambda thrown: wrong.append(f"uncaught: {thrown.error}"))
