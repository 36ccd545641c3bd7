"""Every page of the shop is valid HTML by the checker of the W3C (vnu.jar, which needs Java): in `make proofs`."""

import json
import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve

from accounts.services.consents import record_consent
from house_rules.models import ChainPage
from house_rules.pages import publish
from incidents.services import choice_link, move
from orders.services import code_of
from screenings.models import Film
from screenings.services.relocation import Place
from storefront import urls as shop
from tests.helpers import factories
from tests.helpers.factories import NOON
from waiting.services import join, watch

HOUR = timedelta(hours=1)

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

VNU = settings.BASE_DIR / "var/page-tools/node_modules/vnu-jar/build/dist/vnu.jar"

#: Addresses of the shop that answer with a file, or lead on to a page.
NO_PAGE = {
    "apple_wallet", "cancel", "confirm", "correct_address",
    "extend", "face_css", "font", "gift_card", "google_wallet", "hold", "icon", "language", "logo",
    "manifest", "my_cinema", "my_data",
    "new_code", "news", "order_news", "order_seats", "paid", "pay", "pay_gift_card", "picture", "robots", "send_again",
    "send_link",
    "session_calendar", "sign_out", "sitemap", "taken",
    "sms", "telegram", "tickets_calendar", "title_card", "trailer", "wait", "watch",
}  # fmt: skip


@pytest.fixture
def pages() -> list[tuple[Client, str]]:
    """The pages of a guest and of a customer, with seats on sale, held and sold, snacks and points."""
    session = factories.a_session()
    customer = factories.a_customer(points=100)
    snacks = [(factories.an_item(session.hall.cinema), 1)]
    held = factories.an_order(session, seats=1, customer=customer, snacks=snacks)
    paid = factories.a_paid_order(session, seats=2, customer=customer, snacks=snacks, points=50)
    lost = factories.an_order(session, at=NOON - timedelta(minutes=15), email="a@example.org")
    reserved = factories.an_order(session, channel="RESERVATION")
    moved = factories.a_session(factories.a_hall(session.hall.cinema), start=NOON + 4 * HOUR)
    concerned = factories.a_paid_order(moved)
    place = Place(factories.a_hall(session.hall.cinema), NOON + 5 * HOUR)
    change = choice_link(concerned, move([moved], {moved.pk: place}, reason="Projector", at=NOON))
    terms = ChainPage.objects.create(kind="TERMS", slug="terms")
    for text in ("# One\n\nTwo, [three](https://cinema.example/).\n\n- four", "# Five"):
        publish(terms, {"en": ("Terms of sale", text)}, at=NOON, actor=None)
    asked = record_consent(lost.email, channel="EMAIL", is_given=True, place="CHECKOUT", is_proved=False, at=NOON)
    free = factories.free_seats(session)[:2]
    chosen = f"/sessions/{session.pk}/checkout/?seat={free[0].pk}&seat={free[1].pk}"
    guest, member = Client(), Client()
    member.force_login(customer)
    open_to_all = [
        "/", "/?day=week", "/?day=2027-01-01", f"/films/{session.film_id}/", f"/sessions/{session.pk}/",
        f"/sessions/{session.pk}/?view=list", chosen, f"/sessions/{session.pk}/checkout/", f"/order/{held.token}/",
        f"/order/{held.token}/change/", f"/order/{paid.token}/", f"/order/{paid.token}/refund/",
        f"/order/{paid.token}/refund/?line=ticket-{paid.tickets.first().pk}", f"/order/{lost.token}/",
        f"/order/{reserved.token}/", "/account/sign-in/", "/account/link/none/", "/find/", "/nothing/",
        f"/subscribe/{asked.uid}/", f"/unsubscribe/{asked.uid}/",
        "/search/", f"/search/?q={session.film.title}", "/search/?q=nothing", "/contacts/", "/pages/terms/",
        "/pages/terms/en/1/", urlsplit(change).path, f"/ticket/{code_of(paid.tickets.first())}/",
    ]  # fmt: skip
    coming = Film.objects.create(title="Coming", duration_minutes=90, age_rating="0+", is_announced=True)
    full = factories.a_session(factories.a_hall(session.hall.cinema, rows=["s"]))
    factories.a_paid_order(full)
    watch(customer, film=coming, cinema=None, at=NOON)
    join(full, user=customer, quantity=1, address=None, at=NOON)
    open_to_all += [f"/films/{coming.pk}/", f"/sessions/{full.pk}/"]
    own = ["/account/lists/", f"/films/{coming.pk}/", f"/sessions/{full.pk}/"]
    own += ["/account/", "/account/points/", "/account/profile/", "/account/password/", "/account/delete/", chosen]
    return [(guest, path) for path in open_to_all] + [(member, path) for path in own]


def test_every_page_of_the_shop_is_looked_at(pages: list[tuple[Client, str]]) -> None:
    looked_at = {resolve(path.partition("?")[0]).url_name for _client, path in pages if path != "/nothing/"}

    assert {each.name for each in shop.urlpatterns} - looked_at == NO_PAGE


@pytest.mark.proofs
@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_every_page_of_the_shop_is_valid_html(pages: list[tuple[Client, str]], language: str, tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None or not VNU.exists():
        missing = "needs Java and vnu.jar (make page-tools)"
        if os.environ.get("PAGE_TOOLS") == "required":  # CI: a test that is skipped proves nothing
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    addresses = {}
    for number, (client, path) in enumerate(pages):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(path)
        assert answer["Content-Type"].startswith("text/html"), path
        assert answer.content, path
        addresses[f"{number}.html"] = path
        (tmp_path / f"{number}.html").write_bytes(answer.content)

    checked = subprocess.run(
        [java, "-jar", VNU, "--format", "json", "--exit-zero-always", *sorted(tmp_path.glob("*.html"))],
        capture_output=True,
        check=True,
        timeout=300,
    )

    found = [
        f"{addresses[Path(each['url']).name]}: {each['message']} {each.get('extract', '')}"
        for each in json.loads(checked.stderr)["messages"]
    ]
    assert found == []
