"""The screen in the foyer without a line, and the programme in a frame on another site."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from cinema import clock
from tests.helpers.factories import a_hall, a_session
from tests.helpers.fakes import loopback
from tests.helpers.fakes.cut_line import line_to
from tests.helpers.pages.browser_windows import Windows


def test_the_foyer_goes_on_without_a_line_and_can_be_reloaded(windows: Windows, live_server: Any) -> None:
    hall = a_hall()
    session = a_session(hall, start=clock.now() + timedelta(hours=2))
    with line_to(live_server.url) as line:
        page = windows.alone(service_workers="allow")
        page.goto(f"{line.url}/foyer/{hall.cinema_id}/")
        expect(page.get_by_text(session.film.title)).to_be_visible()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_load_state("networkidle")

        line.cut()
        page.evaluate("refresh()")
        expect(page.locator("#offline")).to_be_visible()
        expect(page.get_by_text(session.film.title)).to_be_visible()

        page.reload()
        expect(page.locator("#offline")).to_be_visible()
        expect(page.get_by_text(session.film.title)).to_be_visible()
        page.context.close()


@pytest.mark.parametrize("is_listed", [True, False])
def test_the_programme_is_shown_in_a_frame_of_the_sites_that_are_listed_only(
    windows: Windows, live_server: Any, settings: Any, is_listed: bool
) -> None:
    hall = a_hall()
    session = a_session(hall, start=clock.now() + timedelta(hours=2))
    frame = f'<iframe src="{live_server.url}/embed/{hall.cinema_id}/?language=en" title="Programme"></iframe>'

    class OurSite(loopback.Handler):
        def do_GET(self) -> None:
            body = f"<!doctype html><title>Our cinema</title>{frame}".encode()
            self.send(200, body, {"Content-Type": "text/html"})

    with loopback.serving(OurSite) as url:
        site = url.replace("127.0.0.1", "localhost")
        settings.EMBED_ON = [site] if is_listed else ["https://www.other.example"]
        page = windows.alone()
        page.goto(f"{site}/")
        inside = page.frame_locator("iframe")
        if is_listed:
            expect(inside.get_by_role("heading", name=session.film.title)).to_be_visible()
            expect(inside.locator("a").first).to_have_attribute("href", f"/sessions/{session.pk}/")
        else:
            page.wait_for_load_state("networkidle")
            expect(inside.get_by_role("heading", name=session.film.title)).to_have_count(0)
            assert any("frame-ancestors" in each for each in windows.wrong)
        page.context.close()
