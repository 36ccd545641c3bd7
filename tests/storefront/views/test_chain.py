"""The chain's own pages, and its face on the others."""

import pytest
from django.core.files.storage import storages
from django.test import Client, TestCase

from house_rules.models import AgreedTerms, ChainFace, ChainPage
from house_rules.pages import publish
from payments.models import LegalEntity
from screenings.models import Cinema
from screenings.services.map_pictures import prepared_map, set_map
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pictures import a_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms() -> ChainPage:
    page = ChainPage.objects.create(kind="TERMS", slug="terms")
    publish(page, {"en": ("Terms of sale", "# One")}, at=NOON, actor=None)
    return page


def test_every_page_has_the_chains_name_footer_and_seller(client: Client) -> None:
    seller = LegalEntity.objects.create(
        name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL", address="Kazan, Main St 1"
    )
    ChainFace.objects.create(
        name="Aurora", footer={"en": "Since 1961 <b>"}, social="https://t.me/aurora", seller=seller
    )

    page = client.get("/", headers={"Accept-Language": "en"}).text

    assert '<a class="house" href="/">Aurora</a>' in page
    assert "Since 1961 &lt;b&gt;" in page
    assert "Aurora LLC, INN 7707083893, Kazan, Main St 1" in page
    assert '<a href="https://t.me/aurora" rel="me noopener">Telegram</a>' in page


def test_a_former_version_stays_at_its_address_and_names_the_newer_one(client: Client, terms: ChainPage) -> None:
    publish(terms, {"en": ("Terms of sale", "# Two")}, at=NOON, actor=None)

    current, former = client.get("/pages/terms/").text, client.get("/pages/terms/en/1/").text

    assert "<h2>Two</h2>" in current
    assert 'href="/pages/terms/en/1/"' in current
    assert "<h2>One</h2>" in former
    assert 'href="/pages/terms/"' in former
    assert "noindex" in former
    assert client.get("/pages/terms/en/3/").status_code == client.get("/pages/none/").status_code == 404


def test_colours_are_a_file_that_browsers_keep(client: Client) -> None:
    assert "face.css" not in client.get("/").text
    ChainFace.objects.create(accent_light="#004488")

    path = client.get("/").text.partition('href="/face.css?')[2].partition('"')[0]
    css = client.get(f"/face.css?{path}")

    assert "--accent: #004488; --on-accent: #ffffff;" in css.text
    assert css["Cache-Control"] == "public, max-age=31536000"
    assert client.get("/face.css?old")["Location"] == f"/face.css?{path}"


def test_contacts_have_the_phone_the_way_and_a_map(client: Client) -> None:
    cinema = factories.a_cinema()
    Cinema.objects.filter(pk=cinema.pk).update(
        city="Kazan", address="Main St 1", phone="+7 843 555-01-99", way_there="Metro Kremlin"
    )

    page = client.get("/contacts/").text

    assert 'href="tel:+78435550199"' in page
    assert "Metro Kremlin" in page
    assert 'href="https://www.openstreetmap.org/search?query=Kazan%2C%20Main%20St%201"' in page


def test_the_map_of_a_cinema_is_shown_with_its_address_and_goes_with_its_files(client: Client) -> None:
    cinema = factories.a_cinema()
    set_map(cinema, prepared_map(a_picture(600, 400)))

    page = client.get("/contacts/").text

    assert f'src="/pictures/{cinema.map_picture}-600.jpg" alt="Map: {cinema.name}" width="600" height="400"' in page
    assert client.get(f"/pictures/{cinema.map_picture}-600.avif")["Content-Type"] == "image/avif"

    former = cinema.map_name("jpg")
    with TestCase.captureOnCommitCallbacks(execute=True):
        set_map(cinema, None)
    assert "/pictures/" not in client.get("/contacts/").text
    assert not storages["pictures"].exists(former)


def test_an_order_keeps_the_version_of_the_terms_that_its_checkout_showed(client: Client, terms: ChainPage) -> None:
    session = factories.a_session()
    seat = factories.free_seats(session)[0]
    path = f"/sessions/{session.pk}/checkout/?seat={seat.pk}"
    shown = client.get(path).text.partition('name="terms_shown" value="')[2].partition('"')[0]
    publish(terms, {"en": ("Terms of sale", "# Two")}, at=NOON, actor=None)

    data = {"email": "guest@example.org", f"type-{seat.pk}": factories.an_adult().pk, "terms_shown": shown}
    answer = client.post(path, data)

    assert AgreedTerms.objects.get().version.number == 1
    assert "/pages/terms/en/1/" in client.get(answer["Location"]).text
