import pytest
from django.test import Client

from demo.face import CONTACTS, add_face
from demo.other_languages import LANGUAGES
from demo.sample_data import VENUES
from house_rules.models import ChainPage
from screenings.models import Cinema
from tests.helpers.factories import NOON


@pytest.mark.django_db
def test_the_demo_has_its_own_name_logo_colours_footer_maps_and_pages_in_each_language(client: Client) -> None:
    for name, *_rest in VENUES:
        Cinema.objects.create(name=name)

    add_face(at=NOON)
    add_face(at=NOON)  # again, as on a second demo: nothing is published twice

    page = client.get("/contacts/?lang=de").content.decode()
    assert "<title>Kontakt · Аврора</title>" in page
    assert "Verkaufsbedingungen" in page
    assert "Popcorn, das man im ganzen Viertel riecht" in page
    assert "/face.css?" in page
    assert 'alt="Аврора"' in page
    assert page.count('<picture class="map">') == len(CONTACTS)
    assert all(way in page for *_others, way in CONTACTS.values())
    assert client.get("/pages/refunds/?lang=en").status_code == 200
    assert {page.versions.count() for page in ChainPage.objects.all()} == {1 + len(LANGUAGES)}
