"""The checks that run with every browser test find what they should."""

from typing import Any

from playwright.sync_api import Browser

from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import Screen, watch


def test_what_leaves_the_host_or_fails_in_a_page_is_noted(chromium: Browser, live_server: Any) -> None:
    wrong: list[str] = []
    window = chromium.new_context()
    watch(window, live_server.url, wrong)
    page = window.new_page()

    with window.expect_event("weberror"):
        page.set_content(  # on a page of no site: those of ours forbid such a script to begin with
            """<img src="http://elsewhere.example/pixel.png">
            <script>console.error("half a page"); throw new Error("no script")</script>"""
        )
    page.wait_for_load_state("networkidle")
    window.close()

    assert "left the host: http://elsewhere.example/pixel.png" in wrong
    assert any(each.startswith("console: half a page") for each in wrong)
    assert any(each.startswith("uncaught") and "no script" in each for each in wrong)


def test_a_picture_without_words_and_pale_text_are_barriers(screen: Screen) -> None:
    page = screen()
    page.set_content(
        """<html lang="ru"><title>Сеансы</title><main><h1>Сеансы</h1><img src="data:,">
        <p style="color: #ccc; background: #fff">Солярис</p></main></html>"""
    )

    found = barriers(page, title="Сеансы")

    assert [each.partition(":")[0] for each in found] == ["color-contrast", "image-alt"]
