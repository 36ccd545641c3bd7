"""The door's camera in a browser that reads no codes itself. test_evening.py is about the rest of the door."""

from datetime import timedelta

from playwright.sync_api import expect

from boxoffice.templatetags.boxoffice import qr
from cinema import clock
from orders.services import code_of
from tests.helpers.factories import a_paid_order, a_session
from tests.helpers.pages.browser_windows import Screen, sign_in
from tests.helpers.users import someone

CAMERA = """svg => { navigator.mediaDevices.getUserMedia = async () => {
  const picture = new Image();
  picture.src = "data:image/svg+xml," + encodeURIComponent(svg.replace("<svg", '<svg width="300" height="300"'));
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const draw = () => canvas.getContext("2d").drawImage(picture, 170, 90);
  setInterval(draw, 50);
  return canvas.captureStream(20);
} }"""


def test_a_ticket_is_read_by_the_camera(screen: Screen) -> None:
    session = a_session(start=clock.now() + timedelta(minutes=20))
    ticket = a_paid_order(session, at=clock.now()).tickets.select_related("order").get()
    page = screen(phone=True)
    sign_in(page, someone("usher", session.hall.cinema), name="Вход")
    page.goto("/boxoffice/door/")
    assert not page.evaluate("'BarcodeDetector' in window")
    page.evaluate(CAMERA, qr(code_of(ticket)).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))

    page.get_by_role("button", name="Камера").tap()

    expect(page.get_by_text("Пропустить", exact=True)).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.status == "USED"
