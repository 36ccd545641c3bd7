import pytest
from django.test import Client
from django.urls import reverse

from backoffice.framework.chain_face import DARK, LIGHT, accent_shades
from house_rules.contrast import LEAST, WHITE, contrast, least_contrast
from house_rules.face import Face
from house_rules.models import ChainFace
from tests.helpers.pictures import a_picture
from tests.helpers.users import browser, someone


@pytest.mark.parametrize(
    "own", [Face(accent_light="#8c1c2e"), Face(accent_dark="#ffe000"), Face(accent_light="#767676")]
)
def test_every_accent_can_be_read_where_the_admin_writes_with_it(own: Face) -> None:
    shades = accent_shades(own)

    assert least_contrast(shades["600"], LIGHT) >= LEAST
    assert contrast(WHITE, shades["600"]) >= LEAST  # the text of a button
    assert least_contrast(shades["400"], DARK) >= LEAST
    assert len(shades) == 11


def test_a_chain_without_colours_keeps_those_of_the_admin() -> None:
    assert accent_shades(Face()) == {}


@pytest.mark.django_db
def test_staff_see_the_logo_and_the_colours_of_the_chain_from_the_sign_in_on() -> None:
    ChainFace.objects.create(
        name="Aurora",
        accent_light="#8c1c2e",
        logo=a_picture(200, 80, kind="PNG"),
        logo_digest="abc",
        logo_width=200,
        logo_height=80,
    )

    for page in (
        browser(someone("owner")).get(reverse("admin:index")).text,
        Client().get(reverse("admin:login")).text,
    ):
        assert f'src="{reverse("shop:logo")}?abc"' in page
        assert "--color-primary-600: rgb(140, 28, 46)" in page
